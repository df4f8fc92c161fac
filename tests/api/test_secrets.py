"""What is for staff never reaches a student: every secret is a unique word, and no byte of any response has one.

The words are in tests/factories/catalog.py: guidance, level descriptions, model answer, grader notes, the
accepted short text and staff's feedback all hold "canary"; the numeric key is 731250067.75.
"""

import json
import logging
import uuid
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.http import HttpResponse
from rest_framework.test import APIClient

from accounts.models import User
from assessments.models import Assessment, QuestionSnapshot
from catalog.models import JobRole
from catalog.services import announce_catalog_change
from ops import jobs
from ops.enums import JobStatus
from ops.models import AsyncJob, AuditLog
from partners.models import WebhookEvent
from recommendations.models import Recommendation
from scoring.models import EssayScore, RuleScore
from tests.clients import client_of
from tests.factories.accounts import AdvisorAssignmentFactory, UserFactory
from tests.factories.assessments import GOOD_ESSAY, started_assessment
from tests.factories.catalog import (
    QUESTIONS,
    RUBRIC,
    JobRoleFactory,
    RoleSkillFactory,
    SkillFactory,
    published_question,
)
from tests.factories.recommendations import offered
from tests.fakes.openai_server import FakeOpenAI, Received
from tests.scoring.essays.chats import verdict
from tests.scoring.replies import QUOTE, SECOND_QUOTE

pytestmark = pytest.mark.django_db
NUMERIC_KEY = "731250067.75"
CANARIES = ("canary", "731250067")
# Names under which a key, a rule or a grader's remark is stored.
STAFF_NAMES = {
    "rules", "correct", "accepted", "pairs", "order", "signals", "guidance", "model_answer",
    "grader_notes", "staff", "staff_explanation", "rules_applied", "notes", "note", "points",
}  # fmt: skip
SCORE_NAMES = {"score", "maximum", "totals", "points", "level", "confidence", "outcome", "gap"}
ANSWERS: dict[str, Any] = {
    "multiple_choice": {"choice_ids": ["c1"]},
    "numeric": 7,
    "short_text": "something else",
    "ordering": {"order": ["c1", "c3", "c2"]},
    "matching": {"pairs": {"l1": "r1", "l2": "r2"}},
    "profile": "c1",
    "essay": GOOD_ESSAY,
}
BAD_ANSWERS: dict[str, Any] = {
    "multiple_choice": "c9",
    "numeric": "many",
    "short_text": 7,
    "ordering": {"order": ["c1"]},
    "matching": {"pairs": {"l1": "l2"}},
    "profile": {"choice_ids": ["c1", "c2"]},
    "essay": {"order": []},
}


class Ear:
    """A client that keeps the bytes of every response, headers included."""

    def __init__(self, user: User) -> None:
        self._client: APIClient = client_of(user)
        self.heard: list[bytes] = []

    def get(self, path: str) -> HttpResponse:
        return self._kept(self._client.get(path))

    def post(self, path: str, body: Any, **headers: str) -> HttpResponse:
        return self._kept(self._client.post(path, body, format="json", headers=headers))

    def _kept(self, response: Any) -> HttpResponse:
        kept: HttpResponse = response
        self.heard.append(str(dict(kept.headers)).encode() + b"\n" + kept.content)
        return kept


@pytest.fixture
def role() -> JobRole:
    """A role that asks one question of each type, and credentials to recommend."""
    role = JobRoleFactory()
    RoleSkillFactory(role=role, skill=SkillFactory(key="sql", name="SQL"))
    signals = [{"choice": "c1", "skill": "profile-signal-canary", "level": 1}]
    secrets: dict[str, dict[str, Any]] = {
        "numeric": {"kind": "numeric", "value": NUMERIC_KEY, "absolute_tolerance": "0.5"},
        "profile": {"kind": "profile", "signals": signals},
    }
    for question_type, given in QUESTIONS.items():
        rules = secrets.get(question_type, given.get("rules", {}))
        published_question(question_type, role=role, rules=rules)
    offered("sql-joins", text="Practise sql joins on real tables", sql=3.0, roles=[role])
    announce_catalog_change()
    return role


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """Everything that is logged, down to the smallest."""
    with caplog.at_level(logging.DEBUG):
        yield caplog


def work_off() -> None:
    """Do all background work; what waits for its turn is due at once."""
    jobs.drain(skip_waits=True)
    assert not AsyncJob.objects.exclude(status=JobStatus.SUCCEEDED).exists()


def responses(assessment_id: str, answers: dict[str, Any]) -> list[dict[str, Any]]:
    rows = QuestionSnapshot.objects.filter(assessment_id=assessment_id).order_by("position")
    return [{"question_id": str(row.question_id), "answer": answers[row.question_type]} for row in rows]


def take_until_handed_in(ear: Ear, role: JobRole) -> str:
    """Go through everything a student can see and do, mistakes included, and hand the assessment in."""
    ear.get("/api/v1/catalog/roles")
    ear.get("/api/v1/catalog/credentials")
    started = ear.post("/api/v1/assessments/start", {"role_id": str(role.pk)}, **{"Idempotency-Key": "start"})
    assert started.status_code == 201
    assessment_id = json.loads(started.content)["assessment_id"]
    path = f"/api/v1/assessments/{assessment_id}"
    make_mistakes(ear, path, assessment_id)
    first, *rest = responses(assessment_id, ANSWERS)
    for batch in ([first], rest, [first | {"answer": BAD_ANSWERS["numeric"]}]):
        ear.post(f"{path}/responses", {"responses": batch})
    for part in ("", "/questions", "/result"):
        ear.get(f"{path}{part}")
    done = {"responses": responses(assessment_id, ANSWERS), "completed": True}
    assert ear.post(f"{path}/responses", done).status_code == 202
    return str(assessment_id)


def make_mistakes(ear: Ear, path: str, assessment_id: str) -> None:
    """Send what is refused: every type answered in the wrong form, and requests for what is not one's own."""
    for bad in responses(assessment_id, BAD_ANSWERS):
        assert ear.post(f"{path}/responses", {"responses": [bad]}).status_code == 400
    other = started_assessment()
    foreign = responses(str(other.pk), ANSWERS)[:1]
    refused: list[tuple[str, Any]] = [
        (f"{path}/responses", {"responses": foreign}),
        (f"{path}/responses", {"responses": foreign * 2}),
        (f"{path}/responses", {"responses": responses(assessment_id, ANSWERS)[:1], "completed": True}),
        (f"{path}/responses", {"responses": "\x00"}),
        (f"{path}/responses", []),
        (f"/api/v1/assessments/{other.pk}/responses", {"responses": foreign}),
        (f"/api/v1/assessments/{uuid.uuid4()}/responses", {"responses": foreign}),
        ("/api/v1/assessments/start", {"role_id": str(uuid.uuid4())}),
    ]
    for address, body in refused:
        assert 400 <= ear.post(address, body).status_code < 500, (address, body)
    again = ear.post("/api/v1/assessments/start", {"role_id": "x"}, **{"Idempotency-Key": "start"})
    assert again.status_code == 422
    assert ear.get(f"/api/v1/assessments/{other.pk}").status_code == 404


def read_everything(ear: Ear, assessment_id: str) -> dict[str, Any]:
    """Read what there is once the work is done; return the result."""
    for part in ("", "/questions", "/result", "/model-calls", "/record"):
        assert ear.get(f"/api/v1/assessments/{assessment_id}{part}").status_code == 200
    result: dict[str, Any] = json.loads(ear.get(f"/api/v1/assessments/{assessment_id}/result").content)
    for path in ("/api/v1/assessments", "/api/schema", "/docs", "/redoc", "/api/v1/nowhere"):
        ear.get(path)
    feedback = f"/api/v1/recommendations/{result['recommendation_id']}/feedback"
    assert ear.post(feedback, {"relevance_score": 5}).status_code == 201
    assert ear.post(feedback, {"relevance_score": 9}).status_code == 400
    late = {"responses": responses(assessment_id, ANSWERS), "completed": True}
    assert ear.post(f"/api/v1/assessments/{assessment_id}/responses", late).status_code == 409
    return result


def names_in(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value) | {name for inner in value.values() for name in names_in(inner)}
    return {name for inner in value for name in names_in(inner)} if isinstance(value, list) else set()


def own_words(value: Any) -> Any:
    """Leave out the student's own answers, which may have parts of any name."""
    if isinstance(value, dict):
        return {name: own_words(inner) for name, inner in value.items() if name != "answers"}
    return [own_words(inner) for inner in value] if isinstance(value, list) else value


def json_bodies(heard: list[bytes]) -> Iterator[Any]:
    for response in heard:
        body = response.partition(b"\n")[2]
        if body.startswith(b"{") and b'"openapi"' not in body[:20]:
            yield own_words(json.loads(body))


def assert_silent(texts: Iterator[str] | list[str]) -> None:
    for text in texts:
        for canary in CANARIES:
            assert canary not in text.lower(), text[max(0, text.lower().index(canary) - 200) :][:400]


# The clock and the process can hold any row of digits.
CLOCK = {"created", "msecs", "relativeCreated", "thread", "process"}


def records_of(logged: pytest.LogCaptureFixture) -> list[str]:
    """What was logged, with every attribute that could carry words of ours."""
    held = [
        {name: value for name, value in vars(record).items() if name not in CLOCK}
        for record in logged.records
    ]
    return [f"{record.getMessage()} {rest}" for record, rest in zip(logged.records, held, strict=True)]


def leaking(request: Received) -> str:
    """Reply as a model that tells the student everything it was told."""
    said = {
        "reasoning": verdict("l1", QUOTE, RUBRIC["criteria"][0]["guidance"]),
        "evidence": verdict("l1", SECOND_QUOTE, RUBRIC["model_answer"]) | {"points": 2, "key": RUBRIC},
    }
    return json.dumps({"e1": {"instructions_in_answer": False, "criteria": said, "rubric": RUBRIC}})


def assert_nothing_leaked(ear: Ear, logged: pytest.LogCaptureFixture) -> None:
    assert_silent(response.decode() for response in ear.heard)
    assert_silent(records_of(logged))
    assert_silent([str(row) for row in AsyncJob.objects.values("payload", "error_payload")])
    assert_silent([str(row) for row in AuditLog.objects.values()])
    assert_silent([str(event.payload) for event in WebhookEvent.objects.all()])
    for body in json_bodies(ear.heard):
        assert not names_in(body) & STAFF_NAMES, body


@pytest.mark.usefixtures("local_judge")
def test_a_student_learns_no_key_from_any_response_log_or_webhook(
    role: JobRole, logged: pytest.LogCaptureFixture
) -> None:
    ear = Ear(UserFactory())

    assessment_id = take_until_handed_in(ear, role)
    work_off()
    result = read_everything(ear, assessment_id)

    assert {question["type"] for question in result["questions"]} == set(QUESTIONS)
    assert len(result["recommendation_items"]) == 1
    assert WebhookEvent.objects.count() >= 2
    assert_nothing_leaked(ear, logged)


def test_a_student_learns_nothing_from_a_model_that_tells_everything(
    role: JobRole, openai: FakeOpenAI, logged: pytest.LogCaptureFixture
) -> None:
    openai.script = leaking
    ear = Ear(UserFactory())

    assessment_id = take_until_handed_in(ear, role)
    work_off()
    result = read_everything(ear, assessment_id)

    (essay,) = [question for question in result["questions"] if question["type"] == "essay"]
    assert [criterion["status"] for criterion in essay["criteria"]] == ["scored", "scored"]
    assert "canary" in str(EssayScore.objects.get().response_payload)
    assert_nothing_leaked(ear, logged)


@pytest.mark.usefixtures("local_judge")
def test_an_advisor_reads_no_key_over_the_api_either(role: JobRole, logged: pytest.LogCaptureFixture) -> None:
    student = UserFactory()
    assessment_id = take_until_handed_in(Ear(student), role)
    work_off()
    ear = Ear(AdvisorAssignmentFactory(student=student).advisor)

    for path in ("", "/result", "/model-calls", "/record"):
        assert ear.get(f"/api/v1/assessments/{assessment_id}{path}").status_code == 200

    assert_nothing_leaked(ear, logged)


@pytest.mark.usefixtures("local_judge")
def test_no_response_holds_a_score_before_the_assessment_is_completed(role: JobRole) -> None:
    ear = Ear(UserFactory())

    assessment_id = take_until_handed_in(ear, role)
    path = f"/api/v1/assessments/{assessment_id}"
    for part in ("", "/questions"):
        ear.get(f"{path}{part}")
    jobs.drain(limit=2)  # the catalog's vectors, then the essays

    assert RuleScore.objects.count() >= 5
    assert EssayScore.objects.count() == 1
    assert Assessment.objects.get(pk=assessment_id).status == "awaiting_async"
    assert not Recommendation.objects.exists()
    waiting = ear.get(f"{path}/result")
    assert (waiting.status_code, waiting.headers["Retry-After"]) == (202, "2")
    ear.get("/api/v1/assessments")
    explanations = {
        text for row in RuleScore.objects.all() for text in (row.explanation, row.staff_explanation)
    }
    for body in json_bodies(ear.heard):
        if "credential_id" not in names_in(body):  # credentials and roles have levels of their own
            assert not names_in(body) & SCORE_NAMES, body
        assert not any(text in json.dumps(body) for text in explanations)


@pytest.mark.parametrize("kind", sorted(QUESTIONS))
def test_every_question_type_is_shown_without_its_key(kind: str, role: JobRole) -> None:
    started = client_of(UserFactory()).post(
        "/api/v1/assessments/start", {"role_id": str(role.pk)}, format="json"
    )

    (shown,) = [question for question in started.json()["questions"] if question["type"] == kind]

    assert set(shown) == {
        "question_id", "position", "type", "prompt", "choices", "choice_ids", "choice_sides", "answer_format",
        "rubric", "weight", "required", "version",
    }  # fmt: skip
    assert set(shown["rubric"]) == {"criteria"}
    for criterion in shown["rubric"]["criteria"]:
        assert set(criterion) == {"name", "explanation", "weight", "levels"}
    assert Decimal(str(shown["weight"])) == QUESTIONS[kind].get("weight", 1)
