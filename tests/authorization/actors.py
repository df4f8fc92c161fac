"""Who may call: one client for each actor of the matrix, with a token for the API or a session for the pages."""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client, override_settings
from django.utils import timezone

from accounts import service_keys, sessions, tokens
from accounts.enums import Scope
from accounts.models import User
from accounts.token_signing import AccessToken
from tests.factories.service_keys import service_key

# The columns of the matrix, in order. ``wrong`` carries what is good for something else: on the API a refresh token,
# on the pages an access token. ``key`` is a service key of every scope, ``narrow`` of one; the last two are over.
ACTORS: Final = (
    "anonymous", "owner", "other", "advisor", "advisor2", "guardian", "admin", "disabled", "expired", "wrong", "key",
    "narrow", "revoked", "lapsed",
)  # fmt: skip
# No page reads keys, so that one of them is enough there; ``unproven`` is an admin without a second factor where staff
# must have one.
ON_PAGES: Final = (*ACTORS[:11], "unproven")


def actors_on(route: str) -> tuple[str, ...]:
    """Return who calls an address."""
    return ACTORS if route.startswith("api/v1/") else ON_PAGES


@dataclass(frozen=True, slots=True)
class Credentials:
    """What an actor sends: a header to the API, a cookie to the pages."""

    header: str = ""
    page_header: str = ""
    session: str = ""
    key: str = ""


class Caller:
    """The one client, which sends what the actor of the moment has."""

    def __init__(self, known: Mapping[str, Credentials]) -> None:
        self.known = known
        self.client = Client(raise_request_exception=False)

    def send(self, actor: str, method: str, path: str, body: Any = None) -> Any:
        """Send a request: JSON to the API, a form to the pages."""
        with override_settings(SECOND_FACTOR_REQUIRED=actor == "unproven"):
            return self._send(actor, method, path, body)

    def _send(self, actor: str, method: str, path: str, body: Any) -> Any:
        who, is_api = self.known[actor], path.startswith("/api/")
        self.client.cookies.clear()
        header = who.header if is_api else who.page_header
        headers = {"Authorization": header} if header else {}
        if who.key:
            headers["X-API-Key"] = who.key
        if not is_api and who.session:
            self.client.cookies["sessionid"] = who.session
        if method == "GET":
            return self.client.get(path, body, headers=headers)
        if is_api:
            given = {} if body is None else body
            return self.client.generic(
                method, path, _json(given), content_type="application/json", headers=headers
            )
        if method == "POST":
            return self.client.post(path, body or {}, headers=headers)
        return self.client.generic(method, path, headers=headers)


def credentials(people: Mapping[str, User]) -> dict[str, Credentials]:
    """Return what each actor has; ``people`` are the owner, the other student, staff, guardian and admin.

    The disabled one is a second advisor of the owner who was disabled after logging in; the owner's token has expired.
    """
    found = {
        name: Credentials(header=f"Bearer {tokens.issue(person).access}", session=session_of(person))
        for name, person in people.items()
    }
    owner, admin = people["owner"], people["admin"]
    stale = AccessToken(tokens.issue(owner).access)  # type: ignore[arg-type]
    stale.set_exp(from_time=timezone.now() - dt.timedelta(days=1))
    now, long_ago = timezone.now(), timezone.now() - dt.timedelta(days=60)
    revoked, revoked_text = service_key()
    service_keys.revoke(by=None, key_id=revoked.pk, now=now)
    return found | {
        "anonymous": Credentials(),
        "expired": Credentials(header=f"Bearer {stale}", session=session_of(admin, is_over=True)),
        "wrong": Credentials(
            header=f"Bearer {tokens.issue(owner).refresh}", page_header=f"Bearer {tokens.issue(admin).access}"
        ),
        "unproven": Credentials(session=session_of(admin)),
        "key": Credentials(key=service_key()[1]),
        "narrow": Credentials(key=service_key(Scope.TASKS_READ)[1]),
        "revoked": Credentials(key=revoked_text),
        "lapsed": Credentials(key=service_key(now=long_ago)[1]),
    }


def session_of(person: User, *, is_over: bool = False) -> str:
    """Return the key of a session in which the person is logged in."""
    store = SessionStore()
    store[SESSION_KEY] = str(person.pk)
    store[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    store[HASH_SESSION_KEY] = person.get_session_auth_hash()
    seen = timezone.now() - dt.timedelta(days=1 if is_over else 0)
    store.update({sessions.STARTED: seen.timestamp(), sessions.SEEN: seen.timestamp()})
    store[sessions.VERSION] = person.token_version
    store.save()
    return str(store.session_key)


def _json(body: Any) -> bytes:
    return json.dumps(body, default=str).encode()
