"""An erasure waits for its time, goes on after a kill at any step, leaves nothing personal and breaks no chain."""

import datetime as dt
import json
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.admin_guard import LastAdmin
from accounts.enums import UserStatus
from accounts.models import ErasureRequest, User
from accounts.personal_data import erasing
from assessments.models import Assessment
from ops import audit_verifying, jobs
from ops.models import AuditLog
from planner.models import Task
from recommendations import record_replay, verifying
from recommendations.models import DecisionRecord
from tests.accounts.personal_data.people import MARK
from tests.accounts.personal_data.sweep import places_with
from tests.accounts.personal_data.test_exports import fetched
from tests.clients import client_of
from tests.factories.accounts import PASSWORD, AdminFactory, UserFactory
from tests.factories.service_keys import program, service_key

pytestmark = pytest.mark.django_db
PATH = "/api/v1/me/erasure"
MINE = {"password": PASSWORD}
STEPS = list(django_settings.ERASERS)


def due(row: ErasureRequest) -> dt.datetime:
    return row.due_at + dt.timedelta(minutes=1)


def asked_for(person: User) -> ErasureRequest:
    return erasing.request_erasure(by=person, person=person, now=timezone.now())


class TestAsking:
    def test_an_erasure_waits_and_can_be_called_off(self, settings: Settings) -> None:
        settings.ERASURE_COOL_OFF_DAYS = 3
        person: User = UserFactory()
        client = client_of(person)
        assert client.get(PATH).status_code == 404

        asked = client.post(PATH, MINE, format="json")
        again = client.post(PATH, MINE, format="json")

        assert (asked.status_code, asked.json()) == (202, again.json())
        assert client.get(PATH).json() == asked.json()
        row = ErasureRequest.objects.get()
        assert row.due_at - row.requested_at == dt.timedelta(days=3)
        assert erasing.announce_due(now=row.due_at - dt.timedelta(seconds=1)) == 0
        assert client.delete(PATH).json()["status"] == "cancelled"
        assert client.delete(PATH).status_code == 404
        assert erasing.announce_due(now=due(row)) == 0
        assert erasing.erase(row.pk, now=due(row)) == []
        actions = AuditLog.objects.filter(action__startswith="erasure.").values_list("action", flat=True)
        assert sorted(actions) == ["erasure.cancelled", "erasure.requested"]

    @pytest.mark.parametrize(
        ("body", "status", "code"),
        [
            ({}, 400, "INVALID_400"),
            ({"password": ""}, 400, "INVALID_400"),
            ({"password": "not mine"}, 403, "PASSWORD_403"),
        ],
    )
    def test_a_token_alone_is_not_enough(self, body: dict[str, str], status: int, code: str) -> None:
        answer = client_of(UserFactory()).post(PATH, body, format="json")

        assert (answer.status_code, answer.json()["error_code"]) == (status, code)
        assert not ErasureRequest.objects.exists()

    def test_passwords_cannot_be_tried_out(self, settings: Settings) -> None:
        settings.RATELIMIT_ENABLE = True
        client = client_of(UserFactory())

        guess = {"password": "a guess"}
        key = {"Idempotency-Key": "one"}
        tries = [client.post(PATH, guess, format="json", headers=key).status_code for _ in range(10)]
        last = client.post(PATH, MINE, format="json")

        assert tries == [403] * 10
        assert (last.status_code, "Retry-After" in last.headers) == (429, True)

    def test_an_account_without_a_password_needs_none(self) -> None:
        person: User = UserFactory()
        person.set_unusable_password()
        person.save()

        assert client_of(person).post(PATH).status_code == 202

    def test_what_has_begun_cannot_be_called_off(self) -> None:
        person: User = UserFactory()
        row = asked_for(person)
        ErasureRequest.objects.update(started_at=row.due_at)

        answer = client_of(person).delete(PATH)

        assert (answer.status_code, answer.json()["error_code"]) == (409, "ERASURE_409")

    def test_one_whose_first_step_fails_is_tried_again_unless_it_is_called_off(
        self, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fails, stays = UserFactory(), UserFactory()
        for person in (fails, stays):
            ErasureRequest.objects.filter(pk=asked_for(person).pk).update(due_at=timezone.now())
        settings.ERASERS = ["a.step"]
        monkeypatch.setattr(erasing, "import_string", lambda name: _dead)
        for row in ErasureRequest.objects.all():
            with pytest.raises(Killed):
                erasing.erase(row.pk, now=timezone.now())
        monkeypatch.setattr(erasing, "import_string", lambda name: lambda person_id: {"rows": 1})

        assert client_of(stays).delete(PATH).json()["status"] == "cancelled"

        assert erasing.announce_due(now=timezone.now()) == 1
        jobs.drain(skip_waits=True)
        assert ErasureRequest.objects.get(user=fails).completed_at is not None
        assert ErasureRequest.objects.get(user=stays).started_at is None

    def test_before_its_time_nothing_is_erased(self) -> None:
        row = asked_for(UserFactory())

        assert erasing.erase(row.pk, now=row.requested_at) == []

    def test_the_last_admin_stays(self) -> None:
        admin: User = AdminFactory()
        with pytest.raises(LastAdmin):
            asked_for(admin)
        AdminFactory()

        assert asked_for(admin).user == admin

    def test_of_two_admins_who_ask_one_stays(self) -> None:
        one, other = AdminFactory(), AdminFactory()
        asked_for(one)

        with pytest.raises(LastAdmin):
            asked_for(other)
        erasing.cancel(by=one, person=one, now=timezone.now())

        assert asked_for(other).user == other

    def test_an_admin_asks_for_a_student_and_calls_it_off(self) -> None:
        client, student = Client(), UserFactory()
        client.force_login(AdminFactory())

        body = {"action": "erase", "_selected_action": [str(student.pk)]}
        asked = client.post("/admin/accounts/user/", body).content.decode()
        assert "is deleted for good" in asked
        assert not ErasureRequest.objects.exists()
        client.post("/admin/accounts/user/", body | {"post": "yes"})
        row = ErasureRequest.objects.get()
        assert (row.user, row.requested_by) != (row.requested_by, row.user)
        assert student.name in client.get("/admin/accounts/erasurerequest/").content.decode()
        client.post(
            "/admin/accounts/erasurerequest/", {"action": "call_off", "_selected_action": [str(row.pk)]}
        )

        assert ErasureRequest.objects.get().cancelled_at is not None


class TestErasing:
    def test_nothing_of_the_person_is_left_and_every_chain_holds(self, student: User) -> None:
        fetched(student)
        before = places_with(MARK)
        marked = {
            "users.email",
            "assessment_responses.answer",
            "export_parts.data",
            "django_admin_log.object_repr",
        }
        assert marked <= set(before)
        assessment = Assessment.objects.get(user=student)
        row = asked_for(student)

        assert erasing.erase(row.pk, now=due(row)) == STEPS

        assert places_with(MARK) == []
        student.refresh_from_db()
        assert (student.status, student.name, student.profile) == (UserStatus.ERASED, "", {})
        assert not student.has_usable_password()
        connection.check_constraints()
        assert audit_verifying.verify().broken is None
        assert verifying.verify().broken is None
        assert DecisionRecord.objects.filter(assessment_id=assessment.pk).exists()
        replayed = record_replay.replay(assessment.pk)
        assert {difference.kind for one in replayed for difference in one.differences} == {"erased"}

    def test_the_last_admin_is_erased_once_somebody_else_is_one(self) -> None:
        one, other = AdminFactory(), AdminFactory()
        row = asked_for(one)
        User.objects.filter(pk=other.pk).update(status=UserStatus.DISABLED)

        assert erasing.erase(row.pk, now=due(row)) == []
        row.refresh_from_db()
        assert (row.started_at, row.cancelled_at) == (None, None)
        line = AuditLog.objects.get(action="erasure.held")
        assert (line.resource_id, line.metadata) == (
            one.pk,
            {"erasure_id": str(row.pk), "reason": "last_admin"},
        )

        User.objects.filter(pk=other.pk).update(status=UserStatus.ACTIVE)
        assert erasing.erase(row.pk, now=due(row)) == STEPS

    def test_others_keep_what_is_theirs(self, student: User) -> None:
        person: User = UserFactory()
        count = Assessment.objects.count()
        row = asked_for(person)

        erasing.erase(row.pk, now=due(row))

        student.refresh_from_db()
        assert (Assessment.objects.count(), student.name) == (count, f"{MARK} Ferrante")

    def test_answers_that_a_program_was_given_about_them_are_emptied(self, student: User) -> None:
        platform, other = program(service_key()[1]), UserFactory()

        def send(person: User) -> Any:
            task = {"user_id": str(person.pk), "title": f"{MARK} task"}
            key = {"Idempotency-Key": f"for {person.pk}"}
            return platform.post("/api/v1/tasks", task, format="json", headers=key)

        first = [send(person) for person in (student, other)]
        row = asked_for(student)

        erasing.erase(row.pk, now=due(row))

        again = [send(person) for person in (student, other)]
        assert [answer.status_code for answer in first + again] == [201, 201, 409, 201]
        assert again[0].json()["message"] == "This request was answered; its answer cannot be read any more."
        assert again[1].content == first[1].content
        assert Task.objects.count() == 1

    @pytest.mark.parametrize("killed_at", STEPS)
    @pytest.mark.parametrize("when", ["before the step is kept", "after it"])
    def test_a_kill_at_any_step_is_made_good_by_the_next_run(
        self, student: User, killed_at: str, when: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        row = asked_for(student)
        step = erasing._step

        def dies(request_id: object, name: str, now: dt.datetime) -> bool:
            if when == "after it":
                step(row.pk, name, now)
            if name == killed_at:
                if when != "after it":
                    monkeypatch.setattr(erasing, "_record", _dead)
                    step(row.pk, name, now)
                raise Killed
            return True if when == "after it" else step(row.pk, name, now)

        with monkeypatch.context() as patched:
            patched.setattr(erasing, "_step", dies)
            with pytest.raises(Killed):
                erasing.erase(row.pk, now=due(row))
        monkeypatch.undo()
        row.refresh_from_db()
        left = STEPS[len(row.steps_done) :]
        assert (killed_at in left) == (when != "after it")

        assert erasing.erase(row.pk, now=due(row)) == left
        assert erasing.erase(row.pk, now=due(row)) == []

        assert places_with(MARK) == []
        row.refresh_from_db()
        assert row.completed_at is not None

    def test_a_worker_does_it_and_the_person_is_out_at_once(self, student: User) -> None:
        client = client_of(student)
        row = asked_for(student)
        ErasureRequest.objects.update(requested_at=row.requested_at, due_at=timezone.now())

        assert erasing.announce_due(now=timezone.now()) == 1
        assert erasing.announce_due(now=timezone.now()) == 1  # the same job
        jobs.drain(skip_waits=True)

        assert client.get("/api/v1/me").status_code == 401
        assert places_with(MARK) == []
        assert erasing.announce_due(now=timezone.now()) == 0

    def test_the_trail_tells_each_step_and_names_nobody(self, student: User) -> None:
        row = asked_for(student)

        erasing.erase(row.pk, now=due(row))

        steps = AuditLog.objects.filter(action="erasure.step_done").order_by("created_at", "id")
        assert sorted(line.metadata["step"] for line in steps) == sorted(STEPS)
        assert AuditLog.objects.filter(action="erasure.begun", resource_id=student.pk).count() == len(STEPS)
        assert MARK not in json.dumps([line.metadata for line in AuditLog.objects.all()])


class Killed(Exception):
    """The worker dies."""


def _dead(*_: object, **__: object) -> None:
    raise Killed
