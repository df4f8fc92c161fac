"""Which summary counts where several messages tell of one session."""

import datetime as dt
import uuid

import pytest

from accounts.models import User
from ops import jobs
from planner.models import Task
from practice.models import TaughtSkill
from tests.factories.accounts import AdminFactory, AdvisorFactory, UserFactory
from tests.factories.tutoring import (
    NOW,
    SessionTranscriptFactory,
    SummaryFactory,
    SummaryVersionFactory,
    WaitingSummaryFactory,
    step,
)
from tests.tutoring.scenes import JOINS, catalog, lines, summarised
from tutoring import queries, services
from tutoring.enums import Standing
from tutoring.models import SessionSummary, SummaryVersion

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def skills(monkeypatch: pytest.MonkeyPatch) -> None:
    catalog(monkeypatch)


def there(student: User, *, kind: str, standing: Standing, received_at: dt.datetime) -> SessionSummary:
    """Make the summary of a message, which an advisor has looked at."""
    summary: SessionSummary = SummaryFactory(
        user=student, session_id="s-1", standing=standing, received_at=received_at
    )
    SummaryVersionFactory(summary=summary, kind=kind, author="person", made_by=AdvisorFactory(), reason="So.")
    return summary


def told_too(summary: SessionSummary, *, received_at: dt.datetime) -> SessionSummary:
    """Have another message about the session summarised now."""
    other: SessionSummary = WaitingSummaryFactory(
        user=summary.user, source=summary.source, session_id="s-1", received_at=received_at
    )
    SessionTranscriptFactory(summary=other, said=lines(*JOINS))
    services.ensure_summarising(other)
    jobs.drain()
    other.refresh_from_db()
    summary.refresh_from_db()
    return other


def test_what_was_withdrawn_does_not_come_back_by_an_earlier_message() -> None:
    withdrawn = there(UserFactory(), kind="withdrawn", standing=Standing.WITHDRAWN, received_at=NOW)

    earlier = told_too(withdrawn, received_at=NOW - HOUR)

    assert (earlier.standing, earlier.replaced_by, withdrawn.standing) == (
        "superseded",
        withdrawn,
        "withdrawn",
    )
    assert TaughtSkill.objects.count() == 0


def test_a_message_after_a_withdrawal_counts() -> None:
    withdrawn = there(UserFactory(), kind="withdrawn", standing=Standing.WITHDRAWN, received_at=NOW)

    later = told_too(withdrawn, received_at=NOW + HOUR)

    assert (later.standing, withdrawn.standing) == ("current", "withdrawn")


def test_what_a_person_corrected_is_not_replaced() -> None:
    corrected = there(UserFactory(), kind="corrected", standing=Standing.CURRENT, received_at=NOW)

    later = told_too(corrected, received_at=NOW + HOUR)

    assert (later.standing, later.replaced_by, corrected.standing) == ("superseded", corrected, "current")


def test_a_task_stays_that_of_a_corrected_summary_when_the_session_is_told_of_again() -> None:
    student, advisor = UserFactory(), AdminFactory()
    corrected = summarised(student)
    written = advised(corrected, by=advisor)
    task = planned(corrected)

    again = summarised(student, webhook_id="msg_2")

    corrected.refresh_from_db()
    assert (again.standing, again.replaced_by, corrected.standing) == ("superseded", corrected, "current")
    times = {"since": corrected.ended_at - HOUR, "until": corrected.ended_at}
    assert queries.open_steps([student.pk], **times) == []
    assert planned(corrected) == task
    assert Task.objects.get().reference == f"{corrected.pk}:{written.steps[0]['number']}"


def test_a_task_stays_that_of_the_first_message_when_a_later_summary_is_corrected() -> None:
    student = UserFactory()
    first = summarised(student)
    task = planned(first)
    corrected = summarised(student, webhook_id="msg_2")
    advised(corrected, by=AdminFactory())

    summarised(student, webhook_id="msg_3")

    assert planned(corrected) == task
    assert Task.objects.get().reference == f"{first.pk}:1"


def test_a_step_of_any_message_that_one_summary_took_the_place_of_is_planned_once() -> None:
    student: User = UserFactory()
    read = step(1, "Read about indexes.")
    stays = there(student, kind="corrected", standing=Standing.CURRENT, received_at=NOW)
    SummaryVersionFactory(summary=stays, number=2, steps=[read])
    replaced = [
        SummaryVersionFactory(
            summary=SummaryFactory(
                user=student, source=stays.source, session_id="s-1", standing="superseded", replaced_by=stays,
                received_at=NOW - hours * HOUR,
            ),
            steps=steps,
        ).summary
        for hours, steps in [(3, [read]), (2, [read]), (1, [])]
    ]  # fmt: skip
    first = f"{replaced[0].pk}:1"

    (offered,) = queries.open_steps([student.pk], since=NOW - HOUR, until=NOW)
    planned(stays)

    assert (offered.first_id, Task.objects.get().reference) == (replaced[0].pk, first)
    assert queries.reference_of(stays, read) == first
    assert queries.open_steps([student.pk], since=NOW - HOUR, until=NOW) == []


def advised(summary: SessionSummary, *, by: User) -> SummaryVersion:
    """Have an advisor put the summary into other words."""
    return services.correct(
        by=by, user_id=summary.user_id, summary_id=summary.pk, words=services.Words(narrative="Joins."), reason="So.",
        now=NOW,
    )  # fmt: skip


def planned(summary: SessionSummary) -> uuid.UUID:
    """Have the student set the first step on their list of tasks."""
    return services.plan_step(
        by=summary.user, user_id=summary.user_id, summary_id=summary.pk, number=1, now=NOW
    )
