"""JSON of other people, which says each thing once."""

import json
import math
from typing import Any, Final

from recommendations.badges.facts import BadgeUnfit, Unfit

MOST_BYTES: Final = 256 * 1024
DEEPEST: Final = 48
# What JSON-LD is made of costs a millisecond each; the largest badge that is published for tests has 87.
MOST_OBJECTS: Final = 400


def read_object(text: str | bytes) -> dict[str, Any]:
    """Return an object of JSON.

    Raises:
        BadgeUnfit: if it is no object, names a field twice, is larger than 256 KB or deeper than 48, or has more than
            400 objects within.
    """
    if len(text) > MOST_BYTES:
        raise BadgeUnfit(Unfit.TOO_LARGE, f"A badge has at most {MOST_BYTES // 1024} KB without its picture.")
    try:
        found = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
        objects = _look_through(found)
    except (ValueError, RecursionError) as error:
        raise BadgeUnfit(Unfit.UNREADABLE, "The badge is no JSON that can be read in one way.") from error
    if objects > MOST_OBJECTS:
        raise BadgeUnfit(Unfit.TOO_LARGE, f"A badge has at most {MOST_OBJECTS} objects within.")
    if not isinstance(found, dict):
        raise BadgeUnfit(Unfit.UNREADABLE, "The badge is no JSON object.")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a field is named twice")
    return found


def _no_number(word: str) -> Any:
    raise ValueError(f"{word} is no number")


def _look_through(found: Any) -> int:
    """Return how many objects there are; raises ValueError for what is too deep, or no text or number."""
    waiting, objects = [(found, 1)], 0
    while waiting:
        value, depth = waiting.pop()
        if depth > DEEPEST:
            raise ValueError("nested too deeply")
        if isinstance(value, dict):
            objects += 1
            waiting += [(inner, depth + 1) for inner in (*value, *value.values())]
        elif isinstance(value, list):
            waiting += [(inner, depth + 1) for inner in value]
        elif isinstance(value, str):
            value.encode()
        elif isinstance(value, float) and not math.isfinite(value):
            raise ValueError("a number is out of range")
    return objects
