"""Levels that a person gives an essay's criteria, stored as a run of its own."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Max

from accounts.models import User
from catalog import queries as catalog
from catalog.enums import QuestionType
from microcred.errors import Invalid
from scoring.enums import EssayOutcome, MarkStatus, ScoreSource
from scoring.essays import marks as points
from scoring.essays.judgement import CriterionVerdict
from scoring.essays.task import Criterion, EssayTask, Level
from scoring.models import CriterionMark, EssayScore
from scoring.queries import QuestionResult, score_version


class LevelUnknown(Invalid):
    """The rubric has no such criterion, or the criterion no such level."""

    default_code = "LEVEL_400"


@dataclass(frozen=True, slots=True)
class GivenLevel:
    """A level that a person gives a criterion, and why; an empty reason keeps that of the same level before."""

    level_id: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ScoreChoice:
    """What a person can give a criterion (its levels), or a closed answer (points), and what stands.

    ``criterion_key`` is empty for a closed answer, ``level_id`` where no level counts; ``version`` is that of what
    stands.
    """

    criterion_key: str
    name: str
    levels: tuple[Level, ...]
    level_id: str
    score: Decimal | None
    maximum: Decimal
    version: str


def score_choices(result: QuestionResult) -> tuple[ScoreChoice, ...]:
    """Return what a person can change about the score of an answer; nothing where there is none."""
    if result.question.response_id is None or result.status == "unscored":
        return ()
    if result.question.question_type != QuestionType.ESSAY:
        return (ScoreChoice("", "", (), "", result.score, result.maximum, score_version(result)),)
    stands = {mark.criterion_key: mark.level_id for mark in result.marks if mark.status == MarkStatus.SCORED}
    return tuple(
        ScoreChoice(
            one.key,
            one.name,
            one.levels,
            stands.get(one.key, ""),
            None,
            one.maximum,
            score_version(result, one.key),
        )
        for one in task_in_force(result).criteria
    )


def task_in_force(result: QuestionResult) -> EssayTask:
    """Return the essay with the rubric and weight that count: those asked, or of the version rescored by."""
    question, score = result.question, result.essay_score
    version = score.question_version_id if score else None
    rubric = catalog.version_content(version)["rubric"] if version else question.rubric
    return EssayTask.from_rubric(
        question_id=str(question.question_id),
        prompt=question.prompt,
        answer=str((question.answer or {}).get("text", "")),
        rubric=rubric,
        maximum=result.maximum,
        answer_format=question.answer_format,
    )


def named_level(task: EssayTask, criterion_key: str, level: str) -> tuple[Criterion, Level]:
    """Return a criterion and one of its levels, which may be named by its id or its name.

    Raises:
        LevelUnknown: naming what there is.
    """
    criterion = next((one for one in task.criteria if one.key == criterion_key), None)
    if criterion is None:
        raise _no_criterion(task, "The rubric has no such criterion.")
    found = next((one for one in criterion.levels if level in (one.id, one.name)), None)
    if found is None:
        raise LevelUnknown(
            "The criterion has no such level.",
            details={"field": "level", "levels": [one.name for one in criterion.levels]},
        )
    return criterion, found


def criterion_key(task: EssayTask, named: str) -> str:
    """Return the key of a criterion that is named by its key or, as results show it, by its name.

    Raises:
        LevelUnknown: naming what there is; also for a name that several criteria have.
    """
    if any(one.key == named for one in task.criteria):
        return named
    found = [one.key for one in task.criteria if one.name == named]
    if len(found) > 1:
        raise _no_criterion(task, "Several criteria have this name; give the key.")
    if not found:
        raise _no_criterion(task, "The rubric has no such criterion.")
    return found[0]


def _no_criterion(task: EssayTask, message: str) -> LevelUnknown:
    names = {one.key: one.name for one in task.criteria}
    return LevelUnknown(
        message, details={"field": "criterion", "criteria": list(names), "names": list(names.values())}
    )


def store_human_run(
    assessment_id: uuid.UUID, result: QuestionResult, given: Mapping[str, GivenLevel], *, by: User
) -> EssayScore:
    """Store a run in which ``by`` gives these criteria levels; the others are carried over as they stand.

    Raises:
        LevelUnknown: for a level or criterion that the rubric does not have.
    """
    task = task_in_force(result)
    marks = human_marks(result, task, given)
    before = result.essay_score
    run = new_run(assessment_id, result, task, marks, source=ScoreSource.HUMAN)
    run.provider, run.scored_by = "human", by
    run.flags = list(before.flags) if before else []
    run.question_version_id = before.question_version_id if before else None
    return store_run(run, marks)


def human_marks(
    result: QuestionResult, task: EssayTask, given: Mapping[str, GivenLevel]
) -> list[CriterionMark]:
    """Return the marks, not yet stored, of a run in which a person gives these levels; raises ``LevelUnknown``."""
    for key, one in given.items():
        named_level(task, key, one.level_id)
    standing = {mark.criterion_key: mark for mark in result.marks}
    return [
        _mark(position, criterion, given.get(criterion.key), standing.get(criterion.key))
        for position, criterion in enumerate(task.criteria, start=1)
    ]


def score_of(task: EssayTask, marks: Sequence[CriterionMark]) -> Decimal | None:
    """Return the points of an essay with these marks; None where none is scored."""
    return points.total(task, [_verdict(mark) for mark in marks])[0]


def new_run(
    assessment_id: uuid.UUID,
    result: QuestionResult,
    task: EssayTask,
    marks: Sequence[CriterionMark],
    *,
    source: str,
) -> EssayScore:
    """Return the run, not yet stored, that these marks make."""
    score, scored_weight = points.total(task, [_verdict(mark) for mark in marks])
    waits = any(mark.status == MarkStatus.NEEDS_REVIEW for mark in marks)
    return EssayScore(
        assessment_id=assessment_id,
        question_snapshot_id=result.question.snapshot_id,
        response_id=result.question.answered_by,
        source=source,
        outcome=EssayOutcome.NEEDS_REVIEW if waits else EssayOutcome.SCORED,
        score=score,
        maximum=task.maximum,
        scored_weight=scored_weight,
        explanation="; ".join(_reached(mark) for mark in marks) + ".",
        model="",
        prompt_version="",
    )


def store_run(run: EssayScore, marks: Sequence[CriterionMark]) -> EssayScore:
    """Store a run as the newest of its question; the caller holds the lock of the assessment."""
    rows = EssayScore.objects.filter(question_snapshot_id=run.question_snapshot_id)
    run.run = (rows.aggregate(run=Max("run"))["run"] or 0) + 1
    run.save(force_insert=True)
    for mark in marks:
        mark.essay_score = run
    CriterionMark.objects.bulk_create(marks)
    return run


def scored_mark(
    position: int, criterion: Criterion, level: Level, *, reason: str, standing: CriterionMark | None = None
) -> CriterionMark:
    """Return a mark for a level; with ``standing`` the quotes and the rest of the evidence are taken over."""
    return CriterionMark(
        position=position,
        criterion_key=criterion.key,
        criterion_name=criterion.name,
        skill_key=criterion.skill or "",
        status=MarkStatus.SCORED,
        level_id=level.id,
        level_name=level.name,
        points=points.points(criterion, level.id),
        maximum=criterion.maximum,
        weight=criterion.weight,
        reason=reason,
        quotes=list(standing.quotes) if standing else [],
        absence=standing.absence if standing else False,
    )


def waiting_mark(position: int, criterion: Criterion, standing: CriterionMark | None) -> CriterionMark:
    """Return the mark of a criterion that nobody has judged yet."""
    return CriterionMark(
        position=position,
        criterion_key=criterion.key,
        criterion_name=criterion.name,
        skill_key=criterion.skill or "",
        status=MarkStatus.NEEDS_REVIEW,
        level_id=standing.level_id if standing else "",
        level_name=standing.level_name if standing else "",
        maximum=criterion.maximum,
        weight=criterion.weight,
        reason=standing.reason if standing else "",
        note=standing.note if standing else "",
        quotes=list(standing.quotes) if standing else [],
        carried=True,
    )


def _mark(
    position: int, criterion: Criterion, given: GivenLevel | None, standing: CriterionMark | None
) -> CriterionMark:
    was_scored = standing is not None and standing.status == MarkStatus.SCORED
    if given is not None:
        level = next(one for one in criterion.levels if given.level_id in (one.id, one.name))
        same = standing if standing is not None and standing.level_id == level.id else None
        kept = same.reason if same is not None else ""
        return scored_mark(position, criterion, level, reason=given.reason or kept, standing=same)
    level_before = criterion.level(standing.level_id) if standing is not None and was_scored else None
    if standing is None or level_before is None:
        return waiting_mark(position, criterion, standing)
    carried = scored_mark(position, criterion, level_before, reason=standing.reason, standing=standing)
    carried.carried = True
    return carried


def _verdict(mark: CriterionMark) -> CriterionVerdict:
    scored = mark.status == MarkStatus.SCORED
    return CriterionVerdict(
        criterion_key=mark.criterion_key,
        level_id=mark.level_id or None,
        reason=mark.reason,
        quotes=(),
        absence=mark.absence,
        status="scored" if scored else "needs_review",
        points=Decimal(mark.points) if scored and mark.points is not None else None,
        maximum=mark.maximum,
    )


def _reached(mark: CriterionMark) -> str:
    scored = mark.status == MarkStatus.SCORED
    return f"{mark.criterion_name}: {mark.level_name if scored else 'a person will decide'}"
