"""Finds the credentials, skills and roles of the catalog that a list speaks of."""

import hashlib
import re
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Final

from django.utils.text import slugify

from catalog.importing.credentials.existing import Catalog, Standing, same_page
from catalog.importing.credentials.listed import InvalidValue, LeftOut, Listed, NamedSkill
from catalog.importing.credentials.texts import folded, one_line

LONGEST_KEY: Final = 100
_KEY: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class Found:
    """Which entry of a list is which credential, and the key of each, by its place in the list.

    Credentials are found by their address first, then by their key, then by title and provider where the list gives no
    key. Entries that are none, or the same as one before, are ``left_out``.
    """

    def __init__(self, entries: Sequence[Listed | LeftOut], catalog: Catalog) -> None:
        self.keys: dict[int, str] = {}
        self.standing: dict[int, Standing] = {}
        self.left_out: dict[int, LeftOut] = {}
        self._entries = entries
        self._by_uri = {one.said["uri"]: one for one in catalog.credentials.values()}
        self._by_page = {same_page(one.said["uri"]): one for one in catalog.credentials.values()}
        self._by_key = {one.key: one for one in catalog.credentials.values()}
        self._by_name = {
            (folded(one.said["title"]), folded(one.said["provider"])): one
            for one in catalog.credentials.values()
        }
        self._taken: dict[uuid.UUID | str, str] = {}
        for at, entry in enumerate(entries):
            if isinstance(entry, LeftOut):
                self.left_out[at] = entry
                continue
            try:
                self._settle(at, entry)
            except InvalidValue as wrong:
                self.left_out[at] = left_out(entry, str(wrong))

    def named(self) -> set[uuid.UUID]:
        """Return the ids of all credentials that the list speaks of, those that it does so in vain included."""
        found = {one.pk for one in self.standing.values()}
        for entry in (*self._entries, *self.left_out.values()):
            if isinstance(entry, LeftOut):
                known = self._by_page.get(same_page(entry.uri)), self._by_key.get(entry.key)
                found |= {one.pk for one in known if one}
        return found

    def _settle(self, at: int, entry: Listed) -> None:
        standing = self._find(entry)
        self._take(entry, standing)
        if standing:
            self.standing[at] = standing
            self.keys[at] = standing.key
        else:
            self.keys[at] = self._new_key(entry)

    def _find(self, entry: Listed) -> Standing | None:
        uri = entry.said.get("uri", "")
        by_page = self._by_uri.get(uri) or self._by_page.get(same_page(uri)) if uri else None
        by_key = self._by_key.get(entry.key) or self._by_key.get(_slug(entry.key)) if entry.key else None
        if by_page and by_key and by_page is not by_key:
            raise InvalidValue(
                f"its address is that of “{by_page.said['title']}”, its key that of “{by_key.said['title']}”"
            )
        if by_page or by_key or entry.key:
            return by_page or by_key
        name = folded(entry.said.get("title", "")), folded(entry.said.get("provider", ""))
        return self._by_name.get(name) if name[0] else None

    def _take(self, entry: Listed, standing: Standing | None) -> None:
        """Note what an entry stands for. Raises Wrong where one before it stands for the same."""
        names: list[tuple[uuid.UUID | str, str]] = (
            [(standing.pk, "it is the same credential as")] if standing else []
        )
        if "uri" in entry.said:
            names.append((f"page {same_page(entry.said['uri'])}", "its address is that of"))
        if entry.key:
            names.append((f"key {entry.key}", "its key is that of"))
        for name, reason in names:
            if name in self._taken:
                raise InvalidValue(f"{reason} {self._taken[name]}")
        self._taken.update({name: entry.place for name, _ in names})

    def _new_key(self, entry: Listed) -> str:
        wanted = _slug(entry.key or entry.said.get("title", ""))
        taken = {*self._by_key, *self.keys.values()} if wanted in self._by_key else set(self.keys.values())
        if wanted and wanted not in taken and wanted not in self._by_key:
            return wanted
        told = hashlib.sha256(entry.said.get("uri", entry.place).encode()).hexdigest()[:8]
        return f"{wanted[: LONGEST_KEY - 9] or 'credential'}-{told}".replace("--", "-")


def left_out(entry: Listed, reason: str) -> LeftOut:
    """Return an entry as one that is left out for a reason."""
    said = entry.said
    name = one_line(str(said.get("title", "")))[:120]
    return LeftOut(entry.place, name, reason, key=entry.key, uri=str(said.get("uri", "")))


def _slug(text: str) -> str:
    """Return a key: what is given where it is one, else one made of it."""
    if len(text) <= LONGEST_KEY and _KEY.fullmatch(text):
        return text
    return re.sub(r"-+", "-", slugify(text).replace("_", "-"))[:LONGEST_KEY].strip("-")


class Skills:
    """What a list's names of skills are: by key, by an id outside, by name, or as a curator has picked them."""

    def __init__(self, catalog: Catalog, picked: Mapping[str, str]) -> None:
        keys = {key for key, *_ in catalog.skills}
        self._keys = {key.casefold(): key for key in keys}
        self._outside = catalog.outside
        self._names = {folded(name): key for key, name, _ in reversed(catalog.skills)}
        self._remembered = {name: key for name, key in catalog.names.items() if key in keys}
        self._picked = {name: key for name, key in picked.items() if key in keys or not key}
        self.unknown: dict[str, list[str]] = defaultdict(list)

    def levels(self, named: Iterable[NamedSkill], entry_place: str) -> dict[str, Decimal | None]:
        """Return the skills that are meant with the level that each is said to be brought to, the highest of several.

        What none is meant by, or only by a pick, is noted in ``unknown``.
        """
        found: dict[str, Decimal | None] = {}
        for one in named:
            key = self._meant(one, entry_place)
            if key:
                found[key] = max(filter(None, (found.get(key), one.level)), default=None)
        return found

    def pick(self, name: str) -> str:
        """Return the skill that was picked for a name, now or before; empty where none was."""
        return self._picked.get(name, self._remembered.get(name, ""))

    def _meant(self, one: NamedSkill, place: str) -> str:
        for called in (one.name, *one.ids):
            plain = called.casefold().strip()
            if key := self._keys.get(plain) or self._outside.get(plain) or self._outside.get(_code(plain)):
                return key
        name = folded(one.name)[:200]
        if key := self._names.get(name):
            return key
        if name:
            self.unknown[name].append(one.name)
        return self.pick(name)


def _code(called: str) -> str:
    """Return the id at the end of an address of O*NET, such as that of an element in its web pages."""
    return called.rstrip("/").rpartition("/")[2]
