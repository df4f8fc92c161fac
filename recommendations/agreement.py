"""How many nearest neighbours two searches have in common."""

from collections.abc import Hashable, Sequence


def mean_overlap(
    expected: Sequence[Sequence[Hashable]], found: Sequence[Sequence[Hashable]], *, k: int
) -> float | None:
    """Return the mean over queries of the share of the first ``k`` expected that are among the first ``k`` found.

    With the results of an exact search as ``expected`` this is recall@k. Queries that nothing is expected for say
    nothing; None when none is left.

    Raises:
        ValueError: where there are not as many queries found as expected.
    """
    shares = [
        len(set(wanted[:k]) & set(got[:k])) / len(set(wanted[:k]))
        for wanted, got in zip(expected, found, strict=True)
        if wanted
    ]
    return sum(shares) / len(shares) if shares else None
