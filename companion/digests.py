"""Letters that tell advisors what waits for them: at most one on a working day, and only where something is new.

They name no student: what waits is seen after the log-in.
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage

from accounts import queries as accounts
from accounts.models import User
from companion.waiting import PAGES, has_news, waiting_for
from microcred import email_delivery
from microcred.admin_dashboard import Alert
from microcred.zones import zone_named
from ops import jobs
from ops.jobs import Claim, RetryLater

KIND: Final = "companion.digest"
#: The hours of the institution's clock in which letters go out; who has nothing new at seven may have at eleven.
MORNING: Final = range(7, 12)
SETTINGS_PAGE: Final = f"{PAGES}letters"
_MONDAY, _SATURDAY = 0, 5
_DAY: Final = dt.timedelta(days=1)


def announce(*, now: dt.datetime) -> int:
    """Enqueue a letter for each advisor for whom something waits since the last working day; return how many were due.

    Asked again in the same morning, those who were written to are not written to again.
    """
    local = now.astimezone(zone_named(settings.NUDGES_TIME_ZONE))
    if not email_delivery.is_email_configured() or local.hour not in MORNING or local.weekday() >= _SATURDAY:
        return 0
    due = [one for one in accounts.advisors_told_by_letter() if has_news(one, since=_since(now, local))]
    for one in due:
        jobs.enqueue(KIND, payload={"person_id": str(one.pk)}, unique_key=f"digest:{one.pk}:{local.date()}")
    return len(due)


def send(claim: Claim, *, now: dt.datetime) -> None:
    """Send one, outside any transaction, unless all is done meanwhile or it is not wanted any more.

    An address that is refused for good is not tried again that day.
    """
    person = accounts.advisors_told_by_letter().filter(pk=uuid.UUID(claim.payload["person_id"])).first()
    waiting = list(waiting_for(person, now=now)) if person else []
    if person is None or not waiting:
        return
    try:
        email_delivery.send(written(person, waiting, name=f"digest-{claim.job_id}"))
    except email_delivery.RecipientRefused:
        return
    except email_delivery.DeliveryDeferred:
        raise RetryLater("the mail server did not take the letter") from None


def written(person: User, waiting: Sequence[Alert], *, name: str) -> EmailMessage:
    """Return the letter; ``name`` is the same for every try, so that mailboxes may know a second for what it is."""
    lines = "\n\n".join(f"{one.text}\n{settings.PUBLIC_URL}{one.where}" for one in waiting)
    greeting = f"Hello {person.name}," if person.name else "Hello,"
    return EmailMessage(
        subject="What waits for you in MicroCred",
        body=f"{greeting}\n\n{lines}\n\n"
        "You get this at most once on a working day, when something new waits.\n"
        f"To get no more of these: {settings.PUBLIC_URL}{SETTINGS_PAGE}\n",
        to=[person.email],
        headers={"Message-ID": email_delivery.message_id(name), "Auto-Submitted": "auto-generated"},
    )


def _since(now: dt.datetime, local: dt.datetime) -> dt.datetime:
    """Return the same hour of the working day before."""
    return now - (3 * _DAY if local.weekday() == _MONDAY else _DAY)
