"""``examples/send_session.py``, run as a tutoring system would run it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from tests.factories.accounts import UserFactory
from tests.factories.tutoring import HOUR, NOW
from tests.tutoring.scenes import JOINS, add_source
from tutoring.models import SessionSummary

EXAMPLE = Path(settings.BASE_DIR) / "examples" / "send_session.py"


def run(*arguments: str, secret: str | None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(EXAMPLE), *arguments], env={} if secret is None else {"TUTORING_SECRET": secret},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_a_session_is_sent_and_taken_once(live_server: LiveServer, tmp_path: Path) -> None:
    source, secret = add_source()
    student: User = UserFactory()
    file = tmp_path / "joins.txt"
    file.write_text("\n".join(f"{who.capitalize()}: {text}" for who, text in JOINS))
    place = ("--url", live_server.url, "--source", str(source.pk), "--student", str(student.pk), str(file))

    first, again = (run(*place, "--id", "msg_1", secret=secret) for _ in range(2))
    wrong = run(*place, secret="whsec_" + "A" * 44)

    summary = SessionSummary.objects.get()
    assert (first.returncode, first.stdout[:4]) == (0, "202 ")
    assert json.loads(first.stdout[4:]) == {"summary_id": str(summary.pk), "status": "waiting"}
    assert (again.returncode, again.stdout) == (0, first.stdout)
    assert (summary.session_id, summary.webhook_id, summary.user_id) == ("joins.txt", "msg_1", student.pk)
    assert (wrong.returncode, wrong.stdout[:4]) == (1, "401 ")


@pytest.mark.django_db(transaction=True)
def test_the_session_ended_when_the_file_was_changed_or_as_is_said(
    live_server: LiveServer, tmp_path: Path
) -> None:
    source, secret = add_source()
    file = tmp_path / "joins.txt"
    file.write_text("Tutor: Joins.")
    os.utime(file, (1_773_331_200, 1_773_331_200))
    place = (
        "--url",
        live_server.url,
        "--source",
        str(source.pk),
        "--student",
        str(UserFactory().pk),
        str(file),
    )

    run(*place, secret=secret)
    run(*place, "--session", "s-2", "--minutes", "30", "--ended", "2026-03-12T18:00:00+02:00", secret=secret)

    found = SessionSummary.objects.order_by("session_id").values_list("session_id", "started_at", "ended_at")
    assert list(found) == [
        ("joins.txt", NOW - HOUR, NOW),
        ("s-2", NOW - HOUR / 2, NOW),
    ]


def test_it_says_that_it_needs_a_secret() -> None:
    result = run("--source", "x", "--student", "y", "z", secret=None)

    assert (result.returncode, "TUTORING_SECRET" in result.stderr) == (2, True)


def test_the_example_fits_on_one_page() -> None:
    assert len(EXAMPLE.read_text().splitlines()) <= 80
