"""Builds the ONNX export of the embedding model once per machine, in another process, all or nothing."""

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog

from microcred.ai.base import EmbedderError
from microcred.ai.export_manifest import EXPORT_FORMAT, ExportManifest
from microcred.ai.weights import Weights, find_weights

log = structlog.get_logger(__name__)

PROJECT = Path(__file__).resolve().parents[2]
BUILD_SECONDS = 1800
SCRATCH = ".building-"


def export_folder(weights: Weights, target: Path) -> Path:
    """Return the folder under ``target`` that holds the export of ``weights``.

    Each format has its own, so that while one release follows another neither rebuilds what the other runs by.
    """
    return target / f"{weights.slug}-format-{EXPORT_FORMAT}"


def current_export(weights: Weights, target: Path) -> ExportManifest | None:
    """Return the manifest of the export under ``target``, or None if it is missing, outdated or damaged."""
    folder = export_folder(weights, target)
    try:
        manifest = ExportManifest.read(folder)
    except EmbedderError:
        return None
    return manifest if manifest.made_from(weights) and manifest.matches_files(folder) else None


def build(target: Path, *, model: str = "", force: bool = False) -> tuple[Path, ExportManifest]:
    """Make sure that ``target`` holds the export of ``model`` (as EMBEDDING_MODEL names it).

    Returns its folder and manifest; takes 0.2 s when it is there already, else some 10 s. Processes that
    build at the same time wait for the first. Raises EmbedderError when the weights are not the expected
    ones, or the export is not exact; an earlier export then stays as it is.
    """
    weights = find_weights(model)
    folder = export_folder(weights, target)
    manifest = None if force else current_export(weights, target)
    if manifest is not None:
        return folder, manifest
    target.mkdir(parents=True, exist_ok=True)
    with _lock(target / ".lock"):
        manifest = None if force else current_export(weights, target)
        if manifest is None:
            log.info("embedder.building", model=weights.name)
            _remove_leftovers(target)
            manifest = _build_and_replace(weights, model, folder)
            log.info("embedder.built", model=weights.name, largest_difference=manifest.largest_difference)
    return folder, manifest


def _build_and_replace(weights: Weights, model: str, folder: Path) -> ExportManifest:
    with tempfile.TemporaryDirectory(prefix=SCRATCH, dir=folder.parent) as scratch:
        fresh, old = Path(scratch, "fresh"), Path(scratch, "old")
        fresh.mkdir()
        _run_export(weights, model, fresh)
        manifest = ExportManifest.read(fresh)
        if folder.exists():
            folder.rename(old)
        fresh.rename(folder)
        shutil.rmtree(old, ignore_errors=True)
    return manifest


def _remove_leftovers(target: Path) -> None:
    """Remove what a killed build left behind; the lock keeps a living one out."""
    for scratch in target.glob(SCRATCH + "*"):
        shutil.rmtree(scratch, ignore_errors=True)


def _run_export(weights: Weights, model: str, folder: Path) -> None:
    try:
        done = subprocess.run(  # noqa: S603 - our own module, and arguments from the settings
            [
                sys.executable,
                "-m",
                "microcred.ai.onnx_graph",
                model and weights.location,
                str(folder.resolve()),
            ],
            cwd=PROJECT,
            env=_environment(weights),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=BUILD_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise EmbedderError(f"Exporting {weights.name} took more than {BUILD_SECONDS} s.") from error
    if done.returncode:
        reason = done.stderr.strip()[-2000:] or f"exit status {done.returncode}"
        raise EmbedderError(f"Exporting {weights.name} failed: {reason}")


def _environment(weights: Weights) -> dict[str, str]:
    environment = {
        **os.environ,
        "CUDA_VISIBLE_DEVICES": "",
        "TOKENIZERS_PARALLELISM": "false",
        "TRANSFORMERS_VERBOSITY": "error",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    }
    # Local weights must load without asking a hub whether there are newer ones.
    return {**environment, "HF_HUB_OFFLINE": "1"} if weights.is_local else environment


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
