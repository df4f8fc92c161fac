"""What a partner's program reads with its key: the results of the assessments that its endpoints were told of."""

import datetime as dt
import io
import json
import uuid
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import service_keys
from accounts.enums import Scope
from accounts.models import ServiceKey, User
from accounts.personal_data import erasing
from assessments.enums import AssessmentStatus, Stage
from assessments.models import Assessment
from ops import jobs, retention
from partners import services
from partners.enums import EventType
from partners.models import ResultReading
from recommendations.events import result_read
from tests.clients import client_of
from tests.companion.scenes import finished_assessment
from tests.factories.accounts import AdminFactory, AdvisorAssignmentFactory, UserFactory
from tests.factories.assessments import started_assessment
from tests.factories.service_keys import program, service_key

pytestmark = pytest.mark.django_db
EVENTS = ["assessment.failed", "recommendation.ready"]


@dataclass(frozen=True)
class Partner:
    """A program with an endpoint that is told of results and failures."""

    key: ServiceKey
    client: APIClient

    def reads(self, assessment: Assessment, **headers: str) -> Any:
        """Ask for the result."""
        return self.client.get(result_url(assessment.pk), headers=headers)

    def looks(self, assessment: Assessment) -> Any:
        """Ask where the assessment stands."""
        return self.client.get(f"/api/v1/assessments/{assessment.pk}")


def result_url(assessment_id: uuid.UUID) -> str:
    return f"/api/v1/assessments/{assessment_id}/result"


def partner_with(*scopes: Scope, events: list[str] | None = None, name: str = "Harbour") -> Partner:
    key, text = service_key(*scopes, name=name)
    services.register_endpoint(
        by=None, name=name, url="https://partner.example/hook", event_types=events or EVENTS, service_key_id=key.pk
    )  # fmt: skip
    return Partner(key, program(text))


@pytest.fixture
def partner() -> Partner:
    return partner_with(Scope.RESULTS_READ)


@pytest.fixture
def student() -> User:
    student: User = UserFactory()
    return student


def told_of(assessment: Assessment, **state: Any) -> Assessment:
    """Tell partners something of an assessment, and put it into some state."""
    services.announce(
        EventType.ASSESSMENT_FAILED,
        assessment_id=assessment.pk,
        subject_id=assessment.pk,
        now=timezone.now(),
    )
    Assessment.objects.filter(pk=assessment.pk).update(**state)
    return assessment


@contextmanager
def nothing_can_be_kept() -> Iterator[None]:
    def refuse(**_: Any) -> None:
        raise IntegrityError("the disk is full")

    result_read.connect(refuse)
    try:
        yield
    finally:
        result_read.disconnect(refuse)


def test_it_reads_what_the_student_reads(partner: Partner, student: User) -> None:
    assessment = finished_assessment(student)

    result, status = partner.reads(assessment), partner.looks(assessment)

    shown = client_of(student).get(result_url(assessment.pk))
    assert (result.status_code, result.content, result["ETag"]) == (200, shown.content, shown["ETag"])
    own = client_of(student).get(f"/api/v1/assessments/{assessment.pk}")
    assert (status.status_code, status.content, status["ETag"]) == (200, own.content, own["ETag"])


def test_each_result_that_is_handed_out_leaves_a_trace(partner: Partner, student: User) -> None:
    assessment, before = finished_assessment(student), timezone.now()

    first = partner.reads(assessment)
    again = partner.reads(assessment, if_none_match=first["ETag"])
    partner.looks(assessment)
    partner.reads(assessment)
    client_of(student).get(result_url(assessment.pk))

    assert again.status_code == 304
    kept = list(ResultReading.objects.order_by("pk"))
    assert [(one.assessment_id, one.service_key_id, one.program) for one in kept] == [
        (assessment.pk, partner.key.pk, "Harbour")
    ] * 2
    assert before <= kept[0].at <= kept[1].at <= timezone.now()
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        kept[0].delete()


def test_the_headers_alone_are_no_reading(partner: Partner, student: User) -> None:
    assessment = finished_assessment(student)

    assert partner.client.head(result_url(assessment.pk)).status_code == 200
    assert ResultReading.objects.count() == 0


def test_the_student_sees_who_read_what(partner: Partner, student: User) -> None:
    assessment, other = finished_assessment(student), finished_assessment(UserFactory())
    partner.reads(assessment)
    partner.reads(assessment)
    partner.reads(other)

    seen = client_of(student).get("/api/v1/me/readings", {"page_size": 10}).json()

    latest = ResultReading.objects.filter(assessment=assessment).latest("pk")
    assert (seen["page"], seen["page_size"], seen["total"]) == (1, 10, 2)
    assert seen["items"][0] == {
        "assessment_id": str(assessment.pk),
        "role": assessment.role.name,
        "program": "Harbour",
        "at": latest.at.isoformat().replace("+00:00", "Z"),
    }
    assert client_of(UserFactory()).get("/api/v1/me/readings").json()["items"] == []


def test_what_leaves_no_trace_is_not_handed_out(partner: Partner, student: User) -> None:
    assessment = finished_assessment(student)

    partner.client.raise_request_exception = False
    with nothing_can_be_kept():
        answer = partner.reads(assessment)

    assert answer.status_code == 500
    assert "recommendation_items" not in answer.content.decode()
    assert not ResultReading.objects.exists()


@pytest.mark.parametrize("whose", ["another program's", "staff's", "a later one of its own", "nobody's"])
def test_what_its_endpoints_were_not_told_of_is_not_there(whose: str, student: User) -> None:
    key, text = service_key(Scope.RESULTS_READ)
    if whose == "another program's":
        partner_with(Scope.RESULTS_READ, name="Lighthouse")
    if whose == "staff's":
        services.register_endpoint(by=None, name="Staff", url="https://staff.example/", event_types=EVENTS)
    assessment = finished_assessment(student)
    if whose == "a later one of its own":
        services.register_endpoint(
            by=None, name="Late", url="https://late.example/", event_types=EVENTS, service_key_id=key.pk
        )
    stranger = Partner(key, program(text))

    for found, absent in (
        (stranger.reads(assessment), stranger.client.get(result_url(uuid.uuid4()))),
        (stranger.looks(assessment), stranger.client.get(f"/api/v1/assessments/{uuid.uuid4()}")),
    ):
        assert found.status_code == absent.status_code == 404
        assert found.json()["error_code"] == absent.json()["error_code"] == "ASSESSMENT_404"
    assert not ResultReading.objects.exists()


def test_an_event_that_it_did_not_ask_for_opens_nothing(student: User) -> None:
    partner = partner_with(Scope.RESULTS_READ, events=["assessment.failed"])

    assert partner.reads(finished_assessment(student)).status_code == 404


def test_the_scope_is_one_of_its_own(student: User) -> None:
    others = [scope for scope in Scope if scope != Scope.RESULTS_READ]
    partner = partner_with(*others)
    assessment = finished_assessment(student)

    assert (partner.reads(assessment).status_code, partner.looks(assessment).status_code) == (403, 403)


def test_a_revoked_key_reads_nothing(partner: Partner, student: User) -> None:
    assessment = finished_assessment(student)
    service_keys.revoke(by=None, key_id=partner.key.pk, now=timezone.now())

    assert (partner.reads(assessment).status_code, partner.looks(assessment).status_code) == (401, 401)


def test_who_sends_a_token_and_a_key_is_refused(student: User) -> None:
    assessment = finished_assessment(student)
    both = client_of(student)

    answer = both.get(result_url(assessment.pk), headers={"X-API-Key": service_key()[1]})

    assert answer.status_code == 401


def test_a_result_that_is_held_back_waits_for_its_release(partner: Partner, student: User) -> None:
    assessment = finished_assessment(student)
    Assessment.objects.filter(pk=assessment.pk).update(stage=Stage.AWAITING_RELEASE)
    advisor = AdvisorAssignmentFactory(student=student).advisor

    answer = partner.reads(assessment)

    assert (answer.status_code, answer["Retry-After"]) == (202, "300")
    assert answer.json() == client_of(student).get(result_url(assessment.pk)).json()
    assert client_of(advisor).get(result_url(assessment.pk)).status_code == 200
    assert not ResultReading.objects.exists()


@pytest.mark.parametrize(
    ("state", "status", "code"),
    [
        ({}, 409, "ASSESSMENT_NOT_COMPLETED"),
        ({"status": AssessmentStatus.FAILED, "failure_reason": "Away."}, 409, "ASSESSMENT_FAILED"),
        ({"status": AssessmentStatus.EXPIRED}, 410, "ASSESSMENT_EXPIRED"),
    ],
)
def test_without_a_result_it_is_answered_as_the_student_is(
    partner: Partner, student: User, state: dict[str, Any], status: int, code: str
) -> None:
    assessment = told_of(started_assessment(user=student, now=timezone.now()), **state)

    answer = partner.reads(assessment)

    assert (answer.status_code, answer.json()["error_code"]) == (status, code)
    own = client_of(student).get(result_url(assessment.pk))
    assert (own.status_code, own.json()["message"]) == (status, answer.json()["message"])


def test_nothing_else_of_the_student_is_open_to_it(partner: Partner, student: User) -> None:
    assessment = finished_assessment(student)

    for rest in ("record", "questions", "events", "recommendations", "model-calls"):
        assert partner.client.get(f"/api/v1/assessments/{assessment.pk}/{rest}").status_code == 401
    assert partner.client.get("/api/v1/assessments").status_code == 401


def test_staff_finds_who_read_what_of_whom(partner: Partner) -> None:
    for name in ("Sam Ferrante", "Ines Moreau"):
        partner.reads(finished_assessment(UserFactory(name=name)))
    browser = Client()
    browser.force_login(AdminFactory())

    page = browser.get(reverse("admin:partners_resultreading_changelist"), {"q": "Ferrante"}).content.decode()

    assert ("Harbour" in page, "Sam Ferrante" in page, "Ines Moreau" in page) == (True, True, False)


def test_the_student_finds_it_in_the_copy_of_their_data(partner: Partner, student: User) -> None:
    assessment = finished_assessment(student)
    partner.reads(assessment)
    client = client_of(student)
    client.post("/api/v1/me/export")
    jobs.drain()

    with zipfile.ZipFile(io.BytesIO(client.get("/api/v1/me/export").getvalue())) as copy:
        rows = json.loads(copy.read("partners.ResultReading.json"))

    at = ResultReading.objects.get().at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    assert rows == [{"assessment": str(assessment.pk), "program": "Harbour", "at": at}]


def test_erasure_takes_the_result_and_who_read_it(partner: Partner, student: User) -> None:
    assessment = finished_assessment(student)
    partner.reads(assessment)
    request = erasing.request_erasure(by=student, person=student, now=timezone.now())

    erasing.erase(request.pk, now=request.due_at)

    assert partner.reads(assessment).status_code == 404
    assert not ResultReading.objects.exists()


def test_with_its_events_the_right_to_read_grows_old_and_the_traces_too(
    partner: Partner, student: User
) -> None:
    assessment = finished_assessment(student)
    partner.reads(assessment)

    gone = retention.expire(now=timezone.now() + dt.timedelta(days=366))

    assert gone["partners.ResultReading"] == 1
    assert partner.reads(assessment).status_code == 404
