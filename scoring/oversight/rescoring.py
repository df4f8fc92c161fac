"""Scoring past answers by a question's newest version: its key, its weight, its rubric's points and weights.

Publishing a version changes nothing for those who took the question before: they keep what was frozen for them
until somebody plans a rescoring, looks at who would move, and applies it with a reason. Closed answers are scored
by the new key. An essay that a model has read by the new version meanwhile (``rereading``) gets what came of that;
any other is not read again: the levels that it reached get the new points and weights, so the criteria and levels
must still be there. What a person gave a closed answer stays.
"""

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from django.db import transaction

from accounts.models import User
from assessments import queries as assessment_queries
from assessments import services as assessments
from catalog import queries as catalog
from catalog.enums import QuestionType
from microcred.errors import Missing
from scoring import contests, queries
from scoring.enums import ChangeKind, EssayOutcome, MarkStatus
from scoring.essays.task import EssayTask
from scoring.models import CriterionMark, EssayScore, RuleScore
from scoring.oversight import essays, rereading
from scoring.oversight.changes import note_change, result_for, take_effect
from scoring.oversight.counterfactuals import levels_of
from scoring.oversight.plans import Rescored, RescorePlan, Superseded
from scoring.queries import QuestionResult
from scoring.rules.engine import is_scored_by_rules, score_answer
from scoring.services import RULE_ENGINE_VERSION

HUNDREDTH: Final = Decimal("0.01")


class VersionMissing(Missing):
    """The question is not there or has never been published."""

    default_code = "QUESTION_404"


def superseded_questions() -> list[Superseded]:
    """Return the questions for which a rescoring may be due, by key; two queries."""
    taken = assessment_queries.versions_with_results()
    newest = catalog.newest_versions({question_id for question_id, _, _ in taken})
    takers: Counter[uuid.UUID] = Counter()
    for question_id, version_id, number in taken:
        if version_id != newest[question_id].pk:
            takers[question_id] += number
    rows = [
        Superseded(key, newest[key].question.key, newest[key].content["prompt"], newest[key].version, number)
        for key, number in takers.items()
    ]
    return sorted(rows, key=lambda row: row.key)


def plan_rescoring(question_id: uuid.UUID) -> RescorePlan:
    """Return what scoring past answers by the newest version would change; nothing is stored.

    Raises:
        VersionMissing: if the question was never published.
    """
    version = catalog.newest_version(question_id)
    if version is None:
        raise VersionMissing("No such question has been published.")
    takers = assessment_queries.with_result().filter(snapshots__question_id=question_id)
    takers = takers.exclude(snapshots__question_version_id=version.pk, snapshots__question_id=question_id)
    ids = takers.order_by("completed_at", "pk").values_list("pk", flat=True)
    lines = tuple(rescored(assessment_id, question_id, version) for assessment_id in ids)
    return RescorePlan(question_id, version.pk, version.version, lines)


def levels_after(line: Rescored) -> tuple[dict[str, float], dict[str, float]]:
    """Return the measured skill levels (0 to 5 by key) as they stand, and as they would be."""
    results = queries.question_results(line.assessment_id)
    replaced = [
        line.after if line.after and one.question.snapshot_id == line.after.question.snapshot_id else one
        for one in results
    ]
    found = contests.levels_of(contests.corrections(line.assessment_id))
    return levels_of(results, found), levels_of(replaced, found)


@transaction.atomic
def apply_to_one(
    assessment_id: uuid.UUID,
    question_id: uuid.UUID,
    version: Any,
    *,
    by: User | None,
    reason: str,
    no_loss: bool,
    now: dt.datetime,
) -> Rescored | None:
    """Put a version into effect for one past taker; None where nothing moves, or nobody is to fall."""
    assessments.lock_result(assessment_id)
    line = rescored(assessment_id, question_id, version)
    if line.after is None or not line.moves or (no_loss and line.falls):
        return None
    if line.after.essay_score is not None:
        essays.store_run(line.after.essay_score, line.after.marks)
    elif line.after.rule_score is not None:
        line.after.rule_score.save(force_insert=True)
    note_change(
        line.before,
        result_for(assessment_id, question_id=question_id),
        assessment_id=assessment_id,
        kind=ChangeKind.RESCORE,
        reason=reason,
        by=by,
        now=now,
    )
    take_effect(assessment_id)
    return line


def rescored(assessment_id: uuid.UUID, question_id: uuid.UUID, version: Any) -> Rescored:
    """Return what a version of a question means for one past taker; nothing is stored."""
    before = result_for(assessment_id, question_id=question_id)
    if (anew := rereading.read_anew(assessment_id, before, version)) is not None:
        return Rescored(assessment_id, before, anew)
    obstacle = _obstacle(before, version)
    if obstacle:
        return Rescored(assessment_id, before, None, obstacle)
    if before.question.question_type == QuestionType.ESSAY:
        return _rescored_essay(assessment_id, before, version)
    return Rescored(assessment_id, before, _closed(assessment_id, before, version))


def _obstacle(before: QuestionResult, version: Any) -> str:
    question = before.question
    if version.content["question_type"] != question.question_type:
        return "the question is of another type now"
    if question.response_id is None:
        return "not answered"
    if before.override is not None:
        return "a person gave the score"
    if question.question_type == QuestionType.ESSAY:
        return "" if before.essay_score and before.score is not None else "not scored yet"
    if not is_scored_by_rules(question.question_type):
        return "not a scored question"
    there = {choice["id"] for choice in version.content["choices"] or ()}
    return "" if _choices_in(question.answer or {}) <= there else "the choices are others now"


def _choices_in(answer: Mapping[str, Any]) -> set[str]:
    """The ids of choices that a stored answer names."""
    pairs = answer.get("pairs", {})
    return {*answer.get("choice_ids", ()), *answer.get("order", ()), *pairs, *pairs.values()}


def _closed(assessment_id: uuid.UUID, before: QuestionResult, version: Any) -> QuestionResult:
    content, question = version.content, before.question
    found = score_answer(
        question.question_type,
        content["rules"],
        question.answer,
        _maximum(content),
        content["choices"] or (),
    )
    row = RuleScore(
        assessment_id=assessment_id,
        question_snapshot_id=question.snapshot_id,
        response_id=question.answered_by,
        score=found.score,
        maximum=found.maximum,
        explanation=found.explanation,
        staff_explanation=found.staff_explanation,
        rules_applied=found.rules_applied,
        engine_version=f"{RULE_ENGINE_VERSION}@{version.version}",
        question_version_id=version.pk,
    )
    return queries.question_result(question, rule=row, closed=row)


def _rescored_essay(assessment_id: uuid.UUID, before: QuestionResult, version: Any) -> Rescored:
    task = _task(before, version)
    marks = _marks(before.marks, task)
    if marks is None or before.essay_score is None:
        return Rescored(assessment_id, before, None, "the criteria or levels are others now")
    standing = before.essay_score
    run = essays.new_run(assessment_id, before, task, marks, source=standing.source)
    _take_over(run, standing, version)
    return Rescored(assessment_id, before, queries.question_result(before.question, essay=run, marks=marks))


def _take_over(run: EssayScore, standing: EssayScore, version: Any) -> None:
    """Say of a derived run whose judgement it still is, and what it was derived from."""
    if run.outcome == EssayOutcome.SCORED:
        run.outcome = standing.outcome
    run.provider, run.model, run.prompt_version = standing.provider, standing.model, standing.prompt_version
    run.scored_by_id, run.uncertainty, run.flags = standing.scored_by_id, standing.uncertainty, standing.flags
    run.question_version_id = version.pk
    run.response_payload = {
        "notes": standing.response_payload.get("notes", []),
        "rescored_from_run": standing.run,
        "question_version": version.version,
    }


def _marks(standing: Sequence[CriterionMark], task: EssayTask) -> list[CriterionMark] | None:
    """Return the marks with the new points and weights; None where a level reached is not there any more."""
    by_key = {mark.criterion_key: mark for mark in standing}
    if by_key.keys() != {criterion.key for criterion in task.criteria}:
        return None
    marks = []
    for position, criterion in enumerate(task.criteria, start=1):
        mark = by_key[criterion.key]
        if mark.status != MarkStatus.SCORED:
            marks.append(essays.waiting_mark(position, criterion, mark))
            continue
        level = criterion.level(mark.level_id)
        if level is None:
            return None
        derived = essays.scored_mark(position, criterion, level, reason=mark.reason, standing=mark)
        derived.carried = True
        marks.append(derived)
    return marks


def _task(before: QuestionResult, version: Any) -> EssayTask:
    content = version.content
    return EssayTask.from_rubric(
        question_id=str(before.question.question_id),
        prompt=content["prompt"],
        answer=str((before.question.answer or {}).get("text", "")),
        rubric=content["rubric"],
        maximum=_maximum(content),
        answer_format=content["answer_format"],
    )


def _maximum(content: Mapping[str, Any]) -> Decimal:
    """Return a version's weight with the places that stored scores have."""
    return Decimal(content["weight"]).quantize(HUNDREDTH)
