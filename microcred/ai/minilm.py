"""The local embedder: a sentence-transformers model exported to ONNX, run by onnxruntime on one thread.

Each run takes one thread, because several of these run side by side on few cores, and because a process with a thread
pool cannot be forked safely: this one may be loaded once and shared by every forked worker. The threads of a process
take turns, batch by batch and two at a time: more runs would each keep memory of their own and fight over the cores.
Where much is embedded at once and nothing forks, several runs go on side by side, in threads that end with the call.
"""

import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from microcred.ai.base import EmbedderError, Vectors
from microcred.ai.export_manifest import GRAPH_FILE, TOKENIZER_FILE, ExportManifest

PROVIDER = "sentence-transformers"
# Loaded where an embedder is made.
LIBRARIES = ("onnxruntime", "tokenizers")
MAX_BATCH_TEXTS = 32
# What a batch computes in between must stay in the processor's cache, and stays in the memory of every worker that has
# run one: of short texts 2,048 tokens take no less time than 512, and 68 instead of 29 MB.
MAX_BATCH_TOKENS = 512
# Attention alone is computed with the padding, so with as much of that as there is text, at most.
MAX_PADDED_A_TOKEN = 2
# So that the two essays of an assessment that somebody waits for are read at once; one core gains nothing by it.
TURNS = min(2, os.cpu_count() or 1)
# No word is longer than 100 characters to the tokenizer, so what lies beyond cannot be among the first tokens
# of any real text, and a huge one need not be read whole.
MAX_CHARACTERS_A_TOKEN = 100


class OnnxEmbedder:
    """The exported model in ``folder``, its files checked against their manifest.

    ``checked`` is a manifest that they have just been found to match.

    A text longer than the model reads (256 tokens for all-MiniLM-L6-v2) counts with its beginning only. The
    same call always gives the same bits; in another batch a text's vector may differ by up to 1e-6.
    """

    def __init__(self, folder: Path, *, checked: ExportManifest | None = None) -> None:
        os.environ["TOKENIZERS_PARALLELISM"] = "false"
        import onnxruntime
        import tokenizers

        manifest = checked or ExportManifest.read(folder)
        if checked is None and not manifest.matches_files(folder):
            raise EmbedderError(f"The export in {folder} is damaged: run manage.py embedder build --force.")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.add_session_config_entry("session.inter_op.allow_spinning", "0")
        self._session: Any = onnxruntime.InferenceSession(
            str(folder / GRAPH_FILE), options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer: Any = tokenizers.Tokenizer.from_file(str(folder / TOKENIZER_FILE))
        self._tokenizer.enable_truncation(max_length=manifest.max_tokens)
        self._tokenizer.no_padding()
        self._manifest = manifest
        self.provider = PROVIDER
        self.model = manifest.model
        self.dimension = manifest.dimension
        self.side_by_side = 1
        self._turns = threading.Semaphore(TURNS)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return float32 of shape (len(texts), dimension), each row of unit length.

        ``side_by_side`` batches are computed at a time; the vectors are the same, bit by bit.
        """
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        encodings = self._tokenizer.encode_batch([self._readable(text) for text in texts])

        def run(batch: list[int]) -> None:
            inputs = self._pad([encodings[position] for position in batch])
            with self._turns if self.side_by_side == 1 else nullcontext():
                (vectors[batch],) = self._session.run(None, inputs)

        # The longest first: then no thread is left alone with a long one at the end.
        batches = list(batches_by_length([len(encoding.ids) for encoding in encodings]))[::-1]
        if self.side_by_side == 1 or len(batches) < 2:
            for batch in batches:
                run(batch)
        else:
            with ThreadPoolExecutor(self.side_by_side) as pool:
                list(pool.map(run, batches))
        return vectors

    def _readable(self, text: str) -> str:
        cut = text[: self._manifest.max_tokens * MAX_CHARACTERS_A_TOKEN]
        return cut.encode("utf-8", "replace").decode("utf-8")

    def _pad(self, encodings: Sequence[Any]) -> dict[str, NDArray[np.int64]]:
        shape = (len(encodings), max(len(encoding.ids) for encoding in encodings))
        inputs = {
            "input_ids": np.full(shape, self._manifest.padding_id, np.int64),
            "attention_mask": np.zeros(shape, np.int64),
            "token_type_ids": np.zeros(shape, np.int64),
        }
        for row, encoding in enumerate(encodings):
            inputs["input_ids"][row, : len(encoding.ids)] = encoding.ids
            inputs["attention_mask"][row, : len(encoding.ids)] = 1
        return {name: inputs[name] for name in self._manifest.inputs}


def batches_by_length(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Yield positions of texts of similar length (in tokens) together, so that there is little padding.

    A batch has at most 32 texts and 512 tokens, and no more padding than tokens.
    """
    batch: list[int] = []
    tokens = 0
    for position in sorted(range(len(lengths)), key=lambda position: lengths[position]):
        length = lengths[position]
        # In ascending order the newest is the longest, to which all others are padded.
        padded, real = (len(batch) + 1) * length, tokens + length
        is_full = len(batch) == MAX_BATCH_TEXTS or real > MAX_BATCH_TOKENS
        if batch and (is_full or padded > MAX_PADDED_A_TOKEN * real):
            yield batch
            batch, tokens = [], 0
        batch.append(position)
        tokens += length
    if batch:
        yield batch


class ReferenceEmbedder:
    """The same model under sentence-transformers: what the export is measured against.

    Imports torch, so it must never be made in a process that serves, works or forks.
    """

    def __init__(self, location: str) -> None:
        from sentence_transformers import SentenceTransformer

        self.transformer: Any = SentenceTransformer(
            location, device="cpu", model_kwargs={"attn_implementation": "eager"}
        )

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return float32 of shape (len(texts), dimension), each row of unit length."""
        vectors: Vectors = self.transformer.encode(
            list(texts), normalize_embeddings=True, show_progress_bar=False
        )
        return vectors
