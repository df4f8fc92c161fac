"""Passages held in memory, and the exact search among those of some credentials: by meaning, by words, and by both.

It ranks as `recommendations.queries.hybrid` does in the database, which takes over where more passages are asked for
than are compared one by one. Cosines that are told, and that decide a place, are worked out in double precision. Ties
go to the id.
"""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from microcred.single_flight import SingleFlightCache
from recommendations.record_json import description
from recommendations.retrieval import MOST_OF_ONE
from recommendations.search_hits import Floats, PassageRows, Ranks, Rows, SearchHits

Singles = NDArray[np.float32]
# How far two cosines in single precision may be apart that are equal in double precision.
SLACK: Final = 1e-5
# So that passages of the same words have the same cosine to the last digit.
DIGITS: Final = 9
DIGITS_OF_SCALED: Final = 7
# What is asked for lately; 16 bytes for each passage held.
MOST_MEANINGS: Final = 32
AT_A_TIME: Final = 1024


@dataclass(frozen=True, slots=True)
class StoredPassages:
    """Passages as they are stored, by row: whose they are, their vectors, the hashes of what was embedded and of the
    vector, and the row of their document's title among ``titles``, -1 without one."""

    artifact_ids: Sequence[uuid.UUID]
    credential_ids: Sequence[uuid.UUID]
    chunk_ids: Sequence[uuid.UUID]
    vectors: Singles
    hashes: Sequence[tuple[str, str]]
    title_of: Rows
    titles: Singles

    @property
    def size(self) -> int:
        """How many vectors that is."""
        return len(self.vectors) + len(self.titles)

    def and_also(self, more: "StoredPassages") -> "StoredPassages":
        """Return these and more."""
        shifted = np.where(more.title_of < 0, -1, more.title_of + len(self.titles))
        return StoredPassages(
            [*self.artifact_ids, *more.artifact_ids],
            [*self.credential_ids, *more.credential_ids],
            [*self.chunk_ids, *more.chunk_ids],
            np.concatenate([self.vectors, more.vectors]),
            [*self.hashes, *more.hashes],
            np.concatenate([self.title_of, shifted]),
            np.concatenate([self.titles, more.titles]),
        )


@dataclass(frozen=True, slots=True)
class FlatIndex:
    """Vectors so few that all of them are compared, scaled to unit length, in the order in which ties are settled."""

    vectors: Singles

    @staticmethod
    def of(vectors: Singles) -> "FlatIndex":
        """Return vectors as they are stored, ready to be compared."""
        return FlatIndex(np.asarray(vectors / _norms(vectors)[:, None], np.float32))

    def nearest(self, query: Singles, limit: int) -> list[tuple[int, float]]:
        """Return the rows nearest to a vector with their cosines, the nearest first."""
        wanted = query.astype(np.float64) / _norms(query[None])[0]
        narrow = np.einsum("ij,j->i", self.vectors, wanted.astype(np.float32))
        near = _narrowed(np.arange(len(narrow)), narrow, limit)
        cosines = np.round(
            np.einsum("ij,j->i", self.vectors[near].astype(np.float64), wanted), DIGITS_OF_SCALED
        )
        first = np.lexsort((near, -cosines))[:limit]
        return list(zip(near[first].tolist(), cosines[first].tolist(), strict=True))


@dataclass(frozen=True, slots=True)
class Postings:
    """The rows that have a word, and how much it counts there."""

    rows: Rows
    ranks: Floats

    @staticmethod
    def of(found: Sequence[tuple[int, float]]) -> "Postings":
        """Return the postings of rows with their ranks."""
        return Postings(
            np.array([row for row, _ in found], np.intp), np.array([rank for _, rank in found], float)
        )


@dataclass(frozen=True, slots=True)
class IndexQuery:
    """What one need asks for: the vector of its text, and where its words stand with how rare each is."""

    vector: Singles
    words: Sequence[tuple[Postings, float]]


@dataclass(frozen=True, slots=True)
class CosineScores:
    """How near everything held is to a vector, by row: the cosine with the passage, and with the weighted mean of
    passage and title."""

    plain: Floats
    mixed: Floats


@dataclass(slots=True)
class PassageIndex:
    """Passages, and the words that were asked for of them; ``title_share`` is what a title adds to the meaning."""

    held: StoredPassages
    title_share: float
    credentials: frozenset[uuid.UUID]
    words: dict[str, Postings] = field(default_factory=dict)
    _stock: PassageRows = field(init=False)
    _rows: dict[uuid.UUID, list[int]] = field(init=False)
    _described: dict[int, str] = field(init=False, default_factory=dict)
    _meanings: SingleFlightCache[bytes, CosineScores] = field(
        init=False, default_factory=lambda: SingleFlightCache(MOST_MEANINGS)
    )
    _order: Rows = field(init=False)
    _norms: Floats = field(init=False)
    _title_norms: Floats = field(init=False)

    def __post_init__(self) -> None:
        self._rows = {}
        for row, credential_id in enumerate(self.held.credential_ids):
            self._rows.setdefault(credential_id, []).append(row)
        ids = self.held.artifact_ids
        self._stock = PassageRows.of(ids, self.held.credential_ids)
        self._order = self._stock.in_order
        self._norms = _norms(self.held.vectors)
        self._title_norms = _norms(self.held.titles)

    def rows_of(self, credential_ids: Collection[uuid.UUID]) -> Rows:
        """Return the rows of these credentials' passages."""
        found = [row for one in credential_ids for row in self._rows.get(one, ())]
        return np.array(found, np.intp)

    def described(self, rows: Sequence[int]) -> list[str]:
        """Return what a decision record says of the passages of these rows, with the hashes of what was embedded for
        each (``content``) and of its ``vector``."""
        for row in rows:
            if row not in self._described:
                content, vector = self.held.hashes[row]
                hashes = {"content": content, "vector": vector}
                self._described[row] = description(self.held.credential_ids[row], hashes)
        return [self._described[row] for row in rows]

    def search(self, wanted: Sequence[IndexQuery], rows: Rows, *, depth: int, limit: int) -> SearchHits:
        """Return, for each that is wanted, the first ``limit`` of these rows by meaning and by words together; each of
        the two searches goes ``depth`` passages deep."""
        vectors = {one.vector.tobytes(): one.vector for one in wanted}
        meanings = self._meanings.of(list(vectors), lambda new: [self._meaning(vectors[key]) for key in new])
        of = dict(zip(vectors, meanings, strict=True))
        found = [self._found(of[one.vector.tobytes()], one.words, rows, depth) for one in wanted]
        return SearchHits(self._stock, [one.first(limit, self._order) for one in found])

    def _meaning(self, vector: Singles) -> CosineScores:
        """What is asked for is the same for many students, so all that is held is compared with it at once."""
        query = vector.astype(np.float64)
        query /= _norms(query[None])[0]
        # By and by, so that little of what is held stands there twice.
        parts = np.array_split(np.arange(len(self.held.vectors)), 1 + len(self.held.vectors) // AT_A_TIME)
        plain = np.concatenate([self._cosines(rows, query) for rows in parts])
        mixed = np.concatenate([self._mixed(rows, plain[rows], query) for rows in parts])
        return CosineScores(plain, mixed)

    def _found(
        self, meaning: CosineScores, words: Sequence[tuple[Postings, float]], rows: Rows, depth: int
    ) -> Ranks:
        met, scores = self._worded(words, rows)
        found = self._ranks(meaning, rows, (met, scores), depth)
        if not self._floods(found):
            return found
        rows = rows[self._thinned(rows, meaning.plain[rows])]
        first = self._thinned(met, meaning.plain[met], scores)
        return self._ranks(meaning, rows, (met[first], scores[first]), depth)

    def _ranks(self, meaning: CosineScores, rows: Rows, worded: tuple[Rows, Singles], depth: int) -> Ranks:
        """Rank rows by their cosines, and those that have words by their scores."""
        near, (met, scores) = self._nearest(meaning, rows, depth), _highest(*worded, depth)
        among = self._united(near, met)
        by_meaning = _places(among, near)
        by_words = _places(among, met[np.lexsort((self._order[met], -meaning.plain[met], -scores))[:depth]])
        listed = (by_meaning > 0) | (by_words > 0)
        return Ranks(among[listed], meaning.plain[among[listed]], by_meaning[listed], by_words[listed])

    def _nearest(self, meaning: CosineScores, rows: Rows, depth: int) -> Rows:
        """The nearest by the passage's cosine, in the order of the weighted mean of passage and title."""
        if len(rows) > depth:
            plain = meaning.plain[rows]
            rows = rows[plain >= np.partition(plain, len(rows) - depth)[len(rows) - depth]]
        near = rows[np.lexsort((self._order[rows], -meaning.plain[rows]))[:depth]]
        ordered: Rows = near[np.lexsort((self._order[near], -meaning.mixed[near]))]
        return ordered

    def _floods(self, found: Ranks) -> bool:
        """Whether a credential has more than its places in a list."""
        owners = self._stock.owners[found.rows]
        return any(
            np.bincount(owners[places > 0]).max(initial=0) > MOST_OF_ONE
            for places in (found.by_meaning, found.by_words)
        )

    def _thinned(self, rows: Rows, *values: Floats | Singles) -> Rows:
        """The places of the first rows of each credential by these values, the last of which counts most."""
        owners = self._stock.owners[rows]
        ordered = np.lexsort((self._order[rows], *(-one for one in values), owners))
        begins = np.searchsorted(owners[ordered], owners[ordered])
        return np.sort(ordered[np.arange(len(rows)) - begins < MOST_OF_ONE])

    def _united(self, near: Rows, met: Rows) -> Rows:
        """All of these rows in order, each once."""
        is_one = np.zeros(len(self._order), np.bool_)
        is_one[near] = is_one[met] = True
        return np.flatnonzero(is_one)

    def _cosines(self, rows: Rows, query: Floats) -> Floats:
        products: Floats = np.einsum("ij,j->i", self.held.vectors[rows].astype(np.float64), query)
        return np.round(products / self._norms[rows], DIGITS)

    def _mixed(self, rows: Rows, plain: Floats, query: Floats) -> Floats:
        """The cosine with the weighted mean of passage and title."""
        meant, share = plain.copy(), self.title_share
        titled = self.held.title_of[rows] >= 0
        if titled.any():
            places, whose = self.held.title_of[rows[titled]], rows[titled]
            titles = self.held.titles[places].astype(np.float64)
            to_query = np.einsum("ij,j->i", titles, query) / self._title_norms[places]
            alike = np.einsum("ij,ij->i", titles, self.held.vectors[whose].astype(np.float64))
            alike /= self._title_norms[places] * self._norms[whose]
            length = np.sqrt((1 - share) ** 2 + share**2 + 2 * share * (1 - share) * alike)
            mixed = (1 - share) * plain[titled] + share * to_query
            meant[titled] = np.round(mixed / np.maximum(1e-9, length), DIGITS)
        return meant

    def _worded(self, words: Sequence[tuple[Postings, float]], rows: Rows) -> tuple[Rows, Singles]:
        """Those of the rows that have one of the words, with their scores."""
        scores = np.zeros(len(self._order))
        for own, rarity in words:
            scores[own.rows] += rarity * own.ranks
        told = scores.astype(np.float32)
        met = rows[told[rows] > 0]
        return met, told[met]


def _places(among: Rows, ordered: Rows) -> Rows:
    """The places, from 1, of what is ``among`` these in this order; 0 for what is not."""
    places = np.zeros(len(among), np.intp)
    places[np.searchsorted(among, ordered)] = np.arange(1, len(ordered) + 1)
    return places


def _narrowed(rows: Rows, narrow: Singles, depth: int) -> Rows:
    if len(rows) <= depth:
        return rows
    least = np.partition(narrow, len(rows) - depth)[len(rows) - depth]
    near: Rows = rows[narrow >= least - SLACK]
    return near


def _highest(rows: Rows, scores: Singles, depth: int) -> tuple[Rows, Singles]:
    if len(rows) <= depth:
        return rows, scores
    high = scores >= np.partition(scores, len(rows) - depth)[len(rows) - depth]
    return rows[high], scores[high]


def _norms(vectors: Singles | Floats) -> Floats:
    lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors, dtype=np.float64))
    return np.asarray(np.where(lengths > 0, lengths, 1.0), np.float64)
