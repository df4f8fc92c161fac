"""Kinds of job that only tests have."""

from typing import Any

KINDS: dict[str, dict[str, Any]] = {
    "test.note": {"handler": "tests.ops.handlers.note", "give_up": None, "max_attempts": 5},
    "test.meet": {"handler": "tests.ops.handlers.meet", "give_up": None, "max_attempts": 1},
    "test.broken": {
        "handler": "tests.ops.handlers.broken",
        "give_up": "tests.ops.handlers.degrade",
        "max_attempts": 3,
    },
    "test.hopeless": {
        "handler": "tests.ops.handlers.broken",
        "give_up": "tests.ops.handlers.broken",
        "max_attempts": 1,
    },
    "test.fatal": {"handler": "tests.ops.handlers.broken", "give_up": None, "max_attempts": 2},
    "test.later": {"handler": "tests.ops.handlers.later", "give_up": None, "max_attempts": 2},
    "test.poison": {
        "handler": "tests.ops.handlers.poison",
        "give_up": "tests.ops.handlers.degrade",
        "max_attempts": 2,
    },
    "test.poison.5": {"handler": "tests.ops.handlers.poison", "give_up": None, "max_attempts": 5},
    "test.limited": {
        "handler": "tests.ops.handlers.note",
        "give_up": None,
        "max_attempts": 5,
        "most_at_once": 3,
        "most_each": 2,
    },
}
