"""What a rubric says of its lowest and its highest level, whatever shape it has.

A rubric comes as prose with a paragraph for each score ("Score Point 3: ..."), as an object from
score to description, as a list of levels, or as criteria that each have levels.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

_HEADING: Final = re.compile(
    r"^[\s>*#-]*(?:(?:score|level|grade|point|points|rating|band|mark)s?\b[\s:]*){0,3}(\d+(?:\.\d+)?)\b"
    r"(?:\s*(?:points?|marks?))?\s*[:.)=\u2013\u2014-]",
    re.IGNORECASE | re.MULTILINE,
)
_NUMBER: Final = re.compile(r"\d+(?:\.\d+)?")
_LEAST_LEVELS: Final = 2


@dataclass(frozen=True, slots=True)
class Rubric:
    """`text` is all of it; `lowest` and `highest` describe the ends of its scale and are both
    empty where it does not tell levels apart."""

    text: str = ""
    lowest: str = ""
    highest: str = ""


NO_RUBRIC: Final = Rubric()


def read_rubric(value: object) -> Rubric:
    """The rubric in a string, an object or a list."""
    text = prose(value)
    ends = _ends(value) or _ends_of_prose(text)
    return Rubric(text, *ends) if ends else Rubric(text)


def prose(value: object) -> str:
    """Strings as they are, anything else by its strings, one a line."""
    if isinstance(value, Mapping):
        return "\n".join(filter(None, (prose(part) for part in value.values())))
    if isinstance(value, list):
        return "\n".join(filter(None, (prose(part) for part in value)))
    return "" if value is None else str(value)


def _ends(value: object) -> tuple[str, str] | None:
    """The joined descriptions of the lowest and of the highest levels found in `value`."""
    own = _levels(value)
    if own:
        return own[0], own[-1]
    parts = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    found = [ends for part in parts if (ends := _ends(part))]
    if not found:
        return None
    return "\n".join(low for low, _ in found), "\n".join(high for _, high in found)


def _levels(value: object) -> list[str]:
    """The descriptions, by ascending score, of an object from scores or a list of levels."""
    pairs: list[tuple[float, str]] = []
    if isinstance(value, Mapping):
        pairs = [(number, prose(text)) for key, text in value.items() if (number := _number(key)) is not None]
    elif isinstance(value, list) and all(isinstance(part, Mapping) for part in value):
        pairs = [(number, _told(part)) for part in value if (number := _points(part)) is not None]
    if len(pairs) < max(_LEAST_LEVELS, len(value) if isinstance(value, Sequence | Mapping) else 0):
        return []
    return [text for _, text in sorted(pairs, key=lambda pair: pair[0])]


def _points(level: Mapping[str, Any]) -> float | None:
    named = (level.get(name) for name in ("points", "score", "level", "value"))
    return next((number for value in named if (number := _number(value)) is not None), None)


def _told(level: Mapping[str, Any]) -> str:
    kept = (level.get(name) for name in ("name", "description", "text"))
    return "\n".join(part for part in kept if isinstance(part, str) and part)


def _number(value: object) -> float | None:
    found = _NUMBER.findall(str(value)) if isinstance(value, str | int | float) else []
    return float(found[0]) if len(found) == 1 else None


def _ends_of_prose(text: str) -> tuple[str, str] | None:
    headings = list(_HEADING.finditer(text))
    starts = [*(heading.start() for heading in headings[1:]), len(text)]
    told: dict[float, str] = {}
    for heading, end in zip(headings, starts, strict=False):
        score = float(heading[1])
        told[score] = f"{told.get(score, '')}\n{text[heading.end() : end]}".strip()
    levels = [told[score] for score in sorted(told) if told[score]]
    return (levels[0], levels[-1]) if len(levels) >= _LEAST_LEVELS else None
