"""``manage.py db``: what it prints and the exit status that scripts rely on; needs no running database."""

from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from microcred.embedded import EmbeddedServer
from ops.management.commands.db import STOPPED, Command, masked

OUTSIDE = "postgres://app:s3cret@db.example.org:5433/credits?sslmode=require"


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[EmbeddedServer]:
    """A server of our own in the place of the project's."""
    embedded = EmbeddedServer(tmp_path / "postgres")
    monkeypatch.setattr(settings, "DATABASE_URL", "")
    monkeypatch.setattr(settings, "EMBEDDED_DATABASE", embedded)
    yield embedded
    embedded.stop()


def run(*arguments: str) -> str:
    output = StringIO()
    call_command(Command(), *arguments, stdout=output, stderr=StringIO())
    return output.getvalue().strip()


def test_start_status_and_stop_tell_the_same_story(server: EmbeddedServer) -> None:
    assert run("start") == server.url()
    assert run("start") == server.url()

    lines = run("status").splitlines()
    assert lines[0] == "running"
    assert lines[1].startswith("version  PostgreSQL 18.")
    assert str(server.status().data_folder) in lines[2]

    assert run("stop") == "stopped"
    assert run("stop") == "was not running"


def test_status_of_a_stopped_server_has_its_own_exit_status(server: EmbeddedServer) -> None:
    with pytest.raises(SystemExit) as ended:
        run("status")

    assert ended.value.code == STOPPED == 3
    assert not server.is_ready()


def test_url_is_known_before_the_server_exists(server: EmbeddedServer, tmp_path: Path) -> None:
    assert run("url") == server.url()
    assert not (tmp_path / "postgres").exists()


def test_what_cannot_be_done_is_explained(server: EmbeddedServer, tmp_path: Path) -> None:
    (tmp_path / "postgres" / "data").mkdir(parents=True)

    with pytest.raises(CommandError, match="is not a data folder of PostgreSQL"):
        run("start")


@pytest.mark.parametrize("action", ["start", "stop", "status"])
def test_outside_server_is_left_alone(
    server: EmbeddedServer, action: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "DATABASE_URL", OUTSIDE)

    said = run(action)

    assert "outside server" in said
    assert "s3cret" not in said
    assert not server.is_ready()


def test_url_of_an_outside_server_hides_the_password_unless_asked(
    server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "DATABASE_URL", OUTSIDE)

    assert run("url") == "postgres://app:***@db.example.org:5433/credits?sslmode=require"
    assert run("url", "--show-password") == OUTSIDE


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgres://app@db/credits", "postgres://app@db/credits"),
        (
            "postgres://db/credits?user=app&password=a%20b&x=1",
            "postgres://db/credits?user=app&password=***&x=1",
        ),
        ("postgres://app:p@ss:word@[::1]:5432/c", "postgres://app:***@[::1]:5432/c"),
    ],
)
def test_masked_finds_the_password_wherever_it_stands(url: str, shown: str) -> None:
    assert masked(url) == shown
