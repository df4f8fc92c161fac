"""Who came back from the provider to be linked, kept in the session until the person says that it is them.

Sessions are sealed at rest. Without this step a page of somebody else's could send a browser to the provider, logged in
there as them, and so open the account to them.
"""

import datetime as dt
from typing import Final

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from accounts.institution.id_tokens import Identity
from accounts.models import User

HELD: Final = "institution_held"
WITHIN: Final = dt.timedelta(minutes=10)


def hold(request: HttpRequest, person: User, identity: Identity) -> None:
    """Keep an identity for a person."""
    request.session[HELD] = {
        "person": str(person.pk), "issuer": identity.issuer, "subject": identity.subject, "email": identity.email,
        "name": identity.name, "since": timezone.now().timestamp(),
    }  # fmt: skip


def waiting(request: HttpRequest, person: User) -> Identity | None:
    """Return who waits to be linked to a person's account."""
    kept = request.session.get(HELD)
    if not kept or kept["person"] != str(person.pk) or kept["issuer"] != settings.OIDC_ISSUER:
        return None
    if timezone.now().timestamp() - kept["since"] > WITHIN.total_seconds():
        return None
    return Identity(issuer=kept["issuer"], subject=kept["subject"], email=kept["email"], name=kept["name"])


def taken(request: HttpRequest, person: User) -> Identity | None:
    """Return who waits to be linked, and keep them no longer."""
    found = waiting(request, person)
    request.session.pop(HELD, None)
    return found
