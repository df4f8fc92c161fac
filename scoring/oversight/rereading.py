"""Past essays as a model has read them by a question's newest version, from the replies that a batch brought.

Nothing is asked and nothing stored here. An essay that a person has scored counts as that person scored it, and one
whose student refused scoring by a model is not read by one.
"""

import uuid
from decimal import Decimal
from typing import Any, Final

from assessments import queries as assessments
from catalog import queries as catalog
from catalog.enums import QuestionType
from microcred.ai.base import FailureKind
from scoring import queries
from scoring.calls.judge import AccountedJudge
from scoring.calls.outgoing import Payer
from scoring.calls.writer import writer_of
from scoring.enums import EssayOutcome, ScoreSource
from scoring.essay_runs import essay_run
from scoring.essays import precheck
from scoring.essays.judgement import Judgement
from scoring.essays.task import EssayTask
from scoring.model_judges import model_judge
from scoring.models import ModelBatch, ModelCall
from scoring.oversight.changes import result_for
from scoring.queries import QuestionResult

HUNDREDTH: Final = Decimal("0.01")


def read_anew(assessment_id: uuid.UUID, before: QuestionResult, version: Any) -> QuestionResult | None:
    """Return the outcome that stored replies by this version give, not stored itself; None without one."""
    if obstacle(assessment_id, before):
        return None
    task = task_by(version, before)
    judgement = _judgement(assessment_id, before, task, version)
    if judgement is None:
        return None
    run, marks = essay_run(assessment_id, before.question, task, judgement)
    run.question_version_id = version.pk
    run.response_payload = {**run.response_payload, "question_version": version.version}
    return queries.question_result(before.question, essay=run, marks=marks)


def obstacle(assessment_id: uuid.UUID, before: QuestionResult) -> str:
    """Return why a model does not read an answer anew; empty where it may."""
    if before.question.question_type != QuestionType.ESSAY:
        return "not an essay"
    if before.question.answer is None:
        return "not answered"
    if before.essay_score is not None and before.essay_score.source == ScoreSource.HUMAN:
        return "a person gave the score"
    if not assessments.author(assessment_id).model_scoring:
        return "the student refused scoring by a model"
    return ""


def task_by(version: Any, before: QuestionResult) -> EssayTask:
    """Return an answer as the question's version asks for it."""
    content = version.content
    return EssayTask.from_rubric(
        question_id=str(before.question.question_id),
        prompt=content["prompt"],
        answer=str((before.question.answer or {}).get("text", "")),
        rubric=content["rubric"],
        maximum=Decimal(content["weight"]).quantize(HUNDREDTH),
        answer_format=content["answer_format"],
    )


def judge_of(assessment_id: uuid.UUID, before: QuestionResult) -> AccountedJudge | None:
    """Return the judge that the released model is for an assessment's essay; None where none is released."""
    question = before.question
    return model_judge(
        writer_of(assessment_id),
        payer=Payer(assessment_id),
        snapshots={str(question.question_id): question.snapshot_id},
    )


def flaw_of(call: ModelCall, content: str) -> FailureKind | None:
    """Return what is wrong with the reply to a call of a batch, if it is of no use for its essay.

    Where no model is released any more, nobody can say; whoever plans a rescoring reads it again.
    """
    batch, assessment_id = call.batch, call.assessment_id
    if batch is None or assessment_id is None:
        raise ValueError("a call of a batch is about an assessment")
    before = result_for(assessment_id, question_id=batch.question_id)
    judge = judge_of(assessment_id, before)
    task = task_by(catalog.version(batch.question_version_id), before)
    return judge.flaw(task, content) if judge else None


def past_takers(question_id: uuid.UUID, version: Any) -> list[uuid.UUID]:
    """Return the assessments with a result that asked the question in another version, the oldest first."""
    takers = assessments.with_result().filter(snapshots__question_id=question_id)
    takers = takers.exclude(snapshots__question_version_id=version.pk, snapshots__question_id=question_id)
    return list(takers.order_by("completed_at", "pk").values_list("pk", flat=True))


def newest_batch(version_id: uuid.UUID) -> ModelBatch | None:
    """Return the newest batch over a version of a question, under way or over."""
    return ModelBatch.objects.filter(question_version_id=version_id).order_by("-pk").first()


def _judgement(
    assessment_id: uuid.UUID, before: QuestionResult, task: EssayTask, version: Any
) -> Judgement | None:
    standing = before.essay_score
    if standing is not None and standing.outcome == EssayOutcome.DECIDED_BY_CODE:
        decision = precheck.decide(task)
        return None if decision is None else precheck.judgement(task, decision)
    if newest_batch(version.pk) is None:
        # Most versions are never read anew, and a judge is slow to load.
        return None
    judge = judge_of(assessment_id, before)
    return judge.recall(task) if judge else None
