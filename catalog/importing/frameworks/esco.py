"""Reads what ESCO publishes as CSV: occupations, skills, their relations, groups and collections, in any language.

Columns: the CSV download of ESCO 1.0 to 1.2, https://esco.ec.europa.eu/en/use-esco/download.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import chain
from typing import Final

from catalog.importing.frameworks.framework import (
    NO_NAME,
    Concept,
    Demand,
    FrameworkInvalid,
    NotAsked,
    Occupation,
    Profile,
    Source,
)
from catalog.importing.frameworks.scales import LOWEST_TARGET
from catalog.importing.frameworks.tables import Row, Tables

_OCCUPATION: Final = ("conceptUri", "preferredLabel", "iscoGroup")
_SKILL: Final = ("conceptUri", "preferredLabel", "skillType")
_GROUP: Final = ("conceptType", "conceptUri", "preferredLabel")
_RELATION: Final = ("occupationUri", "relationType", "skillUri")
_NAME: Final = re.compile(
    r"(occupations|skills|occupationSkillRelations|skillGroups|\w+SkillsCollection)(?:_([a-z]{2,3}))?\.csv",
    re.IGNORECASE,
)
_PARTED: Final = re.compile(r"\n| \| ")
_SKILL_PAGE: Final = "http://data.europa.eu/esco/skill/"
_KINDS: Final = {"knowledge": "knowledge", "skill/competence": "skill"}
# The rarer elsewhere, the more it says of the occupation.
_REUSE: Final = ("occupation-specific", "sector-specific", "cross-sector", "transversal")
_ESSENTIAL: Final = "essential"
_IMPORTANCE: Final = {_ESSENTIAL: 5, "optional": 2}


class Esco:
    """A release of ESCO in one language: English where a file holds several, else the first by its letters."""

    def __init__(self, tables: Tables, language: str = "") -> None:
        self._tables = tables
        kinds = [(name, *_kind(tables, name)) for name in tables.names() if name.lower().endswith(".csv")]
        found = [(name, kind, spoken) for name, kind, spoken in kinds if kind]
        languages = sorted({spoken for _, kind, spoken in found if kind != "relations" and spoken})
        self.language = language or ("en" if "en" in languages else "".join(languages[:1]))
        if language and language not in languages:
            raise FrameworkInvalid(f"{tables.label} is not in {language!r}, but in: {', '.join(languages)}.")
        self._files = [
            (name, kind)
            for name, kind, spoken in found
            if kind == "relations" or spoken in ("", self.language)
        ]
        if not self._files:
            raise FrameworkInvalid(
                f"{tables.label} is no CSV of ESCO: it holds no table with the columns {', '.join(_SKILL)} or "
                f"{', '.join(_OCCUPATION)}."
            )

    @property
    def source(self) -> Source:
        """Return ESCO."""
        return Source(
            "ESCO", "esco_uri",
            "Uses the ESCO classification of the European Commission. Skills were chosen and levels set here.",
        )  # fmt: skip

    def occupations(self) -> Sequence[Occupation]:
        """Return all occupations, with their other labels."""
        rows = self._rows("occupations", _OCCUPATION)
        return [
            Occupation(
                row["conceptUri"], row["preferredLabel"], row.get("description", ""),
                _labels(row, "altLabels", "hiddenLabels"),
            )
            for row in rows
            if row["conceptUri"] and row["preferredLabel"]
        ]  # fmt: skip

    def profiles(self, codes: Collection[str], *, level: Decimal) -> Mapping[str, Profile]:
        """Return the profiles of occupations; ESCO has no levels: those of optional skills are one below ``level``."""
        for kind, what in (
            ("occupations", "occupations"),
            ("relations", "occupationSkillRelations"),
            ("skills", "skills"),
        ):
            if not any(found == kind for _, found in self._files):
                raise FrameworkInvalid(
                    f"{self._tables.label} holds no table of {what}; choose the whole download of ESCO."
                )
        wanted = {one.code: one for one in self.occupations() if one.code in codes}
        asked: dict[str, dict[str, str]] = {}
        for row in self._rows("relations", _RELATION):
            if row["occupationUri"] in wanted:
                asked.setdefault(row["occupationUri"], {})[row["skillUri"]] = row["relationType"]
        named = {uri for related in asked.values() for uri in related}
        skills = {
            row["conceptUri"]: row for row in self._rows("skills", _SKILL) if row["conceptUri"] in named
        }
        return {code: _profile(one, asked.get(code, {}), skills, level) for code, one in wanted.items()}

    def concepts(self) -> Sequence[Concept]:
        """Return skills and groups of skills; the ids of groups of knowledge are not those of skills, and no links."""
        found: dict[str, Concept] = {}
        for row in chain(self._rows("groups", _GROUP), self._rows("skills", _SKILL)):
            if row["conceptUri"].startswith(_SKILL_PAGE) and row["preferredLabel"]:
                found[row["conceptUri"]] = _concept(row)
        return list(found.values())

    def _rows(self, kind: str, needed: Sequence[str]) -> Iterator[Row]:
        for name, found in self._files:
            if found == kind:
                yield from self._tables.rows(name, needed)


def _kind(tables: Tables, name: str) -> tuple[str, str]:
    """Return what a table holds, by its columns, and the language in its name; nothing for a table that is not read."""
    named = _NAME.fullmatch(name)
    if len(tables.names()) > 1 and not named:
        return "", ""
    columns = tables.columns(name)
    spoken = (named[2] or "").lower() if named else ""
    for kind, needed in (("relations", _RELATION), ("occupations", _OCCUPATION), ("skills", _SKILL)):
        if set(needed) <= set(columns):
            return kind, spoken
    return (
        ("groups", spoken)
        if set(_GROUP) <= set(columns) and "code" not in columns
        else _without_columns(named, name, columns)
    )


def _without_columns(named: re.Match[str] | None, name: str, columns: Sequence[str]) -> tuple[str, str]:
    """Refuse a table that is called as one of ESCO's, and lacks what that has."""
    if named is None:
        return "", ""
    needed = {"occupations": _OCCUPATION, "occupationskillrelations": _RELATION, "skillgroups": _GROUP}
    lacking = [column for column in needed.get(named[1].lower(), _SKILL) if column not in columns]
    raise FrameworkInvalid(
        f"{name} has no column {', '.join(lacking)}; its first line reads: {', '.join(columns)[:120]}"
    )


def _labels(row: Row, *columns: str) -> tuple[str, ...]:
    labels = [label for column in columns for label in _PARTED.split(row.get(column, ""))]
    return tuple(dict.fromkeys(filter(None, labels)))


def _concept(row: Row) -> Concept:
    kind = _KINDS.get(row.get("skillType", ""), "")
    return Concept(
        row["conceptUri"],
        row["preferredLabel"],
        row.get("description", ""),
        kind,
        _labels(row, "altLabels", "hiddenLabels"),
    )


def _profile(
    occupation: Occupation, asked: Mapping[str, str], skills: Mapping[str, Row], level: Decimal
) -> Profile:
    demands: list[Demand] = []
    left_out: list[NotAsked] = []
    for uri, relation in asked.items():
        if uri not in skills:
            left_out.append(NotAsked(uri, "The table of skills does not have it."))
        elif not skills[uri]["preferredLabel"]:
            left_out.append(NotAsked(uri, NO_NAME))
        elif relation not in _IMPORTANCE:
            left_out.append(
                NotAsked(
                    skills[uri]["preferredLabel"], f"It is neither essential nor optional, but {relation!r}."
                )
            )
        else:
            demands.append(_demand(skills[uri], relation, level))
    return Profile(occupation, tuple(sorted(demands, key=lambda one: one.weight)), tuple(left_out))


def _demand(row: Row, relation: str, level: Decimal) -> Demand:
    reuse = row.get("reuseLevel", "")
    rank = _REUSE.index(reuse) if reuse in _REUSE else len(_REUSE)
    is_essential = relation == _ESSENTIAL
    return Demand(
        _concept(row),
        _IMPORTANCE[relation],
        level if is_essential else max(LOWEST_TARGET, level - 1),
        ", ".join(filter(None, (relation, reuse))),
        (-_IMPORTANCE[relation], rank, row["preferredLabel"].casefold()),
    )
