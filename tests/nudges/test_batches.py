"""Students are decided about together, and none of them at the cost of the others."""

import datetime as dt
import uuid
from collections.abc import Collection, Mapping
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from nudges import deciding, facts, services
from nudges.models import Nudge, NudgePreference
from nudges.services import dispatch
from practice import queries as practice
from tests.factories.nudges import NOW, NudgePreferenceFactory
from tests.factories.practice import PracticeAssignmentFactory, SkillRatingFactory
from tests.factories.tutoring import SummaryFactory, SummaryVersionFactory, step
from tests.nudges.test_looking import HOUR, away, look_at

DAY = dt.timedelta(days=1)


def practising() -> User:
    """Return a student who practises, and was told of a session by three messages."""
    student = away(1)
    NudgePreferenceFactory(user=student)
    PracticeAssignmentFactory(user=student, item__skill__key="sql", assigned_at=NOW - DAY)
    SkillRatingFactory(user=student)
    session: dict[str, Any] = {"user": student, "started_at": NOW - 3 * DAY, "ended_at": NOW - 3 * DAY}
    latest = SummaryFactory(**session, received_at=NOW)
    session |= {"source": latest.source, "session_id": latest.session_id, "standing": "superseded"}
    second = SummaryFactory(**session, received_at=NOW - HOUR, replaced_by=latest)
    first = SummaryFactory(**session, received_at=NOW - 2 * HOUR, replaced_by=second)
    for summary in (first, second, latest):
        SummaryVersionFactory(summary=summary, steps=[step(1, "Write three joins.")])
    return student


@pytest.mark.django_db
def test_it_takes_as_many_statements_however_many_students_there_are() -> None:
    asked = []
    for number in (3, 27):
        for _ in range(number):
            practising()
        with CaptureQueriesContext(connection) as captured:
            assert list(services.due(now=NOW)) == []
        asked.append(len(captured))

    assert asked == [27, 27]


@pytest.mark.django_db
def test_one_for_whom_nothing_can_be_decided_keeps_nobody_else_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    odd, other = away(8), away(9)
    decide = deciding.decide

    def fails_once(known: deciding.Facts, *, now: dt.datetime) -> deciding.Verdict:
        if known.active_at == NOW - 8 * DAY:
            raise ValueError
        return decide(known, now=now)

    monkeypatch.setattr(deciding, "decide", fails_once)

    assert services.dispatch_due(now=NOW) == {"looked_at": 2, "told": 1}
    assert Nudge.objects.get().user == other
    assert look_at(odd) == NOW + HOUR


@pytest.mark.django_db
@pytest.mark.parametrize("reads", ["last_practised", "next_skills"])
def test_one_of_whom_nothing_can_be_read_keeps_nobody_else_waiting(
    monkeypatch: pytest.MonkeyPatch, reads: str
) -> None:
    odd, other = practising(), away(9)
    read = getattr(practice, reads)

    def fails(ids: Collection[uuid.UUID]) -> Any:
        if odd.pk in ids:
            raise ValueError
        return read(ids)

    monkeypatch.setattr(practice, reads, fails)

    assert services.dispatch_due(now=NOW) == {"looked_at": 2, "told": 1}
    assert Nudge.objects.get().user == other
    assert look_at(odd) == NOW + HOUR


@pytest.mark.django_db
def test_a_database_that_is_away_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    away(8), away(9)
    asked = []

    def fails(ids: Collection[uuid.UUID]) -> Any:
        asked.append(len(ids))
        raise OperationalError

    monkeypatch.setattr(practice, "last_practised", fails)

    with pytest.raises(OperationalError):
        services.dispatch_due(now=NOW)
    assert asked == [2]


@pytest.mark.django_db(transaction=True)
def test_who_stops_nudges_while_they_are_decided_about_waits_for_nothing_and_is_not_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    student = away()
    verdicts_of = facts.verdicts_of

    def stops(known: Mapping[Any, Any], *, now: dt.datetime) -> Any:
        assert not connection.in_atomic_block
        services.prefer(by=student, now=now, stopped=True)
        return verdicts_of(known, now=now)

    monkeypatch.setattr(dispatch, "verdicts_of", stops)

    assert services.dispatch_due(now=NOW) == {"looked_at": 1, "told": 0}
    assert NudgePreference.objects.get().stopped_at == NOW
    assert look_at(student) is None
