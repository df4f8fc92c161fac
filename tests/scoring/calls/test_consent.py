"""A student may refuse scoring by a model: then code decides what it can, and a person the rest."""

import datetime as dt
from typing import Any

import pytest

from accounts.models import User
from assessments.models import Assessment
from catalog.models import JobRole
from ops.models import AuditLog
from scoring import queries
from scoring.enums import EssayOutcome, ScoreSource
from scoring.models import EssayScore, ModelCall
from tests.clients import client_of
from tests.factories.accounts import UserFactory
from tests.factories.assessments import RIGHT_ANSWERS, given_answers, question_id_of
from tests.factories.scoring import missing_parts, role_with_essay, work_off_scoring
from tests.fakes.openai_server import FakeOpenAI

pytestmark = pytest.mark.django_db

START, ME = "/api/v1/assessments/start", "/api/v1/me"


def started(student: User, role: JobRole, **said: Any) -> Assessment:
    """Start over HTTP, as students do."""
    reply = client_of(student).post(START, {"role_id": str(role.pk), **said}, format="json")
    assert reply.status_code == 201, reply.content
    assessment = Assessment.objects.get(pk=reply.json()["assessment_id"])
    assert reply.json()["model_scoring"] == assessment.model_scoring
    return assessment


def hand_in(assessment: Assessment, **answers: Any) -> None:
    """Answer everything over HTTP."""
    given = given_answers(assessment, RIGHT_ANSWERS | answers)
    reply = client_of(assessment.user).post(
        f"/api/v1/assessments/{assessment.pk}/responses",
        {
            "responses": [{"question_id": str(one.question_id), "answer": one.answer} for one in given],
            "completed": True,
        },
        format="json",
    )
    assert reply.status_code == 202, reply.content


def test_a_refusal_is_kept_with_its_time_and_in_the_audit_trail() -> None:
    before = dt.datetime.now(dt.UTC)

    assessment = started(UserFactory(), role_with_essay(), model_scoring=False)

    assert assessment.model_scoring is False
    assert assessment.model_scoring_decided_at is not None
    assert before <= assessment.model_scoring_decided_at <= dt.datetime.now(dt.UTC)
    entry = AuditLog.objects.get(action="assessment.started")
    assert entry.metadata == {"model_scoring": False}


def test_without_a_word_a_model_may_score() -> None:
    assessment = started(UserFactory(), role_with_essay())

    assert (assessment.model_scoring, assessment.model_scoring_decided_at) == (True, None)


def test_a_standing_choice_counts_until_another_is_made_at_the_start() -> None:
    student, role = UserFactory(), role_with_essay()

    reply = client_of(student).patch(ME, {"model_scoring": False}, format="json")

    assert (reply.status_code, reply.json()["model_scoring"]) == (200, False)
    assert client_of(student).get(ME).json()["model_scoring"] is False
    standing, said = started(student, role), started(student, role_with_essay(), model_scoring=True)
    assert (standing.model_scoring, said.model_scoring) == (False, True)
    assert standing.model_scoring_decided_at is not None
    assert AuditLog.objects.get(action="user.model_scoring_chosen").metadata == {
        "model_scoring": False,
        "version": "2026-11-22",
    }


@pytest.mark.parametrize("body", [{"model_scoring": None}, {"model_scoring": "perhaps"}])
def test_a_choice_is_yes_or_no(body: dict[str, Any]) -> None:
    student = UserFactory()

    assert client_of(student).patch(ME, body, format="json").status_code == 400

    student.refresh_from_db()
    assert student.profile == {}


@pytest.mark.parametrize("judge", ["openai", "local_judge"])
def test_refused_essays_wait_for_a_person_and_the_result_says_so(
    judge: str, request: pytest.FixtureRequest
) -> None:
    server = request.getfixturevalue(judge)
    assessment = started(UserFactory(), role_with_essay(), model_scoring=False)
    hand_in(assessment)

    work_off_scoring(assessment)

    row = EssayScore.objects.get()
    assert (row.outcome, row.source, row.score) == (EssayOutcome.NEEDS_REVIEW, ScoreSource.CODE, None)
    assert row.flags == ["model_refused"]
    assert missing_parts(assessment) == []
    assert not ModelCall.objects.exists()
    if isinstance(server, FakeOpenAI):
        assert server.requests == []
    assert queries.pending_parts(queries.question_results(assessment.pk)) == [
        {
            "question_id": str(question_id_of(assessment, "essay")),
            "criteria": ["Reasoning", "Evidence"],
            "reason": "model_refused",
        }
    ]


def test_what_code_decides_needs_no_consent(openai: FakeOpenAI) -> None:
    assessment = started(UserFactory(), role_with_essay(), model_scoring=False)
    hand_in(assessment, essay="Two words.")

    work_off_scoring(assessment)

    assert EssayScore.objects.get().outcome == EssayOutcome.DECIDED_BY_CODE
