"""From outcomes to evidence: which skill, which share, which weight."""

import datetime as dt
from decimal import Decimal

import pytest

from catalog.models import JobRole, QuestionSkill
from catalog.services import publish_question
from scoring import queries
from scoring.evidence import evidence_of, signals_of
from scoring.models import SkillEstimate
from scoring.profile import SkillEvidence
from scoring.rules.profile import Signal
from tests.factories.assessments import started_assessment, submitted_assessment
from tests.factories.catalog import NOW, RUBRIC, JobRoleFactory, SkillFactory, published_question
from tests.factories.scoring import handed_in, work_off_scoring
from tests.fakes.openai_server import FakeOpenAI, chat, refusal
from tests.scoring.essays.chats import verdict
from tests.scoring.replies import BEST, essay_reply

pytestmark = pytest.mark.django_db


def role_measuring_two_skills() -> JobRole:
    """A numeric question of weight 3 that measures SQL with weight 1 and charts with weight 0.5."""
    question = published_question("numeric", weight=Decimal("3"))
    QuestionSkill.objects.create(question=question, skill=SkillFactory(key="charts"), weight=Decimal("0.5"))
    publish_question(by=None, question=question, now=NOW + dt.timedelta(minutes=1))
    role: JobRole = question.role
    return role


def test_a_closed_answer_speaks_for_each_skill_with_the_product_of_both_weights() -> None:
    assessment = submitted_assessment(role=role_measuring_two_skills(), answers={"numeric": 42.5})

    (result,) = queries.question_results(assessment.pk)

    source = str(result.question.snapshot_id)
    assert sorted(evidence_of([result]), key=lambda one: one.skill) == [
        SkillEvidence("charts", 1.0, 1.5, source),
        SkillEvidence("sql", 1.0, 3.0, source),
    ]


def test_partial_credit_is_a_share() -> None:
    role = JobRoleFactory()
    published_question("ordering", role=role, weight=Decimal("2"))
    assessment = submitted_assessment(role=role, answers={"ordering": {"order": ["c2", "c1", "c3"]}})

    (evidence,) = evidence_of(queries.question_results(assessment.pk))

    # Two of three pairs in order give 1.33 of 2 points.
    assert (evidence.fraction, evidence.weight) == (0.665, 2.0)


def test_what_was_not_answered_says_nothing() -> None:
    assessment = started_assessment()

    results = queries.question_results(assessment.pk)

    assert (evidence_of(results), signals_of(results)) == ([], [])


def test_an_essays_weight_is_divided_among_its_criteria(openai: FakeOpenAI) -> None:
    openai.queue(chat(essay_reply(BEST)))
    assessment = handed_in()
    work_off_scoring(assessment)

    evidence = [one for one in evidence_of(queries.question_results(assessment.pk)) if "/" in one.source]

    # 4 points: reasoning has 2/3 of them, evidence 1/3; both speak for the question's skill.
    assert [(one.skill, one.fraction, one.source.split("/")[1]) for one in evidence] == [
        ("sql", 1.0, "reasoning"),
        ("sql", 0.5, "evidence"),
    ]
    assert [one.weight for one in evidence] == pytest.approx([8 / 3, 4 / 3])


def test_a_criterion_without_a_skill_speaks_for_each_of_the_question_by_its_weight(
    openai: FakeOpenAI,
) -> None:
    question = published_question("essay")
    QuestionSkill.objects.create(question=question, skill=SkillFactory(key="charts"), weight=Decimal("0.25"))
    publish_question(by=None, question=question, now=NOW + dt.timedelta(minutes=1))
    openai.queue(chat(essay_reply(BEST)))
    assessment = submitted_assessment(role=question.role)
    work_off_scoring(assessment)

    evidence = evidence_of(queries.question_results(assessment.pk))

    by_skill = {skill: [one.weight for one in evidence if one.skill == skill] for skill in ("sql", "charts")}
    assert by_skill["sql"] == pytest.approx([8 / 3, 4 / 3])
    assert by_skill["charts"] == pytest.approx([2 / 3, 1 / 3])


def test_a_criterion_that_names_a_skill_speaks_for_that_skill_alone(openai: FakeOpenAI) -> None:
    reasoning, evidence = RUBRIC["criteria"]
    rubric = RUBRIC | {"criteria": [reasoning | {"skill": "writing"}, evidence]}
    SkillFactory(key="writing")
    role = JobRoleFactory()
    published_question("essay", role=role, rubric=rubric)
    openai.queue(chat(essay_reply(BEST)))
    assessment = submitted_assessment(role=role)
    work_off_scoring(assessment)

    levels = dict(SkillEstimate.objects.values_list("skill__key", "level"))

    # writing: alpha = 1 + 8/3, beta = 1; sql: alpha = beta = 1 + 2/3
    assert levels == {"writing": Decimal("3.929"), "sql": Decimal("2.500")}


def test_what_waits_for_a_person_says_nothing(openai: FakeOpenAI) -> None:
    openai.queue(chat(essay_reply(BEST | {"reasoning": verdict("l2", "Never written by the student")})))
    assessment = handed_in()
    work_off_scoring(assessment)

    sources = [one.source for one in evidence_of(queries.question_results(assessment.pk))]

    assert [source.partition("/")[2] for source in sources if "/" in source] == ["evidence"]


def test_a_refused_essay_says_nothing(openai: FakeOpenAI) -> None:
    openai.script = lambda request: refusal()
    assessment = handed_in()
    work_off_scoring(assessment)

    (closed,) = evidence_of(queries.question_results(assessment.pk))

    assert closed == SkillEvidence("sql", 1.0, 1.0, closed.source)


def test_profile_questions_give_signals_and_no_evidence() -> None:
    role = JobRoleFactory()
    signals = [{"choice": "c1", "skill": "sql", "level": 0}, {"choice": "c2", "skill": "sql", "level": 4}]
    published_question("profile", role=role, rules={"kind": "profile", "signals": signals})
    assessment = submitted_assessment(role=role)

    results = queries.question_results(assessment.pk)

    assert evidence_of(results) == []
    assert signals_of(results) == [Signal("sql", 4.0)]
