"""Exports a sentence-transformers model to one ONNX graph: tokens in, unit vectors out.

A program of its own (``python -m microcred.ai.onnx_graph MODEL FOLDER``), because it imports torch.
"""

import sys
import warnings
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from microcred.ai.base import EmbedderError, Vectors
from microcred.ai.export_manifest import EXPORT_FORMAT, GRAPH_FILE, TOKENIZER_FILE, ExportManifest
from microcred.ai.minilm import OnnxEmbedder, ReferenceEmbedder
from microcred.ai.packing import Packed, can_be_packed
from microcred.ai.weights import file_hash, find_weights

OPSET = 17
TOLERANCE = 1e-4
LIBRARIES = ("torch", "transformers", "sentence-transformers", "onnx", "onnxruntime", "tokenizers")
GRAPH_INPUTS = ("input_ids", "attention_mask", "token_type_ids")
EXAMPLE = ("a short text", "a text that is rather longer than the other one")
# Short and long, empty, beyond the limit, other scripts and signs: where tokenising and padding go wrong.
PROBES = (
    "",
    "SQL",
    "Joins two tables on a shared key.",
    "The student explains why an index speeds up reading and slows down writing.",
    "Data Analyst: cleans data, writes SQL, builds dashboards, and explains findings to managers.",
    "ÀÉÎÕÜ naïve façade, straße, Ελληνικά, русский",
    "数据库设计与数据分析",
    "f(x) = ∑ x_i² / n; #include <stdio.h>; https://example.org/?q=1&r=2",
    "line one\nline two\ttabbed\u00a0space   many   blanks",
    "emoji 🎓📊 and a verylongwordwithoutanyblank" * 3,
    "Statistics describes data; inference draws conclusions from samples. " * 12,
    "An essay that is longer than the model can read, sentence after sentence, word after word. " * 40,
)


def export(model: str, folder: Path) -> ExportManifest:
    """Export ``model`` (as EMBEDDING_MODEL names it) into ``folder`` and measure it against its original.

    Raises EmbedderError when a component of a probe's vector differs by more than 1e-4.
    """
    weights = find_weights(model)
    reference = ReferenceEmbedder(weights.location)
    expected = reference.embed(PROBES)
    inputs = _write_graph(reference.transformer, folder / GRAPH_FILE)
    reference.transformer.tokenizer.backend_tokenizer.save(str(folder / TOKENIZER_FILE))
    draft = ExportManifest(
        format=EXPORT_FORMAT,
        model=weights.name,
        dimension=expected.shape[1],
        max_tokens=int(reference.transformer.max_seq_length),
        padding_id=int(reference.transformer.tokenizer.pad_token_id or 0),
        inputs=inputs,
        sources=dict(weights.hashes),
        files={name: file_hash(folder / name) for name in (GRAPH_FILE, TOKENIZER_FILE)},
        versions={name: version(name) for name in LIBRARIES},
        largest_difference=0.0,
    )
    draft.write(folder)
    manifest = replace(draft, largest_difference=_measured_difference(weights.name, folder, expected))
    manifest.write(folder)
    return manifest


def _measured_difference(name: str, folder: Path, expected: Vectors) -> float:
    difference = float(np.abs(OnnxEmbedder(folder).embed(PROBES) - expected).max())
    # Written so that a difference that is not a number is refused too.
    if not difference <= TOLERANCE:
        raise EmbedderError(
            f"The export of {name} differs from sentence-transformers by {difference:.1e}, "
            f"more than {TOLERANCE:.0e}: it is not used."
        )
    return difference


def _write_graph(transformer: Any, path: Path) -> tuple[str, ...]:
    """Trace the whole pipeline (model, pooling, normalisation) and return the names of the graph's inputs.

    A BERT is traced without padding, which makes another program of ``transformer``: measure by it before.
    """
    import torch

    example = transformer.preprocess(list(EXAMPLE))
    names = tuple(name for name in GRAPH_INPUTS if name in example)
    axes = {"embedding": {0: "text"}, **{name: {0: "text", 1: "token"} for name in names}}

    # The tracer's warnings concern constants it keeps; the comparison with the original decides.
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            _pipeline(transformer, names),
            tuple(example[name] for name in names),
            str(path),
            input_names=list(names),
            output_names=["embedding"],
            dynamic_axes=axes,
            opset_version=OPSET,
            dynamo=False,
        )
    return names


def _pipeline(transformer: Any, names: tuple[str, ...]) -> Any:
    import torch

    first, *others = transformer
    parts = [Packed(first) if can_be_packed(first) else first, *others]

    class Pipeline(torch.nn.Module):  # type: ignore[misc, name-defined, unused-ignore]
        def __init__(self) -> None:
            super().__init__()
            # The tracer finds the weights only in a registered part.
            self.transformer = transformer

        def forward(self, *tensors: Any) -> Any:
            features = dict(zip(names, tensors, strict=True))
            for part in parts:
                features = part(features)
            return torch.nn.functional.normalize(features["sentence_embedding"], p=2, dim=1)

    return Pipeline().eval()


if __name__ == "__main__":
    try:
        export(sys.argv[1], Path(sys.argv[2]))
    except EmbedderError as error:
        sys.exit(str(error))
