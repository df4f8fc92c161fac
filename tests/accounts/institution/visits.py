"""What a browser does that logs in through the institution."""

from typing import Any

from django.test import Client

from tests.fakes.identity_provider import IdentityProvider

BEGIN, RETURN, PAGE = "/login/institution", "/login/institution/return", "/institution"
UNKNOWN = (
    "Your institution&#x27;s log-in opens no account here. If you have a password, log in with it; if not, ask an "
    "administrator."
)


def sent_back(client: Client, provider: IdentityProvider, **query: str) -> str:
    """Return the address that the provider leads the browser back to."""
    away = client.get(BEGIN, query)
    assert away.status_code == 302
    return provider.sends_back(away["Location"]).removeprefix("http://testserver")


def visit(client: Client, provider: IdentityProvider, **query: str) -> Any:
    """Go to the provider and come back; return what that is answered with."""
    return client.get(sent_back(client, provider, **query))


def shown(client: Client, answer: Any) -> str:
    """Return the page that an answer leads to."""
    return client.get(answer["Location"]).content.decode()


def is_in(client: Client) -> bool:
    """Whether the browser is logged in."""
    return "_auth_user_id" in client.session
