"""Which questions of a pool one assessment asks."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class PoolItem:
    """A question that may be asked: its key, its type, and how strongly it measures each skill."""

    key: str
    question_type: str
    difficulty: int
    skills: Mapping[str, float]


def assemble(
    pool: Sequence[PoolItem], *, importance: Mapping[str, int], size: int, seed: int
) -> list[PoolItem]:
    """Pick ``size`` questions that cover the role's skills, and put them in the order they are asked.

    Greedy maximum coverage: each step takes the question that adds most, where a skill counts with its
    importance divided by the square of one plus what the questions taken so far already measure of it. Questions
    of equal worth are drawn by ``seed``. At least one essay and one profile question are taken where the pool has
    them, since nothing else shows what they show. The order is profile first, then closed questions from easy
    to hard, then essays.

    Args:
        pool: The published questions; their order does not matter.
        importance: Skill key to importance in the role (1 to 5); a skill that the role does not name counts 1.
        size: How many questions to ask; a smaller pool is asked whole.
        seed: Reproduces the choice.

    Returns:
        The chosen questions, in the order in which they are asked.
    """
    remaining = sorted(pool, key=lambda item: item.key)
    random.Random(seed).shuffle(remaining)  # noqa: S311 - a reproducible draw, not a secret
    covered: dict[str, float] = {}
    chosen: list[PoolItem] = []
    for question_type in ("essay", "profile"):
        candidates = [item for item in remaining if item.question_type == question_type]
        if candidates and len(chosen) < size:
            _take(_worthiest(candidates, covered, importance), remaining, chosen, covered)
    while remaining and len(chosen) < size:
        _take(_worthiest(remaining, covered, importance), remaining, chosen, covered)
    return sorted(chosen, key=_place)


def _take(
    item: PoolItem, remaining: list[PoolItem], chosen: list[PoolItem], covered: dict[str, float]
) -> None:
    remaining.remove(item)
    chosen.append(item)
    for skill, weight in item.skills.items():
        covered[skill] = covered.get(skill, 0.0) + weight


def _worthiest(
    items: Sequence[PoolItem], covered: Mapping[str, float], importance: Mapping[str, int]
) -> PoolItem:
    def worth(item: PoolItem) -> float:
        return sum(
            weight * importance.get(skill, 1) / (1.0 + covered.get(skill, 0.0)) ** 2
            for skill, weight in item.skills.items()
        )

    return max(items, key=worth)


def _place(item: PoolItem) -> tuple[int, int, str]:
    group = {"profile": 0, "essay": 2}.get(item.question_type, 1)
    return (group, item.difficulty, item.key)
