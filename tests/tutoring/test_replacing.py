"""Which summary counts where several messages tell of one session."""

import datetime as dt

import pytest

from accounts.models import User
from ops import jobs
from practice.models import TaughtSkill
from tests.factories.accounts import AdvisorFactory, UserFactory
from tests.factories.tutoring import (
    NOW,
    SessionTranscriptFactory,
    SummaryFactory,
    SummaryVersionFactory,
    WaitingSummaryFactory,
)
from tests.tutoring.scenes import JOINS, catalog, lines
from tutoring import services
from tutoring.enums import Standing
from tutoring.models import SessionSummary

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
