"""When people were seen last."""

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Mapping

from django.conf import settings
from django.db.models import Max

from accounts.models import PageSession, TokenFamily, User

Seen = dict[uuid.UUID, dt.datetime]


def last_seen(person_ids: Collection[uuid.UUID]) -> Seen:
    """Return when each of these people last logged in, refreshed a token or opened a page; nobody who never did."""
    lifetime: dt.timedelta = settings.SIMPLE_JWT["REFRESH_TOKEN_LIFETIME"]  # type: ignore[assignment]
    families = TokenFamily.objects.filter(user__in=person_ids).order_by().values_list("user")
    sessions = PageSession.objects.filter(person__in=person_ids).order_by().values_list("person")
    people = User.objects.filter(pk__in=person_ids, last_login__isnull=False)
    return latest(
        ((person, at) for person, at in people.order_by().values_list("pk", "last_login") if at),
        ((person, at - lifetime) for person, at in families.annotate(Max("expires_at"))),
        sessions.annotate(Max("seen_at")),
    )


def latest(*sources: Iterable[tuple[uuid.UUID, dt.datetime]] | Mapping[uuid.UUID, dt.datetime]) -> Seen:
    """Return the latest moment of each person in any of the sources."""
    found: Seen = {}
    for source in sources:
        for person, at in source.items() if isinstance(source, Mapping) else source:
            found[person] = max(found.get(person, at), at)
    return found
