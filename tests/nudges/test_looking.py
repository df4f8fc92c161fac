"""Looking who is to be told something: once a day, by the database if need be."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import IntegrityError, connections, transaction
from pytest_django.fixtures import Settings

from accounts import services as accounts
from accounts.models import User
from nudges import services
from nudges.models import Nudge, NudgePreference
from nudges.services import dispatch
from ops.models import AsyncJob, AuditLog
from tests.factories.accounts import AdvisorFactory, UserFactory
from tests.factories.assessments import started_assessment
from tests.factories.nudges import NOW, NudgeFactory, NudgePreferenceFactory
from tests.factories.planner import TaskFactory
from tests.factories.practice import PracticeAnswerFactory, PracticeAssignmentFactory, PracticeGoalFactory
from tests.factories.service_keys import service_key

pytestmark = pytest.mark.django_db
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


def away(days: float = 9, **fields: Any) -> User:
    """Return a student who logged in that many days ago."""
    student: User = UserFactory(**fields)
    User.objects.filter(pk=student.pk).update(last_login=NOW - days * DAY)
    return student


def achiever(**fields: Any) -> User:
    """Return a student who has reached a goal an hour ago."""
    goal = PracticeGoalFactory(
        user=away(0), status="reached", reached_at=NOW - HOUR, title="Joins and groups", **fields
    )
    return User.objects.get(pk=goal.user_id)


def look_at(student: User) -> dt.datetime | None:
    return NudgePreference.objects.values_list("look_at", flat=True).get(user=student)


class TestWhoIsTold:
    def test_who_was_away_is_told_so_once(self) -> None:
        student = away()

        assert services.dispatch_due(now=NOW) == {"looked_at": 1, "told": 1}
        assert services.dispatch_due(now=NOW + HOUR) == {"looked_at": 1, "told": 0}

        nudge = Nudge.objects.get()
        assert (nudge.user_id, nudge.kind, nudge.day) == (student.pk, "inactive", NOW.date())
        assert nudge.reason == "You have not practised or logged in for 9 days."
        assert (nudge.in_app, nudge.letter) == (True, "waiting")
        assert AsyncJob.objects.get(kind="nudges.letter").payload == {"nudge_id": str(nudge.pk)}
        line = AuditLog.objects.get(action="nudge.told")
        assert line.metadata == {"kind": "inactive", "in_app": True, "letter": "waiting"}

    def test_a_goal_is_told_at_the_next_look_and_an_unfinished_assessment_the_day_after(self) -> None:
        student = achiever()
        started_assessment(user=student, now=NOW + HOUR)

        services.dispatch_due(now=NOW)
        for hours in range(1, 60):
            services.dispatch_due(now=NOW + hours * HOUR)

        told = list(Nudge.objects.order_by("created_at").values_list("kind", "created_at"))
        assert told == [("goal_reached", NOW), ("unfinished_assessment", NOW + 25 * HOUR)]

    @pytest.mark.parametrize("status", ["disabled", "erased"])
    def test_nobody_is_told_whose_account_is_closed(self, status: str) -> None:
        student = away()
        dispatch.enlist(now=NOW)
        User.objects.filter(pk=student.pk).update(status=status)

        assert services.dispatch_due(now=NOW) == {"looked_at": 1, "told": 0}
        assert look_at(student) == NOW + DAY

    def test_nobody_is_told_who_is_no_student(self) -> None:
        User.objects.filter(pk=AdvisorFactory().pk).update(last_login=NOW - 9 * DAY)

        assert services.dispatch_due(now=NOW) == {"looked_at": 0, "told": 0}
        assert NudgePreference.objects.count() == 0

    def test_nobody_is_told_who_has_never_logged_in(self) -> None:
        started_assessment(user=UserFactory(), now=NOW - 30 * HOUR)

        assert services.dispatch_due(now=NOW) == {"looked_at": 0, "told": 0}

    def test_nobody_is_told_who_has_stopped_or_wants_it_neither_way(self) -> None:
        NudgePreferenceFactory(user=away(), stopped_at=NOW, look_at=None)
        NudgePreferenceFactory(user=away(), email=False, in_app=False)

        assert services.dispatch_due(now=NOW) == {"looked_at": 1, "told": 0}

    def test_nobody_is_told_where_the_institution_wants_none(self, settings: Settings) -> None:
        settings.NUDGES = False
        away()

        assert services.dispatch_due(now=NOW) == {"looked_at": 0, "told": 0}
        assert NudgePreference.objects.count() == 0

    def test_without_a_mail_server_there_is_no_letter(self, settings: Settings) -> None:
        settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
        away()

        services.dispatch_due(now=NOW)

        assert Nudge.objects.get().letter == "none"
        assert AsyncJob.objects.count() == 0

    def test_who_wants_letters_alone_gets_a_letter_alone(self) -> None:
        NudgePreferenceFactory(user=away(), in_app=False)

        services.dispatch_due(now=NOW)

        nudge = Nudge.objects.get()
        assert (nudge.in_app, nudge.letter) == (False, "waiting")

    def test_a_title_stays_on_one_line_and_is_cut_where_it_is_too_long(self) -> None:
        student = achiever()
        student.practice_goals.update(title="Joins\r\nBcc: all@example.org " + "x" * 170)

        services.dispatch_due(now=NOW)

        title = Nudge.objects.get().title
        assert title.startswith("You have reached your goal: Joins Bcc: all@example.org xxx")
        assert (len(title), title[-1]) == (200, "…")


class TestActivity:
    """Whatever a student does counts."""

    @pytest.mark.parametrize(
        "act",
        [
            lambda user: accounts.note_login(person=user, now=NOW - DAY),
            lambda user: PracticeAssignmentFactory(user=user, assigned_at=NOW - DAY),
            lambda user: PracticeAnswerFactory(
                assignment__user=user, assignment__assigned_at=NOW - 8 * DAY, answered_at=NOW - DAY
            ),
            lambda user: started_assessment(user=user, now=NOW - HOUR),
            lambda user: TaskFactory(user=user, created_at=NOW - DAY),
            lambda user: user.page_sessions.create(token_version=1, started_at=NOW - DAY, seen_at=NOW - DAY),
            lambda user: user.token_families.create(current=user.pk, expires_at=NOW + 6 * DAY),
        ],
        ids=["log-in", "practice", "answer", "assessment", "task", "page", "token"],
    )
    def test_who_was_seen_is_not_away(self, act: Any) -> None:
        act(away())

        assert services.dispatch_due(now=NOW)["told"] == 0

    def test_what_a_program_sets_on_the_list_does_not_count(self) -> None:
        key, _ = service_key()
        TaskFactory(user=away(), source="platform", platform=key, created_at=NOW - DAY)

        assert services.dispatch_due(now=NOW)["told"] == 1

    def test_being_seen_again_is_noted_beside_the_nudge(self) -> None:
        student = away()
        services.dispatch_due(now=NOW)
        accounts.note_login(person=student, now=NOW + 5 * HOUR)

        services.dispatch_due(now=NOW + 6 * HOUR)

        assert Nudge.objects.get().followed_at == NOW + 5 * HOUR


class TestWhen:
    def test_what_falls_due_in_quiet_hours_is_told_at_their_end(self) -> None:
        """In Auckland it is ten to one at night; quiet hours end at 19:30 UTC."""
        student = achiever()
        NudgePreferenceFactory(
            user=student, time_zone="Pacific/Auckland", quiet_until=dt.time(8, 30), look_at=NOW - HOUR
        )
        before = NOW - dt.timedelta(minutes=10)

        assert services.dispatch_due(now=before) == {"looked_at": 1, "told": 0}
        for minutes in range(0, 8 * 60, 15):
            services.dispatch_due(now=NOW + minutes * dt.timedelta(minutes=1))

        nudge = Nudge.objects.get()
        assert nudge.created_at == dt.datetime(2026, 3, 11, 19, 30, tzinfo=dt.UTC)
        assert nudge.day == dt.date(2026, 3, 12)

    def test_the_institutions_time_zone_counts_where_none_is_named(self, settings: Settings) -> None:
        settings.NUDGES_TIME_ZONE = "Pacific/Auckland"
        achiever()

        assert services.dispatch_due(now=NOW)["told"] == 0

    def test_a_zone_that_is_unknown_now_is_that_of_the_institution(self) -> None:
        NudgePreferenceFactory(user=achiever(), time_zone="Atlantis/Capital")

        assert services.dispatch_due(now=NOW)["told"] == 1

    def test_students_are_looked_at_every_hour(self) -> None:
        student = away(1)

        services.dispatch_due(now=NOW)

        assert look_at(student) == NOW + HOUR

    def test_all_are_looked_at_in_batches(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(dispatch, "BATCH", 2)
        for _ in range(5):
            away()

        assert services.dispatch_due(now=NOW) == {"looked_at": 5, "told": 5}

    def test_a_run_is_bounded_and_the_next_goes_on(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(dispatch, "BATCH", 2)
        monkeypatch.setattr(dispatch, "MOST_BATCHES", 2)
        for _ in range(5):
            NudgePreferenceFactory(user=away())

        assert [services.dispatch_due(now=NOW)["told"] for _ in range(3)] == [4, 1, 0]

    def test_a_run_ends_when_it_has_told_many(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(dispatch, "BATCH", 1)
        monkeypatch.setattr(dispatch, "MOST_TOLD", 2)
        for _ in range(3):
            NudgePreferenceFactory(user=away())

        assert [services.dispatch_due(now=NOW)["told"] for _ in range(2)] == [2, 1]


class TestOnce:
    def test_the_database_refuses_a_second_on_the_same_day(self) -> None:
        first = NudgeFactory()

        with pytest.raises(IntegrityError, match="nudges_one_a_day"), transaction.atomic():
            NudgeFactory(user=first.user, created_at=NOW + HOUR)

    def test_the_database_refuses_a_second_of_the_same(self) -> None:
        first = NudgeFactory()

        with pytest.raises(IntegrityError, match="nudges_reference_once"), transaction.atomic():
            NudgeFactory(user=first.user, reference=first.reference, created_at=NOW + DAY)

    @pytest.mark.parametrize("change", [{"stopped": True}, {"quiet_from": dt.time(12)}], ids=str)
    def test_who_has_changed_their_mind_meanwhile_is_not_told(self, change: dict[str, Any]) -> None:
        student = away()
        dispatch.enlist(now=NOW)
        (one,) = services.due(now=NOW)
        services.prefer(by=student, now=NOW, **change)

        assert not services.tell(one.user_id, one.draft, clock=one.clock, version=one.version, now=NOW)
        assert Nudge.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_of_looks_at_once_one_tells() -> None:
    students = [away() for _ in range(6)]
    dispatch.enlist(now=NOW)

    def go() -> int:
        try:
            return services.dispatch_due(now=NOW)["told"]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        told = [run.result() for run in [pool.submit(go) for _ in range(4)]]

    assert sum(told) == 6
    assert Nudge.objects.count() == len(students)
    assert AsyncJob.objects.filter(kind="nudges.letter").count() == 6


@pytest.mark.django_db(transaction=True)
def test_of_two_who_have_decided_the_same_one_tells() -> None:
    away()
    dispatch.enlist(now=NOW)
    (one,) = services.due(now=NOW)

    def go() -> bool:
        try:
            return services.tell(one.user_id, one.draft, clock=one.clock, version=one.version, now=NOW)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        told = sorted(run.result() for run in [pool.submit(go) for _ in range(4)])

    assert told == [False, False, False, True]
    assert Nudge.objects.count() == 1
