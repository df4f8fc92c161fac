"""A fitted blend as bytes, and back: arrays without anything that could be run."""

import io
from typing import Any, Final

import numpy as np

from recommendations.collaborative.blend import Blend, Weights
from recommendations.collaborative.signals import Among, ConstantSignal, ItemToItem, LowRank, Signal

NAME: Final = "blend"


class NotPackable(TypeError):
    """A signal of a kind that has no arrays of its own; it is tabulated first."""


def pack(blend: Blend) -> bytes:
    """Return the signals that have a weight as a compressed archive of arrays.

    Raises:
        NotPackable: a signal is of another kind than those of `signals`.
    """
    arrays: dict[str, Any] = {}
    for signal in blend.signals:
        if blend.weights[signal.name] > 0:
            arrays |= {f"{signal.name}.{name}": array for name, array in _arrays(signal).items()}
    packed = io.BytesIO()
    np.savez_compressed(packed, **arrays)
    return packed.getvalue()


def unpack(packed: bytes, weights: Weights) -> Blend:
    """Return the blend; signals without a weight are gone, and count for nothing."""
    with np.load(io.BytesIO(packed), allow_pickle=False) as archive:
        parts: dict[str, dict[str, Any]] = {}
        for key in archive.files:
            name, _, part = key.partition(".")
            parts.setdefault(name, {})[part] = archive[key]
    kept = {name: weight for name, weight in weights.by_signal.items() if name in parts}
    return Blend(NAME, [_signal(name, parts[name]) for name in kept], Weights(kept, weights.of_shares))


def _arrays(signal: Signal) -> dict[str, Any]:
    from scipy import sparse

    match signal:
        case ConstantSignal():
            return {"values": signal.values}
        case LowRank():
            return {"into": signal.into, "out": signal.out}
        case Among():
            return {"among": signal.weights, "items": signal.items, "n": np.array(signal.n_items)}
        case ItemToItem(by_recency=by_recency) if sparse.issparse(signal.weights):
            table = signal.weights.tocsr()
            arrays = {"data": table.data, "indices": table.indices, "indptr": table.indptr}
            return arrays | {"by_recency": np.array(by_recency)}
        case ItemToItem(by_recency=by_recency):
            return {"table": signal.weights, "by_recency": np.array(by_recency)}
    raise NotPackable(signal.name)


def _signal(name: str, parts: dict[str, Any]) -> Signal:
    from scipy import sparse

    if "values" in parts:
        return ConstantSignal(name, parts["values"])
    if "into" in parts:
        return LowRank(name, parts["into"], parts["out"])
    if "among" in parts:
        return Among(name, parts["among"], parts["items"], int(parts["n"]))
    if "table" in parts:
        return ItemToItem(name, parts["table"], by_recency=bool(parts["by_recency"]))
    size = len(parts["indptr"]) - 1
    table = sparse.csr_matrix((parts["data"], parts["indices"], parts["indptr"]), shape=(size, size))
    return ItemToItem(name, table, by_recency=bool(parts["by_recency"]))
