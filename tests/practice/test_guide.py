"""The requests of the guide, sent one after the other."""

import re

import pytest
from django.conf import settings

from practice.enums import AssignmentStatus, GoalStatus
from practice.models import CLOSED
from tests.clients import client_of
from tests.factories.accounts import AdvisorAssignmentFactory
from tests.factories.practice import PracticeItemFactory

GUIDE = (settings.BASE_DIR / "docs/guides/practice-api.md").read_text("utf-8")
REQUEST = re.compile(r"```http\n(?P<method>\w+) (?P<path>\S+)\n(?P<body>[^`]*)```")


@pytest.mark.django_db
def test_every_request_of_the_guide_does_what_it_says() -> None:
    PracticeItemFactory()
    link = AdvisorAssignmentFactory()
    student = link.student
    assignment_id, answered = "", []
    of_advisors = GUIDE.index("## What advisors set")
    for one in REQUEST.finditer(GUIDE):
        client = client_of(link.advisor if one.start() > of_advisors else student)
        path, body = (
            one[part].replace("{id}", assignment_id).replace("{student}", str(student.pk))
            for part in ("path", "body")
        )
        answer = client.generic(one["method"], path, body, content_type="application/json")
        assignment_id = answer.json().get("assignment_id", assignment_id)
        answered.append((one["method"], answer.status_code, answer.json().get("correct")))

    assert answered == [
        ("GET", 200, None), ("POST", 200, None), ("POST", 200, False), ("POST", 200, True), ("POST", 201, None),
        ("GET", 200, None), ("POST", 201, None), ("GET", 200, None), ("GET", 200, None), ("GET", 200, None),
        ("POST", 201, None), ("GET", 200, None), ("GET", 200, None),
    ]  # fmt: skip


def test_the_guide_names_every_word() -> None:
    for word in (*CLOSED, *AssignmentStatus, GoalStatus.OPEN, GoalStatus.DROPPED):
        assert f"`{word}`" in GUIDE
