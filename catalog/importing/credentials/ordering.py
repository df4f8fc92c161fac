"""Credentials of a list that would come before themselves."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Final

from catalog.importing.credentials.existing import Catalog
from catalog.importing.credentials.plan import Entry

ROUND: Final = "what comes before it comes after it too, so that nobody could begin there"
Links = Mapping[str, Collection[str]]


def with_rounds_noted(entries: Sequence[Entry], catalog: Catalog) -> list[Entry]:
    """Return the entries, with a note at each that would come after itself by way of others of the list."""
    after: dict[str, Collection[str]] = {one.key: one.prerequisites for one in catalog.credentials.values()}
    after.update({one.key: said for one in entries if (said := _said(one)) is not None})
    inside = _trimmed(_turned(_trimmed(after)))
    return [
        replace(one, notes=(*one.notes, ROUND)) if one.key in inside and _said(one) else one
        for one in entries
    ]


def _said(entry: Entry) -> Collection[str] | None:
    """Return what an entry is to come after, and None where it says nothing new of that."""
    changed = next((one.value for one in entry.changes if one.name == "prerequisites"), None)
    found: Collection[str] | None = entry.fields.get("prerequisites", changed)
    return found


def _trimmed(links: Links) -> dict[str, set[str]]:
    """Return the links without those that end somewhere."""
    left = {key: set(others) & links.keys() for key, others in links.items()}
    leading_to = _turned(left)
    ends = [key for key, others in left.items() if not others]
    while ends:
        end = ends.pop()
        del left[end]
        for key in leading_to[end]:
            left[key].discard(end)
            if not left[key]:
                ends.append(key)
    return left


def _turned(links: Links) -> dict[str, set[str]]:
    turned: dict[str, set[str]] = {key: set() for key in links}
    for key, others in links.items():
        for other in others:
            turned[other].add(key)
    return turned
