"""The record beside an exported model: what it was made from and what it must consist of."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from microcred.ai.base import EmbedderError
from microcred.ai.weights import Weights, file_hash

# Raised whenever the exported graph would come out differently from the same weights.
EXPORT_FORMAT = 2
GRAPH_FILE = "model.onnx"
TOKENIZER_FILE = "tokenizer.json"
MANIFEST_FILE = "manifest.json"


@dataclass(frozen=True, slots=True)
class ExportManifest:
    """One export.

    ``inputs`` are the graph's input names, ``sources`` and ``files`` SHA-256 by file name, ``versions`` the
    libraries that made it, ``largest_difference`` the largest absolute difference of a component from
    sentence-transformers on the probe texts.
    """

    format: int
    model: str
    dimension: int
    max_tokens: int
    padding_id: int
    inputs: tuple[str, ...]
    sources: Mapping[str, str]
    files: Mapping[str, str]
    versions: Mapping[str, str]
    largest_difference: float

    @classmethod
    def read(cls, folder: Path) -> "ExportManifest":
        """Read the manifest in ``folder``. Raises EmbedderError if there is none that can be read."""
        try:
            data = json.loads((folder / MANIFEST_FILE).read_text("utf-8"))
            return cls(**{**data, "inputs": tuple(data["inputs"])})
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise EmbedderError(
                f"There is no exported model in {folder}: run manage.py embedder build."
            ) from error

    def write(self, folder: Path) -> None:
        """Write the manifest into ``folder``."""
        text = json.dumps(asdict(self), indent=2, sort_keys=True)
        (folder / MANIFEST_FILE).write_text(text + "\n", "utf-8")

    def matches_files(self, folder: Path) -> bool:
        """Whether the files in ``folder`` are, to the bit, those that were exported."""
        return all(
            (folder / name).is_file() and file_hash(folder / name) == digest
            for name, digest in self.files.items()
        )

    def made_from(self, weights: Weights) -> bool:
        """Whether exporting ``weights`` now would give this export again."""
        return (
            self.format == EXPORT_FORMAT
            and self.model == weights.name
            and self.sources == dict(weights.hashes)
        )
