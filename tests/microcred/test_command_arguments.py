"""Values on the command line that make no sense, and the commands that take them."""

import os
import sys
from argparse import ArgumentTypeError
from pathlib import Path

import pytest
from django.core.management import CommandError, get_commands, load_command_class

from microcred import command_arguments
from ops.serving import __main__ as serving
from ops.serving import streams


@pytest.mark.parametrize("text", ["1", "8000", "65535"])
def test_a_port_is_1_to_65535(text: str) -> None:
    assert command_arguments.port(text) == command_arguments.port_or_none(text) == int(text)


@pytest.mark.parametrize("text", ["-1", "65536", "99999", "http", "", "9" * 5000])
def test_nothing_else_is_a_port(text: str) -> None:
    with pytest.raises(ArgumentTypeError, match="is not a whole number from 1 to 65535"):
        command_arguments.port(text)
    with pytest.raises(ArgumentTypeError, match="is not a whole number from 0 to 65535"):
        command_arguments.port_or_none(text)


def test_no_port_is_0() -> None:
    assert command_arguments.port_or_none("0") == 0
    with pytest.raises(ArgumentTypeError):
        command_arguments.port("0")


def test_a_file_can_be_written_where_there_is_a_folder(tmp_path: Path) -> None:
    there = tmp_path / "there.md"
    there.touch()

    assert command_arguments.writable_file(str(there)) == there
    assert command_arguments.writable_file(str(tmp_path / "new.md")) == tmp_path / "new.md"
    assert not (tmp_path / "new.md").exists()
    with pytest.raises(ArgumentTypeError, match="is a folder"):
        command_arguments.writable_file(str(tmp_path))
    for parent in (tmp_path / "nowhere", there):
        with pytest.raises(ArgumentTypeError, match=f"there is no folder {parent}"):
            command_arguments.writable_file(str(parent / "new.md"))


def test_a_file_cannot_be_written_where_that_is_not_permitted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Whoever runs the tests may be permitted everything.
    monkeypatch.setattr(os, "access", lambda path, mode: path != tmp_path)

    with pytest.raises(ArgumentTypeError, match="it is not permitted"):
        command_arguments.writable_file(str(tmp_path / "new.md"))


@pytest.mark.parametrize(
    "said",
    [
        "jobs list --limit 0",
        "jobs list --limit -1",
        "jobs list --limit 99999999999999999999",
        "demo --port 0",
        "demo --port 99999",
        "supervise --port -5",
        "supervise --port 99999",
        "supervise --events-port 65536",
        "embeddings recall --k 99999999999999999999",
        "embeddings recall --samples 0",
        "worker --ready-file /no/such/folder/ready",
        "attack_suite --write /no/such/folder/report.md",
    ],
)
def test_commands_refuse_what_cannot_be(said: str) -> None:
    name, *words = said.split()
    command = load_command_class(get_commands()[name], name)

    with pytest.raises(CommandError, match=r"is not a whole number from|there is no folder"):
        command.create_parser("manage.py", name).parse_args(words)


@pytest.mark.parametrize("program", [serving, streams])
def test_servers_refuse_what_is_no_port(
    program: object, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["serving", "--port", "99999"])

    with pytest.raises(SystemExit):
        program.main()  # type: ignore[attr-defined]

    assert "99999 is not a whole number from 1 to 65535" in capsys.readouterr().err
