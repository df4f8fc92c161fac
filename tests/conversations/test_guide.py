"""The requests of the guide, sent one after the other."""

import re

import pytest
from django.conf import settings

from conversations.enums import Author, Band, Escalation, Outcome, Side, TurnStatus
from conversations.models import PARTS
from ops import jobs
from tests.clients import client_of
from tests.conversations.scenes import catalog
from tests.factories.accounts import AdvisorAssignmentFactory

GUIDE = (settings.BASE_DIR / "docs/guides/questions-api.md").read_text("utf-8")
REQUEST = re.compile(r"```http\n(?P<method>\w+) (?P<path>\S+)\n(?P<body>[^`]*)```")


@pytest.mark.django_db
def test_every_request_of_the_guide_does_what_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    catalog(monkeypatch)
    link = AdvisorAssignmentFactory()
    student, advisor = client_of(link.student), client_of(link.advisor)
    query = conversation = ""
    answered = []
    for one in REQUEST.finditer(GUIDE):
        path = one["path"].replace("{id}", query).replace("{conversation}", conversation)
        body = one["body"].replace("{conversation}", conversation)
        client = advisor if path.partition("?")[0].endswith(("/escalations", "/reply", "/close")) else student
        answer = client.generic(one["method"], path, body, content_type="application/json")
        query = answer.json().get("query_id", query)
        conversation = answer.json().get("conversation_id", conversation)
        answered.append((one["method"], answer.status_code, answer.json().get("escalation")))
        jobs.drain()

    assert answered == [
        ("POST", 202, "none"), ("GET", 200, "none"), ("POST", 202, "none"), ("GET", 200, None),
        ("POST", 200, "waiting"), ("GET", 200, None), ("POST", 200, "replied"),
        ("GET", 200, None), ("GET", 200, None), ("GET", 200, None), ("POST", 200, "replied"), ("POST", 201, None),
        ("POST", 200, "closed"),
    ]  # fmt: skip


def test_the_guide_names_every_word() -> None:
    for word in (*Author, *Band, *Escalation, *Outcome, *Side, *TurnStatus, *PARTS):
        assert f"`{word}`" in GUIDE
