"""What a search found, column by column, and what it says of each credential.

A learner's queries find hundreds of passages of which a dozen are shown; only these become objects of their own. The
formulas are those of `recommendations.retrieval`.
"""

import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from recommendations.retrieval import HIGHEST, WORDS_SHARE, Hit, K

Rows = NDArray[np.intp]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class PassageRows:
    """The passages that can be found, by row: the ids of their vectors, and whose they are, as a place among
    ``credential_ids``, each of which is there once."""

    artifact_ids: Sequence[uuid.UUID]
    credential_ids: Sequence[uuid.UUID]
    owners: Rows

    @staticmethod
    def of(artifact_ids: Sequence[uuid.UUID], credential_ids: Sequence[uuid.UUID]) -> "PassageRows":
        """Return passages by the ids of their vectors and, for each, of its credential."""
        places: dict[uuid.UUID, int] = {}
        owners = [places.setdefault(one, len(places)) for one in credential_ids]
        return PassageRows(artifact_ids, list(places), np.array(owners, np.intp))

    @cached_property
    def places(self) -> Mapping[uuid.UUID, int]:
        """The place of each credential."""
        return {one: place for place, one in enumerate(self.credential_ids)}

    @cached_property
    def keys(self) -> Sequence[str]:
        """The ids of the vectors as text."""
        return list(map(str, self.artifact_ids))

    @cached_property
    def in_order(self) -> Rows:
        """The place of each row in the order of the ids."""
        ids = self.artifact_ids
        places = np.empty(len(ids), np.intp)
        places[sorted(range(len(ids)), key=ids.__getitem__)] = np.arange(len(ids))
        return places

    def owner(self, row: int) -> uuid.UUID:
        """Return whose passage it is."""
        return self.credential_ids[int(self.owners[row])]


@dataclass(frozen=True, slots=True)
class Ranks:
    """What one query found, the first by both ranks together first: rows of passages, their cosines, and their places,
    from 1, by meaning and by words; 0 where they are not in that list."""

    rows: Rows
    cosines: Floats
    by_meaning: Rows
    by_words: Rows

    @property
    def relevances(self) -> Floats:
        """What each says for its credential, as `Hit.relevance` does."""
        found: Floats = (np.clip(self.cosines, 0.0, 1.0) + self.fused / HIGHEST) / 2
        return found

    @property
    def fused(self) -> Floats:
        """The fused reciprocal ranks, as `Hit.fused`."""
        meant = np.where(self.by_meaning > 0, 1 / (K + self.by_meaning), 0.0)
        worded = np.where(self.by_words > 0, WORDS_SHARE / (K + self.by_words), 0.0)
        return np.asarray(meant + worded, np.float64)

    def first(self, limit: int, order_of: Rows) -> "Ranks":
        """Return the first by both ranks together; of equals what is nearer in meaning, then what comes first in the
        order of all rows."""
        order = np.lexsort((order_of[self.rows], -self.cosines, -self.fused))[:limit]
        return Ranks(self.rows[order], self.cosines[order], self.by_meaning[order], self.by_words[order])


@dataclass(frozen=True)
class SearchHits:
    """What each query found among the same passages."""

    passages: PassageRows
    lists: Sequence[Ranks]

    @staticmethod
    def of(lists: Sequence[Sequence[Hit]]) -> "SearchHits":
        """Return what was found as single hits, each list in its order."""
        owners: dict[uuid.UUID, uuid.UUID] = {}
        for hits in lists:
            owners |= {hit.artifact_id: hit.credential_id for hit in hits}
        rows = {artifact_id: row for row, artifact_id in enumerate(owners)}
        return SearchHits(
            PassageRows.of(list(owners), list(owners.values())), [_ranks(hits, rows) for hits in lists]
        )

    @cached_property
    def relevances(self) -> Sequence[Floats]:
        """What each find of each query says for its credential."""
        return [one.relevances for one in self.lists]

    def __bool__(self) -> bool:
        return any(len(one.rows) for one in self.lists)

    def hits(self, number: int) -> Iterator[Hit]:
        """Yield what a query found."""
        return (self.hit(number, place) for place in range(len(self.lists[number].rows)))

    def hit(self, number: int, place: int) -> Hit:
        """Return what stands at a place of what a query found."""
        one = self.lists[number]
        row = int(one.rows[place])
        return Hit(
            self.passages.owner(row),
            self.passages.artifact_ids[row],
            float(one.cosines[place]),
            int(one.by_meaning[place]) or None,
            int(one.by_words[place]) or None,
            place + 1,
        )

    def best_of_each(self, number: int) -> list[int]:
        """Return where the most relevant passage of every credential stands in what a query found; of a credential's
        score nothing else matters."""
        one = self.lists[number]
        owners = self.passages.owners[one.rows]
        order = np.lexsort((np.arange(len(owners)), -self.relevances[number], owners))
        kept: list[int] = np.sort(order[np.flatnonzero(np.diff(owners[order], prepend=-1))]).tolist()
        return kept

    def best_relevances(self, number: int) -> dict[uuid.UUID, float]:
        """Return what a query's hits say of every credential at best, as `Hit.relevance` does."""
        one, kept = self.lists[number], self.best_of_each(number)
        owners = self.passages.owners[one.rows[kept]].tolist()
        found = zip(owners, self.relevances[number][kept].tolist(), strict=True)
        return {self.passages.credential_ids[owner]: relevance for owner, relevance in found}


class HitsByCredential:
    """What queries found, by credential: its score by its best passage, and that and its other passages."""

    def __init__(self, hits: SearchHits, shares: Sequence[float]) -> None:
        self._hits = hits
        self._relevances = hits.relevances
        best = np.full(len(hits.passages.credential_ids), -1.0)
        for one, share, relevances in zip(hits.lists, shares, self._relevances, strict=True):
            np.maximum.at(best, hits.passages.owners[one.rows], share * relevances)
        self.scores: Final[Mapping[uuid.UUID, float]] = {
            credential_id: score
            for credential_id, score in zip(hits.passages.credential_ids, best.tolist(), strict=True)
            if score >= 0
        }

    def hits(self, credential_id: uuid.UUID) -> list[Hit]:
        """Return the passages of a credential, each once where it says most, the most relevant first."""
        best: dict[uuid.UUID, tuple[float, Hit]] = {}
        for relevance, hit in self._of(credential_id):
            known = best.get(hit.artifact_id)
            if known is None or (relevance, hit.similarity) > (known[0], known[1].similarity):
                best[hit.artifact_id] = relevance, hit
        return [hit for _, hit in sorted(best.values(), key=_order)]

    def of_all(self, credential_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, list[Hit]]:
        """Return the passages of those of these credentials that have any."""
        return {one: self.hits(one) for one in credential_ids if one in self.scores}

    def _of(self, credential_id: uuid.UUID) -> Iterator[tuple[float, Hit]]:
        owner = self._hits.passages.places[credential_id]
        for number, one in enumerate(self._hits.lists):
            for place in np.flatnonzero(self._hits.passages.owners[one.rows] == owner).tolist():
                yield float(self._relevances[number][place]), self._hits.hit(number, place)


def _ranks(hits: Sequence[Hit], rows: Mapping[uuid.UUID, int]) -> Ranks:
    return Ranks(
        np.array([rows[hit.artifact_id] for hit in hits], np.intp),
        np.array([hit.similarity for hit in hits], np.float64),
        np.array([hit.vector_rank or 0 for hit in hits], np.intp),
        np.array([hit.text_rank or 0 for hit in hits], np.intp),
    )


def _order(one: tuple[float, Hit]) -> tuple[float, float, uuid.UUID]:
    return -one[0], -one[1].similarity, one[1].artifact_id
