"""A copy of one's data: everything that the lists of all apps call personal, and nothing that is for staff."""

import datetime as dt
import io
import json
import zipfile
from typing import Any

import pytest
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.models import DataExport, ExportPart, User
from accounts.personal_data import export_archive, exports
from microcred.privacy import EXPORTED, tables
from ops import jobs
from ops.models import AsyncJob, AuditLog
from tests.accounts.personal_data.people import MARK
from tests.clients import client_of
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
PATH = "/api/v1/me/export"
# Tables about people that no student has rows in.
NOT_OF_STUDENTS = {
    "accounts.User_groups", "accounts.User_user_permissions", "accounts.ErasureRequest", "scoring.ReviewerCalibration",
    "accounts.PasswordLink", "accounts.SecondFactor", "scoring.AppealDecision", "scoring.SkillCheck",
    "scoring.RescoredLine", "recommendations.WhatIf",
}  # fmt: skip


def fetched(person: User) -> dict[str, Any]:
    """Ask for a copy, let a worker make it and return what it holds."""
    client = client_of(person)
    assert client.post(PATH).status_code == 202
    (job,) = AsyncJob.objects.filter(kind=exports.KIND, status="queued")
    jobs.drain(limit=1) if job else None
    answer: Any = client.get(PATH)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/zip")
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
        return {name: json.loads(archive.read(name)) for name in archive.namelist() if name.endswith(".json")}


def test_a_copy_holds_every_personal_field_of_every_table(student: User) -> None:
    copy = fetched(student)

    empty = set()
    for table in tables():
        if not table.people:
            continue
        fields = table.of(*EXPORTED)
        stored = list(export_archive.rows_of(table, student.pk).values(*fields))
        said = json.loads(json.dumps(stored, cls=DjangoJSONEncoder))
        copied = copy[f"{table.model}.json"]
        if table.model == "accounts.DataExport":
            continue  # it has moved on since
        if table.model == "ops.AuditLog":
            copied, said = copied[:3], said[:3]  # making the copy adds lines
        assert copied == said, table.model
        assert all(set(row) == set(fields) for row in copied)
        if not copied:
            empty.add(table.model)
    assert empty <= NOT_OF_STUDENTS
    assert copy["about.json"]["accounts.User"]["fields"]["email"] == "identity"


def test_a_copy_holds_what_the_student_wrote_and_no_key_nor_other_people(student: User) -> None:
    other: User = UserFactory(name="othercanary")
    copy = fetched(student)

    text = json.dumps(copy)
    for written in (
        "A report needs a question",
        "statement",
        "reason",
        "comment",
        "metadata",
        "Ferrante",
        "-7b",
    ):
        assert written in text, written
    for hidden in ("canary", "grader", other.email):
        assert hidden not in text, text[text.index(hidden) - 200 :][:300]
    assert MARK in text


def test_until_it_is_ready_the_copy_says_how_far_it_is(student: User) -> None:
    client = client_of(student)
    assert client.get(PATH).status_code == 404

    asked = client.post(PATH).json()
    assert client.post(PATH).json() == asked
    DataExport.objects.update(done=7)
    waiting = client.get(PATH)

    assert asked == waiting.json() | {"done": 0}
    assert (waiting.status_code, waiting["Retry-After"]) == (202, "2")
    assert (waiting.json()["status"], waiting.json()["done"]) == ("preparing", 7)
    assert waiting.json()["total"] == len(export_archive.personal_tables())


def test_a_copy_is_stored_in_parts_and_goes_when_it_has_expired(
    student: User, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "PART_BYTES", 1000)
    fetched(student)
    assert ExportPart.objects.count() > 3

    later = timezone.now() + dt.timedelta(days=settings.EXPORT_KEEP_DAYS, minutes=1)
    with pytest.raises(exports.ExportMissing):
        exports.newest(by=student, now=later)
    exports.forget_expired(now=later)

    assert not ExportPart.objects.exists()
    assert client_of(student).get(PATH).status_code == 404


def test_a_copy_that_cannot_be_made_can_be_asked_for_again(
    student: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of(student)
    client.post(PATH)
    monkeypatch.setattr(export_archive, "write_copy", None)
    jobs.drain(skip_waits=True)
    assert client.get(PATH).json()["status"] == "failed"
    monkeypatch.undo()

    assert client.post(PATH).json()["status"] == "preparing"
    jobs.drain(skip_waits=True)

    assert client.get(PATH).status_code == 200


def test_asking_making_and_fetching_are_in_the_trail(student: User) -> None:
    client = client_of(student)
    client.post(PATH)
    jobs.drain(skip_waits=True)
    assert client.head(PATH).status_code == 200
    assert not AuditLog.objects.filter(action="export.fetched").exists()
    client.get(PATH)

    lines = AuditLog.objects.filter(action__startswith="export.").order_by("created_at", "id")
    assert [line.action for line in lines] == ["export.requested", "export.ready", "export.fetched"]
