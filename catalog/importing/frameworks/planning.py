"""What would come of an occupation in the catalog: which skills are there, and what the role asks for already."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from catalog.external_ids import is_storable
from catalog.importing.frameworks.framework import Concept, Demand, NotAsked, Profile, Source
from catalog.importing.frameworks.words import folded
from catalog.models import JobRole, RoleSkill, Skill

MOST_TAKEN: Final = 10
_KEY: Final = 64
_SKILL_NAME: Final = 120
_ROLE_NAME: Final = 64


@dataclass(frozen=True)
class Row:
    """A demand of the occupation: the ``skill`` here, or the ``key`` and ``name`` of the one to be made.

    ``stands`` are target and importance that the role asks for already.
    """

    demand: Demand
    key: str
    name: str
    skill: Skill | None
    adds_id: bool
    stands: tuple[Decimal, int] | None
    notes: tuple[str, ...]

    @property
    def is_same(self) -> bool:
        """Whether the role asks for just that already."""
        return self.stands == (self.demand.target, self.demand.importance)

    @property
    def called_there(self) -> str:
        """Return what the framework calls a skill that has another name here."""
        concept = self.demand.concept
        return concept.name if self.skill and folded(self.skill.name) != folded(concept.name) else ""

    @property
    def is_new(self) -> bool:
        """Whether the role does not ask for the skill yet."""
        return self.stands is None


@dataclass(frozen=True)
class Plan:
    """The rows of an occupation, the most important first, for a role that is there or is to be made."""

    source: Source
    profile: Profile
    role: JobRole | None
    key: str
    name: str
    description: str
    rows: tuple[Row, ...]

    @property
    def left_out(self) -> Sequence[NotAsked]:
        """Return what of the occupation is not taken over."""
        return self.profile.left_out

    def taken_by_default(self, most: int = MOST_TAKEN) -> set[int]:
        """Return the places of those of the ``most`` important rows that the role does not ask for yet."""
        return {place for place, row in enumerate(self.rows[:most]) if row.is_new}


def plan(profile: Profile, source: Source, *, role: JobRole | None = None) -> Plan:
    """Find out what would come of an occupation; its role is found again by the key of its title, or by its name."""
    title = profile.occupation.title
    key = _key(title, profile.occupation.code, source)
    name = cut(capital(title), _ROLE_NAME)
    role = (
        role or JobRole.objects.filter(key=key).first() or JobRole.objects.filter(name__iexact=name).first()
    )
    stands = {
        need.skill_id: (need.target_level, need.importance) for need in RoleSkill.objects.filter(role=role)
    } if role else {}  # fmt: skip
    finding = _Finding(source, list(Skill.objects.order_by("key")))
    rows = []
    for demand in profile.demands:
        skill, adds_id, notes = finding.found(demand.concept)
        new_key, new_name = (skill.key, skill.name) if skill else finding.named(demand.concept)
        held = stands.get(skill.pk) if skill else None
        rows.append(Row(demand, new_key, new_name, skill, adds_id, held, notes))
    description = "\n\n".join(filter(None, (profile.occupation.description, source.credit)))
    return Plan(source, profile, role, key, name, description, tuple(rows))


def cut(text: str, longest: int) -> str:
    """Return a text that is no longer than ``longest``, cut between words and saying so."""
    line = " ".join(text.split())
    if len(line) <= longest:
        return line
    whole, _, _ = line[:longest].rpartition(" ")
    return f"{(whole or line)[: longest - 1].rstrip(' ,;')}…"


def capital(name: str) -> str:
    """Return a name that begins like those of the catalog: ESCO writes all but proper names in small letters."""
    first, space, rest = name.partition(" ")
    return f"{first[:1].upper()}{first[1:]}{space}{rest}" if first.islower() else name


class _Finding:
    """Finds the skills of a framework among ours, each at most once for an occupation."""

    def __init__(self, source: Source, skills: Sequence[Skill]) -> None:
        self._source = source
        self._keys = {skill.key: skill for skill in skills}
        self._names: dict[str, Skill] = {}
        self._ids: dict[str, list[Skill]] = {}
        for skill in skills:
            self._names.setdefault(folded(skill.name), skill)
            if outside := self._id(skill):
                self._ids.setdefault(outside, []).append(skill)
        self._taken: set[str] = set()
        self._new_names: set[str] = set()

    def found(self, concept: Concept) -> tuple[Skill | None, bool, tuple[str, ...]]:
        """Return the skill that a concept is here, whether it gets the concept's id, and what is to be said of it."""
        skill, notes = self._by_key(concept) if concept.shares_id else self._by_id(concept)
        if skill is None:
            skill, notes = self._by_name(concept)
        if skill is None or skill.key in self._taken:
            return None, is_storable(self._source.field, concept.id), notes
        self._taken.add(skill.key)
        return skill, not self._id(skill) and is_storable(self._source.field, concept.id), notes

    def named(self, concept: Concept) -> tuple[str, str]:
        """Return key and name for a new skill, neither of which another has."""
        whole = concept.name if concept.shares_id else capital(concept.name)
        name = cut(whole, _SKILL_NAME)
        if folded(name) in self._names or folded(name) in self._new_names:
            name = f"{cut(whole, _SKILL_NAME - 20)} ({concept.kind or self._source.name})"
        self._new_names.add(folded(name))
        key = _key(concept.name, concept.id, self._source)
        if key in self._keys or key in self._taken:
            key = f"{key[:40].rstrip('-')}-{_end(concept.id)[:23].rstrip('-')}"
        self._taken.add(key)
        return key, name

    def _id(self, skill: Skill) -> str:
        return str(getattr(skill, self._source.field))

    def _by_id(self, concept: Concept) -> tuple[Skill | None, tuple[str, ...]]:
        held = self._ids.get(concept.id, [])
        alike = [skill for skill in held if folded(skill.name) == folded(concept.name)]
        if not held:
            return None, ()
        several = f"{len(held)} skills have its id; this is the first." if len(held) > 1 and not alike else ""
        return (alike or held)[0], tuple(filter(None, (several,)))

    def _by_key(self, concept: Concept) -> tuple[Skill | None, tuple[str, ...]]:
        """A technology shares its id with others, so that it is known by key and id together once it was renamed."""
        skill = self._keys.get(_key(concept.name, concept.id, self._source))
        return (skill if skill and self._id(skill) == concept.id else None), ()

    def _by_name(self, concept: Concept) -> tuple[Skill | None, tuple[str, ...]]:
        skill = self._names.get(folded(concept.name))
        if skill is None:
            return None, ()
        outside = self._id(skill)
        if outside and outside != concept.id and not concept.shares_id:
            return None, (f"The skill of this name here is another one, {outside}.",)
        return skill, () if outside else ("Found by its name; it gets the id.",)


def _key(name: str, id_: str, source: Source) -> str:
    return _slug(name)[:_KEY].rstrip("-") or f"{_slug(source.name)}-{_end(id_)}"[:_KEY]


def _end(id_: str) -> str:
    """Return an id, or what is last in an address, as a part of a key."""
    return _slug(id_.rpartition("/")[2])


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall(r"[a-z0-9]+", plain))
