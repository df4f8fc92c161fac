"""Structured logs: one line an event, ids and lengths only, never answers, tokens, keys or addresses."""

import logging.config
import re
import sys
import traceback
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

# Where authentication notes the id of whoever calls, in what is known of a request, for its line in the log.
CALLER = "microcred.caller"
FORBIDDEN_KEYS = frozenset(
    {
        "answer",
        "answers",
        "text",
        "password",
        "token",
        "access",
        "refresh",
        "secret",
        "key",
        "email",
        "authorization",
    }
)

# Addresses that let in whoever has them: what stops a student's reminders, and what a letter leads back by.
_MARKED = re.compile(r"(/n/|/nudges/stop/)[\w-]{20,}")


def redact(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace the value of every key, at any depth, that may hold personal content or a secret; in any other the part
    of an address that opens it."""
    for name, value in event.items():
        event[name] = _redacted(name, value)
    return event


def _redacted(name: object, value: object) -> object:
    if str(name).lower() in FORBIDDEN_KEYS:
        return "[redacted]"
    if isinstance(value, str):
        return _MARKED.sub(r"\1[redacted]", value)
    if isinstance(value, Mapping):
        return {inner: _redacted(inner, held) for inner, held in value.items()}
    if isinstance(value, list):
        return [_redacted("", held) for held in value]
    if isinstance(value, tuple):
        return tuple(_redacted("", held) for held in value)
    return value


def trace_without_messages(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Write down where an exception came from and of what types it was, cause first, without its messages.

    A message may quote what somebody wrote: PostgreSQL's shows the whole row that it refused.
    """
    raised = event.pop("exc_info", None)
    if raised is True:
        raised = sys.exc_info()
    error = raised[1] if isinstance(raised, tuple) else raised
    if isinstance(error, BaseException):
        event["exception"] = "\n".join(_lines_of(error))
    return event


def _lines_of(error: BaseException) -> list[str]:
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    before = [*_lines_of(cause), ""] if cause else []
    places = [line.rstrip() for line in traceback.format_tb(error.__traceback__)]
    return [*before, *places, f"{type(error).__module__}.{type(error).__qualname__}"]


SHARED_PROCESSORS: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    redact,
]


# One list for good: a logger keeps the one with which it was first used, whatever is configured afterwards.
_PROCESSORS: list[structlog.typing.Processor] = [
    structlog.stdlib.filter_by_level,
    *SHARED_PROCESSORS,
    structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
]


def configure_logging(*, level: str, style: str) -> None:
    """Send structlog and the standard library's loggers to standard error in one format.

    ``style`` is ``json`` (one object a line, exceptions without their messages) or ``console``, for a
    developer's own machine.
    """
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"structured": _formatter(style)},
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
            "root": {"handlers": ["stderr"], "level": level},
            "loggers": {
                "django.request": {"level": "ERROR"},
                "django-q": {"level": "WARNING", "handlers": [], "propagate": True},
                **{name: {"level": "WARNING"} for name in ("httpx", "httpx2", "openai")},
            },
        }
    )
    structlog.configure(
        processors=_PROCESSORS,
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def _formatter(style: str) -> dict[str, Any]:
    last: list[structlog.typing.Processor] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        # The default formatter would show local variables: passwords, tokens, answers.
        structlog.dev.ConsoleRenderer(
            colors=False, pad_event_to=0, exception_formatter=structlog.dev.plain_traceback
        ),
    ]
    if style == "json":
        last[1:] = [trace_without_messages, structlog.processors.JSONRenderer()]
    return {
        "()": structlog.stdlib.ProcessorFormatter,
        "processors": last,
        "foreign_pre_chain": SHARED_PROCESSORS,
    }
