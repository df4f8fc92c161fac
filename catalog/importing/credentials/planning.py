"""Finds out what would come of a list of credentials."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from catalog.importing.credentials.comparing import changes, coming, level_shown, said_hash
from catalog.importing.credentials.existing import Catalog, Standing, read_catalog, read_details, same_page
from catalog.importing.credentials.listed import CredentialFile, InvalidValue, LeftOut, Listed
from catalog.importing.credentials.matching import Found, Skills, left_out
from catalog.importing.credentials.ordering import with_rounds_noted
from catalog.importing.credentials.plan import Entry, ImportDefaults, Missing, Plan, Unmatched
from catalog.importing.credentials.texts import folded
from catalog.importing.credentials.word_similarity import Neighbourhood

MOST_NAMES: Final = 60
MOST_PICKED: Final = 200
_NEEDED: Final = {"title": "it has no title", "uri": "it has no address, at which students find it"}
_ASSUMED: Final = ("level", "hours")


def plan(file: CredentialFile, wishes: ImportDefaults, *, lock: bool = False) -> Plan:
    """Find out what would come of a list; ``lock`` the credentials where it is carried out in the same transaction."""
    catalog = read_catalog(lock=lock)
    found = Found(file.entries, catalog)
    read_details(catalog, [one.pk for one in found.standing.values()])
    return _Planning(file, wishes, catalog, found).plan()


class _Planning:
    def __init__(self, file: CredentialFile, wishes: ImportDefaults, catalog: Catalog, found: Found) -> None:
        self._file, self._wishes, self._catalog, self._found = file, wishes, catalog, found
        self._skills = Skills(catalog, wishes.skills)
        self._called = _Called(file.entries, catalog, found)

    def plan(self) -> Plan:
        judged = [self._judged(at, entry) for at, entry in enumerate(self._file.entries)]
        entries = with_rounds_noted([one for one in judged if isinstance(one, Entry)], self._catalog)
        standing = [one for one in entries if one.pk]
        names, more_names = self._names()
        return Plan(
            format=self._file.format,
            notes=self._file.notes,
            new=tuple(one for one in entries if not one.pk),
            changed=tuple(one for one in standing if one.coming),
            held=tuple(one for one in standing if one.held and not one.coming),
            unchanged=tuple(one for one in standing if not one.changes),
            left_out=tuple(one for one in judged if isinstance(one, LeftOut)),
            names=tuple(self._unmatched(names)),
            more_names=more_names,
            missing=tuple(self._missing()),
        )

    def _judged(self, at: int, entry: Listed | LeftOut) -> Entry | LeftOut:
        if isinstance(entry, LeftOut) or at in self._found.left_out:
            return self._found.left_out[at]
        try:
            return self._entry(at, entry)
        except InvalidValue as wrong:
            return left_out(entry, str(wrong))

    def _entry(self, at: int, entry: Listed) -> Entry:
        standing = self._found.standing.get(at)
        notes = list(entry.notes)
        links = {
            "skills": self._levels(entry, standing),
            "roles": self._roles(entry, notes),
            "prerequisites": self._called.keys(entry, self._found.keys[at], notes),
        }
        values = coming(entry, links, standing)
        if standing:
            _bring_back(values, standing, notes)
        assumed = self._assume(values, standing)
        shown = values.get("title") or (standing.said["title"] if standing else "")
        made = Entry(
            at=at,
            place=entry.place,
            key=self._found.keys[at],
            title=shown,
            pk=standing.pk if standing else None,
            said={name: said_hash(name, value) for name, value in values.items() if name not in assumed},
            assumed=tuple(f"{name} {values[name]}" for name in assumed if values[name]),
            found=tuple(
                f"{key} {level_shown(level)}" for key, level in sorted(values.get("skills", {}).items())
            ),
            notes=tuple(notes),
        )
        return self._compared(made, values, standing, entry)

    def _compared(
        self, made: Entry, values: dict[str, Any], standing: Standing | None, entry: Listed
    ) -> Entry:
        if standing:
            found = changes(values, standing, str(entry.said.get("document", "")))
            return replace(made, changes=tuple(found))
        if values.pop("active", True) is False:
            raise InvalidValue("it is no longer offered, so it is not made")
        _check(values)
        return replace(made, fields=values, notes=(*made.notes, *_lacks(values)))

    def _levels(self, entry: Listed, standing: Standing | None) -> dict[str, Decimal]:
        """Return skills with their levels: what the file says, else what stands, else the level of the credential."""
        own = entry.said.get("level") or (standing.said["level"] if standing else self._wishes.level)
        stands = standing.skills if standing else {}
        found = self._skills.levels(entry.skills, entry.place)
        return {key: level or stands.get(key) or Decimal(own or 1) for key, level in found.items()}

    def _roles(self, entry: Listed, notes: list[str]) -> set[str]:
        found = {name: self._catalog.roles.get(name.casefold()) for name in entry.roles}
        notes += [f"there is no role “{name[:80]}”" for name, key in found.items() if not key]
        return {key for key in found.values() if key}

    def _assume(self, values: dict[str, Any], standing: Standing | None) -> list[str]:
        """Fill in what a new credential needs and the file does not say; return the names of those fields."""
        if standing:
            return []
        wished = {
            "level": self._wishes.level,
            "hours": self._wishes.hours,
            "provider": self._wishes.provider,
            "language": self._wishes.language,
        }
        missing = [name for name, value in wished.items() if name not in values and value]
        values.update({name: wished[name] for name in missing})
        return missing

    def _names(self) -> tuple[list[tuple[str, list[str]]], int]:
        """Return the names that are no skill, those without a pick first, and how many more of these there are."""
        names = sorted(self._skills.unknown.items(), key=lambda one: (-len(one[1]), one[0]))
        picked = [one for one in names if self._skills.pick(one[0])]
        open_ones = [one for one in names if not self._skills.pick(one[0])]
        return [*open_ones[:MOST_NAMES], *picked[:MOST_PICKED]], max(0, len(open_ones) - MOST_NAMES)

    def _unmatched(self, names: Sequence[tuple[str, Sequence[str]]]) -> Iterator[Unmatched]:
        near = Neighbourhood(self._catalog.skills)
        for name, called in names:
            yield Unmatched(
                name, called[0], len(called), tuple(near.nearest(called[0])), self._skills.pick(name)
            )

    def _providers(self) -> Iterator[str]:
        for at, one in enumerate(self._file.entries):
            if isinstance(one, Listed):
                standing = self._found.standing.get(at)
                own = standing.said["provider"] if standing else self._wishes.provider
                yield folded(str(one.said.get("provider") or own))

    def _missing(self) -> Iterator[Missing]:
        """Yield what is offered by a provider of the list and is not in it, not even among what is left out."""
        named = self._found.named()
        said = set(self._providers())
        rows = sorted(self._catalog.credentials.values(), key=lambda one: folded(one.said["title"]))
        for one in rows:
            provider = folded(one.said["provider"])
            if one.said["active"] and provider and provider in said and one.pk not in named:
                yield Missing(one.pk, one.said["title"], one.said["provider"])


class _Called:
    """What the list and the catalog call their credentials: by key, address, id, or a title that only one has."""

    def __init__(self, entries: Sequence[Listed | LeftOut], catalog: Catalog, found: Found) -> None:
        self._keys: dict[str, str] = {}
        titles: Counter[tuple[str, str]] = Counter()
        for one in catalog.credentials.values():
            self._note(one.key, one.key, one.said["uri"])
            titles[folded(one.said["title"]), one.key] = 1
        for at, key in found.keys.items():
            entry = entries[at]
            if isinstance(entry, Listed):
                self._note(key, key, entry.key, str(entry.said.get("uri", "")), *entry.ids)
                titles[folded(str(entry.said.get("title", ""))), key] = 1
        several = Counter(title for title, _ in titles)
        self._titles = {title: key for title, key in titles if several[title] == 1}

    def _note(self, key: str, *names: str) -> None:
        for name in filter(None, names):
            self._keys.setdefault(same_page(name).casefold(), key)

    def keys(self, entry: Listed, own: str, notes: list[str]) -> set[str]:
        """Return what comes before an entry; what is not known is noted."""
        found = {
            name: self._keys.get(same_page(name).casefold()) or self._titles.get(folded(name))
            for name in entry.prerequisites
        }
        notes += [
            f"“{name[:80]}”, which is to come before it, is not known"
            for name, key in found.items()
            if not key
        ]
        return {key for key in found.values() if key and key != own}


def _bring_back(values: dict[str, Any], standing: Standing, notes: list[str]) -> None:
    """Have what an import retired come back with its list; what a person retired does not."""
    if standing.said["active"] or "active" in values:
        return
    if standing.before.get("active") == said_hash("active", False):
        values["active"] = True
    else:
        notes.append("it is retired here, and stays so")


def _check(values: Mapping[str, Any]) -> None:
    """Raises Wrong for a new credential that lacks what it may not be without."""
    for name, reason in _NEEDED.items():
        if not values.get(name):
            raise InvalidValue(reason)
    for name in _ASSUMED:
        if not values.get(name):
            raise InvalidValue(f"it says no {name}: choose what is taken where none is said")


def _lacks(values: Mapping[str, Any]) -> Iterator[str]:
    if not values.get("skills"):
        yield "it brings no skill that is known here, so it will never be recommended"
    if not values.get("provider"):
        yield "it names no provider"
