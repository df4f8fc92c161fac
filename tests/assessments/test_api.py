"""Taking an assessment over HTTP, kindly and unkindly."""

import datetime as dt
import uuid
from typing import Any

import pytest
import time_machine
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from accounts import services as accounts
from assessments.models import Assessment, AssessmentResponse
from assessments.serializers import StartResponse, student_rubric
from ops.models import AsyncJob
from tests.clients import client_of
from tests.factories.accounts import AdvisorAssignmentFactory, AdvisorFactory, UserFactory
from tests.factories.assessments import (
    RIGHT_ANSWERS,
    given_answers,
    question_id_of,
    started_assessment,
    submitted_assessment,
)
from tests.factories.catalog import NOW, RUBRIC, JobRoleFactory, role_with_every_type

pytestmark = pytest.mark.django_db
START = "/api/v1/assessments/start"


@pytest.fixture(autouse=True)
def _at_nine_in_the_morning() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def address(assessment: Assessment, part: str = "") -> str:
    return f"/api/v1/assessments/{assessment.pk}{part}"


def wire(assessment: Assessment, answers: dict[str, Any] = RIGHT_ANSWERS) -> list[dict[str, Any]]:
    return [
        {"question_id": str(given.question_id), "answer": given.answer}
        for given in given_answers(assessment, answers)
    ]


def test_start_answers_with_frozen_questions_and_their_expiry() -> None:
    role = role_with_every_type()

    reply = client_of(UserFactory()).post(
        START, {"role_id": str(role.pk), "metadata": {"term": "spring"}}, format="json"
    )

    body = reply.json()
    assert reply.status_code == 201
    assert body["status"] == "in_progress"
    assert body["expires_at"] == "2026-03-05T09:00:00Z"
    assert [question["position"] for question in body["questions"]] == list(range(1, 8))
    choice = next(question for question in body["questions"] if question["type"] == "multiple_choice")
    assert choice["choices"] == ["Alpha", "Beta", "Gamma"]
    assert choice["choice_ids"] == ["c1", "c2", "c3"]
    assert choice["rubric"] == {"criteria": []}
    assert Assessment.objects.get().metadata == {"term": "spring"}


@pytest.mark.parametrize(
    "metadata", [{str(number): 1 for number in range(21)}, {"note": "x" * 4_000}, ["spring"], None]
)
def test_what_is_kept_beside_an_assessment_is_small(metadata: object) -> None:
    role = role_with_every_type()

    reply = client_of(UserFactory()).post(
        START, {"role_id": str(role.pk), "metadata": metadata}, format="json"
    )

    assert (reply.status_code, list(reply.json()["details"]["fields"])) == (400, ["metadata"])
    assert not Assessment.objects.exists()


def test_starting_again_is_no_second_assessment() -> None:
    role, client = role_with_every_type(), client_of(UserFactory())

    first = client.post(START, {"role_id": str(role.pk)}, format="json")
    again = client.post(START, {"role_id": str(role.pk)}, format="json")

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()


def test_starting_again_shows_the_same_without_reading_the_questions_again(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    client, body = client_of(UserFactory()), {"role_id": str(role_with_every_type().pk)}
    first = client.post(START, body, format="json").json()

    # Who calls, the state of the catalog, a savepoint, the lock, the open assessment.
    with django_assert_num_queries(6):
        again = client.post(START, body, format="json").json()

    assert again == first
    assert list(first) == list(StartResponse().fields)
    assert (
        client.get(f"/api/v1/assessments/{first['assessment_id']}/questions").json()["questions"]
        == first["questions"]
    )


def test_the_students_rubric_holds_names_explanations_weights_and_level_names_only() -> None:
    assert student_rubric(RUBRIC)["criteria"][0] == {
        "name": "Reasoning",
        "explanation": "How well you show reasoning.",
        "weight": "2",
        "levels": ["Missing", "Partial", "Full"],
    }


def test_answers_are_taken_in_batches_and_handed_in_at_the_end() -> None:
    assessment = started_assessment()
    client = client_of(assessment.user)
    first, *rest = wire(assessment)

    partly = client.post(address(assessment, "/responses"), {"responses": [first]}, format="json")
    status = client.get(address(assessment)).json()
    wholly = client.post(
        address(assessment, "/responses"), {"responses": rest, "completed": True}, format="json"
    )

    assert (partly.status_code, partly.json()["async_job_enqueued"]) == (202, False)
    assert status["progress"] == {"answered": 1, "total": 7}
    assert wholly.json() == {
        "assessment_id": str(assessment.pk),
        "status": "awaiting_async",
        "async_job_enqueued": True,
        "message": "All answers are in. The result is being prepared.",
    }
    after = client.get(address(assessment)).json()
    assert (after["role_id"], after["role_name"]) == (str(assessment.role_id), assessment.role.name)
    assert (after["stage"], after["awaited"]) == ("scoring", ["scoring", "retrieval", "recommending"])


def test_a_student_who_comes_back_finds_questions_and_answers() -> None:
    assessment = started_assessment()
    client = client_of(assessment.user)
    question_id = question_id_of(assessment, "numeric")
    client.post(
        address(assessment, "/responses"),
        {"responses": [{"question_id": str(question_id), "answer": {"value": 41, "unit": None}}]},
        format="json",
    )

    body = client.get(address(assessment, "/questions")).json()

    assert len(body["questions"]) == 7
    assert body["answers"] == [
        {
            "question_id": str(question_id),
            "answer": {"value": "41", "unit": None},
            "version": 1,
            "submitted_at": "2026-03-02T09:00:00Z",
        }
    ]


@pytest.mark.parametrize(
    ("question_type", "answer"),
    [
        ("multiple_choice", "c9"),
        ("multiple_choice", {"choice_ids": ["c1", "c2"]}),
        ("multiple_choice", {"choice_ids": ["c1", "c1"]}),
        ("multiple_choice", 1),
        ("numeric", "forty"),
        ("numeric", {"value": True}),
        ("short_text", 7),
        ("short_text", None),
        ("multiple_choice", ["c2"]),
        ("numeric", True),
        ("essay", None),
        ("ordering", {"order": ["c1", "c2"]}),
        ("ordering", {"order": ["c1", "c2", "c9"]}),
        ("matching", {"pairs": {"l1": "l2"}}),
        ("essay", {"words": "none"}),
        ("essay", "x" * 50_001),
    ],
)
def test_an_answer_that_does_not_fit_its_question_is_named(question_type: str, answer: object) -> None:
    assessment = started_assessment()
    question_id = question_id_of(assessment, question_type)

    reply = client_of(assessment.user).post(
        address(assessment, "/responses"),
        {"responses": [{"question_id": str(question_id), "answer": answer}]},
        format="json",
    )

    body = reply.json()
    assert reply.status_code == 400
    assert body["error_code"] == "ANSWERS_400"
    assert [(detail["field"], detail["question_id"]) for detail in body["details"]["answers"]] == [
        ("responses[0].answer", str(question_id))
    ]
    assert not AssessmentResponse.objects.exists()


def test_only_true_and_false_say_whether_it_is_handed_in() -> None:
    assessment = started_assessment()

    reply = client_of(assessment.user).post(
        address(assessment, "/responses"), {"responses": wire(assessment), "completed": "yes"}, format="json"
    )

    assert (reply.status_code, reply.json()["details"]["fields"]) == (
        400, {"completed": ["Must be a valid boolean."]},
    )  # fmt: skip
    assert not AssessmentResponse.objects.exists()


def test_a_question_of_another_assessment_and_a_question_twice_are_refused() -> None:
    mine, other = started_assessment(), started_assessment()
    foreign = {"question_id": str(question_id_of(other, "numeric")), "answer": 1}
    own = {"question_id": str(question_id_of(mine, "numeric")), "answer": 1}
    client = client_of(mine.user)

    for responses, problem in (
        ([foreign], "This assessment does not ask this question."),
        ([own, own], "This question is answered twice in one batch."),
    ):
        reply = client.post(address(mine, "/responses"), {"responses": responses}, format="json")
        assert reply.status_code == 400
        assert reply.json()["details"]["answers"][-1]["problem"] == problem
    assert not AssessmentResponse.objects.exists()


@pytest.mark.parametrize(
    ("kinds", "told"),
    [(["numeric"], "1 answer received."), (["numeric", "short_text"], "2 answers received.")],
)
def test_it_is_told_how_many_answers_came(kinds: list[str], told: str) -> None:
    assessment = started_assessment()
    answers = [{"question_id": str(question_id_of(assessment, kind)), "answer": "1"} for kind in kinds]

    reply = client_of(assessment.user).post(
        address(assessment, "/responses"), {"responses": answers}, format="json"
    )

    assert reply.json()["message"] == told


def test_an_assessment_is_handed_in_once() -> None:
    assessment = submitted_assessment()

    reply = client_of(assessment.user).post(
        address(assessment, "/responses"), {"responses": wire(assessment), "completed": True}, format="json"
    )

    assert reply.status_code == 409
    assert reply.json()["error_code"] == "ASSESSMENT_409"
    assert reply.json()["message"] == "Assessment already completed."
    assert AsyncJob.objects.filter(kind="scoring.score").count() == 1


def test_an_expired_assessment_takes_no_answers_and_says_so_everywhere() -> None:
    assessment = started_assessment()
    client = client_of(assessment.user)

    with time_machine.travel(NOW + dt.timedelta(hours=72), tick=False):
        client = client_of(assessment.user)
        status = client.get(address(assessment)).json()["status"]
        reply = client.post(address(assessment, "/responses"), {"responses": wire(assessment)}, format="json")

    assert status == "expired"
    assert (reply.status_code, reply.json()["error_code"]) == (410, "ASSESSMENT_EXPIRED")


@pytest.mark.parametrize(
    ("role", "code"),
    [
        ("00000000-0000-7000-8000-000000000000", "ROLE_400"),
        ("data-analyst", "INVALID_400"),
        (None, "INVALID_400"),
    ],
)
def test_an_unknown_role_is_refused(role: str | None, code: str) -> None:
    reply = client_of(UserFactory()).post(START, {"role_id": role}, format="json")

    assert (reply.status_code, reply.json()["error_code"]) == (400, code)
    assert not Assessment.objects.exists()


def test_an_inactive_role_is_refused() -> None:
    role = JobRoleFactory(active=False)

    reply = client_of(UserFactory()).post(START, {"role_id": str(role.pk)}, format="json")

    assert (reply.status_code, reply.json()["error_code"]) == (400, "ROLE_400")


def test_someone_elses_assessment_looks_like_one_that_is_not_there() -> None:
    assessment = started_assessment()
    stranger = client_of(UserFactory())
    nowhere = f"/api/v1/assessments/{uuid.uuid4()}"

    def seen(path: str) -> tuple[int, dict[str, Any]]:
        reply = stranger.get(path)
        body = reply.json()
        body.pop("request_id")
        return reply.status_code, body

    assert seen(address(assessment)) == seen(nowhere)
    assert seen(address(assessment))[0] == 404
    assert seen(address(assessment, "/questions"))[0] == 404
    posted = stranger.post(address(assessment, "/responses"), {"responses": wire(assessment)}, format="json")
    assert posted.status_code == 404


def test_an_advisor_sees_the_status_of_their_students_and_cannot_answer_for_them() -> None:
    assessment = started_assessment()
    advisor = AdvisorAssignmentFactory(student=assessment.user).advisor

    assert client_of(advisor).get(address(assessment)).status_code == 200
    assert client_of(AdvisorFactory()).get(address(assessment)).status_code == 404
    posted = client_of(advisor).post(address(assessment, "/responses"), {"responses": []}, format="json")
    assert (posted.status_code, posted.json()["error_code"]) == (403, "FORBIDDEN_403")


def test_the_list_shows_what_the_caller_may_see_and_can_be_narrowed() -> None:
    mine = started_assessment()
    handed_in = submitted_assessment(user=mine.user, role=mine.role)
    started_assessment()
    advisor = AdvisorAssignmentFactory(student=mine.user).advisor

    own = client_of(mine.user).get("/api/v1/assessments").json()
    narrowed = client_of(advisor).get(
        "/api/v1/assessments",
        {"status": "awaiting_async", "student_id": str(mine.user.pk), "role_id": str(mine.role.pk)},
    )

    assert {item["assessment_id"] for item in own["items"]} == {str(mine.pk), str(handed_in.pk)}
    assert [item["assessment_id"] for item in narrowed.json()["items"]] == [str(handed_in.pk)]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "JSON_400"),
        (b"[1]", 400, "INVALID_400"),
        (b'{"responses": []}', 400, "INVALID_400"),
        (b'{"responses": [{"question_id": "x", "answer": [1]}]}', 400, "INVALID_400"),
        (b'{"responses": "\\u0000"}', 400, "JSON_400"),
        (b'{"responses": "\\ud800"}', 400, "JSON_400"),
        (b'{"responses": NaN}', 400, "JSON_400"),
        (b'{"responses": "\xff"}', 400, "JSON_400"),
        (b'{"responses": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", 400, "JSON_400"),
        (b'{"responses": ' + b"9" * 5_000 + b"}", 400, "JSON_400"),
        (b'{"responses": "' + b"x" * 10_000_000 + b'"}', 413, "TOO_LARGE_413"),
    ],
    ids=lambda value: value[:24].decode(errors="replace") if isinstance(value, bytes) else str(value),
)
def test_a_broken_body_gets_the_error_object_and_leaves_nothing(body: bytes, status: int, code: str) -> None:
    assessment = started_assessment()

    reply = client_of(assessment.user).post(
        address(assessment, "/responses"), body, content_type="application/json"
    )

    assert (reply.status_code, reply.json()["error_code"]) == (status, code)
    assert set(reply.json()) >= {"error_code", "message", "request_id"}
    assert not AssessmentResponse.objects.exists()


def test_a_deactivated_students_token_is_refused_and_nothing_is_stored() -> None:
    assessment = started_assessment()
    client = client_of(assessment.user)
    accounts.disable(by=None, person=assessment.user)

    reply = client.post(address(assessment, "/responses"), {"responses": wire(assessment)}, format="json")

    assert (reply.status_code, reply.json()["error_code"]) == (401, "AUTH_401")
    assert not AssessmentResponse.objects.exists()


def test_the_same_idempotency_key_starts_one_assessment() -> None:
    role, client = role_with_every_type(), client_of(UserFactory())
    key = {"Idempotency-Key": "start-once"}

    first = client.post(START, {"role_id": str(role.pk)}, format="json", headers=key)
    again = client.post(START, {"role_id": str(role.pk)}, format="json", headers=key)
    other = client.post(START, {"role_id": str(role.pk), "metadata": {"a": 1}}, format="json", headers=key)

    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 422)
    assert first.content == again.content
    assert Assessment.objects.count() == 1


def test_an_unknown_address_and_a_wrong_method_answer_in_json() -> None:
    client = APIClient()

    assert client.get("/api/v1/nowhere").json()["error_code"] == "NOT_FOUND_404"
    assert client_of(UserFactory()).get(START).json()["error_code"] == "METHOD_405"
