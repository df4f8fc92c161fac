"""Levels, hours, languages, addresses and skills as people and programs write them."""

import math
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from django.conf.locale import LANG_INFO
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from catalog.importing.credentials.listed import InvalidValue, NamedSkill
from catalog.importing.credentials.texts import one_line

MOST_HOURS: Final = 100_000
LONGEST_ADDRESS: Final = 500
LONGEST_NAME: Final = 500
MOST_NAMES: Final = 200
# The scale goes from 0, nothing, to 5, expert; three words on three of its steps, and those between by name.
LEVELS: Final = {
    **dict.fromkeys(
        ("beginner", "introductory", "foundation", "foundational", "basic", "novice", "entry"), 1
    ),
    "elementary": 2,
    "intermediate": 3,
    "advanced": 4,
    "expert": 5,
}
_LEVEL: Final = re.compile(r"(?:level)?\s*([0-9]+(?:[.,][0-9]+)?)(?:\s*/\s*5)?", re.IGNORECASE)
# A third digit would make it thousands to some and parts to others.
_NUMBER: Final = r"([0-9]+(?:[.,][0-9]{1,2})?)"
_HOUR: Final = r"\s*(?:h|hrs?|hours?)"
_HOURS: Final = re.compile(
    rf"(?:{_NUMBER}\s*(?:-|–|to)\s*)?{_NUMBER}(?:{_HOUR}(?:\s*{_NUMBER}\s*(?:m|min|minutes?))?)?",
    re.IGNORECASE,
)
_MINUTES: Final = re.compile(rf"{_NUMBER}\s*(?:m|min|mins|minutes?)", re.IGNORECASE)
# ISO 8601; what comes before the T is for how long it goes on, not what it takes of anybody's time.
_ISO: Final = re.compile(
    r"P(?:\d+(?:[.,]\d+)?[YMWD])*(?:T(?:(\d+(?:[.,]\d+)?)H)?(?:(\d+(?:[.,]\d+)?)M)?(?:\d+(?:[.,]\d+)?S)?)?",
    re.IGNORECASE,
)
_LANGUAGE: Final = re.compile(r"([a-z]{2})(?:[-_]([a-z]{2}))?", re.IGNORECASE)
_IN_BRACKETS: Final = re.compile(r"(.+?)\s*\(([^()]+)\)")
_SEPARATORS: Final = re.compile(r"[;|\n]")
_YES: Final = frozenset({"yes", "y", "true", "1", "active", "x"})
_NO: Final = frozenset({"no", "n", "false", "0", "retired", "inactive"})
_NAMES: Final = {
    str(name).casefold(): code
    for code, info in LANG_INFO.items()
    if len(code) == 2
    for name in (info.get("name", ""), info.get("name_local", ""))
    if name
}
_web_address: Final = URLValidator(schemes=["http", "https"])


def level(text: str) -> int:
    """Return a level from 1 to 5. Raises Wrong."""
    found = skill_level(text)
    if found != int(found):
        raise InvalidValue(f"“{text}” is no level: levels are whole numbers from 1 to 5")
    return int(found)


def skill_level(text: str) -> Decimal:
    """Return the level that a skill is brought to, from 1 to 5, in hundredths. Raises Wrong."""
    said = one_line(text)
    if known := LEVELS.get(said.casefold()):
        return Decimal(known)
    number = _LEVEL.fullmatch(said)
    found = Decimal(number[1].replace(",", ".")) if number and len(number[1]) < 8 else Decimal(0)
    if not 1 <= found <= 5 or found != round(found, 2):
        raise InvalidValue(f"“{said[:40]}” is no level: levels go from 1 to 5")
    return found


def hours(text: str) -> tuple[int | None, str]:
    """Return how many hours something takes, a part of one as a whole, and what is to be noted.

    None is for how long it goes on, as in “4 weeks”, which says nothing of the hours. Raises Wrong.
    """
    said = one_line(text)
    if minutes := _MINUTES.fullmatch(said):
        return _whole(_number(minutes[1]) / 60, said, "")
    found = _HOURS.fullmatch(said)
    if found:
        spread = f"“{said}”: {found[2]} hours are taken" if found[1] else ""
        return _whole(_number(found[2]) + _number(found[3] or "0") / 60, said, spread)
    if iso := _ISO.fullmatch(said):
        if not iso[1] and not iso[2]:
            return None, f"“{said}” is how long it goes on, and says no hours"
        return _whole(_number(iso[1] or "0") + _number(iso[2] or "0") / 60, said, "")
    if any(sign.isdigit() for sign in said) and not said.startswith("-"):
        return None, f"“{said[:60]}” says no hours"
    raise InvalidValue(f"“{said[:40]}” is no number of hours")


def _number(text: str) -> float:
    return float(text.replace(",", ".")) if len(text) < 12 else math.inf


def _whole(found: float, said: str, note: str) -> tuple[int, str]:
    if not 0 < found <= MOST_HOURS:
        raise InvalidValue(f"“{said[:40]}” is no number of hours from 1 to {MOST_HOURS:,}")
    whole = math.ceil(round(found, 6))
    return whole, note or (f"“{said}” counts as {whole} hours" if whole != found else "")


def language(text: str) -> str:
    """Return the code of a language that is given by its code or name. Raises Wrong."""
    said = one_line(text)
    if code := _NAMES.get(said.casefold()):
        return code
    found = _LANGUAGE.fullmatch(said)
    if not found:
        raise InvalidValue(
            f"“{said[:40]}” is no language: write two letters, with those of a country where it matters: en, pt-BR"
        )
    return found[1].lower() + (f"-{found[2].upper()}" if found[2] else "")


def address(text: str) -> str:
    """Return an address of the web. Raises Wrong."""
    said = one_line(text)
    try:
        _web_address(said)
    except (ValidationError, ValueError):
        raise InvalidValue(
            f"“{said[:80]}” is no address of the web, such as https://example.org/course"
        ) from None
    if len(said) > LONGEST_ADDRESS:
        raise InvalidValue(f"its address is longer than {LONGEST_ADDRESS} characters")
    return said


def yes(text: str) -> bool:
    """Return whether it is said to be so. Raises Wrong."""
    said = one_line(text).casefold()
    if said not in _YES | _NO:
        raise InvalidValue(f"“{said[:40]}” is neither yes nor no")
    return said in _YES


def names(text: str) -> Iterator[str]:
    """Yield the names in a cell, parted by semicolons, bars or line ends, else by commas. Raises Wrong for too many."""
    parts = _SEPARATORS.split(text) if _SEPARATORS.search(text) else text.split(",")
    if len(parts) > MOST_NAMES:
        raise InvalidValue(f"a cell names more than {MOST_NAMES} of them")
    yield from (name[:LONGEST_NAME] for name in map(one_line, parts) if name)


def skills(text: str) -> Iterator[NamedSkill]:
    """Yield the skills in a cell, such as ``sql:3; Python (2)``. Raises Wrong for a level that is none."""
    for name in names(text):
        yield _skill(name)


def _skill(said: str) -> NamedSkill:
    in_brackets = _IN_BRACKETS.fullmatch(said)
    name, mark, tail = (
        in_brackets.group(1, 1, 2) if in_brackets else said.rpartition(":" if ":" in said else "=")
    )
    if mark and name.strip() and (tail.strip().casefold() in LEVELS or _LEVEL.fullmatch(tail.strip())):
        return NamedSkill(name.strip(), skill_level(tail))
    return NamedSkill(said)
