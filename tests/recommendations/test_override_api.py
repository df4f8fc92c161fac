"""Changing a list over HTTP, and how students read it."""

from typing import Any

import pytest

from accounts.models import User
from assessments.models import Assessment
from recommendations import queries
from recommendations.models import Recommendation, RecommendationOverride
from tests.clients import client_of
from tests.factories.catalog import CredentialFactory
from tests.recommendations.results import effective

pytestmark = pytest.mark.django_db
REASON = "You begin a job in reporting next month."


def send(by: User, run: Recommendation, key: str = "", **body: Any) -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    address = f"/api/v1/recommendations/{run.pk}/override"
    return client_of(by).post(address, {"reason": REASON, **body}, format="json", headers=headers)


def result(assessment: Assessment) -> dict[str, Any]:
    body: dict[str, Any] = (
        client_of(assessment.user).get(f"/api/v1/assessments/{assessment.pk}/result").json()
    )
    return body


def test_an_advisor_is_answered_with_the_list_that_is_in_effect(
    assessment: Assessment, advisor: User
) -> None:
    before = effective(assessment)
    first, second, *_ = (item.credential_id for item in before.items.all())

    answer = send(advisor, before, action="first", credential_id=str(second))

    body, act = answer.json(), RecommendationOverride.objects.get()
    assert answer.status_code == 201
    assert (body["recommendation_id"], body["run"], body["effective"], body["origin"]) == (
        str(act.recommendation_id), 2, True, "person",
    )  # fmt: skip
    assert [one["credential_id"] for one in body["recommendation_items"]][:2] == [str(second), str(first)]
    assert body["overrides"] == [
        {
            "override_id": str(act.pk),
            "action": "first",
            "credential_id": str(second),
            "title": act.credential.title if act.credential else "",
            "reason": REASON,
            "made_at": body["overrides"][0]["made_at"],
        }
    ]


def test_the_student_reads_what_was_done_and_why_but_not_by_whom(
    assessment: Assessment, advisor: User
) -> None:
    assert result(assessment)["overrides"] == []
    other = CredentialFactory(title="Public speaking")
    send(advisor, effective(assessment), action="add", credential_id=str(other.pk))

    body = result(assessment)

    item = body["recommendation_items"][-1]
    assert (item["title"], item["confidence"], item["parts"], item["acceptance"]) == (
        "Public speaking", None, None, None,
    )  # fmt: skip
    assert (item["override"]["action"], item["override"]["reason"]) == ("add", REASON)
    assert (item["rationale"], item["source_trace_ids"], item["citations"]) == ("", [], {})
    assert [one["override"] for one in body["recommendation_items"][:-1]] == [None] * (
        len(body["recommendation_items"]) - 1
    )
    assert [(one["action"], one["title"]) for one in body["overrides"]] == [("add", "Public speaking")]
    assert (body["what_if"], body["stale_because"]) == (None, ["catalog"])
    assert str(advisor.pk) not in str(body)
    assert advisor.name not in str(body)


def test_of_two_advisors_at_once_the_second_is_told(assessment: Assessment, advisor: User) -> None:
    both = effective(assessment)
    first, second, *_ = (str(item.credential_id) for item in both.items.all())

    answers = [
        send(advisor, both, action="first", credential_id=second),
        send(advisor, both, action="remove", credential_id=first),
    ]

    assert [one.status_code for one in answers] == [201, 409]
    assert answers[1].json()["error_code"] == "RECOMMENDATION_409"
    assert RecommendationOverride.objects.count() == 1


def test_sent_again_with_its_key_it_is_done_once(assessment: Assessment, advisor: User) -> None:
    run = effective(assessment)
    body = {"action": "remove", "credential_id": str(run.items.all()[0].credential_id)}

    answers = [send(advisor, run, key="once", **body) for _ in range(2)]

    assert [one.status_code for one in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert Recommendation.objects.filter(assessment=assessment).count() == 2


def test_it_is_taken_back(assessment: Assessment, advisor: User) -> None:
    run = effective(assessment)
    send(advisor, run, action="remove", credential_id=str(run.items.all()[0].credential_id))

    answer = send(advisor, effective(assessment), action="take_back")

    assert (answer.status_code, answer.json()["recommendation_id"]) == (201, str(run.pk))
    assert (answer.json()["origin"], answer.json()["overrides"]) == ("engine", [])


@pytest.mark.parametrize(
    "body",
    [
        {"action": "first"},
        {"action": "take_back", "credential_id": "01a00000-0000-7000-8000-000000000000"},
        {"action": "praise", "credential_id": "01a00000-0000-7000-8000-000000000000"},
        {"action": "add", "credential_id": "01a00000-0000-7000-8000-000000000000", "reason": "Too short"},
        {"action": "add", "credential_id": "01a00000-0000-7000-8000-000000000000"},
    ],
)
def test_what_makes_no_sense_is_refused(body: dict[str, str], assessment: Assessment, advisor: User) -> None:
    assert send(advisor, effective(assessment), **body).status_code == 400
    assert not RecommendationOverride.objects.exists()


def test_feedback_about_an_added_credential_teaches_the_recommender_no_confidence(
    assessment: Assessment, advisor: User
) -> None:
    other = CredentialFactory()
    send(advisor, effective(assessment), action="add", credential_id=str(other.pk))
    said = {"relevance_score": 5, "acceptance_status": "accepted", "credential_id": str(other.pk)}
    address = f"/api/v1/recommendations/{effective(assessment).pk}/feedback"

    assert client_of(assessment.user).post(address, said, format="json").status_code == 201

    assert queries.calibration_report().as_stated is None
    assert assessment.user.learner_credentials.filter(credential=other).exists()
