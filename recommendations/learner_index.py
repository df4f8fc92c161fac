"""Past learners of one role, held so that the nearest of a hundred thousand are found in less than a millisecond.

Levels stand in columns of single precision, by which the field is narrowed; the few that are left are compared in
double precision. So the result is that of an exhaustive comparison, of `sklearn.neighbors.NearestNeighbors` in the
tests.
"""

import hashlib
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from recommendations.chain import canonical

Floats = NDArray[np.float64]
# From here on the field is narrowed first; what is not much further away than the last one wanted stays in it.
NARROWED_FROM: Final = 2048
SLACK: Final = 1e-3
_MODULUS: Final = 1 << 256


@dataclass(frozen=True, slots=True)
class NearestLearners:
    """The nearest by key, the nearest first, with their root mean squares; how many were ``comparable``; how many of
    those hold each credential; the level taken for what a learner lacks; and a hash of everybody looked at."""

    keys: Sequence[uuid.UUID]
    apart: Sequence[float]
    comparable: int
    holders: Mapping[uuid.UUID, int]
    means: Mapping[str, float]
    digest: str


class LearnerIndex:
    """Learners by key; each can be put in anew and taken out."""

    def __init__(self) -> None:
        self._rows: dict[uuid.UUID, int] = {}
        self._keys: list[uuid.UUID] = []
        self._held: list[tuple[uuid.UUID, ...]] = []
        self._digests: list[int] = []
        self._columns: dict[str, int] = {}
        self._levels: Floats = np.full((8, 16), np.nan)
        self._stamps: Floats = np.zeros(16)
        self._holders: Counter[uuid.UUID] = Counter()
        self._digest = 0
        self._narrow: NDArray[np.float32] | None = None
        self._known: NDArray[np.bool_] = np.zeros((0, 0), bool)

    def __len__(self) -> int:
        return len(self._rows)

    def put(
        self, key: uuid.UUID, levels: Mapping[str, float], held: Sequence[uuid.UUID], *, stamp: float = 0.0
    ) -> None:
        """Take a learner in, instead of what was known of them; of equals the one of the latest stamp comes first."""
        self.drop(key)
        row = len(self._keys)
        self._make_room(row, levels)
        self._rows[key] = row
        self._keys.append(key)
        self._held.append(tuple(held))
        self._digests.append(_digest(levels, held))
        self._stamps[row] = stamp
        for skill, level in levels.items():
            self._levels[self._columns[skill], row] = level
        self._holders.update(held)
        self._digest += self._digests[row]
        self._narrow = None

    def drop(self, key: uuid.UUID) -> None:
        """Forget a learner; one who is not known is no error."""
        row = self._rows.pop(key, None)
        if row is None:
            return
        self._levels[:, row] = np.nan
        self._holders.subtract(self._held[row])
        self._digest -= self._digests[row]
        self._held[row], self._digests[row] = (), 0
        self._narrow = None
        if len(self._keys) > 2 * len(self._rows) + 1000:
            self._close_ranks()

    def find(
        self, levels: Mapping[str, float], *, number: int, without: uuid.UUID | None = None
    ) -> NearestLearners:
        """Return the ``number`` learners whose ``levels`` (0 to 5 by skill key) differ least by the root mean square,
        among those who share a skill; a level that one of them lacks is taken at the mean of the others."""
        self._prepare()
        skills = sorted(levels)
        places = [self._columns[skill] for skill in skills if skill in self._columns]
        own = self._rows.get(without) if without is not None else None
        comparable: NDArray[np.bool_] = np.zeros(len(self._keys), bool)
        for place in places:
            comparable |= self._known[place]
        if own is not None:
            comparable[own] = False
        means = {skill: self._mean(skill, own) for skill in skills}
        number_comparable = int(np.count_nonzero(comparable))
        field = np.flatnonzero(comparable)
        if len(field) > NARROWED_FROM:
            field = self._narrowed(levels, comparable, number)
        apart = self._apart(levels, field, means)
        ties = np.array([self._keys[row].int & 0xFFFFFFFFFFFFFFFF for row in field], np.uint64)
        order = np.lexsort((ties, -self._stamps[field], apart))[:number]
        gone = self._digests[own] if own is not None else 0
        return NearestLearners(
            keys=[self._keys[row] for row in field[order]],
            apart=[float(distance) for distance in apart[order]],
            comparable=number_comparable,
            holders=self._holders_among(comparable),
            means=means,
            digest=f"{(self._digest - gone) % _MODULUS:064x}",
        )

    def _narrowed(
        self, levels: Mapping[str, float], comparable: NDArray[np.bool_], number: int
    ) -> NDArray[np.intp]:
        """Those who could be among the nearest, by squares in single precision."""
        if self._narrow is None:
            raise RuntimeError("prepared before")
        squares = np.zeros(len(self._keys), np.float32)
        step = np.empty_like(squares)
        for skill, level in levels.items():
            if skill in self._columns:
                np.subtract(self._narrow[self._columns[skill]], np.float32(level), out=step)
                np.multiply(step, step, out=step)
                np.add(squares, step, out=squares)
        squares[~comparable] = np.inf
        bound = np.partition(squares, number - 1)[number - 1]
        return np.flatnonzero(squares <= bound + SLACK * (1.0 + bound)).astype(np.intp)

    def _apart(
        self, levels: Mapping[str, float], field: NDArray[np.intp], means: Mapping[str, float]
    ) -> Floats:
        squares = np.zeros(len(field))
        for skill in sorted(levels):
            own = (
                self._levels[self._columns[skill], field]
                if skill in self._columns
                else np.full(len(field), np.nan)
            )
            squares += (np.where(np.isnan(own), means[skill], own) - levels[skill]) ** 2
        return np.asarray(np.sqrt(squares / max(1, len(levels))), np.float64)

    def _mean(self, skill: str, own: int | None) -> float:
        """The mean level of the others who have one; 0 where nobody has."""
        if skill not in self._columns:
            return 0.0
        column = self._columns[skill]
        total, number = self._sums[column], self._numbers[column]
        if own is not None and self._known[column, own]:
            total, number = total - self._levels[column, own], number - 1
        return float(total / number) if number else 0.0

    def _holders_among(self, comparable: NDArray[np.bool_]) -> Mapping[uuid.UUID, int]:
        strangers = [self._held[row] for row in np.flatnonzero(~comparable)]
        if not any(strangers):
            return self._holders
        found = Counter(self._holders)
        for held in strangers:
            found.subtract(held)
        return found

    def _prepare(self) -> None:
        """Work out what depends on everybody, after a change."""
        if self._narrow is not None:
            return
        whole = self._levels[: len(self._columns), : len(self._keys)]
        self._known = ~np.isnan(whole)
        self._numbers = self._known.sum(axis=1)
        self._sums = np.where(self._known, whole, 0.0).sum(axis=1)
        means = self._sums / np.maximum(self._numbers, 1)
        self._narrow = np.ascontiguousarray(np.where(self._known, whole, means[:, None]), np.float32)

    def _make_room(self, row: int, levels: Mapping[str, float]) -> None:
        for skill in levels:
            self._columns.setdefault(skill, len(self._columns))
        columns, rows = self._levels.shape
        if row >= rows or len(self._columns) > columns:
            wider = np.full((max(columns, 2 * len(self._columns)), max(rows, 2 * (row + 1))), np.nan)
            wider[:columns, :rows] = self._levels
            self._levels = wider
            self._stamps = np.concatenate([self._stamps, np.zeros(wider.shape[1] - rows)])

    def _close_ranks(self) -> None:
        """Take the rows of those who are gone away."""
        kept = np.fromiter(self._rows.values(), np.intp, len(self._rows))
        self._levels, self._stamps = self._levels[:, kept].copy(), self._stamps[kept].copy()
        self._keys = [self._keys[row] for row in kept]
        self._held = [self._held[row] for row in kept]
        self._digests = [self._digests[row] for row in kept]
        self._rows = {key: row for row, key in enumerate(self._keys)}


def _digest(levels: Mapping[str, float], held: Sequence[uuid.UUID]) -> int:
    """A hash of what counts of a learner; those of several add up to one of all of them, in any order."""
    said = canonical([sorted(levels.items()), sorted(map(str, held))])
    return int.from_bytes(hashlib.sha256(said.encode()).digest(), "big")
