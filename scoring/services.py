"""Writing scores; nothing here ever changes a row."""

import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.db import transaction

from assessments import queries as assessments
from assessments import services as ended
from assessments.enums import MissingPart
from assessments.queries import AskedQuestion
from catalog import queries as catalog
from catalog.enums import QuestionType
from microcred.ai import providers
from microcred.ai.caching import CachingEmbedder
from microcred.bulk_inserts import insert_rows
from microcred.pipelining import prefetched
from ops import audit
from ops.jobs import enqueue
from scoring import contests, queries
from scoring.calls.spending import month_has_room as month_has_room
from scoring.calls.text_generation import AccountedTextModel as AccountedTextModel
from scoring.calls.text_generation import GeneratedText as GeneratedText
from scoring.calls.text_generation import GenerationRequest as GenerationRequest
from scoring.calls.text_generation import answers_model as answers_model
from scoring.calls.text_generation import practice_model as practice_model
from scoring.calls.text_generation import summaries_model as summaries_model
from scoring.calls.text_generation import trial_model as trial_model
from scoring.calls.text_generation import words_model as words_model
from scoring.calls.writer import writer_by as writer_by
from scoring.enums import EssayOutcome
from scoring.essay_runs import OUT_OF_BUDGET as OUT_OF_BUDGET
from scoring.essay_runs import UNAVAILABLE_EXPLANATION as UNAVAILABLE_EXPLANATION
from scoring.essay_runs import EssayToJudge as EssayToJudge
from scoring.essay_runs import JudgedEssay as JudgedEssay
from scoring.essay_runs import store_essays
from scoring.essays.local import LocalJudge
from scoring.essays.task import EssayTask
from scoring.events import assessment_scored
from scoring.evidence import evidence_of, signals_of
from scoring.models import ProfileRun, RuleScore, SkillEstimate
from scoring.other_prompts import others_in_use
from scoring.pending import is_away
from scoring.profile import corrected, skill_profile
from scoring.rules.engine import is_scored_by_rules, score_answer

model_is_away = is_away
RULE_ENGINE_VERSION = "rules-1"
THOUSANDTH = Decimal("0.001")
HUNDREDTH = Decimal("0.01")


@transaction.atomic(savepoint=False)
def take_responses(*, assessment_id: uuid.UUID, response_ids: Sequence[uuid.UUID], submitted: bool) -> None:
    """Score closed answers as they come in; once the assessment is handed in, have the essays scored."""
    questions = assessments.asked_for_responses(list(response_ids))
    insert_rows(
        [
            _rule_score(assessment_id, question)
            for question in questions
            if is_scored_by_rules(question.question_type)
        ]
    )
    if submitted:
        enqueue("scoring.score", assessment_id=assessment_id, unique_key=f"score:{assessment_id}:1")


def essays_to_judge(assessment_id: uuid.UUID) -> list[EssayToJudge]:
    """Return the answered essays that have no effective score yet, in order."""
    with prefetched(*queries.essay_reads(assessment_id)):
        return unscored_essays(assessment_id)


def unscored_essays(assessment_id: uuid.UUID) -> list[EssayToJudge]:
    """Return the same, for who has asked for ``essay_reads`` pipelined with others."""
    scores = queries.effective_essay_scores(assessment_id)
    questions = assessments.asked_questions(assessment_id)
    scored = {snapshot for snapshot, row in scores.items() if row.outcome != EssayOutcome.UNAVAILABLE}
    return [
        EssayToJudge(question, _task(question))
        for question in questions
        if question.question_type == QuestionType.ESSAY
        and question.answer is not None
        and question.snapshot_id not in scored
    ]


@transaction.atomic
def conclude(*, assessment_id: uuid.UUID, judged: Sequence[JudgedEssay]) -> None:
    """Store what was said of each essay, draw the skill profile, and announce both."""
    store_essays(assessment_id, judged)
    profile = queries.run_read(assessment_id), contests.corrections_read(assessment_id)
    with prefetched(*queries.result_reads(assessment_id), *profile):
        results = queries.question_results(assessment_id)
        run = _draw(assessment_id, results)
    assessment_scored.send(sender=None, assessment_id=assessment_id, run=run, results=results)


@transaction.atomic
def keep_scores(*, assessment_id: uuid.UUID, judged: Sequence[JudgedEssay]) -> int:
    """Store the same without announcing it, for learners whom nothing is recommended to; return the run's number."""
    store_essays(assessment_id, judged)
    return draw_profile(assessment_id)


@transaction.atomic
def conclude_late(*, assessment_id: uuid.UUID, judged: Sequence[JudgedEssay]) -> int:
    """Add what was said of essays that a result had to go without; return how many that was.

    A result that lacks nothing any more loses its mark, and the recommendations are worked out anew. Where
    nothing was said nothing changes; what has been scored since, by whomever, stays as it is.

    Raises:
        ResultMissing: if the assessment has no result.
    """
    ended.lock_result(assessment_id)
    waiting = {essay.question.snapshot_id for essay in essays_to_judge(assessment_id)}
    late = [one for one in judged if one.judgement and one.essay.question.snapshot_id in waiting]
    if not late:
        return 0
    store_essays(assessment_id, late)
    added = len(late)
    if added == len(waiting):
        ended.mend(assessment_id=assessment_id, parts=[MissingPart.ESSAY_SCORES])
    audit.record(
        by=None, action="assessment.scored_late", resource_type="assessment", resource_id=assessment_id,
        metadata={"essays": added, "left": len(waiting) - added},
    )  # fmt: skip
    run = draw_profile(assessment_id)
    assessment_scored.send(sender=None, assessment_id=assessment_id, run=run)
    return added


@transaction.atomic
def record_profile(*, assessment_id: uuid.UUID, levels: Mapping[str, float], run: int = 1) -> None:
    """Store a profile as given, for learners whose scores come from elsewhere; unknown skills are left out."""
    ProfileRun.objects.create(assessment_id=assessment_id, run=run)
    SkillEstimate.objects.bulk_create(
        SkillEstimate(
            assessment_id=assessment_id,
            run=run,
            skill_id=skill_id,
            level=_thousandths(levels[key]),
            deviation=Decimal("0.5"),
            evidence=Decimal("4"),
        )
        for key, skill_id in catalog.skill_ids(list(levels)).items()
    )


def read_by_rubric(essays: Sequence[EssayToJudge]) -> list[JudgedEssay]:
    """Return what the local scorer says by the rubric alone, without a job, whichever scorer is released.

    It loads the embedder; what is the same is read once.
    """
    judge = LocalJudge(CachingEmbedder(providers.local_embedder()), others_in_use())
    tasks = list(dict.fromkeys(essay.task for essay in essays))
    said = dict(zip(tasks, judge.judge(tasks), strict=True))
    return [JudgedEssay(essay, said[essay.task]) for essay in essays]


def _rule_score(assessment_id: uuid.UUID, question: AskedQuestion) -> RuleScore:
    result = score_answer(
        question.question_type, question.rules, question.answer, question.weight, question.choices or ()
    )
    return RuleScore(
        assessment_id=assessment_id,
        question_snapshot_id=question.snapshot_id,
        response_id=question.answered_by,
        score=result.score,
        maximum=result.maximum,
        explanation=result.explanation,
        staff_explanation=result.staff_explanation,
        rules_applied=result.rules_applied,
        engine_version=RULE_ENGINE_VERSION,
    )


def _task(question: AskedQuestion) -> EssayTask:
    return EssayTask.from_rubric(
        question_id=str(question.question_id),
        prompt=question.prompt,
        answer=str((question.answer or {}).get("text", "")),
        rubric=question.rubric,
        maximum=question.weight,
        answer_format=question.answer_format,
    )


def draw_profile(assessment_id: uuid.UUID) -> int:
    """Store the skill profile that the scores which count now make, as a new run; return its number.

    Levels that a person corrected follow the person.
    """
    return _draw(assessment_id, queries.question_results(assessment_id))


def _draw(assessment_id: uuid.UUID, results: Sequence[queries.QuestionResult]) -> int:
    found = contests.corrections(assessment_id)
    drawn = skill_profile(evidence_of(results), signals_of(results))
    estimates = corrected(drawn, contests.levels_of(found))
    ids = catalog.skill_ids([estimate.skill for estimate in estimates])
    run = queries.next_run(assessment_id)
    rows = [
        SkillEstimate(
            assessment_id=assessment_id,
            run=run,
            skill_id=ids[estimate.skill],
            level=_thousandths(estimate.level),
            deviation=_thousandths(estimate.deviation),
            evidence=Decimal(str(estimate.weight)).quantize(HUNDREDTH),
            correction=found.get(estimate.skill),
        )
        for estimate in estimates
        if estimate.skill in ids
    ]
    insert_rows([ProfileRun(assessment_id=assessment_id, run=run)], rows)
    return run


def _thousandths(value: float) -> Decimal:
    return Decimal(str(value)).quantize(THOUSANDTH)
