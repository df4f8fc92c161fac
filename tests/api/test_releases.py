"""Staff lets students see results that a role holds back: over HTTP, and many at once on a page."""

import json
import uuid
from typing import Any

import pytest
from django.test import Client

from accounts.enums import Role
from accounts.models import GuardianLink, User
from assessments.models import Assessment
from ops.models import AuditLog
from tests.clients import client_of
from tests.factories.accounts import AdminFactory, AdvisorAssignmentFactory, AdvisorFactory, UserFactory
from tests.factories.assessments import started_assessment
from tests.factories.oversight import judged_assessment

pytestmark = pytest.mark.django_db
PAGE = "/advisor/releases/"


def post(client: Any, address: str, body: dict[str, Any], **headers: str) -> Any:
    return client.post(address, json.dumps(body), content_type="application/json", **headers)


def held(student: User | None = None) -> Assessment:
    assessment = judged_assessment(student=student)
    Assessment.objects.filter(pk=assessment.pk).update(stage="awaiting_release")
    return assessment


def address(assessment: Assessment) -> str:
    return f"/api/v1/assessments/{assessment.pk}/release"


def is_released(assessment: Assessment) -> bool:
    assessment.refresh_from_db()
    return assessment.stage == "done" and assessment.released_at is not None


def advisor_of(*students: User) -> User:
    advisor: User = AdvisorFactory()
    for student in students:
        AdvisorAssignmentFactory(advisor=advisor, student=student)
    return advisor


class TestOverHttp:
    @pytest.mark.parametrize(
        ("who", "status"),
        [("admin", 200), ("advisor", 200), ("other advisor", 404), ("student", 403), ("guardian", 403)],
    )
    def test_those_who_may_review_release_what_they_may_see(self, who: str, status: int) -> None:
        assessment = held()
        guardian = UserFactory(role=Role.GUARDIAN)
        GuardianLink.objects.create(guardian=guardian, student=assessment.user)
        people: dict[str, User] = {
            "admin": AdminFactory(),
            "advisor": advisor_of(assessment.user),
            "other advisor": AdvisorFactory(),
            "student": assessment.user,
            "guardian": guardian,
        }

        answer = post(client_of(people[who]), address(assessment), {})

        assert answer.status_code == status
        assert is_released(assessment) == (status == 200)
        assert AuditLog.objects.filter(action="assessment.released").count() == int(status == 200)

    def test_releasing_twice_changes_nothing_with_a_key_or_without(self) -> None:
        assessment, client = held(), client_of(AdminFactory())

        first = post(client, address(assessment), {}, HTTP_IDEMPOTENCY_KEY="once")
        replayed = post(client, address(assessment), {}, HTTP_IDEMPOTENCY_KEY="once")
        again = post(client, address(assessment), {})

        assert first.json() == replayed.json() == again.json()
        assert (first.status_code, replayed.status_code, again.status_code) == (200, 200, 200)
        assert first.json()["stage"] == "done"
        assert AuditLog.objects.filter(action="assessment.released").count() == 1

    def test_what_was_never_held_cannot_be_released(self) -> None:
        client = client_of(AdminFactory())

        assert post(client, address(judged_assessment()), {}).status_code == 409
        assert post(client, address(started_assessment()), {}).status_code == 409
        assert post(client, f"/api/v1/assessments/{uuid.uuid4()}/release", {}).status_code == 404
        assert post(Client(), address(held()), {}).status_code == 401


class TestOnThePage:
    @pytest.fixture
    def desk(self) -> Client:
        client = Client()
        client.force_login(AdminFactory())
        return client

    def test_those_that_are_chosen_are_released(self, desk: Client) -> None:
        first, second, third = held(), held(), held()

        page = desk.post(PAGE, {"assessment": [first.pk, second.pk], "shown": [third.pk]}, follow=True)

        assert "2 students can see the result now." in page.content.decode()
        assert (is_released(first), is_released(second), is_released(third)) == (True, True, False)

    def test_all_that_are_shown_are_released_at_once(self, desk: Client) -> None:
        first, second = held(), held()

        page = desk.post(PAGE, {"all": "", "shown": [first.pk, second.pk]}, follow=True)

        assert "Nothing waits" in page.content.decode()
        assert (is_released(first), is_released(second)) == (True, True)

    def test_what_was_released_meanwhile_or_is_a_stranger_s_is_let_be(self) -> None:
        mine, foreign, done = held(), held(), judged_assessment()
        client = Client()
        client.force_login(advisor_of(mine.user, done.user))

        page = client.post(PAGE, {"assessment": [mine.pk, foreign.pk, done.pk]}, follow=True)

        assert "One student can see the result now. 2 had been released meanwhile." in page.content.decode()
        assert (is_released(mine), is_released(foreign)) == (True, False)

    @pytest.mark.parametrize("body", [{}, {"assessment": "x"}, {"all": ""}])
    def test_nothing_chosen_is_said(self, desk: Client, body: dict[str, str]) -> None:
        assessment = held()

        page = desk.post(PAGE, body, follow=True).content.decode()

        assert "Nothing was released. Choose at least one result." in page
        assert not is_released(assessment)

    def test_the_list_leads_to_what_waits_and_it_is_for_staff(self, desk: Client) -> None:
        assessment = held()

        assert "1 result waits for its release" in desk.get("/advisor/").content.decode()
        assert str(assessment.user) in desk.get(PAGE).content.decode()
        student = Client()
        student.force_login(assessment.user)
        assert student.get(PAGE).status_code == 404
