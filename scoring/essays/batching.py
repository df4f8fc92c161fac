"""Which essays go in one call, and how its costs are divided among them."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from scoring.essays import precheck
from scoring.essays.injection import suspicions
from scoring.essays.task import EssayTask

MOST_CHARACTERS_PER_CALL: Final = 40_000
MOST_ESSAYS_PER_CALL: Final = 8
# How much of two answers is read across the seam between them.
SEAM: Final = 240


def batched(tasks: Sequence[EssayTask], stands_alone: Callable[[EssayTask], bool]) -> Iterator[list[int]]:
    """Positions of the tasks, call by call; what code decides, and what stands alone, is a group of its own."""
    group: list[int] = []
    used = 0
    for at, task in enumerate(tasks):
        if precheck.decide(task) is not None or stands_alone(task):
            yield [at]
            continue
        size = characters(task)
        is_full = used + size > MOST_CHARACTERS_PER_CALL or len(group) == MOST_ESSAYS_PER_CALL
        if group and (is_full or any(_speak_together(tasks[one], task) for one in group)):
            yield group
            group, used = [], 0
        group.append(at)
        used += size
    if group:
        yield group


def characters(task: EssayTask) -> int:
    """The length of everything a model reads of a task."""
    rubric = sum(
        len(c.explanation) + len(c.guidance) + sum(len(level.description) for level in c.levels)
        for c in task.criteria
    )
    return len(task.prompt) + len(task.answer) + len(task.model_answer) + len(task.grader_notes) + rubric


def portions(amount: int, shares: Sequence[int]) -> list[int]:
    """`amount` divided in proportion to `shares`, in whole numbers that add up to it."""
    whole, given, passed = max(sum(shares), 1), 0, 0
    divided: list[int] = []
    for share in shares:
        passed += share
        upto = amount * passed // whole
        divided.append(upto - given)
        given = upto
    return divided


def _speak_together(first: EssayTask, second: EssayTask) -> bool:
    """Whether two answers that are clean each by itself address the grader when read one after the other."""
    return bool(suspicions(f"{first.answer[-SEAM:]} {second.answer[:SEAM]}"))
