"""The requests of the guide, sent one after the other."""

import re

import pytest
from django.conf import settings

from nudges.enums import NudgeKind
from nudges.models import Nudge
from tests.clients import client_of
from tests.factories.nudges import NudgeFactory

GUIDE = (settings.BASE_DIR / "docs/guides/nudges-api.md").read_text("utf-8")
REQUEST = re.compile(r"```http\n(?P<method>\w+) (?P<path>\S+)\n(?P<body>[^`]*)```")


@pytest.mark.django_db
def test_every_request_of_the_guide_does_what_it_says() -> None:
    nudge: Nudge = NudgeFactory()
    client, answered = client_of(nudge.user), []
    for one in REQUEST.finditer(GUIDE):
        path = one["path"].replace("{id}", str(nudge.pk))
        answer = client.generic(one["method"], path, one["body"], content_type="application/json")
        answered.append((one["method"], path.rpartition("/")[2], answer.status_code))

    assert answered == [
        ("GET", "nudges?unread=true", 200), ("POST", "opened", 200), ("POST", "clicked", 200), ("POST", "task", 200),
        ("GET", "preferences", 200), ("PATCH", "preferences", 200), ("PATCH", "preferences", 200),
    ]  # fmt: skip


def test_the_guide_names_every_kind() -> None:
    for kind in NudgeKind:
        assert f"| `{kind}` |" in GUIDE
