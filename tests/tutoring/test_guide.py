"""The message and the requests of the guide, sent one after the other."""

import json
import re
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command

from ops import jobs
from tests.clients import client_of
from tests.factories.accounts import AdvisorAssignmentFactory
from tests.tutoring.scenes import catalog, send
from tutoring.enums import Author, Failure, Outcome, Speaker, Standing, SummaryStatus, VersionKind

GUIDE = (settings.BASE_DIR / "docs/guides/tutoring.md").read_text("utf-8")
MESSAGE = re.compile(r"```json\n(.*?)```", re.DOTALL)
REQUEST = re.compile(r"```http\n(?P<method>\w+) (?P<path>\S+)\n(?P<body>[^`]*)```")


@pytest.mark.django_db
def test_the_message_and_every_request_of_the_guide_do_what_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    catalog(monkeypatch)
    link = AdvisorAssignmentFactory()
    student = link.student
    out = StringIO()
    call_command("tutoring", "source", "add", "Harbour Tutors", stdout=out)
    told = dict(row.split(": ", 1) for row in out.getvalue().splitlines())
    source = told["Address"].removeprefix("/api/v1/summaries?source=")
    (message,) = MESSAGE.findall(GUIDE)

    taken = send(source, told["Secret"], json.loads(message.replace("{student}", str(student.pk))))
    jobs.drain()

    summary = taken.json()["summary_id"]
    answered = []
    for one in REQUEST.finditer(GUIDE):
        path = one["path"].replace("{student}", str(student.pk)).replace("{summary}", summary)
        by = link.advisor if path.endswith("/overrides") else student
        answer = client_of(by).generic(one["method"], path, one["body"], content_type="application/json")
        answered.append((one["method"], answer.status_code, sorted(answer.json())[0]))
    assert taken.status_code == 202
    assert answered == [
        ("GET", 200, "items"), ("GET", 200, "author"), ("POST", 200, "number"), ("POST", 201, "author"),
        ("GET", 200, "items"),
    ]  # fmt: skip


def test_the_guide_names_every_word() -> None:
    for word in (*Author, *Failure, *Outcome, *Speaker, *Standing, *SummaryStatus, *VersionKind):
        assert f"`{word}`" in GUIDE
