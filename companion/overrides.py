"""All that people set in place of what the system had come to, of every kind: the latest, and how many of what."""

import datetime as dt
import uuid
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Count, F, Q, QuerySet, Value

from accounts.models import User
from accounts.queries import names_of
from catalog.skill_texts import skill_texts
from companion.enums import OverrideGrouping, OverrideKind
from companion.override_sources import SOURCES, Facts

ALL_KINDS: Final = tuple(OverrideKind)
_ALL: Final = slice(None)


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Which overrides are meant: what is left out narrows nothing; ``until`` itself is not among them."""

    kind: str | None = None
    student_id: uuid.UUID | None = None
    advisor_id: uuid.UUID | None = None
    skill: str | None = None
    since: dt.datetime | None = None
    until: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Named:
    """A skill."""

    key: str
    name: str


@dataclass(frozen=True, slots=True)
class Override:
    """One override: about whom, by whom, and why; ``difficulty`` is from 1 to 10, None where there is none."""

    override_id: uuid.UUID
    kind: OverrideKind
    student: User
    advisor: User
    skills: Sequence[Named]
    difficulty: int | None
    reason: str
    made_at: dt.datetime
    facts: Facts


@dataclass(frozen=True, slots=True)
class Group:
    """How many overrides one group has, in all and by kind; ``key`` is None for those that belong to none."""

    key: str | None
    name: str
    overrides: int
    by_kind: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Figures:
    """How many overrides there are, in how many groups, and a part of these, the largest first; one may belong to
    several skills."""

    total: int
    groups: int
    items: Sequence[Group]


class Newest:
    """The overrides that a caller may see, the latest first, of which only a part is read."""

    def __init__(self, by: User, asked: Narrowed) -> None:
        self._by = by
        lines = [
            rows.order_by().annotate(of=Value(kind.value)).values_list("id", "of", "made_at")
            for kind, rows in _narrowed(by, asked)
        ]
        self._places = lines[0].union(*lines[1:], all=True).order_by("-made_at", "-id")

    def count(self) -> int:
        """Return how many there are."""
        return int(self._places.count())

    def __getitem__(self, part: slice) -> list[Override]:
        return _read(self._by, [(pk, OverrideKind(kind)) for pk, kind, _ in self._places[part]])


def override_of(*, by: User, kind: OverrideKind, override_id: uuid.UUID) -> Override:
    """Return one that has just been made."""
    (found,) = _read(by, [(override_id, kind)])
    return found


def figures(by: User, asked: Narrowed, *, group: OverrideGrouping, part: slice = _ALL) -> Figures:
    """Return how many overrides that the caller may see belong to each kind, skill, difficulty, advisor or student, and
    of these groups those of ``part``."""
    counts: dict[str | None, Counter[str]] = defaultdict(Counter)
    total = 0
    for kind, rows in _narrowed(by, asked):
        by_key = rows.order_by().annotate(group_key=_key(kind, group)).values("group_key")
        for key, number in by_key.annotate(number=Count("pk")).values_list("group_key", "number"):
            total += number
            # A key that is the same for all rows gives a line of none where there are none.
            for one in _each(key) if number else ():
                if group != OverrideGrouping.SKILL or asked.skill in {None, one}:
                    counts[one][kind] += number
    return Figures(total, len(counts), _groups(group, counts, part))


def _groups(group: OverrideGrouping, counts: Mapping[str | None, Counter[str]], part: slice) -> list[Group]:
    """Return a part of the groups, the largest first and those of one size by name.

    Only those that are as large as one of the part need their names for that: not every student there is.
    """
    sizes = {key: number.total() for key, number in counts.items()}
    near = {sizes[key] for key in sorted(sizes, key=lambda key: -sizes[key])[part]}
    known = _names(group, [key for key in counts if sizes[key] in near])
    names = {key: known.get(key, key) if key else "" for key in counts}
    order = sorted(counts, key=lambda key: (-sizes[key], names[key].casefold(), key or ""))
    return [
        Group(key, names[key], sizes[key], {kind: counts[key][kind] for kind in ALL_KINDS})
        for key in order[part]
    ]


def _narrowed(by: User, asked: Narrowed) -> Iterator[tuple[OverrideKind, "QuerySet[Any]"]]:
    for kind in [OverrideKind(asked.kind)] if asked.kind else ALL_KINDS:
        source = SOURCES[kind]
        meant = source.has_skill(asked.skill) if asked.skill else Q()
        limits = {
            source.student: asked.student_id,
            "made_by": asked.advisor_id,
            "made_at__gte": asked.since,
            "made_at__lt": asked.until,
        }
        meant &= Q(**{path: value for path, value in limits.items() if value is not None})
        yield kind, source.rows(by).filter(meant)


def _read(by: User, places: Iterable[tuple[uuid.UUID, OverrideKind]]) -> list[Override]:
    """Return these, in this order."""
    wanted: dict[OverrideKind, list[uuid.UUID]] = defaultdict(list)
    order = list(places)
    for pk, kind in order:
        wanted[kind].append(pk)
    names = {one.key: one.name for one in skill_texts()}
    found: dict[uuid.UUID, Override] = {}
    for kind, pks in wanted.items():
        source = SOURCES[kind]
        rows = source.rows(by).filter(pk__in=pks).select_related("made_by", source.student)
        read = rows.annotate(
            about_skills=source.skills, about_difficulty=source.difficulty, about_student=F(source.student)
        )
        found |= {row.pk: _override(kind, row, names) for row in read}
    return [found[pk] for pk, _ in order if pk in found]


def _override(kind: OverrideKind, row: Any, names: Mapping[str, str]) -> Override:
    student = row
    for step in SOURCES[kind].student.split("__"):
        student = getattr(student, step)
    return Override(
        override_id=row.pk,
        kind=kind,
        student=student,
        advisor=row.made_by,
        skills=[Named(key, names.get(key, key)) for key in _each(row.about_skills) if key],
        difficulty=row.about_difficulty,
        reason=row.reason,
        made_at=row.made_at,
        facts=SOURCES[kind].facts(row),
    )


def _key(kind: OverrideKind, group: OverrideGrouping) -> Any:
    """What a row is counted under."""
    source = SOURCES[kind]
    match group:
        case OverrideGrouping.KIND:
            return Value(kind.value)
        case OverrideGrouping.SKILL:
            return source.skills
        case OverrideGrouping.DIFFICULTY:
            return source.difficulty
        case OverrideGrouping.ADVISOR:
            return F("made_by")
        case OverrideGrouping.STUDENT:
            return F(source.student)


def _each(key: Any) -> list[str | None]:
    """What one row is counted under: each of several keys once, and None where there is none."""
    if not isinstance(key, list):
        return [None if key is None else str(key)]
    return list(dict.fromkeys(None if one is None else str(one) for one in key)) or [None]


def _names(group: OverrideGrouping, keys: Collection[str | None]) -> Mapping[str, str]:
    match group:
        case OverrideGrouping.KIND:
            return {kind.value: str(kind.label) for kind in ALL_KINDS}
        case OverrideGrouping.SKILL:
            return {one.key: one.name for one in skill_texts()}
        case OverrideGrouping.ADVISOR | OverrideGrouping.STUDENT:
            return names_of([key for key in keys if key])
        case OverrideGrouping.DIFFICULTY:
            return {}
