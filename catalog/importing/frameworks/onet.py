"""Reads the text release of the O*NET database: ``db_NN_N_text.zip``, its folder, or single files of it.

Release 30.3 divided Skills in two, and called Technology Skills Software Skills and Alternate Titles Job Titles; both
forms are read. Names of files and columns: https://www.onetcenter.org/dictionary/30.1/text/ and .../30.3/text/.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
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
from catalog.importing.frameworks.scales import HIGHEST_LEVEL, LOWEST_TARGET, importance_of, target_of
from catalog.importing.frameworks.tables import Row, Tables

OCCUPATIONS: Final = "Occupation Data.txt"
ELEMENTS: Final = "Content Model Reference.txt"
RATED: Final = {
    "Skills.txt": "skill",
    "Essential Skills.txt": "skill",
    "Transferable Skills.txt": "skill",
    "Knowledge.txt": "knowledge",
    "Abilities.txt": "ability",
}
TECHNOLOGIES: Final = {
    "Technology Skills.txt": ("Example", "Commodity Code", "Commodity Title"),
    "Software Skills.txt": ("Workplace Example", "Element ID", "Element Name"),
}
TITLES: Final = {
    "Alternate Titles.txt": "Alternate Title",
    "Job Titles.txt": "Job Title",
    "Sample of Reported Titles.txt": "Reported Job Title",
}
SOC: Final = "O*NET-SOC Code"
_RATING: Final = (
    SOC, "Element ID", "Element Name", "Scale ID", "Data Value", "Recommend Suppress", "Not Relevant",
)  # fmt: skip
_HOT: Final = "Hot Technology"
_IN_DEMAND: Final = "In Demand"
# What people have or need: abilities, skills, knowledge and software; the elements of a job itself are no skills.
_LINKABLE: Final = re.compile(r"^(1\.A|2\.[ABCE])\.")
_VERSION: Final = re.compile(r"db_(\d+)_(\d+)")
Spread = Counter[tuple[str, bool]]
_NOT_GIVEN: Final = ("", "n/a")
_IMPORTANCE_IN_DEMAND: Final = 4
_IMPORTANCE_HOT: Final = 3


@dataclass
class _Rating:
    kind: str
    id: str
    name: str
    importance: Decimal | None = None
    level: Decimal | None = None
    is_imprecise: bool = False
    is_irrelevant: bool = False


@dataclass
class _Technologies:
    """The technologies of an occupation: by name, the id of their kind and whether its own employers ask for them."""

    wanted: dict[str, tuple[str, bool]] = field(default_factory=dict)
    others: int = 0


def is_onet(tables: Tables) -> bool:
    """Whether there is a table among them that is called as one of O*NET's that are read."""
    return not {OCCUPATIONS, ELEMENTS, *RATED, *TECHNOLOGIES}.isdisjoint(tables.names())


class Onet:
    """A release of the O*NET database."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._names = set(tables.names())
        if not is_onet(tables):
            raise FrameworkInvalid(
                f"{tables.label} is no text release of the O*NET database: it holds no file {OCCUPATIONS}, {ELEMENTS} "
                "or Skills.txt. The form to choose is “Text”, as a zip file."
            )

    @property
    def source(self) -> Source:
        """Return O*NET, with the release where a file says which it is."""
        found = _VERSION.search(self._tables.label)
        release = f"O*NET {found[1]}.{found[2]} Database" if found else "O*NET Database"
        return Source(
            "O*NET", "onet_id",
            f"Includes information from the {release} by the U.S. Department of Labor, Employment and Training "
            "Administration (USDOL/ETA), used under the CC BY 4.0 licence. O*NET® is a trademark of USDOL/ETA. Levels "
            "were converted and skills chosen here; USDOL/ETA has not approved, endorsed, or tested these changes.",
        )  # fmt: skip

    def occupations(self) -> Sequence[Occupation]:
        """Return all occupations, with the titles that people give them."""
        titles: dict[str, dict[str, None]] = {}
        for name, column in TITLES.items():
            for row in self._rows(name, SOC, column):
                titles.setdefault(row[SOC], {})[row[column]] = None
        return [
            Occupation(row[SOC], row["Title"], row["Description"], tuple(titles.get(row[SOC], ())))
            for row in self._tables.rows(OCCUPATIONS, (SOC, "Title", "Description"))
            if row[SOC] and row["Title"]
        ]

    def profiles(self, codes: Collection[str], *, level: Decimal) -> Mapping[str, Profile]:
        """Return the profiles of occupations; technologies have no level in O*NET, so that theirs is ``level``."""
        if not self._names & {*RATED, *TECHNOLOGIES}:
            raise FrameworkInvalid(
                f"{self._tables.label} says nothing of skills: it holds no Skills.txt, Knowledge.txt or Technology "
                "Skills.txt."
            )
        wanted = {one.code: one for one in self.occupations() if one.code in codes}
        ratings = self._ratings(wanted)
        technologies, spread = self._technologies(wanted)
        described = self._descriptions()
        profiles = {}
        for code, one in wanted.items():
            asked = technologies.get(code, _Technologies())
            demands = [
                _technology(Concept(id_, name, "", "technology", shares_id=True), in_demand, spread, level)
                for name, (id_, in_demand) in asked.wanted.items()
            ]
            profiles[code] = _profile(one, ratings.get(code, {}), described, demands, asked.others)
        return profiles

    def concepts(self) -> Sequence[Concept]:
        """Return the elements that people may have, and the kinds of technology with their examples."""
        described = self._descriptions()
        above = {id_.rpartition(".")[0] for id_ in described}
        found = {
            id_: Concept(id_, name, about)
            for id_, (name, about) in described.items()
            if _LINKABLE.match(id_) and id_ not in above and name
        }
        for name, kind in RATED.items():
            for row in self._rows(name, "Element ID", "Element Name"):
                id_ = row["Element ID"]
                if row["Element Name"] and (id_ not in found or not found[id_].kind):
                    about = described.get(id_, ("", ""))[1]
                    found[id_] = Concept(id_, row["Element Name"], about, kind)
        return [*found.values(), *self._kinds_of_technology()]

    def _kinds_of_technology(self) -> Iterator[Concept]:
        kinds: dict[str, tuple[str, dict[str, None]]] = {}
        for name, (example, id_, title) in TECHNOLOGIES.items():
            for row in self._rows(name, example, id_, title):
                kinds.setdefault(row[id_], (row[title], {}))[1][row[example]] = None
        for id_, (title, examples) in kinds.items():
            if not title:
                continue
            yield Concept(id_, title, "", "technology", tuple(examples))

    def _rows(self, name: str, *needed: str) -> Iterator[Row]:
        """Yield the rows of a table that a release may lack."""
        if name in self._names:
            yield from self._tables.rows(name, needed)

    def _descriptions(self) -> dict[str, tuple[str, str]]:
        rows = self._rows(ELEMENTS, "Element ID", "Element Name", "Description")
        return {row["Element ID"]: (row["Element Name"], row["Description"]) for row in rows}

    def _ratings(self, codes: Collection[str]) -> dict[str, dict[str, _Rating]]:
        found: dict[str, dict[str, _Rating]] = {}
        for name, kind in RATED.items():
            for row in self._rows(name, *_RATING):
                if row[SOC] in codes:
                    id_ = row["Element ID"]
                    rating = _Rating(kind, id_, row["Element Name"])
                    _rate(found.setdefault(row[SOC], {}).setdefault(id_, rating), row, name)
        return found

    def _technologies(self, codes: Collection[str]) -> tuple[dict[str, _Technologies], Spread]:
        """Return the technologies of occupations, and for how many of all occupations each is hot, or in demand."""
        found: dict[str, _Technologies] = {}
        spread: Spread = Counter()
        for name, (example, id_, _) in TECHNOLOGIES.items():
            for row in self._rows(name, SOC, example, id_, _HOT):
                in_demand = row.get(_IN_DEMAND) == "Y"
                is_wanted = in_demand or row[_HOT] == "Y"
                spread[row[example], in_demand] += is_wanted
                if row[SOC] in codes and row[example]:
                    held = found.setdefault(row[SOC], _Technologies())
                    held.others += not is_wanted
                    if is_wanted:
                        held.wanted[row[example]] = row[id_], in_demand
        return found, spread


def _rate(rating: _Rating, row: Row, name: str) -> None:
    rating.is_imprecise |= row["Recommend Suppress"] == "Y"
    rating.is_irrelevant |= row["Not Relevant"] == "Y"
    if row["Scale ID"] == "IM":
        rating.importance = _number(row, name)
    elif row["Scale ID"] == "LV":
        rating.level = _number(row, name)


def _number(row: Row, name: str) -> Decimal | None:
    if row["Data Value"] in _NOT_GIVEN:
        return None
    try:
        value = Decimal(row["Data Value"])
    except InvalidOperation:
        value = Decimal(-1)
    if not (value.is_finite() and 0 <= value <= HIGHEST_LEVEL):
        raise FrameworkInvalid(
            f"{name}: {row['Data Value'][:20]!r} is no value of a scale ({row[SOC]}, {row['Element Name']})."
        )
    return value


def _profile(
    occupation: Occupation,
    ratings: Mapping[str, _Rating],
    described: Mapping[str, tuple[str, str]],
    technologies: Iterable[Demand],
    other_technologies: int,
) -> Profile:
    demands = list(technologies)
    left_out: list[NotAsked] = []
    for rating in ratings.values():
        reason = _why_not(rating)
        if reason:
            left_out.append(NotAsked(rating.name, reason))
        else:
            demands.append(_demand(rating, described.get(rating.id, ("", ""))[1]))
    if other_technologies:
        more = f"{other_technologies} technolog{'y' if other_technologies == 1 else 'ies'}"
        left_out.append(NotAsked(more, "Neither hot nor in demand for the occupation."))
    return Profile(occupation, tuple(sorted(demands, key=lambda one: one.weight)), tuple(left_out))


def _why_not(rating: _Rating) -> str:
    if not rating.name:
        return NO_NAME
    if rating.is_irrelevant:
        return "O*NET says that it is not relevant for the occupation."
    if rating.is_imprecise:
        return "O*NET advises against its value, which is too imprecise."
    if rating.importance is None or rating.level is None:
        return "Its importance or its level is not given."
    if target_of(rating.level) < LOWEST_TARGET:
        return "Its level is below 1 on the scale here."
    return ""


def _demand(rating: _Rating, description: str) -> Demand:
    importance, level = rating.importance or Decimal(0), rating.level or Decimal(0)
    return Demand(
        Concept(rating.id, rating.name, description, rating.kind),
        importance_of(importance),
        target_of(level),
        f"importance {importance} of 5, level {level} of 7",
        (-float(importance), -float(level), rating.name),
    )


def _technology(concept: Concept, in_demand: bool, spread: Spread, level: Decimal) -> Demand:
    """Of technologies that count alike, those that few occupations need say more of one than those of all offices."""
    importance = _IMPORTANCE_IN_DEMAND if in_demand else _IMPORTANCE_HOT
    others = spread[concept.name, in_demand] - 1
    beside = f"and {others} other{'' if others == 1 else 's'}" if others else "alone"
    said = f"in demand for the occupation {beside}" if in_demand else "a hot technology"
    return Demand(concept, importance, level, said, (-float(importance), float(others), concept.name))
