"""The entry point of every command: what begins before the modules of a command are read."""

import gc
import os
import subprocess
import sys
from contextlib import suppress
from typing import Any

import pytest
from django.conf import settings
from pytest_django import Settings

from manage import Commands

begun: list[str] = []


def begin() -> None:
    """What a setting names in these tests."""
    begun.append("begun")


@pytest.mark.parametrize(
    ("command", "said"), [(["worker", "--help"], ["begun"]), (["supervise", "--help"], []), (["version"], [])]
)
def test_only_a_worker_begins_to_load_ahead(
    settings: Settings, command: list[str], said: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    settings.WORKER_LOAD_AHEAD = ["tests.test_manage.begin"]
    begun.clear()

    _execute(command)

    assert begun == said
    assert capsys.readouterr().out


def test_it_heeds_the_settings_that_the_command_line_names(monkeypatch: pytest.MonkeyPatch) -> None:
    named: list[Any] = []
    # Django notes there what is named, for every process that is begun from here.
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "microcred.settings")
    monkeypatch.setattr("manage.handle_default_options", lambda options: named.append(options.settings))

    _execute(["worker", "--name", "w-1", "--settings", "some.settings", "--help"])

    assert named == ["some.settings"]


def test_what_was_loaded_is_not_looked_through_for_garbage_when_a_command_begins() -> None:
    gc.unfreeze()

    _execute(["version"])
    Commands(["manage.py"]).fetch_command("worker")

    assert gc.get_freeze_count() > 10_000
    assert gc.isenabled()


def _execute(arguments: list[str]) -> None:
    try:
        # Which is how telling the options ends.
        with suppress(SystemExit):
            Commands(["manage.py", *arguments]).execute()
    finally:
        gc.enable()


def test_command_whose_reader_has_enough_ends_without_a_word() -> None:
    process = subprocess.Popen(
        [sys.executable, "manage.py", "help"],
        cwd=settings.BASE_DIR,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()

    said = process.stderr.read()
    process.stderr.close()
    assert (process.wait(60), said) == (141, b"")
