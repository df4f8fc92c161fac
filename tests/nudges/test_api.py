"""Nudges over HTTP."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from nudges.models import Nudge, NudgePreference
from ops.models import AuditLog
from planner.models import Task
from tests.clients import client_of
from tests.factories.accounts import AdvisorFactory, UserFactory
from tests.factories.nudges import NOW, NudgeFactory

pytestmark = pytest.mark.django_db
NUDGES = "/api/v1/nudges"
PREFERENCES = f"{NUDGES}/preferences"
DAY = dt.timedelta(days=1)
USUAL = {
    "email": True,
    "in_app": True,
    "quiet_from": "21:00",
    "quiet_until": "08:00",
    "time_zone": "",
    "stopped": False,
    "version": 1,
}


def actions() -> list[str]:
    return list(
        AuditLog.objects.filter(action__startswith="nudge").order_by("pk").values_list("action", flat=True)
    )


class TestTheList:
    def test_one_has_ones_own_the_latest_first(self) -> None:
        student = UserFactory()
        old, new = (NudgeFactory(user=student, created_at=NOW + days * DAY) for days in (0, 1))
        NudgeFactory()

        found = client_of(student).get(NUDGES).json()

        assert [one["nudge_id"] for one in found["items"]] == [str(new.pk), str(old.pk)]
        assert (found["page"], found["page_size"], found["total"]) == (1, 25, 2)
        assert found["items"][1] == {
            "nudge_id": str(old.pk),
            "kind": "goal_reached",
            "about": old.about,
            "title": "You have reached your goal: joins",
            "text": "Set yourself the next goal.",
            "reason": "You reached the goal on 11 March, 12:00.",
            "created_at": "2026-03-11T12:00:00Z",
            "opened_at": None,
            "clicked_at": None,
        }

    def test_those_that_were_opened_can_be_left_out(self) -> None:
        student = UserFactory()
        read = NudgeFactory(user=student, opened_at=NOW)
        unread = NudgeFactory(user=student, created_at=NOW + DAY, kind="inactive")

        def ids(query: str) -> list[str]:
            return [one["nudge_id"] for one in client_of(student).get(f"{NUDGES}?{query}").json()["items"]]

        assert ids("unread=true") == ids("kind=inactive") == [str(unread.pk)]
        assert ids("unread=false") == [str(read.pk)]

    def test_what_was_told_by_letter_alone_is_not_in_the_app(self) -> None:
        nudge = NudgeFactory(in_app=False, letter="waiting")
        client = client_of(nudge.user)

        assert client.get(NUDGES).json()["total"] == 0
        assert client.post(f"{NUDGES}/{nudge.pk}/opened").status_code == 404


class TestWhatBecomesOfThem:
    def test_the_first_time_stays(self) -> None:
        nudge = NudgeFactory()
        client = client_of(nudge.user)

        opened, again = (client.post(f"{NUDGES}/{nudge.pk}/opened").json() for _ in range(2))
        clicked, twice = (client.post(f"{NUDGES}/{nudge.pk}/clicked").json() for _ in range(2))

        assert opened == again
        assert (opened["opened_at"] is None, opened["clicked_at"]) == (False, None)
        assert clicked["clicked_at"] is not None
        assert clicked == twice
        assert clicked["opened_at"] == opened["opened_at"]
        assert actions() == ["nudge.opened", "nudge.clicked"]

    def test_who_clicks_has_opened(self) -> None:
        nudge = NudgeFactory()

        answer = client_of(nudge.user).post(f"{NUDGES}/{nudge.pk}/clicked").json()

        assert answer["opened_at"] == answer["clicked_at"] is not None
        assert actions() == ["nudge.clicked"]

    @pytest.mark.parametrize("deed", ["opened", "clicked", "task"])
    def test_those_of_others_are_not_there(self, deed: str) -> None:
        nudge = NudgeFactory()

        answer = client_of(UserFactory()).post(f"{NUDGES}/{nudge.pk}/{deed}")

        assert (answer.status_code, answer.json()["error_code"]) == (404, "NUDGE_404")

    def test_one_nudge_is_one_task(self) -> None:
        nudge = NudgeFactory()
        client = client_of(nudge.user)

        first, second = (client.post(f"{NUDGES}/{nudge.pk}/task").json() for _ in range(2))

        task = Task.objects.get()
        assert first == second == {"nudge_id": str(nudge.pk), "task_id": str(task.pk)}
        assert (task.source, task.reference, task.title) == ("nudge", str(nudge.pk), nudge.title)
        assert task.description == nudge.text


class TestPreferences:
    def test_they_are_as_usual_until_somebody_says_otherwise(self) -> None:
        answer = client_of(UserFactory()).get(PREFERENCES)

        assert answer.json() == USUAL
        assert answer.headers["ETag"] == '"1"'

    def test_what_is_left_out_stays(self) -> None:
        student = UserFactory()
        change = {"email": False, "quiet_from": "20:30", "time_zone": "Europe/Berlin"}

        answer = client_of(student).patch(PREFERENCES, change, format="json", headers={"If-Match": '"1"'})

        assert answer.json() == USUAL | {
            "email": False, "quiet_from": "20:30", "time_zone": "Europe/Berlin", "version": 2,
        }  # fmt: skip
        line = AuditLog.objects.get(action="nudge_preference.changed")
        assert line.metadata == {
            "fields": ["email", "quiet_from", "time_zone"],
            "stopped": False,
            "version": 2,
        }

    def test_a_change_from_an_older_version_is_refused(self) -> None:
        client = client_of(UserFactory())
        client.patch(PREFERENCES, {"email": False}, format="json")

        answer = client.patch(PREFERENCES, {"email": True}, format="json", headers={"If-Match": '"1"'})

        assert answer.status_code == 412
        assert client.get(PREFERENCES).json()["email"] is False

    def test_a_change_to_what_it_is_already_is_none(self) -> None:
        client = client_of(UserFactory())

        assert client.patch(PREFERENCES, {"email": True, "stopped": False}, format="json").json() == USUAL
        assert actions() == []

    def test_stopping_and_taking_up_again(self) -> None:
        student = UserFactory()
        client = client_of(student)

        assert client.patch(PREFERENCES, {"stopped": True}, format="json").json()["stopped"] is True
        assert NudgePreference.objects.get().look_at is None
        before = timezone.now()
        assert client.patch(PREFERENCES, {"stopped": False}, format="json").json()["stopped"] is False
        look_at = NudgePreference.objects.get().look_at
        assert look_at is not None
        assert before <= look_at <= timezone.now()

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"time_zone": "Atlantis/Capital"}, "TIME_ZONE_400"),
            ({"time_zone": "../../etc/passwd"}, "TIME_ZONE_400"),
            ({"time_zone": "x" * 65}, "INVALID_400"),
            ({"quiet_from": "25:00"}, "INVALID_400"),
            ({"quiet_from": "8:00"}, "INVALID_400"),
            ({"quiet_from": 800}, "INVALID_400"),
            ({"email": "perhaps"}, "INVALID_400"),
            ({"stopped": None}, "INVALID_400"),
        ],
    )
    def test_what_cannot_be_is_refused(self, change: dict[str, Any], code: str) -> None:
        answer = client_of(UserFactory()).patch(PREFERENCES, change, format="json")

        assert (answer.status_code, answer.json()["error_code"]) == (400, code)

    def test_only_students_have_any(self) -> None:
        client = client_of(AdvisorFactory())

        assert [client.get(place).status_code for place in (NUDGES, PREFERENCES)] == [403, 403]
        assert (Nudge.objects.count(), NudgePreference.objects.count()) == (0, 0)
