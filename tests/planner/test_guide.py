"""The requests of the guide, sent one after the other."""

import re
from collections.abc import Iterator

import pytest
from django.conf import settings

from planner.enums import BulkOp, Order, Priority, Source, TaskStatus
from tests.clients import client_of
from tests.factories.accounts import UserFactory

GUIDE = (settings.BASE_DIR / "docs/guides/planner-api.md").read_text("utf-8")
REQUEST = re.compile(
    r"```http\n(?P<method>\w+) (?P<path>\S+)\n(?P<headers>(?:[\w-]+: .*\n)*)(?P<body>[^`]*)```"
)


def requests() -> Iterator[tuple[str, str, dict[str, str], str]]:
    """Yield method, path, headers and body of each."""
    for one in REQUEST.finditer(GUIDE):
        headers = dict(line.split(": ", 1) for line in one["headers"].splitlines())
        yield one["method"], one["path"], headers, one["body"]


@pytest.mark.django_db
def test_every_request_of_the_guide_does_what_it_says() -> None:
    client, task_id, answered = client_of(UserFactory()), "", []
    for method, path, headers, body in requests():
        answer = client.generic(
            method,
            path.replace("{id}", task_id),
            body.replace("{id}", task_id),
            content_type="application/json",
            headers=headers,
        )
        task_id = answer.json().get("id", task_id)
        answered.append((method, answer.status_code))

    assert answered == [
        ("POST", 201), ("GET", 200), ("PATCH", 200), ("POST", 200), ("POST", 200), ("GET", 200), ("POST", 200),
        ("GET", 200),
    ]  # fmt: skip


def test_the_guide_names_every_word() -> None:
    for word in (*TaskStatus, *Priority, *Source, *BulkOp, *(order.removeprefix("-") for order in Order)):
        assert f"`{word}`" in GUIDE
