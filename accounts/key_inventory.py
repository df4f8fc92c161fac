"""Keys that were given out: how old each is, and a letter once a month about those that are to be changed.

What other apps keep is told by the functions in settings.KEYS. Keys of the environment have no date in here; the letter
says so.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.module_loading import import_string

from accounts.enums import Role, UserStatus
from accounts.models import ServiceKeySecret, User

log = structlog.get_logger(__name__)
# A key that expires in less than that is to be changed whatever its age: until the next letter but one.
EXPIRES_SOON: Final = dt.timedelta(days=60)
OF_THE_ENVIRONMENT: Final = (
    "SECRET_KEY, JWT_SIGNING_KEY, WEBHOOK_ENCRYPTION_KEY, OPENAI_API_KEY, OIDC_CLIENT_SECRET, METRICS_TOKEN"
)


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A key in use: what it is for, whose it is, since when, and until when it is good, if it ends by itself."""

    purpose: str
    owner: str
    made_at: dt.datetime
    expires_at: dt.datetime | None = None

    def why_due(self, now: dt.datetime) -> str:
        """Return why it is to be changed, empty if it need not be."""
        if self.expires_at is not None and self.expires_at - now < EXPIRES_SOON:
            return f"expires on {self.expires_at.date()}"
        days = (now - self.made_at).days
        return f"{days} days old" if days >= settings.KEY_DAYS else ""


def in_use(*, now: dt.datetime) -> list[IssuedKey]:
    """Return all keys that are in use, the oldest first; one that was replaced and is good for a while is not."""
    found = (key for function in settings.KEYS for key in import_string(function)(now=now))
    return sorted(found, key=lambda key: (key.made_at, key.purpose, key.owner))


def service_keys(*, now: dt.datetime) -> Iterable[IssuedKey]:
    """Yield the keys of programs."""
    secrets = ServiceKeySecret.objects.filter(
        replaced_at__isnull=True, expires_at__gt=now, key__revoked_at__isnull=True
    )
    for secret in secrets.select_related("key"):
        yield IssuedKey("service key", secret.key.name, secret.created_at, secret.expires_at)


def remind(*, now: dt.datetime) -> int:
    """Write to all administrators which keys are to be changed, and return how many; for the schedule."""
    due = [(key, why) for key in in_use(now=now) if (why := key.why_due(now))]
    tell = log.warning if due else log.info
    tell("keys_due", number=len(due), purposes=sorted({key.purpose for key, _ in due}))
    people = User.objects.filter(role=Role.ADMIN, status=UserStatus.ACTIVE).order_by("pk")
    addresses = list(people.values_list("email", flat=True))
    if addresses:
        # One letter, so that a try that is repeated writes to nobody twice; nobody needs to see who else is told.
        EmailMessage(subject=_subject(len(due)), body=_body(due), bcc=addresses).send()
    return len(due)


def _subject(number: int) -> str:
    return f"MicroCred: {number} key{'s' if number != 1 else ''} to change" if number else "MicroCred: keys"


def _body(due: Iterable[tuple[IssuedKey, str]]) -> str:
    lines = [f"- {key.purpose} of {key.owner}: {why}" for key, why in due]
    told = (
        "\n".join(lines)
        if lines
        else f"No key that was given out is {settings.KEY_DAYS} days old or about to end."
    )
    return (
        f"{told}\n\n"
        f"The keys of the environment ({OF_THE_ENVIRONMENT}) have no date here: change them as your rules say.\n"
        "How each is changed without interrupting anybody is in docs/runbooks/key-rotation.md.\n"
        "manage.py keys shows all of them. KEY_DAYS says after how many days a key is to be changed.\n"
    )
