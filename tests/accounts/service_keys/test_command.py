"""``manage.py service_keys``."""

import uuid
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from accounts.models import ServiceKey
from tests.factories.service_keys import program

pytestmark = pytest.mark.django_db
OWN = "/api/v1/service-key"


def run(*words: str) -> str:
    out = StringIO()
    call_command("service_keys", *words, stdout=out)
    return out.getvalue()


def printed_key(output: str) -> str:
    return next(line.removeprefix("Key: ") for line in output.splitlines() if line.startswith("Key: "))


def test_a_key_lives_by_the_command_alone() -> None:
    first = printed_key(run("create", "--name", "Harbour", "--scopes", "webhooks:read, tasks:read"))
    key = ServiceKey.objects.get()
    assert (key.name, key.scopes) == ("Harbour", ["tasks:read", "webhooks:read"])
    assert program(first).get(OWN).status_code == 200

    second = printed_key(run("rotate", str(key.pk), "--overlap-hours", "1"))
    assert [program(text).get(OWN).status_code for text in (first, second)] == [200, 200]
    assert run("list", "--live").count(" live ") == 2

    run("revoke", str(key.pk))
    assert [program(text).get(OWN).status_code for text in (first, second)] == [401, 401]
    assert run("list", "--live") == ""
    assert run("list").count(" revoked ") == 2


@pytest.mark.parametrize("number", [0, 1_000_001, 99_999_999_999_999])
def test_an_allowance_is_refused_with_its_bounds(number: int) -> None:
    with pytest.raises(CommandError, match=r"An allowance is 1 to 1,000,000 requests a minute\."):
        run("create", "--name", "Harbour", "--scopes", "tasks:read", "--per-minute", str(number))


def test_the_list_never_shows_a_secret() -> None:
    text = printed_key(run("create", "--name", "Harbour", "--scopes", "webhooks:read"))

    listing = run("list")

    assert text.split("_")[2] in listing
    assert text.split("_")[3] not in listing
    assert "used never" in listing


@pytest.mark.parametrize(
    "words",
    [
        ("create", "--name", "Harbour", "--scopes", "everything"),
        ("create", "--name", "Harbour", "--scopes", ""),
        ("create", "--name", "Harbour", "--scopes", "tasks:read", "--days", "0"),
        ("create", "--name", "Harbour", "--scopes", "tasks:read", "--days", str(10**15)),
        ("rotate", str(uuid.uuid4())),
        ("revoke", str(uuid.uuid4())),
    ],
)
def test_what_cannot_be_done_is_said(words: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        run(*words)
