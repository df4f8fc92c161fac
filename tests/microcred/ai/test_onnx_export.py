"""The export is made once, all or nothing, and only used when it is exact."""

import json
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from microcred.ai import onnx_export, weights
from microcred.ai.base import EmbedderError
from microcred.ai.export_manifest import EXPORT_FORMAT, GRAPH_FILE, MANIFEST_FILE, ExportManifest
from microcred.ai.minilm import OnnxEmbedder
from microcred.ai.onnx_export import build, current_export
from microcred.ai.weights import Weights, find_weights

# A BERT of one layer with random weights, saved as sentence-transformers saves a model.
TINY_PROGRAM = """
import sys, torch
from pathlib import Path
from transformers import BertConfig, BertModel, BertTokenizer
from sentence_transformers import SentenceTransformer
from sentence_transformers.models import Pooling, Transformer
folder = Path(sys.argv[1])
torch.manual_seed(7)
letters = "abcdefghijklmnopqrstuvwxyz"
words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *("##" + letter for letter in letters)]
(folder / "bert").mkdir(parents=True)
(folder / "bert" / "vocab.txt").write_text("\\n".join(words))
BertTokenizer(str(folder / "bert" / "vocab.txt")).save_pretrained(folder / "bert")
BertModel(BertConfig(vocab_size=len(words), hidden_size=32, num_hidden_layers=1, num_attention_heads=2,
                     intermediate_size=64, max_position_embeddings=64)).save_pretrained(folder / "bert")
transformer = Transformer(str(folder / "bert"), max_seq_length=48)
SentenceTransformer(modules=[transformer, Pooling(32, pooling_mode="cls")]).save(str(folder / "tiny"))
"""


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny model of 32 dimensions."""
    folder = tmp_path_factory.mktemp("models")
    subprocess.run([sys.executable, "-c", TINY_PROGRAM, str(folder)], check=True, capture_output=True)
    return folder / "tiny"


@pytest.fixture
def untouched(monkeypatch: pytest.MonkeyPatch) -> list[Weights]:
    """Exports that were started in spite of it all; none is run."""
    started: list[Weights] = []
    monkeypatch.setattr(onnx_export, "_run_export", lambda weights, *_: started.append(weights))
    return started


def test_an_export_that_is_up_to_date_is_used_as_it_is(export: Path, untouched: list[Weights]) -> None:
    folder, manifest = build(export.parent)

    assert folder == export
    assert manifest.largest_difference <= 1e-4
    assert (manifest.dimension, manifest.max_tokens, manifest.padding_id) == (384, 256, 0)
    assert manifest.versions["torch"].startswith("2.")
    assert untouched == []


@pytest.mark.parametrize("change", ["format", "sources", "graph", "manifest"])
def test_an_outdated_or_damaged_export_does_not_count(export: Path, tmp_path: Path, change: str) -> None:
    found = find_weights("")
    copy = tmp_path / export.name
    copy.mkdir()
    for path in export.iterdir():
        (copy / path.name).symlink_to(path)
    assert current_export(found, tmp_path) is not None
    data = json.loads((export / MANIFEST_FILE).read_text())

    name = GRAPH_FILE if change == "graph" else MANIFEST_FILE
    (copy / name).unlink()
    changed = {"format": {**data, "format": 0}, "sources": {**data, "sources": {}}}.get(change)
    (copy / name).write_text(json.dumps(changed) if changed else "damaged")

    assert current_export(found, tmp_path) is None


def test_wrong_weights_are_refused_before_anything_is_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, untouched: list[Weights]
) -> None:
    fake = tmp_path / "model"
    fake.mkdir()
    (fake / "model.safetensors").write_bytes(b"other weights")
    monkeypatch.setattr(weights, "packaged_folder", lambda: fake)

    with pytest.raises(EmbedderError, match="is not the published"):
        build(tmp_path / "embedder")

    assert untouched == []
    assert not (tmp_path / "embedder").exists()


def test_another_model_is_exported_with_its_own_dimension_and_limit(tiny: Path, tmp_path: Path) -> None:
    (tmp_path / ".building-killed").mkdir()

    folder, manifest = build(tmp_path, model=str(tiny))

    embedder = OnnxEmbedder(folder)
    assert (embedder.dimension, manifest.max_tokens) == (32, 48)
    assert embedder.model.startswith("tiny@")
    assert np.linalg.norm(embedder.embed(["a text"])) == pytest.approx(1)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".lock", folder.name]


def test_an_inexact_export_is_refused_and_leaves_nothing(tiny: Path, tmp_path: Path) -> None:
    # sentence-transformers puts this prompt before every text, which no exported graph can do.
    path = tiny / "config_sentence_transformers.json"
    config = path.read_text()
    path.write_text(
        json.dumps({**json.loads(config), "prompts": {"query": "query "}, "default_prompt_name": "query"})
    )

    with pytest.raises(EmbedderError, match="differs from sentence-transformers by"):
        build(tmp_path, model=str(tiny))

    path.write_text(config)
    assert [path.name for path in tmp_path.iterdir()] == [".lock"]


def test_a_failed_rebuild_keeps_the_export_that_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_exports(monkeypatch)
    folder, manifest = build(tmp_path)

    def fail(*_: object) -> None:
        raise EmbedderError("no room on the disk")

    monkeypatch.setattr(onnx_export, "_run_export", fail)
    with pytest.raises(EmbedderError, match="no room"):
        build(tmp_path, force=True)

    assert build(tmp_path) == (folder, manifest)


def test_builds_at_the_same_time_export_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started = write_exports(monkeypatch)
    threads = [threading.Thread(target=build, args=(tmp_path,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert started == ["all-MiniLM-L6-v2"]


def test_an_export_in_a_folder_that_cannot_be_written_is_used(
    export: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / export.name).symlink_to(export)

    def no_lock(_path: Path) -> None:
        raise PermissionError

    monkeypatch.setattr(onnx_export, "_lock", no_lock)

    assert build(tmp_path)[1].model == "all-MiniLM-L6-v2"


def test_force_replaces_the_export(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started = write_exports(monkeypatch)
    build(tmp_path)
    build(tmp_path, force=True)

    assert len(started) == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == [".lock", "all-MiniLM-L6-v2-format-2"]


def write_exports(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let an export be a manifest of no files; return the names of the models exported."""
    started: list[str] = []

    def run(found: Weights, _model: str, folder: Path) -> None:
        started.append(found.name)
        sources = dict(found.hashes)
        ExportManifest(EXPORT_FORMAT, found.name, 384, 256, 0, (), sources, {}, {}, 0.0).write(folder)

    monkeypatch.setattr(onnx_export, "_run_export", run)
    return started
