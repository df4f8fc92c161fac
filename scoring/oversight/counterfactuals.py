"""What skill levels would follow if one score of an assessment were another."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from decimal import Decimal

from scoring import contests, queries
from scoring.enums import MarkStatus
from scoring.evidence import evidence_of, signals_of
from scoring.oversight.essays import ScoreChoice, score_choices
from scoring.profile import corrected, skill_profile
from scoring.queries import QuestionResult


@dataclass(frozen=True, slots=True)
class ScoreStep:
    """One score that might be another: a criterion so many ``levels`` up (or, negative, down) from the level ``was``
    to ``becomes``, or a closed question from its points to all or none, with both in words and ``criterion`` empty.

    ``after`` are the measured skill levels (0 to 5 by key) that would follow; ``moved`` is by how much they would move
    in all, on the same scale.
    """

    position: int
    criterion: str
    levels: int
    was: str
    becomes: str
    after: Mapping[str, float]
    moved: float


def score_steps(assessment_id: uuid.UUID) -> list[ScoreStep]:
    """Return every single score that might be another and would move a skill level, the smallest move first."""
    results = queries.question_results(assessment_id)
    found = contests.levels_of(contests.corrections(assessment_id))
    now = levels_of(results, found)
    steps = [
        _step(results, place, other, now, found)
        for place, result in enumerate(results)
        for choice in score_choices(result)
        for other in _others(result, choice)
    ]
    moving = [step for step in steps if step.moved > 0]
    return sorted(moving, key=lambda one: (one.moved, one.position, one.criterion, one.levels))


def levels_now(assessment_id: uuid.UUID) -> dict[str, float]:
    """Return the measured skill levels (0 to 5 by key) that the scores which count make."""
    found = contests.levels_of(contests.corrections(assessment_id))
    return levels_of(queries.question_results(assessment_id), found)


def levels_of(results: Sequence[QuestionResult], corrections: Mapping[str, float]) -> dict[str, float]:
    """Return the measured skill levels that outcomes and a person's ``corrections`` make, by key."""
    drawn = skill_profile(evidence_of(results), signals_of(results))
    return {one.skill: one.level for one in corrected(drawn, corrections) if one.weight > 0}


@dataclass(frozen=True, slots=True)
class _Other:
    result: QuestionResult
    criterion: str
    levels: int
    was: str
    becomes: str


def _others(result: QuestionResult, choice: ScoreChoice) -> Iterator[_Other]:
    if choice.criterion_key:
        yield from _other_levels(result, choice)
    elif result.score is not None:
        for score, direction in ((result.maximum, 1), (Decimal(0), -1)):
            if score != result.score:
                was, becomes = f"{result.score:.2f} points", f"{score:.2f} points"
                yield _Other(replace(result, score=score), "", direction, was, becomes)


def _other_levels(result: QuestionResult, choice: ScoreChoice) -> Iterator[_Other]:
    """Every other level of a criterion that has been scored."""
    places = [place for place, level in enumerate(choice.levels) if level.id == choice.level_id]
    mark = next((one for one in result.marks if one.criterion_key == choice.criterion_key), None)
    if not places or mark is None or mark.status != MarkStatus.SCORED:
        return
    standing = places[0]
    for place, level in enumerate(choice.levels):
        if place != standing:
            other = copy(mark)
            other.points = level.points
            marks = tuple(other if one is mark else one for one in result.marks)
            yield _Other(
                replace(result, marks=marks),
                choice.name,
                place - standing,
                choice.levels[standing].name,
                level.name,
            )


def _step(
    results: Sequence[QuestionResult],
    place: int,
    other: _Other,
    now: Mapping[str, float],
    corrections: Mapping[str, float],
) -> ScoreStep:
    after = levels_of([*results[:place], other.result, *results[place + 1 :]], corrections)
    moved = sum(abs(level - now.get(skill, level)) for skill, level in after.items())
    return ScoreStep(
        other.result.question.position, other.criterion, other.levels, other.was, other.becomes, after, moved
    )
