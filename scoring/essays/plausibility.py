"""A second look at a model's verdict that no text can talk to: do the answer's own words bear it out?

Patterns find orders that look like orders; they cannot find every way to ask for a favour. What an order wants shows in
the outcome, though: the best level of every criterion for an answer that says next to nothing of what the criteria look
for. Coverage is the share of the content words (the first six letters of words of four or more) of guidance and best
level that the answer uses, as a mean over the criteria. The model answers of the demonstration catalog lie between .15
and .45, its weak essays at .06 and .07; the bound was set between them.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from scoring.essays.judgement import CriterionVerdict
from scoring.essays.language import FUNCTION_WORDS
from scoring.essays.task import Criterion, EssayTask
from scoring.essays.text import words

LEAST_COVERAGE: Final = 0.1
LEAST_WANTED: Final = 8
# Of the golden essays' criteria whose right level is the best one, 1 in 65 has less content than this by the local
# scorer's reading; of those whose right level is far below, three in ten have.
LEAST_CONTENT: Final = 0.25
# Where it reads less than this in the model answer, the local scorer is no witness of a criterion.
LEAST_OF_MODEL_ANSWER: Final = 0.4
_STEM: Final = 6
_SHORT: Final = 3


def is_too_good(task: EssayTask, verdicts: Iterable[CriterionVerdict]) -> bool:
    """True when every criterion is at its best level, though the answer uses hardly any word of what they look for.

    Criteria whose guidance is too short to tell are left out; without any that tell, nothing is too good.
    """
    levels = {verdict.criterion_key: verdict.level_id for verdict in verdicts}
    if any(levels.get(criterion.key) != criterion.levels[-1].id for criterion in task.criteria):
        return False
    spoken = _stems(task.answer)
    shares = [
        len(wanted & spoken) / len(wanted) for c in task.criteria if len(wanted := _wanted(c)) >= LEAST_WANTED
    ]
    return bool(shares) and sum(shares) / len(shares) < LEAST_COVERAGE


def contradicted(
    task: EssayTask, verdicts: Iterable[CriterionVerdict], content: Mapping[str, float]
) -> tuple[str, ...]:
    """The criteria at their best level in which the local scorer reads next to no content.

    `content` is `scoring.essays.local.Reading.content` by criterion; what it lacks is contradicted by nothing.
    """
    return tuple(name for name in at_best(task, verdicts) if content.get(name, 1.0) < LEAST_CONTENT)


def at_best(task: EssayTask, verdicts: Iterable[CriterionVerdict]) -> tuple[str, ...]:
    """The criteria that are at their best level."""
    best = {criterion.key: criterion.levels[-1].id for criterion in task.criteria}
    return tuple(
        verdict.criterion_key for verdict in verdicts if verdict.level_id == best[verdict.criterion_key]
    )


def _wanted(criterion: Criterion) -> frozenset[str]:
    return (
        _stems(f"{criterion.guidance} {criterion.levels[-1].description}")
        if criterion.guidance
        else frozenset()
    )


def _stems(text: str) -> frozenset[str]:
    known = FUNCTION_WORDS["en"]
    return frozenset(word[:_STEM] for word in words(text) if len(word) > _SHORT and word not in known)
