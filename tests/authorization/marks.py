"""Words that stand for what somebody must not learn: keys and rubrics, and who a student is and what they wrote."""

import logging
from typing import Any, Final

from tests.companion.scenes import HOSTILE_ESSAY

# In every guidance, level, model answer and remark of tests/factories/catalog.py; not in the short text that is right,
# which the student gives as an answer.
KEY: Final = "-canary"
NAME: Final = "Zqxowner"
WRITTEN: Final = "zqxwritten"
ESSAY: Final = f"{HOSTILE_ESSAY} {WRITTEN}"
# Who has nothing to do with the student: they learn neither the name nor a word of what was written.
STRANGERS: Final = frozenset(
    {"anonymous", "other", "disabled", "expired", "wrong", "key", "narrow", "revoked", "lapsed"}
)
# Programs with the scope to read tasks.
PROGRAMS: Final = frozenset({"key", "narrow"})
STAFF: Final = frozenset({"advisor", "advisor2", "admin"})


def forbidden(actor: str, route: str) -> tuple[str, ...]:
    """Return what must not be in the answer to an actor."""
    if actor in PROGRAMS and route.startswith("api/v1/tasks"):
        return (KEY, NAME)  # they may read the tasks of the student whom they name
    if actor in STRANGERS:
        return (KEY, NAME, WRITTEN)
    if actor == "advisor2":
        # Reviews show answers of unknown students to those who may review them.
        return (NAME,) if route.startswith("advisor/reviews") else (NAME, WRITTEN, *_keys(actor, route))
    return _keys(actor, route)


def _keys(actor: str, route: str) -> tuple[str, ...]:
    is_page_of_staff = actor in STAFF and not route.startswith("api/")
    return () if is_page_of_staff else (KEY,)


def learned(answer: Any, words: tuple[str, ...]) -> list[str]:
    """Return the words that an answer holds, headers included."""
    text = f"{dict(answer.headers)} {answer.getvalue().decode(errors='replace')}".lower()
    return [word for word in words if word.lower() in text]


def logged(records: list[logging.LogRecord]) -> list[str]:
    """Return the words that were logged, as messages or beside them."""
    text = " ".join(f"{record.getMessage()} {vars(record)}" for record in records).lower()
    return [word for word in (KEY, NAME, WRITTEN) if word.lower() in text]
