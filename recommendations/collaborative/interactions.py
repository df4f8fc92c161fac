"""Who took what, and when where that is known."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.intp]
RECENCY: Final = 0.7


@dataclass(frozen=True, slots=True)
class Interactions:
    """Which of ``n_items`` items each user took.

    ``taken`` is a CSR matrix (users, items) of float32 ones; ``times`` holds a number that rises with time for
    each of its entries, or is None where time is not known.
    """

    taken: Any
    times: NDArray[np.float64] | None = None

    @classmethod
    def of(
        cls,
        users: Sequence[int] | Rows,
        items: Sequence[int] | Rows,
        *,
        shape: tuple[int, int],
        times: Sequence[float] | NDArray[np.float64] | None = None,
    ) -> "Interactions":
        """Build from equally long columns; of several rows of a user with an item the first counts."""
        from scipy import sparse

        user, item = np.asarray(users, np.intp), np.asarray(items, np.intp)
        when = np.zeros(len(user)) if times is None else np.asarray(times, np.float64)
        order = np.lexsort((when, item, user))
        user, item, when = user[order], item[order], when[order]
        first = np.ones(len(user), bool)
        first[1:] = (np.diff(user) != 0) | (np.diff(item) != 0)
        user, item, when = user[first], item[first], when[first]
        ends = np.concatenate(([0], np.cumsum(np.bincount(user, minlength=shape[0]))))
        taken = sparse.csr_matrix((np.ones(len(user), np.float32), item, ends), shape=shape)
        return cls(taken, None if times is None else when)

    @property
    def n_users(self) -> int:
        """How many users there are."""
        return int(self.taken.shape[0])

    @property
    def n_items(self) -> int:
        """How many items there are."""
        return int(self.taken.shape[1])

    @property
    def counts(self) -> NDArray[np.float32]:
        """How many users took each item."""
        return np.asarray(self.taken.sum(axis=0), np.float32).ravel()

    @property
    def sizes(self) -> NDArray[np.intp]:
        """How many items each user took."""
        return np.asarray(np.diff(self.taken.indptr), np.intp)

    def of_user(self, user: int) -> slice:
        """The entries of one user."""
        return slice(int(self.taken.indptr[user]), int(self.taken.indptr[user + 1]))

    def histories(self, users: Rows) -> "Histories":
        """The histories of some users, as signals read them."""
        seen = self.taken[users]
        if self.times is None:
            return Histories(seen, seen)
        recent = seen.copy()
        for place, user in enumerate(users):
            # The last item weighs 1, the one before RECENCY, and so on.
            age = np.argsort(np.argsort(-self.times[self.of_user(user)], kind="stable"), kind="stable")
            recent.data[recent.indptr[place] : recent.indptr[place + 1]] = RECENCY**age
        return Histories(seen, recent)


@dataclass(frozen=True, slots=True)
class Histories:
    """Items seen by some users: CSR (n, items) of ones, and the same with the latest weighed most.

    Without times the two are equal.
    """

    seen: Any
    recent: Any

    def __len__(self) -> int:
        return int(self.seen.shape[0])


@dataclass(frozen=True, slots=True)
class Split:
    """Interactions without a held-back part, whose users and items these are, and that part."""

    kept: Interactions
    users: Rows
    held: list[Rows]


def hold_back(whole: Interactions, *, most_users: int, seed: int) -> Split:
    """Hold back a fifth of the items, one at least, of up to ``most_users`` users with two items or more.

    The latest of each user where times are known, any where not. At most half of all such users are asked.
    """
    generator = np.random.default_rng(seed)
    able = np.flatnonzero(whole.sizes >= 2)
    chosen = np.sort(generator.permutation(able)[: min(most_users, -(-len(able) // 2))])
    stays = np.ones(whole.taken.nnz, bool)
    held: list[Rows] = []
    for user in chosen:
        own = whole.of_user(user)
        number = max(1, round((own.stop - own.start) / 5))
        luck = generator.random(own.stop - own.start)
        # Chance decides between equal times.
        order = np.argsort(luck) if whole.times is None else np.lexsort((luck, -whole.times[own]))
        out = own.start + order[:number]
        stays[out] = False
        held.append(whole.taken.indices[out].astype(np.intp))
    entries = whole.taken.tocoo()
    kept = Interactions.of(
        entries.row[stays],
        entries.col[stays],
        shape=whole.taken.shape,
        times=None if whole.times is None else whole.times[stays],
    )
    return Split(kept, chosen, held)
