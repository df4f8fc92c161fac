"""A scorer as bytes: compressed numpy arrays, read back without pickle.

A pickle in the database would let whoever can write a row run code in a worker. Here a row
can at worst be wrong numbers. No word of a student is in it: n-grams are hashed, and training
answers are left as figures only.
"""

import io
import zipfile
from collections.abc import Mapping
from dataclasses import astuple, fields
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from scoring.training.blend import VERSION, Scorer, Support
from scoring.training.blocks import Blocks, Standardizer
from scoring.training.encoder import INNER_LAYERS
from scoring.training.relevance import Subject, Usual
from scoring.training.trees import Trees

_NUMBERS: Final = ("mean", "spread", "say", "error")
_VECTORS: Final = ("reaches", "of_counts", "of_meaning", "of_strings", "levels", "bounds")
_EXACT: Final = frozenset({"levels", "bounds"})


class ArtefactError(ValueError):
    """The bytes are not a scorer of this format."""


def to_bytes(scorer: Scorer) -> bytes:
    """The scorer in single precision."""
    arrays: dict[str, NDArray[Any]] = {
        "format": np.frombuffer(VERSION.encode(), np.uint8),
        "numbers": np.array([getattr(scorer, name) for name in _NUMBERS], float),
        "subject": np.array(astuple(scorer.subject), float),
        "counts_mean": scorer.blocks.counts.mean,
        "counts_spread": scorer.blocks.counts.spread,
        "layers_mean": scorer.blocks.layers.mean,
        "layers_spread": scorer.blocks.layers.spread,
        "documents": scorer.blocks.documents,
        "answers": np.array(scorer.blocks.answers),
        "axes": scorer.blocks.axes,
        "support_counts": scorer.support.counts,
        "support_meaning": scorer.support.meaning,
        "support_alpha": scorer.support.alpha,
        **{f"support_layer_{at}": layer for at, layer in enumerate(scorer.support.layers)},
        **{name: getattr(scorer, name) for name in _VECTORS},
    }
    if scorer.trees is not None:
        arrays |= {
            f"tree_{part.name}": np.asarray(getattr(scorer.trees, part.name)) for part in fields(Trees)
        }
    stream = io.BytesIO()
    np.savez_compressed(stream, allow_pickle=False, **{name: _narrow(name, a) for name, a in arrays.items()})
    return stream.getvalue()


def from_bytes(data: bytes) -> Scorer:
    """The scorer that `to_bytes` made. Raises `ArtefactError`."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        if arrays["format"].tobytes() != VERSION.encode():
            raise ArtefactError("the scorer is of another format; train it again")
        return _scorer(arrays)
    except (KeyError, OSError, EOFError, TypeError, zipfile.BadZipFile) as error:
        raise ArtefactError(f"the stored scorer cannot be read: {error}") from error
    except ValueError as error:
        raise ArtefactError(str(error)) from error


def _narrow(name: str, array: NDArray[Any]) -> NDArray[Any]:
    exact = name in _EXACT or name in {"numbers", "subject", "tree_threshold"}
    return array.astype(np.float32) if array.dtype == np.float64 and not exact else array


def _scorer(arrays: Mapping[str, NDArray[Any]]) -> Scorer:
    wide = {n: a.astype(float) if a.dtype == np.float32 else a for n, a in arrays.items()}
    mean, spread, say, error = (float(number) for number in wide["numbers"])
    return Scorer(
        blocks=Blocks(
            counts=Standardizer(wide["counts_mean"], wide["counts_spread"]),
            layers=Standardizer(wide["layers_mean"], wide["layers_spread"]),
            documents=wide["documents"],
            answers=int(wide["answers"]),
            axes=wide["axes"],
        ),
        support=Support(
            counts=wide["support_counts"],
            layers=tuple(wide[f"support_layer_{at}"] for at in range(INNER_LAYERS)),
            meaning=wide["support_meaning"],
            alpha=wide["support_alpha"],
        ),
        trees=_trees(wide) if "tree_base" in wide else None,
        mean=mean,
        spread=spread,
        say=say,
        subject=Subject(*(Usual(float(middle), float(spread)) for middle, spread in wide["subject"])),
        error=error,
        reaches=wide["reaches"],
        of_counts=wide["of_counts"],
        of_meaning=wide["of_meaning"],
        of_strings=wide["of_strings"],
        levels=wide["levels"],
        bounds=wide["bounds"],
    )


def _trees(wide: Mapping[str, NDArray[Any]]) -> Trees:
    parts = {part.name: wide[f"tree_{part.name}"] for part in fields(Trees) if part.name != "base"}
    return Trees(base=float(wide["tree_base"]), **parts)
