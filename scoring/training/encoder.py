"""Answers as vectors: MiniLM read window by window, at its end and at three of its inner layers.

The last layer of a sentence embedder says what a text is about. How well it is written is
better read off layers in the middle, which still hold grammar and phrasing (G. Jawahar,
B. Sagot, D. Seddah, "What does BERT learn about the structure of language?", ACL 2019). A
window is up to 256 tokens; a longer text is cut into windows of equal length and its vectors
are their means.
"""

import os
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from microcred.ai.base import EmbedderError
from microcred.ai.export_manifest import GRAPH_FILE, TOKENIZER_FILE, ExportManifest

Vectors = NDArray[np.float32]

INNER_LAYERS: Final = 3
MOST_WINDOWS: Final = 40
FORMAT: Final = "-layers1"
_LONGEST_CHARACTERS: Final = 200_000
# Earlier names ended in the hash of the exported graph.
_GRAPH_HASH: Final = re.compile(rf"(?<={FORMAT})-[0-9a-f]{{12}}\Z")


def name_today(stored: str) -> str:
    """Return what an encoder is called now whose name was stored some time ago."""
    return _GRAPH_HASH.sub("", stored)


class Encoder(Protocol):
    """Reads texts into rows of `INNER_LAYERS + 1` vectors of `width`, the final one first."""

    @property
    def name(self) -> str:
        """What two rows must have in common to be comparable."""
        ...

    @property
    def width(self) -> int:
        """Components of one vector."""
        ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Shape ``(len(texts), (INNER_LAYERS + 1) * width)``; the final vectors have unit length."""
        ...

    def ranks(self) -> dict[str, int]:
        """Known words by their place in the vocabulary, the commonest first."""
        ...


class LayerEncoder:
    """The exported sentence embedder in `folder`, its inner layers made outputs of the graph.

    Each window is run by itself, so that a text's vectors are the same bits whatever stands
    beside it. Raises `EmbedderError` for an export that is damaged or of another build.
    """

    def __init__(self, folder: Path, *, threads: int | None = None) -> None:
        os.environ["TOKENIZERS_PARALLELISM"] = "false"
        import onnx
        import onnxruntime
        import tokenizers

        self._manifest = ExportManifest.read(folder)
        if not self._manifest.matches_files(folder):
            raise EmbedderError(f"The export in {folder} is damaged: run manage.py embedder build --force.")
        graph = onnx.load(str(folder / GRAPH_FILE))
        for layer in _inner_outputs(graph):
            graph.graph.output.append(onnx.helper.make_tensor_value_info(layer, onnx.TensorProto.FLOAT, None))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self._session: Any = onnxruntime.InferenceSession(
            graph.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer: Any = tokenizers.Tokenizer.from_file(str(folder / TOKENIZER_FILE))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._opening, self._closing = _specials(self._tokenizer)
        self._threads = threads or min(4, os.cpu_count() or 1)

    @property
    def name(self) -> str:
        """The model with the format of these vectors, which another export of the same weights gives too."""
        return f"{self._manifest.model}{FORMAT}"

    @property
    def width(self) -> int:
        """Components of one vector."""
        return self._manifest.dimension

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row a text, on as many threads as there are cores, in the texts' order."""
        with ThreadPoolExecutor(self._threads) as pool:
            rows = list(pool.map(self._encode, texts))
        return np.array(rows, np.float32).reshape(len(rows), (INNER_LAYERS + 1) * self.width)

    def ranks(self) -> dict[str, int]:
        """Whole words of the tokenizer's vocabulary, whose ids ascend with rarity."""
        vocabulary: dict[str, int] = self._tokenizer.get_vocab()
        words = sorted(
            (place, word)
            for word, place in vocabulary.items()
            if word.isalpha() and (len(word) > 1 or word in {"a", "i"})
        )
        return {word: rank for rank, (_, word) in enumerate(words)}

    def _encode(self, text: str) -> NDArray[np.float64]:
        readable = text[:_LONGEST_CHARACTERS].encode("utf-8", "replace").decode("utf-8")
        ids = self._tokenizer.encode(readable, add_special_tokens=False).ids
        room = self._manifest.max_tokens - len(self._opening) - len(self._closing)
        windows = windows_of(ids, room)[:MOST_WINDOWS]
        rows = np.array([self._run(window) for window in windows], float)
        mean = np.average(rows, axis=0, weights=[len(window) + 2 for window in windows])
        final = mean[: self.width]
        mean[: self.width] = final / (np.sqrt(final @ final) or 1.0)
        return mean

    def _run(self, window: Sequence[int]) -> NDArray[np.float32]:
        ids = np.array([[*self._opening, *window, *self._closing]], np.int64)
        inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        final, *inner = self._session.run(None, {name: inputs[name] for name in self._manifest.inputs})
        vectors: NDArray[np.float32] = np.concatenate([final[0], *(layer[0].mean(axis=0) for layer in inner)])
        return vectors


def windows_of(ids: Sequence[int], room: int) -> list[Sequence[int]]:
    """`ids` cut into as few pieces of at most `room` as will do, of equal length but for the
    last; one empty piece without ids."""
    count = max(1, -(-len(ids) // room))
    size = max(1, -(-len(ids) // count))
    return [ids[at * size : (at + 1) * size] for at in range(count)]


def _specials(tokenizer: Any) -> tuple[list[int], list[int]]:
    """The ids that the tokenizer puts before and after a text."""
    bare = tokenizer.encode("a", add_special_tokens=False).ids
    whole = tokenizer.encode("a").ids
    at = whole.index(bare[0])
    return whole[:at], whole[at + len(bare) :]


def _inner_outputs(graph: Any) -> list[str]:
    """The outputs of the layers at 1/2, 2/3 and 5/6 of the depth: each layer of the encoder
    ends in the second of its two normalisations."""
    norms = [node.output[0] for node in graph.graph.node if node.op_type == "LayerNormalization"]
    layers = norms[2::2]
    if len(norms) % 2 == 0 or len(layers) < INNER_LAYERS:
        raise EmbedderError("The exported embedder has no layers of the expected kind to read.")
    return [layers[max(0, round(len(layers) * share) - 1)] for share in (1 / 2, 2 / 3, 5 / 6)]
