"""The result and the feedback over HTTP, by status and by caller."""

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.enums import Role
from accounts.models import GuardianLink, User
from assessments import services as assessments
from assessments.models import Assessment
from catalog.models import Credential
from recommendations.models import Recommendation, RecommendationFeedback
from recommendations.services import store
from tests.clients import client_of
from tests.factories.accounts import AdminFactory, AdvisorAssignmentFactory, UserFactory
from tests.factories.assessments import started_assessment, submitted_assessment
from tests.factories.catalog import NOW
from tests.factories.recommendations import (
    RagTraceFactory,
    RecommendationFactory,
    RecommendationItemFactory,
)
from tests.recommendations.test_runs import draft

pytestmark = pytest.mark.django_db


def result_url(assessment_id: uuid.UUID) -> str:
    return f"/api/v1/assessments/{assessment_id}/result"


def feedback_url(recommendation_id: uuid.UUID) -> str:
    return f"/api/v1/recommendations/{recommendation_id}/feedback"


@pytest.fixture
def completed() -> Recommendation:
    """A completed assessment whose effective run names one credential, on the strength of one trace."""
    assessment = submitted_assessment()
    made = store(
        assessment_id=assessment.pk,
        draft=draft(parameters={"weights": {"gap_fit": 0.45}}, metrics={"rag_latency_ms": 12}),
        now=NOW + dt.timedelta(seconds=2),
    )
    item = RecommendationItemFactory(recommendation=made, position=1)
    item.traces.add(RagTraceFactory(recommendation=made, credential=item.credential, rank=1))
    return made


def test_a_completed_assessment_has_a_result(completed: Recommendation) -> None:
    item, trace = completed.items.get(), completed.traces.get()

    response = client_of(completed.assessment.user).get(result_url(completed.assessment_id))

    assert response.status_code == 200
    body = response.json()
    assert body["assessment_id"] == str(completed.assessment_id)
    role = completed.assessment.role
    assert (body["role_id"], body["role_name"]) == (str(role.pk), role.name)
    assert body["recommendation_id"] == str(completed.pk)
    assert body["summary"] == "A summary."
    assert body["recommendation_items"] == [
        {
            "position": 1,
            "credential_id": str(item.credential_id),
            "title": item.title,
            "confidence": 0.6,
            "parts": {
                "gap_fit": 0.4,
                "retrieval": 0.15,
                "neighbours": 0.0,
                "feedback": 0.05,
                "diversity": 0.0,
            },
            "acceptance": None,
            "rationale": "A rationale.",
            "override": None,
            "source_trace_ids": [str(trace.pk)],
            "citations": {},
            "provider": "Harbour Data School",
            "level": 3,
            "hours": 10,
            "language": "en",
            "uri": item.credential.uri,
            "available": True,
        }
    ]
    assert body["traces"] == [
        {
            "trace_id": str(trace.pk),
            "credential_id": str(item.credential_id),
            "source_uri": item.credential.uri,
            "snippet": "A paragraph.",
            "start": 10,
            "end": 22,
            "similarity": 0.612,
            "rank": 1,
            "vector_rank": None,
            "text_rank": None,
            "fused_rank": None,
            "embedding_provider": "sentence-transformers",
            "embedding_model": "words",
        }
    ]
    assert body["metrics"] == {
        "total_latency_ms": 2000,
        "token_cost_cents": 0.0,
        "gpt_latency_ms": 0,
        "rag_latency_ms": 12,
    }
    assert body["profile"][0] == {
        "skill": "sql",
        "name": "SQL",
        "onet_id": "",
        "esco_uri": "",
        "level": 1.5,
        "deviation": None,
        "target": 4.0,
        "gap": 2.5,
        "contested": False,
        "contest": None,
    }
    assert (body["stale"], body["stale_because"], body["what_if"]) == (False, [], None)
    assert (body["degraded"], body["missing"], body["provisional"], body["pending"]) == (False, [], False, [])
    assert body["weights"]["gap_fit"] == 0.45
    assert len(body["questions"]) == 7
    assert {"score", "maximum", "explanation", "criteria"} <= set(body["questions"][0])
    assert body["totals"]["maximum"] > 0
    assert body["completed_at"] == "2026-03-02T09:00:02Z"


def test_the_result_of_a_later_run_replaces_the_earlier(completed: Recommendation) -> None:
    later = store(assessment_id=completed.assessment_id, draft=draft(summary="Later."), now=NOW)

    body = client_of(completed.assessment.user).get(result_url(completed.assessment_id)).json()

    assert (body["recommendation_id"], body["summary"]) == (str(later.pk), "Later.")


def test_a_retired_credential_is_still_shown_and_marked(completed: Recommendation) -> None:
    Credential.objects.update(active=False)

    body = client_of(completed.assessment.user).get(result_url(completed.assessment_id)).json()

    assert [item["available"] for item in body["recommendation_items"]] == [False]


def test_a_degraded_result_says_what_is_missing() -> None:
    made = store(assessment_id=submitted_assessment().pk, draft=draft(missing=("retrieval",)), now=NOW)

    body = client_of(made.assessment.user).get(result_url(made.assessment_id)).json()

    assert (body["degraded"], body["missing"]) == (True, ["retrieval"])


def test_an_assessment_in_progress_has_no_result() -> None:
    assessment = started_assessment(now=timezone.now())

    response = client_of(assessment.user).get(result_url(assessment.pk))

    assert (response.status_code, response.json()["error_code"]) == (409, "ASSESSMENT_NOT_COMPLETED")


def test_an_expired_assessment_is_gone() -> None:
    assessment = started_assessment(now=NOW - dt.timedelta(days=400))

    response = client_of(assessment.user).get(result_url(assessment.pk))

    assert (response.status_code, response.json()["error_code"]) == (410, "ASSESSMENT_EXPIRED")


def test_a_failed_assessment_says_why() -> None:
    assessment = submitted_assessment()
    assessments.fail(assessment_id=assessment.pk, reason="The answers could not be read.")

    response = client_of(assessment.user).get(result_url(assessment.pk))

    assert response.status_code == 409
    assert response.json()["error_code"] == "ASSESSMENT_FAILED"
    assert response.json()["message"] == "The answers could not be read."


def test_while_the_work_is_under_way_the_result_is_awaited() -> None:
    assessment = submitted_assessment()

    response = client_of(assessment.user).get(result_url(assessment.pk))

    assert (response.status_code, response.headers["Retry-After"]) == (202, "2")
    body = response.json()
    assert (body["status"], body["stage"]) == ("awaiting_async", "scoring")
    assert body["awaited"] == ["scoring", "retrieval", "recommending"]
    assert "questions" not in body


def _advisor(student: User) -> User:
    advisor: User = AdvisorAssignmentFactory(student=student).advisor
    return advisor


def _guardian(student: User) -> User:
    guardian: User = UserFactory(role=Role.GUARDIAN)
    GuardianLink.objects.create(guardian=guardian, student=student)
    return guardian


CALLERS: dict[str, tuple[Callable[[User], User], int, int]] = {
    "the student": (lambda student: student, 200, 201),
    "their advisor": (_advisor, 200, 201),
    "an admin": (lambda _: AdminFactory(), 200, 201),
    "their guardian": (_guardian, 404, 403),
    "another student": (lambda _: UserFactory(), 404, 404),
    "another advisor": (lambda _: _advisor(UserFactory()), 404, 404),
    "another guardian": (lambda _: _guardian(UserFactory()), 404, 403),
}


@pytest.mark.parametrize("caller", CALLERS)
def test_who_may_read_and_who_may_comment(caller: str, completed: Recommendation) -> None:
    make, reads, comments = CALLERS[caller]
    client = client_of(make(completed.assessment.user))

    read = client.get(result_url(completed.assessment_id))
    commented = client.post(feedback_url(completed.pk), {"relevance_score": 4}, format="json")

    assert (read.status_code, commented.status_code) == (reads, comments)


def test_strangers_are_told_to_log_in(completed: Recommendation) -> None:
    assert APIClient().get(result_url(completed.assessment_id)).status_code == 401
    assert (
        APIClient().post(feedback_url(completed.pk), {"relevance_score": 4}, format="json").status_code == 401
    )


def test_feedback_is_stored_and_given_back(completed: Recommendation) -> None:
    item = completed.items.get()
    said = {
        "relevance_score": 5,
        "acceptance_status": "accepted",
        "comments": "I will take it.",
        "credential_id": str(item.credential_id),
        "submitted_by_role": "student",
    }

    response = client_of(completed.assessment.user).post(feedback_url(completed.pk), said, format="json")

    assert response.status_code == 201
    body = response.json()
    assert {key: body[key] for key in said} == said
    assert body["recommendation_id"] == str(completed.pk)
    assert body["feedback_id"] == str(RecommendationFeedback.objects.get().pk)


def test_feedback_about_the_list_names_no_credential(completed: Recommendation) -> None:
    response = client_of(completed.assessment.user).post(
        feedback_url(completed.pk), {"relevance_score": 2}, format="json"
    )

    assert response.json()["credential_id"] is None
    assert response.json()["acceptance_status"] == "pending"
    assert response.json()["taken_for"] is None


def test_accepting_the_list_says_which_credential_it_was_taken_for(completed: Recommendation) -> None:
    client, item = client_of(completed.assessment.user), completed.items.get()
    said = {"relevance_score": 5, "acceptance_status": "accepted", "comments": "I will take it."}

    body = client.post(feedback_url(completed.pk), said, format="json").json()

    assert body["credential_id"] is None
    assert body["taken_for"] == {"credential_id": str(item.credential_id), "title": item.title}
    (listed,) = client.get(feedback_url(completed.pk)).json()["items"]
    assert listed["taken_for"] == body["taken_for"]


BAD_FEEDBACK: dict[str, dict[str, Any]] = {
    "no score": {},
    "score 0": {"relevance_score": 0},
    "score 6": {"relevance_score": 6},
    "score in words": {"relevance_score": "much"},
    "unknown acceptance": {"relevance_score": 3, "acceptance_status": "maybe"},
    "another role": {"relevance_score": 3, "submitted_by_role": "admin"},
    "a comment too long": {"relevance_score": 3, "comments": "x" * 2001},
    "not a credential": {"relevance_score": 3, "credential_id": "sql"},
    "a credential not on the list": {"relevance_score": 3, "credential_id": str(uuid.uuid4())},
}


@pytest.mark.parametrize("case", BAD_FEEDBACK)
def test_bad_feedback_is_refused_and_leaves_nothing(case: str, completed: Recommendation) -> None:
    response = client_of(completed.assessment.user).post(
        feedback_url(completed.pk), BAD_FEEDBACK[case], format="json"
    )

    assert response.status_code == 400
    assert {"error_code", "message", "request_id"} <= set(response.json())
    assert not RecommendationFeedback.objects.exists()


def test_feedback_sent_twice_with_one_key_counts_once(completed: Recommendation) -> None:
    client = client_of(completed.assessment.user)
    headers = {"Idempotency-Key": "feedback-1"}

    first = client.post(feedback_url(completed.pk), {"relevance_score": 4}, format="json", headers=headers)
    second = client.post(feedback_url(completed.pk), {"relevance_score": 4}, format="json", headers=headers)

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["feedback_id"] == second.json()["feedback_id"]
    assert RecommendationFeedback.objects.count() == 1


def test_feedback_from_an_older_view_is_refused(completed: Recommendation) -> None:
    client, address = client_of(completed.assessment.user), feedback_url(completed.pk)
    old = {"If-Match": client.get(address).headers["ETag"]}
    first = client.post(address, {"relevance_score": 4}, format="json", headers=old)

    second = client.post(address, {"relevance_score": 1}, format="json", headers=old)
    taken_back = client.delete(address, headers=old)
    now = {"If-Match": client.get(address).headers["ETag"]}
    taken_back_now = client.delete(address, headers=now)

    assert [reply.status_code for reply in (first, second, taken_back, taken_back_now)] == [
        201,
        412,
        412,
        200,
    ]
    assert RecommendationFeedback.objects.count() == 2


def test_feedback_on_what_is_not_there_is_404() -> None:
    response = client_of(UserFactory()).post(
        feedback_url(uuid.uuid4()), {"relevance_score": 4}, format="json"
    )

    assert (response.status_code, response.json()["error_code"]) == (404, "RECOMMENDATION_404")


def test_an_assessment_that_never_met_the_recommender_has_an_empty_list() -> None:
    assessment = submitted_assessment()
    assessments.complete(assessment_id=assessment.pk, now=NOW)

    body = client_of(assessment.user).get(result_url(assessment.pk)).json()

    assert (body["recommendation_id"], body["recommendation_items"]) == (None, [])


def test_the_number_of_queries_does_not_grow_with_the_list(django_assert_max_num_queries: Any) -> None:
    counts = []
    for items in (1, 3):
        recommendation = RecommendationFactory()
        Assessment.objects.filter(pk=recommendation.assessment_id).update(
            status="completed", stage="done", completed_at=NOW
        )
        RecommendationItemFactory.create_batch(items, recommendation=recommendation)
        client = client_of(recommendation.assessment.user)
        with django_assert_max_num_queries(40) as captured:
            assert client.get(result_url(recommendation.assessment_id)).status_code == 200
        counts.append(len(captured))

    assert counts[0] == counts[1]


def test_feedback_is_listed_changed_and_taken_back(completed: Recommendation) -> None:
    item, client = completed.items.get(), client_of(completed.assessment.user)
    about = {"credential_id": str(item.credential_id)}
    for verdict in ("accepted", "rejected"):
        client.post(
            feedback_url(completed.pk),
            {"relevance_score": 4, "acceptance_status": verdict} | about,
            format="json",
        )

    (listed,) = client.get(feedback_url(completed.pk)).json()["items"]
    taken = client.delete(f"{feedback_url(completed.pk)}?credential_id={item.credential_id}")

    assert (listed["acceptance_status"], listed["withdrawn"]) == ("rejected", False)
    assert (taken.status_code, taken.json()["withdrawn"], taken.json()["relevance_score"]) == (
        200,
        True,
        None,
    )
    assert client.get(feedback_url(completed.pk)).json()["items"] == []
    again = client.delete(f"{feedback_url(completed.pk)}?credential_id={item.credential_id}")
    assert (again.status_code, again.json()["error_code"]) == (404, "FEEDBACK_404")


@pytest.mark.parametrize("query", ["credential_id=", "credential_id={0}&credential_id={0}"])
def test_what_is_taken_back_is_named_once_or_not_at_all(query: str, completed: Recommendation) -> None:
    client, item = client_of(completed.assessment.user), completed.items.get()
    client.post(feedback_url(completed.pk), {"relevance_score": 4}, format="json")

    refused = client.delete(f"{feedback_url(completed.pk)}?{query.format(item.credential_id)}")

    assert (refused.status_code, list(refused.json()["details"]["fields"])) == (400, ["credential_id"])
    assert RecommendationFeedback.objects.count() == 1


@pytest.mark.parametrize("method", ["get", "delete"])
def test_feedback_of_others_is_not_there(completed: Recommendation, method: str) -> None:
    response = getattr(client_of(UserFactory()), method)(feedback_url(completed.pk))

    assert (response.status_code, response.json()["error_code"]) == (404, "RECOMMENDATION_404")


def test_a_rationale_names_the_traces_that_it_cites(completed: Recommendation) -> None:
    item = completed.items.get()
    trace = item.traces.order_by("rank").first()
    assert trace is not None
    item.rationale = f"It says so [{trace.rank}]. And more [99]."
    item.save()

    (shown,) = (
        client_of(completed.assessment.user)
        .get(result_url(completed.assessment_id))
        .json()["recommendation_items"]
    )

    assert shown["citations"] == {str(trace.rank): str(trace.pk)}
