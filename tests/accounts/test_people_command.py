"""``manage.py people import``."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts import password_links
from accounts.models import User
from ops import jobs

pytestmark = pytest.mark.django_db
CONSOLE = "django.core.mail.backends.console.EmailBackend"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    path.write_text("email,role\nsam@example.org,\nada@example.org,advisor\n")
    return path


def run(file: Path, **options: Any) -> str:
    said = StringIO()
    call_command("people", "import", str(file), stdout=said, **options)
    return said.getvalue()


def test_letters_are_sent(file: Path) -> None:
    assert run(file) == "New: 2. There already: 0. Refused: 0. Links to advisors and guardians: 0.\n"

    jobs.drain()
    assert sorted(letter.to[0] for letter in mail.outbox) == ["ada@example.org", "sam@example.org"]


def test_a_second_time_nothing_is_new(file: Path) -> None:
    run(file)

    assert run(file).startswith("New: 0. There already: 2.")
    assert User.objects.count() == 2


def test_without_a_mail_server_links_are_printed(file: Path, settings: Settings) -> None:
    settings.EMAIL_BACKEND, settings.PUBLIC_URL = CONSOLE, "https://learn.example.org"
    _, first, _second = run(file).splitlines()

    email, _, link = first.partition("  ")
    place, _, code = link.partition("#")
    assert (email, place) == ("sam@example.org", "https://learn.example.org/password/new")
    assert password_links.owner_of(code, now=timezone.now()).email == email


def test_looking_only_writes_nothing(file: Path) -> None:
    assert run(file, dry_run=True).endswith("Nothing was written.\n")
    assert not User.objects.exists()


def test_one_object_for_programs(file: Path) -> None:
    said = json.loads(run(file, json=True, links=True, site="https://learn.example.org"))

    links = said.pop("passwords")
    assert said == {
        "new": ["sam@example.org", "ada@example.org"], "there": [], "refused": [], "links": 0, "written": True,
    }  # fmt: skip
    assert links["ada@example.org"].startswith("https://learn.example.org/password/new#")


class TestBadLines:
    @pytest.fixture
    def bad(self, file: Path) -> Path:
        file.write_text(file.read_text() + "nobody,\n")
        return file

    def test_nothing_is_written_and_the_status_is_one(self, bad: Path) -> None:
        said = StringIO()
        with pytest.raises(CommandError, match=r"1 lines are refused\. Nothing was written\."):
            call_command("people", "import", str(bad), stdout=said)

        assert said.getvalue().splitlines()[0] == "line 4  nobody  not an e-mail address"
        assert not User.objects.exists()

    def test_the_others_are_taken_where_that_is_asked_for(self, bad: Path) -> None:
        said = json.loads(run(bad, skip_bad=True, json=True))

        assert said["refused"] == [{"line": 4, "email": "nobody", "reason": "not an e-mail address"}]
        assert User.objects.count() == 2


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        run(tmp_path / "none.csv")
