"""What must never reach a log does not, whoever logs it and however deep it is."""

import json
import logging
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
import structlog
from django.conf import settings
from django.db import IntegrityError, transaction

from accounts.models import User
from microcred.logging import FORBIDDEN_KEYS, configure_logging, redact
from tests.factories.accounts import UserFactory

MARK = "0199f0b0aaaa7bbb8cccdddd_eeeeffff-00001111222"


class Written:
    """The standard error of a process that logs JSON."""

    def __init__(self) -> None:
        self.sink = StringIO()

    def lines(self) -> list[dict[str, Any]]:
        """Return every line so far."""
        return [json.loads(line) for line in self.sink.getvalue().splitlines()]


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[Written]:
    """Log as a deployment does."""
    catcher = Written()
    structlog.reset_defaults()
    with monkeypatch.context() as patched:
        patched.setattr("sys.stderr", catcher.sink)
        configure_logging(level="INFO", style="json")
    yield catcher
    configure_logging(level=settings.LOG_LEVEL, style=settings.LOG_FORMAT)


@pytest.mark.parametrize("name", sorted(FORBIDDEN_KEYS))
def test_values_under_a_forbidden_key_are_replaced_at_any_depth(name: str) -> None:
    event = {name: "Ada", "deep": {name.upper(): "Ada", "list": [{"kept": 1, name: ["Ada"]}]}, "kept": "yes"}

    assert redact(None, "info", event) == {
        name: "[redacted]",
        "deep": {name.upper(): "[redacted]", "list": [{"kept": 1, name: "[redacted]"}]},
        "kept": "yes",
    }


def test_an_event_is_one_line_with_its_context(written: Written) -> None:
    with structlog.contextvars.bound_contextvars(correlation_id="request-7"):
        structlog.get_logger("scoring.tasks").info("scored", essays=2, token="abc")

    (line,) = written.lines()
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "scored",
        "essays": 2,
        "token": "[redacted]",
        "correlation_id": "request-7",
        "logger": "scoring.tasks",
        "level": "info",
    }


def test_the_standard_librarys_loggers_write_the_same_lines(written: Written) -> None:
    logging.getLogger("some.library").warning("took %d ms", 12)

    (line,) = written.lines()
    assert (line["event"], line["logger"], line["level"]) == ("took 12 ms", "some.library", "warning")


@pytest.mark.parametrize("library", ["httpx", "openai", "django-q"])
def test_chatty_libraries_are_heard_from_warnings_on(written: Written, library: str) -> None:
    logging.getLogger(library).info("POST https://api.example.org/?key=abc")
    logging.getLogger(library).warning("slow")

    assert [line["event"] for line in written.lines()] == ["slow"]


def test_an_exception_is_logged_by_type_and_place_without_its_message(written: Written) -> None:
    try:
        try:
            raise ValueError("an essay, word for word")
        except ValueError as error:
            raise RuntimeError("the same essay again") from error
    except RuntimeError:
        structlog.get_logger("a").exception("broke")
        logging.getLogger("b").exception("broke too")

    for line in written.lines():
        trace = line["exception"]
        assert "word for word" not in json.dumps({**line, "exception": _without_source(trace)})
        assert trace.index("builtins.ValueError") < trace.index("builtins.RuntimeError")
        assert "test_logging.py" in trace


def test_a_developers_console_shows_no_local_variables(
    written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("sys.stderr", written.sink)
        configure_logging(level="INFO", style="console")
    password = "open " + "sesame"
    try:
        raise ValueError(len(password))
    except ValueError:
        structlog.get_logger("a").exception("broke")

    text = written.sink.getvalue()
    assert "ValueError: 11" in text
    assert password not in text


def _without_source(trace: str) -> str:
    """Leave out the lines that show source code, which here holds the messages."""
    return "\n".join(line for line in trace.splitlines() if not line.startswith("    "))


@pytest.mark.django_db
def test_the_row_that_the_database_refused_is_not_logged(written: Written) -> None:
    person = UserFactory(email="ada@example.org", name="Ada Lovelace")
    with pytest.raises(IntegrityError, match=r"ada@example\.org") as caught, transaction.atomic():
        User.objects.filter(pk=person.pk).update(status="lost")

    structlog.get_logger("a").error("refused", exc_info=caught.value)

    (line,) = [line for line in written.lines() if line["event"] == "refused"]
    assert "django.db.utils.IntegrityError" in line["exception"]
    assert "ada@example.org" not in json.dumps(line)
    assert "Ada Lovelace" not in json.dumps(line)


@pytest.mark.parametrize("path", ["/nudges/stop/", "/api/v1/nudges/stop/", "/n/"])
def test_an_address_that_lets_in_whoever_has_it_is_not_logged(written: Written, path: str) -> None:
    logging.getLogger("django.request").error("Internal Server Error: %s", f"{path}{MARK}")
    structlog.get_logger("test").info("asked", path=f"{path}{MARK}", tried=[f"{path}{MARK}?x=1"])

    first, second = written.lines()
    assert first["event"] == f"Internal Server Error: {path}[redacted]"
    assert (second["path"], second["tried"]) == (f"{path}[redacted]", [f"{path}[redacted]?x=1"])


def test_loggers_in_use_follow_what_is_configured_later(written: Written) -> None:
    used = structlog.get_logger("used.before")
    used.info("first")

    configure_logging(level="INFO", style="json")
    with structlog.testing.capture_logs() as lines:
        used.info("second")

    assert [line["event"] for line in lines] == ["second"]
