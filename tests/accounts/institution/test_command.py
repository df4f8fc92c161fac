"""What an operator is told of the provider before anybody logs in by it."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from pytest_django.fixtures import Settings

from tests.fakes.identity_provider import CLIENT_SECRET, IdentityProvider


def said() -> list[str]:
    out = StringIO()
    call_command("institution", stdout=out)
    return out.getvalue().splitlines()


def test_what_to_register_and_that_all_is_well(provider: IdentityProvider, settings: Settings) -> None:
    settings.OIDC_APP_ADDRESSES = ["https://app.example.org/back"]

    lines = said()

    assert lines == [
        "to register: http://testserver/login/institution/return",
        "to register: https://app.example.org/back",
        f"described: {provider.issuer}",
        "keys: 1",
        "takes us: microcred",
    ]
    assert CLIENT_SECRET not in str(lines)


def test_without_a_provider_it_fails(settings: Settings) -> None:
    settings.OIDC_ISSUER = ""

    with pytest.raises(
        CommandError, match="OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET are not all set"
    ):
        said()


def test_another_secret_is_named_as_the_reason(provider: IdentityProvider, settings: Settings) -> None:
    settings.OIDC_CLIENT_SECRET = "another"

    with pytest.raises(CommandError, match="does not take microcred with this secret"):
        said()


@pytest.mark.parametrize(
    ("path", "step"),
    [("/.well-known/openid-configuration", "discovery"), ("/keys", "keys"), ("/token", "token")],
)
def test_what_is_broken_is_named(provider: IdentityProvider, path: str, step: str) -> None:
    provider.answers[path] = lambda handler: handler.say(500, {})

    with pytest.raises(CommandError, match=f"cannot be used: {step}: status 500"):
        said()
