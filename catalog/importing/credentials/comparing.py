"""What an entry of a list says against what stands, field by field."""

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from catalog.forms import LONGEST_DOCUMENT
from catalog.importing.credentials.existing import Standing
from catalog.importing.credentials.listed import InvalidValue, Listed
from catalog.importing.credentials.plan import Change
from catalog.importing.credentials.texts import document, one_line, tidy, without_markup

LONGEST_TITLE: Final = 300
LONGEST_DESCRIPTION: Final = 100_000
_TEXTS: Final = ("title", "provider", "description")
# So many times as much there may be before the markup is taken out.
_WITH_MARKUP: Final = 10
_SHOWN: Final = 600
_SHOWN_BEFORE: Final = 120
Links = Mapping[str, Any]


def coming(entry: Listed, links: Links, standing: Standing | None) -> dict[str, Any]:
    """Return the values that an entry brings; ``links`` are its skills with levels, roles and prerequisites by key.

    A text that is what stands but for markup, line ends and spaces around it, is what stands. Raises Wrong for one
    that is too long.
    """
    found: dict[str, Any] = {}
    for name, value in entry.said.items():
        stands = standing.said.get(name) if standing else None
        if name in _TEXTS:
            found[name] = stands if stands is not None and tidy(stands) == tidy(value) else _text(name, value)
        elif name == "document":
            found[name] = _document(value)
        else:
            found[name] = value
    return {**found, **{name: value for name, value in links.items() if value}}


def _text(name: str, value: str) -> str:
    if len(value) > _WITH_MARKUP * LONGEST_DESCRIPTION:
        raise InvalidValue(f"its {name} is much too long")
    text = without_markup(tidy(value))
    if name == "description":
        if len(text) > LONGEST_DESCRIPTION:
            raise InvalidValue(
                f"its description is longer than {LONGEST_DESCRIPTION:,} characters: make it its document"
            )
        return text
    if len(text) > LONGEST_TITLE:
        raise InvalidValue(f"its {name} is longer than {LONGEST_TITLE} characters")
    return one_line(text)


def _document(value: str) -> str:
    text = document(value) if len(value) <= LONGEST_DOCUMENT else value
    if len(text.encode()) > LONGEST_DOCUMENT:
        raise InvalidValue("its document is larger than 4 MB")
    return text if any(map(str.isalnum, text)) else ""


def text_hash(text: str) -> str:
    """Return the SHA-256 of a document's text."""
    return hashlib.sha256(text.encode()).hexdigest()


def said_hash(name: str, value: Any) -> str:
    """Return what stands for a value that a file said, so that it need not be kept."""
    plain = text_hash(value) if name == "document" else _plain(value)
    return hashlib.sha256(json.dumps(plain).encode()).hexdigest()[:16]


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: f"{Decimal(level):.2f}" for key, level in sorted(value.items())}
    if isinstance(value, Collection) and not isinstance(value, str):
        return sorted(value)
    return tidy(value) if isinstance(value, str) else value


def changes(found: Mapping[str, Any], standing: Standing, raw_document: str) -> Iterator[Change]:
    """Yield every field that would be another than it is."""
    for name, value in found.items():
        if name == "document":
            change = _document_change(value, standing, raw_document)
        else:
            stands = _stands(name, standing)
            change = None if _plain(stands) == _plain(value) else _change(name, stands, value, standing)
        if change:
            yield change


def _stands(name: str, standing: Standing) -> Any:
    return standing.said[name] if name in standing.said else getattr(standing, name)


def _change(name: str, stands: Any, value: Any, standing: Standing) -> Change:
    before = standing.before.get(name)
    is_held = before is not None and before != said_hash(name, stands)
    if name == "active" and before is None:
        is_held = bool(value)
    return Change(name, *_cut(_shown(name, stands), _shown(name, value)), value, is_held)


def _document_change(value: str, standing: Standing, raw: str) -> Change | None:
    there = standing.document
    if not value:
        return None
    if there is None:
        return Change("document", *_cut("none", value), value, is_held=False)
    as_given = (value, raw, tidy(raw), tidy(raw) + "\n")
    if there.content_hash in map(text_hash, as_given):
        return None
    before = standing.before.get("document")
    stood = hashlib.sha256(json.dumps(there.content_hash).encode()).hexdigest()[:16]
    is_held = before is not None and before != stood
    return Change("document", *_cut(there.beginning, value), value, is_held)


def _cut(stands: str, comes: str) -> tuple[str, str]:
    """Return two texts as they are shown beside each other: long ones from a little before they differ."""
    same = next((at for at, (one, other) in enumerate(zip(stands, comes, strict=False)) if one != other), 0)
    same = same or min(len(stands), len(comes))
    start = max(0, same - _SHOWN_BEFORE) if max(len(stands), len(comes)) > _SHOWN else 0
    return _part(stands, start), _part(comes, start)


def _part(text: str, start: int) -> str:
    shown = text[start : start + _SHOWN]
    return f"{'…' if start else ''}{shown}{'…' if start + _SHOWN < len(text) else ''}"


def _shown(name: str, value: Any) -> str:
    if name == "active":
        return "recommended" if value else "retired"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {level_shown(level)}" for key, level in sorted(value.items())) or "none"
    if isinstance(value, Collection) and not isinstance(value, str):
        return ", ".join(sorted(value)) or "none"
    return str(value) or "nothing"


def level_shown(level: Decimal) -> str:
    """Return a level without zeros at its end."""
    return f"{Decimal(level).normalize():f}"
