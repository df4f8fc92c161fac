"""The exported model gives the vectors of sentence-transformers, in order, also after a fork."""

import json
import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microcred.ai import minilm as minilm_module
from microcred.ai.base import EmbedderError, EmbeddingKey, Vectors
from microcred.ai.export_manifest import GRAPH_FILE, TOKENIZER_FILE, ExportManifest
from microcred.ai.minilm import OnnxEmbedder, batches_by_length
from microcred.ai.onnx_export import PROJECT
from microcred.ai.weights import packaged_folder

TEXTS = [
    "",
    " \n\t ",
    "SQL",
    "Normalisation removes redundancy from a relational schema.",
    "A statistician tests whether the difference between two groups is larger than chance would give.",
    "Ünïcödé, ελληνικά, русский, 数据库, العربية, 🎓",
    "tab\tand\nnewline and\u00a0no-break space and \x00 control \x07 characters",
    "x" * 500,
    "word " * 255,
    "The essay goes on and on about indexes, joins and transactions. " * 60,
    "SELECT name FROM students WHERE score > 0.5 ORDER BY name;",
    "a b c",
]

REFERENCE_PROGRAM = """
import json, sys
import numpy as np
from microcred.ai.minilm import ReferenceEmbedder
np.save(sys.argv[2], ReferenceEmbedder(sys.argv[1]).embed(json.load(sys.stdin)))
"""


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Vectors:
    """The vectors of sentence-transformers, computed in another process to keep torch out of this one."""
    path = tmp_path_factory.mktemp("reference") / "vectors.npy"
    subprocess.run(
        [sys.executable, "-c", REFERENCE_PROGRAM, str(packaged_folder()), str(path)],
        input=json.dumps(TEXTS),
        text=True,
        check=True,
        capture_output=True,
        cwd=PROJECT,
        env={**os.environ, "HF_HUB_OFFLINE": "1"},
    )
    vectors: Vectors = np.load(path)
    return vectors


def test_vectors_equal_those_of_sentence_transformers(minilm: OnnxEmbedder, reference: Vectors) -> None:
    vectors = minilm.embed(TEXTS)

    assert vectors.shape == (len(TEXTS), 384)
    assert vectors.dtype == np.float32
    assert np.abs(vectors - reference).max() <= 1e-4
    assert np.abs(np.linalg.norm(vectors, axis=1) - 1).max() < 1e-5


def test_a_text_has_its_own_vector_in_any_order_and_company(minilm: OnnxEmbedder) -> None:
    alone = np.concatenate([minilm.embed([text]) for text in TEXTS])
    order = [7, 0, 11, 9, 2, 4, 1, 10, 3, 8, 6, 5]

    together = minilm.embed([TEXTS[position] for position in order])

    assert np.abs(together - alone[order]).max() < 1e-6


def test_the_same_call_gives_the_same_bits(minilm: OnnxEmbedder) -> None:
    assert minilm.embed(TEXTS).tobytes() == minilm.embed(TEXTS).tobytes()


def test_no_texts_give_no_rows(minilm: OnnxEmbedder) -> None:
    vectors = minilm.embed([])

    assert vectors.shape == (0, 384)
    assert vectors.dtype == np.float32


def test_meaning_brings_texts_together(minilm: OnnxEmbedder) -> None:
    join, merge, choir = minilm.embed(
        [
            "SQL joins two tables.",
            "Combining rows of tables in a database.",
            "The choir rehearses on Thursday.",
        ]
    )

    assert float(join @ merge) > 0.4 > float(join @ choir)


def test_what_lies_beyond_256_tokens_does_not_count(minilm: OnnxEmbedder) -> None:
    beginning = "index " * 254

    same, longer = minilm.embed([beginning, beginning + "and a very different ending " * 1000])

    assert np.abs(same - longer).max() < 1e-6


def test_a_huge_text_and_a_lone_surrogate_are_read(minilm: OnnxEmbedder) -> None:
    vectors = minilm.embed(["word " * 2_000_000, "broken \ud800 text"])

    assert np.isfinite(vectors).all()


def test_it_says_what_its_vectors_are(minilm: OnnxEmbedder) -> None:
    assert EmbeddingKey.of(minilm) == EmbeddingKey("sentence-transformers", "all-MiniLM-L6-v2", 384)


def test_a_child_forked_after_use_gives_the_same_vectors(minilm: OnnxEmbedder) -> None:
    expected = minilm.embed(TEXTS)
    read_end, write_end = os.pipe()

    child = os.fork()
    if child == 0:
        os.close(read_end)
        with os.fdopen(write_end, "wb") as pipe:
            pipe.write(minilm.embed(TEXTS).tobytes())
        os._exit(0)
    os.close(write_end)
    with os.fdopen(read_end, "rb") as pipe:
        received = pipe.read()

    assert os.waitpid(child, 0)[1] == 0
    assert received == expected.tobytes()


@pytest.mark.parametrize("turns", [1, 2])
def test_threads_take_turns_and_get_the_same_vectors(
    export: Path, turns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(minilm_module, "TURNS", turns)
    shared = OnnxEmbedder(export)
    expected = [shared.embed([text]) for text in TEXTS]
    session = shared._session
    inside: list[int] = []
    most: list[int] = []
    full = threading.Event()

    class Watched:
        def run(self, *args: Any) -> Any:
            inside.append(1)
            most.append(len(inside))
            if len(inside) == turns:
                full.set()
            # Nobody leaves before as many are here as may be; then one more would have the time to come.
            full.wait(60)
            time.sleep(0.01)
            found = session.run(*args)
            inside.pop()
            return found

    shared._session = Watched()
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda text: shared.embed([text]), TEXTS))

    assert max(most) == turns
    assert all(np.array_equal(*pair) for pair in zip(found, expected, strict=True))


@pytest.mark.parametrize("damaged", [GRAPH_FILE, TOKENIZER_FILE])
def test_a_damaged_export_is_not_loaded(export: Path, tmp_path: Path, damaged: str) -> None:
    for path in export.iterdir():
        os.symlink(path, tmp_path / path.name)
    (tmp_path / damaged).unlink()
    (tmp_path / damaged).write_bytes(b"not a model")

    with pytest.raises(EmbedderError, match="damaged"):
        OnnxEmbedder(tmp_path)


def test_files_that_were_just_checked_are_not_read_twice(
    export: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = ExportManifest.read(export)
    checked: list[Path] = []

    def matches(self: ExportManifest, folder: Path) -> bool:
        checked.append(folder)
        return True

    monkeypatch.setattr(ExportManifest, "matches_files", matches)

    OnnxEmbedder(export, checked=manifest)
    assert checked == []

    OnnxEmbedder(export)
    assert checked == [export]


def test_without_an_export_the_error_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(EmbedderError, match=r"no exported model in .*: run manage"):
        OnnxEmbedder(tmp_path)


def test_padding_passes_no_layer(minilm: OnnxEmbedder, export: Path) -> None:
    graph = onnx.load(str(export / GRAPH_FILE))
    layers = [node.output[0] for node in graph.graph.node if node.op_type == "LayerNormalization"]
    for layer in layers:
        graph.graph.output.append(onnx.helper.make_tensor_value_info(layer, onnx.TensorProto.FLOAT, None))
    session = onnxruntime.InferenceSession(graph.SerializeToString(), providers=["CPUExecutionProvider"])
    encodings = minilm._tokenizer.encode_batch(["SQL", "word " * 20, "a b c"])

    vectors, *inner = session.run(None, minilm._pad(encodings))

    assert [len(one.ids) for one in encodings] == [3, 22, 5]
    assert {layer.shape for layer in inner} == {(1, 30, 384)}
    assert len(inner) == 13
    assert np.abs(vectors - minilm.embed(["SQL", "word " * 20, "a b c"])).max() < 1e-6


def test_batches_hold_texts_of_similar_length() -> None:
    assert list(batches_by_length([256, 3, 256, 5, 4])) == [[1, 4, 3], [0, 2]]
    # Of long texts as many as real tokens allow, of unlike ones as many as the padding does.
    assert list(batches_by_length([250, 256, 6])) == [[2, 0, 1]]
    assert list(batches_by_length([5, 5, 5, 250, 250])) == [[0, 1, 2], [3, 4]]


def test_long_texts_come_in_smaller_batches() -> None:
    assert [len(batch) for batch in batches_by_length([256] * 20)] == [2] * 10
    assert [len(batch) for batch in batches_by_length([10] * 70)] == [32, 32, 6]
    assert list(batches_by_length([5000])) == [[0]]
    assert list(batches_by_length([])) == []


@given(st.lists(st.integers(1, 256), max_size=200))
def test_batches_cover_every_text_once_within_the_limits(lengths: list[int]) -> None:
    batches = list(batches_by_length(lengths))

    assert sorted(position for batch in batches for position in batch) == list(range(len(lengths)))
    assert all(len(batch) <= 32 for batch in batches)
    assert all(sum(lengths[position] for position in batch) <= 512 for batch in batches)
    assert all(
        len(batch) * max(lengths[position] for position in batch)
        <= 2 * sum(lengths[position] for position in batch)
        for batch in batches
    )
