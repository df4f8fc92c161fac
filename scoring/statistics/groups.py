"""How groups of students fare in a role; a group is a value of one key of the students' profiles.

Nothing is returned about a group that is too small, nor about so few others that subtraction would show them.
Two keys that cut nearly the same groups still let who sees both subtract one from the other.
"""

import uuid
from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from accounts.models import User
from scoring.agreement import SignedError, signed_error_by_group
from scoring.fairness import (
    SMALLEST_GROUP,
    Gap,
    ItemFunctioning,
    Shown,
    Slope,
    length_slope,
    mantel_haenszel,
    score_gap,
    shown_groups,
    strata_by_ability,
)
from scoring.items import Floats, ability
from scoring.rules.engine import is_scored_by_rules
from scoring.statistics.attempts import Item, ScoreTable, first_attempts, score_table
from scoring.statistics.pairs import model_and_person
from scoring.statistics.runs import Run, essay_runs, words_of

UNKNOWN = ""
MOST_VALUES = 20
LONGEST_VALUE = 60
RESERVED = {"synthetic"}


@dataclass(frozen=True, slots=True)
class GroupLine:
    """A group that is large enough: its mean share of the points (0 to 1), and how it differs from the reference.

    ``gap`` is None for the reference group itself. ``model_error`` says by how much the model scores the group's
    essays higher than people do who mark them blind, in standard deviations of the people's scores; None where too
    few have both.
    """

    name: str
    people: int
    mean: float
    gap: Gap | None
    model_error: SignedError | None


@dataclass(frozen=True, slots=True)
class ItemLine:
    """How one question works for a focal group beside the reference group, people of equal ability compared."""

    item: Item
    group: str
    functioning: ItemFunctioning


@dataclass(frozen=True, slots=True)
class Fairness:
    """The groups of one key; ``pooled`` people belong to groups that are not shown, None where even that would tell.

    ``reference`` is the largest group. ``slopes`` say by how many standard deviations a score rises with every
    100 words: the ``model``'s, the ``person``'s, and the ``error`` of the first against the second.
    """

    key: str
    people: int
    smallest: int
    reference: str | None
    groups: tuple[GroupLine, ...]
    pooled: int | None
    items: tuple[ItemLine, ...]
    slopes: Mapping[str, Slope]


@dataclass(frozen=True, slots=True)
class EssayPair:
    """An essay's shares of the maximum (0 to 1) from a model and a person; ``row`` is its writer's in the table."""

    row: int
    words: int
    model: float
    person: float


def profile_keys(*, by: User, role_id: uuid.UUID, synthetic: bool = False) -> list[str]:
    """Return the keys that divide the role's students into a few groups, by name."""
    values: dict[str, set[str]] = defaultdict(set)
    for attempt in first_attempts(by=by, role_id=role_id, synthetic=synthetic):
        for key in attempt.profile:
            values[key].add(_group(attempt.profile, key))
    return sorted(
        key
        for key, found in values.items()
        if key not in RESERVED and 2 <= len(found - {UNKNOWN}) <= MOST_VALUES
    )


def fairness(
    *, by: User, role_id: uuid.UUID, key: str, synthetic: bool = False, smallest: int = SMALLEST_GROUP
) -> Fairness:
    """Return how the groups of ``key`` fare in a role, over the first attempts that the caller may see."""
    table = score_table(by=by, role_id=role_id, synthetic=synthetic)
    shares = ability(table.fractions, table.weights)
    names = np.array([_group(attempt.profile, key) for attempt in table.attempts], dtype=object)
    scored = ~np.isnan(shares)
    shown = shown_groups(Counter(names[scored]), smallest=smallest)
    pairs = _pairs(table, essay_runs(by=by, role_id=role_id, synthetic=synthetic))
    errors = _model_errors(names, pairs, shown, smallest)
    reference = next((str(group) for group in shown.groups if group != UNKNOWN), None)
    return Fairness(
        key=key,
        people=int(scored.sum()),
        smallest=smallest,
        reference=reference,
        groups=tuple(
            _line(str(group), reference, names[scored], shares[scored], errors.get(group))
            for group in shown.groups
        ),
        pooled=shown.pooled or None,
        items=tuple(_functioning(table, shares, names, shown, reference, smallest)),
        slopes=_slopes(pairs, smallest),
    )


def _group(profile: Mapping[str, Any], key: str) -> str:
    """Return the group that a profile names; what is not a short plain value names none."""
    value = profile.get(key)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, str | int) or len(str(value)) > LONGEST_VALUE:
        return UNKNOWN
    return str(value).strip()


def _line(
    group: str, reference: str | None, names: Any, shares: Floats, error: SignedError | None
) -> GroupLine:
    own = shares[names == group]
    compared = reference is not None and group not in (reference, UNKNOWN)
    return GroupLine(
        name=group,
        people=own.size,
        mean=float(own.mean()),
        gap=score_gap(shares[names == reference], own) if compared else None,
        model_error=error,
    )


def _pairs(table: ScoreTable, runs: Mapping[uuid.UUID, Sequence[Run]]) -> list[EssayPair]:
    """Return the essays of the table that a model and, blind, a person scored whole."""
    rows = {attempt.assessment_id: row for row, attempt in enumerate(table.attempts)}
    both = [
        (model, person)
        for question in runs.values()
        for model, person in model_and_person(question)
        if person.assessment_id in rows
    ]
    words = words_of([person.response_id for _, person in both])
    return [
        EssayPair(rows[person.assessment_id], words[person.response_id], model.share, person.share)
        for model, person in both
        if model.share is not None and person.share is not None
    ]


def _model_errors(
    names: Any, pairs: Sequence[EssayPair], shown: Shown, smallest: int
) -> dict[Hashable, SignedError]:
    """Return the model's error in each shown group that is large enough among the writers of these essays too."""
    writers = {pair.row for pair in pairs}
    large = shown_groups(Counter(names[row] for row in writers), smallest=smallest)
    errors = signed_error_by_group(
        [pair.model for pair in pairs],
        [pair.person for pair in pairs],
        [names[pair.row] for pair in pairs],
    )
    return {group: errors[group] for group in large.groups if group in shown.groups and group in errors}


def _functioning(
    table: ScoreTable, shares: Floats, names: Any, shown: Shown, reference: str | None, smallest: int
) -> list[ItemLine]:
    """Return the functioning of every question that rules score, for every group beside the reference.

    An answer is right that earned all its points. Who was asked differs from question to question, and with it
    which groups are large enough.
    """
    lines = []
    for column, item in enumerate(table.items):
        asked = ~np.isnan(table.fractions[:, column])
        if not is_scored_by_rules(item.question_type):
            continue
        large = shown_groups(Counter(names[asked]), smallest=smallest).groups
        if reference not in large:
            continue
        for group in large:
            if group in (reference, UNKNOWN) or group not in shown.groups:
                continue
            two = asked & ((names == reference) | (names == group))
            right, focal = table.fractions[two, column] >= 1, names[two] == group
            functioning = mantel_haenszel(strata_by_ability(right, shares[two], focal))
            if functioning is not None:
                lines.append(ItemLine(item, str(group), functioning))
    return lines


def _slopes(pairs: Sequence[EssayPair], smallest: int) -> dict[str, Slope]:
    """Return the pull of length on both scores and on their difference; empty below ``smallest`` writers."""
    if len({pair.row for pair in pairs}) < smallest:
        return {}
    words = [pair.words for pair in pairs]
    model = np.array([pair.model for pair in pairs])
    person = np.array([pair.person for pair in pairs])
    spread = float(person.std(ddof=1)) if len(pairs) > 1 else 0.0
    if spread == 0:
        return {}
    values = {"model": model / spread, "person": person / spread, "error": (model - person) / spread}
    slopes = {name: length_slope(words, value) for name, value in values.items()}
    return {name: slope for name, slope in slopes.items() if slope is not None}
