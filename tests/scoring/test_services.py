"""Closed answers are scored as they come in; essays and the profile when the assessment is handed in."""

from decimal import Decimal

import pytest

from assessments import services as assessments
from assessments.models import Assessment
from assessments.services import GivenAnswer
from microcred.db import database_now
from microcred.ids import uuid7
from ops.models import AsyncJob
from scoring import queries, services
from scoring.enums import EssayOutcome, ScoreSource
from scoring.events import assessment_scored
from scoring.models import CriterionMark, EssayScore, RuleScore, SkillEstimate
from scoring.rules.base import RulesInvalid
from scoring.services import JudgedEssay, essays_to_judge
from tests.factories.assessments import (
    RIGHT_ANSWERS,
    WRONG_ANSWERS,
    question_id_of,
    started_assessment,
    submitted_assessment,
)
from tests.factories.catalog import (
    NOW,
    RUBRIC,
    JobRoleFactory,
    SkillFactory,
    published_question,
    role_with_every_type,
)

pytestmark = pytest.mark.django_db
CLOSED = {"multiple_choice", "numeric", "short_text", "ordering", "matching"}


def answer(assessment: Assessment, question_type: str, value: object) -> None:
    assessments.submit(
        by=assessment.user,
        assessment_id=assessment.pk,
        answers=[GivenAnswer(question_id_of(assessment, question_type), value)],
        completed=False,
        now=NOW,
    )


def by_type(rows: list[RuleScore]) -> dict[str, tuple[Decimal, Decimal]]:
    return {row.question_snapshot.question_type: (row.score, row.maximum) for row in rows}


@pytest.mark.parametrize(("answers", "points"), [(RIGHT_ANSWERS, "1.00"), (WRONG_ANSWERS, "0.00")])
def test_every_closed_type_is_scored_in_the_transaction_of_the_answers(
    answers: dict[str, object], points: str
) -> None:
    submitted_assessment(answers=answers)

    scores = by_type(list(RuleScore.objects.select_related("question_snapshot")))
    assert scores == dict.fromkeys(CLOSED, (Decimal(points), Decimal("1.00")))


def test_an_answer_that_is_not_handed_in_yet_is_scored_and_enqueues_nothing() -> None:
    assessment = started_assessment()

    answer(assessment, "multiple_choice", "c2")

    row = RuleScore.objects.get()
    assert (row.score, row.engine_version) == (Decimal("1.00"), "rules-1")
    assert row.explanation == "You chose the correct option."
    assert "c2" in row.staff_explanation
    assert not AsyncJob.objects.exists()


def test_a_changed_answer_adds_a_score_and_the_newest_one_counts() -> None:
    assessment = started_assessment()

    for choice in ("c2", "c1", "c3"):
        answer(assessment, "multiple_choice", choice)
    answer(assessment, "multiple_choice", "c2")

    effective = queries.effective_rule_scores(assessment.pk)
    assert RuleScore.objects.count() == 4
    assert [(row.score, row.response.version) for row in effective.values()] == [(Decimal("1.00"), 4)]


def test_essays_and_profile_questions_get_no_rule_score() -> None:
    assessment = started_assessment()

    answer(assessment, "essay", RIGHT_ANSWERS["essay"])
    answer(assessment, "profile", "c2")

    assert not RuleScore.objects.exists()


def test_a_key_that_cannot_score_undoes_the_submission() -> None:
    question = published_question()
    assessment = started_assessment(role=question.role)
    broken = published_question(role=question.role)
    snapshot = assessment.snapshots.get()
    snapshot.pk, snapshot.question, snapshot.position = uuid7(), broken, 2
    snapshot.rules = {"kind": "choice", "correct": ["c9"], "scoring": "all_or_nothing"}
    snapshot.save(force_insert=True)

    with pytest.raises(RulesInvalid):
        assessments.submit(
            by=assessment.user,
            assessment_id=assessment.pk,
            answers=[GivenAnswer(question.pk, "c2"), GivenAnswer(broken.pk, "c2")],
            completed=False,
            now=NOW,
        )

    assert not RuleScore.objects.exists()
    assert not assessment.responses.exists()


def test_handing_in_enqueues_the_scoring_of_the_essays_once() -> None:
    assessment = submitted_assessment()

    job = AsyncJob.objects.get(kind="scoring.score")
    assert (job.assessment_id, job.unique_key) == (assessment.pk, f"score:{assessment.pk}:1")
    assert job.next_run_at <= database_now()


def test_what_a_judge_gets_to_see_of_an_essay() -> None:
    assessment = submitted_assessment()

    (essay,) = essays_to_judge(assessment.pk)

    task = essay.task
    assert (task.question_id, task.answer) == (str(essay.question.question_id), RIGHT_ANSWERS["essay"])
    assert (task.maximum, task.min_words, task.max_words) == (Decimal("4.00"), 20, 350)
    assert [criterion.key for criterion in task.criteria] == ["reasoning", "evidence"]
    assert (task.model_answer, task.grader_notes) == (RUBRIC["model_answer"], RUBRIC["grader_notes"])


def test_an_unanswered_essay_is_not_judged() -> None:
    role = JobRoleFactory()
    published_question(role=role)
    published_question("essay", role=role, required=False)
    assessment = started_assessment(role=role)

    answer(assessment, "multiple_choice", "c2")
    assessments.submit(by=assessment.user, assessment_id=assessment.pk, answers=[], completed=True, now=NOW)

    assert essays_to_judge(assessment.pk) == []


def test_an_essay_without_a_judge_is_stored_as_unavailable_and_may_be_judged_later() -> None:
    assessment = submitted_assessment()
    (essay,) = essays_to_judge(assessment.pk)

    services.conclude(assessment_id=assessment.pk, judged=[JudgedEssay(essay, None)])

    row = EssayScore.objects.get()
    assert (row.outcome, row.source, row.score) == (EssayOutcome.UNAVAILABLE, ScoreSource.CODE, None)
    assert (row.scored_weight, row.uncertainty) == (Decimal("0.00"), 1.0)
    assert row.explanation == services.UNAVAILABLE_EXPLANATION
    assert not CriterionMark.objects.exists()
    assert [one.task.question_id for one in essays_to_judge(assessment.pk)] == [essay.task.question_id]


def test_concluding_announces_the_run_in_its_transaction() -> None:
    assessment = submitted_assessment()
    heard: list[tuple[object, int]] = []

    def listen(*, assessment_id: object, run: int, **_: object) -> None:
        heard.append((assessment_id, run))

    def fail(**_: object) -> None:
        raise RuntimeError("broken listener")

    assessment_scored.connect(listen)
    try:
        services.conclude(assessment_id=assessment.pk, judged=[])
        services.conclude(assessment_id=assessment.pk, judged=[])
        assessment_scored.connect(fail)
        with pytest.raises(RuntimeError, match="broken listener"):
            services.conclude(assessment_id=assessment.pk, judged=[])
    finally:
        assessment_scored.disconnect(listen)
        assessment_scored.disconnect(fail)

    assert heard[:2] == [(assessment.pk, 1), (assessment.pk, 2)]
    assert set(SkillEstimate.objects.values_list("run", flat=True)) == {1, 2}


def test_a_run_that_finds_no_skill_is_a_run_all_the_same() -> None:
    role = JobRoleFactory()
    published_question(role=role, skill=None)
    assessment = submitted_assessment(role=role)

    services.conclude(assessment_id=assessment.pk, judged=[])
    services.conclude(assessment_id=assessment.pk, judged=[])

    assert queries.next_run(assessment.pk) == 3
    assert queries.profile(assessment.pk) == []


def test_the_profile_weighs_every_question_by_its_weight_and_that_of_its_skill() -> None:
    role = JobRoleFactory()
    published_question(role=role, weight=Decimal("3"))
    published_question("numeric", role=role, weight=Decimal("2"))
    assessment = submitted_assessment(role=role, answers={"multiple_choice": "c2", "numeric": 7})

    services.conclude(assessment_id=assessment.pk, judged=[])

    # alpha = 1 + 3, beta = 1 + 2: mean 4/7, variance 12 / (49 * 8)
    row = SkillEstimate.objects.get()
    assert (row.run, row.skill.key, row.level, row.deviation, row.evidence) == (
        1,
        "sql",
        Decimal("2.857"),
        Decimal("0.875"),
        Decimal("5.00"),
    )


def test_what_students_say_of_themselves_counts_as_one_observation() -> None:
    role = JobRoleFactory()
    published_question(role=role)
    signals = {"kind": "profile", "signals": [{"choice": "c2", "skill": "sql", "level": 5}]}
    published_question("profile", role=role, rules=signals)
    assessment = submitted_assessment(role=role)

    services.conclude(assessment_id=assessment.pk, judged=[])

    # alpha = 1 + 1 + 1, beta = 1
    assert SkillEstimate.objects.get().level == Decimal("3.750")


def test_a_profile_from_elsewhere_is_stored_as_given_without_unknown_skills() -> None:
    assessment = started_assessment(role=role_with_every_type())
    SkillFactory(key="charts")

    services.record_profile(assessment_id=assessment.pk, levels={"sql": 2.5, "charts": 4.25, "flying": 5.0})

    assert [(level.skill_key, level.level) for level in queries.profile(assessment.pk)] == [
        ("charts", 4.25),
        ("sql", 2.5),
    ]
