"""The assessments that statistics rest on, and the scores in them as a table of persons by items."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db.models import Count, QuerySet

from accounts.models import User
from assessments import queries as assessments
from assessments.enums import AssessmentStatus
from catalog.enums import QuestionType
from scoring.enums import EssayOutcome, ScoreSource
from scoring.items import Floats
from scoring.models import EssayScore, RuleScore, ScoreOverride
from scoring.precedence import RULE, CandidateScore, effective

LEAST_PEOPLE = 20
WHOLE = (EssayOutcome.SCORED, EssayOutcome.DECIDED_BY_CODE)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A student's first completed assessment for a role."""

    assessment_id: uuid.UUID
    profile: Mapping[str, Any]
    started_at: dt.datetime
    submitted_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Item:
    """A version of a question, as it was asked; versions count apart, since an edit may change what is measured."""

    version_id: uuid.UUID
    question_id: uuid.UUID
    key: str
    version: str
    question_type: str
    prompt: str
    weight: float
    choices: tuple[Mapping[str, Any], ...]
    rules: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ScoreTable:
    """What everybody earned: ``fractions`` and ``weights`` as scoring/items.py takes them, rows as ``attempts``."""

    attempts: tuple[Attempt, ...]
    items: tuple[Item, ...]
    fractions: Floats
    weights: Floats


def considered(*, by: User, role_id: uuid.UUID, synthetic: bool = False) -> "QuerySet[Any]":
    """Return the assessments for a role that the caller may see; made-up learners only if asked for."""
    rows: QuerySet[Any] = assessments.visible_to(by).filter(role_id=role_id)
    if synthetic:
        return rows
    made_up = {"synthetic": True}
    return rows.exclude(metadata__contains=made_up).exclude(user__profile__contains=made_up)


def has_students(*, by: User, role_id: uuid.UUID) -> bool:
    """Return whether anybody who is not made up has completed the role, in the caller's sight."""
    return considered(by=by, role_id=role_id).filter(status=AssessmentStatus.COMPLETED).exists()


def roles_taken(*, by: User) -> list[tuple[uuid.UUID, str, int]]:
    """Return the roles with completed assessments in the caller's sight: id, name, and how many there are."""
    rows = assessments.visible_to(by).filter(status=AssessmentStatus.COMPLETED).order_by("role__name")
    return list(rows.values_list("role_id", "role__name").annotate(number=Count("pk")))


def first_attempts(*, by: User, role_id: uuid.UUID, synthetic: bool = False) -> list[Attempt]:
    """Return the first completed assessment of every student; who sits again has seen the questions before.

    One that asked nothing, as made-up past learners have it, says nothing.
    """
    rows = considered(by=by, role_id=role_id, synthetic=synthetic).filter(
        status=AssessmentStatus.COMPLETED, snapshots__isnull=False
    )
    first = rows.order_by("user_id", "started_at", "pk").distinct("user_id")
    return [Attempt(*row) for row in first.values_list("pk", "user__profile", "started_at", "submitted_at")]


def score_table(*, by: User, role_id: uuid.UUID, synthetic: bool = False) -> ScoreTable:
    """Return the effective scores of the first attempts, five queries whatever their number.

    An unanswered question earns nothing. A score that waits for a person, wholly or in part, is not there yet.
    """
    attempts = first_attempts(by=by, role_id=role_id, synthetic=synthetic)
    ids = [attempt.assessment_id for attempt in attempts]
    rows = considered(by=by, role_id=role_id, synthetic=True).filter(pk__among=ids)
    items = _items(rows)
    columns = {item.version_id: column for column, item in enumerate(items)}
    persons = {pk: row for row, pk in enumerate(ids)}
    earned = _rule_fractions(ids) | _essay_fractions(ids)
    fractions = np.full((len(ids), len(items)), np.nan)
    asked = rows.order_by().values_list("pk", "snapshots__pk", "snapshots__question_version_id")
    for pk, snapshot, version, answers in asked.annotate(answers=Count("snapshots__responses")):
        if version in columns:
            fractions[persons[pk], columns[version]] = earned.get(snapshot, np.nan) if answers else 0.0
    weights = np.array([item.weight for item in items], dtype=np.float64)
    return ScoreTable(tuple(attempts), tuple(items), fractions, weights)


def _items(rows: "QuerySet[Any]") -> list[Item]:
    """Return the scored question versions that were asked, by key and version."""
    found = (
        rows.exclude(snapshots__isnull=True)
        .order_by("snapshots__question_version_id")
        .distinct("snapshots__question_version_id")
        .values_list(
            "snapshots__question_version_id",
            "snapshots__question_id",
            "snapshots__question__key",
            "snapshots__version",
            "snapshots__question_type",
            "snapshots__prompt",
            "snapshots__weight",
            "snapshots__choices",
            "snapshots__rules",
        )
    )
    items = [
        Item(pk, question, key, version, question_type, prompt, float(weight), tuple(choices or ()), rules)
        for pk, question, key, version, question_type, prompt, weight, choices, rules in found
        if question_type != QuestionType.PROFILE
    ]
    return sorted(items, key=lambda item: (item.key, item.version))


def _rule_fractions(ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, float]:
    """Return the share of the points that the score which counts gives each closed question, by snapshot."""
    by_rules = RuleScore.objects.filter(assessment__pk__among=ids, maximum__gt=0).order_by()
    by_people = ScoreOverride.objects.filter(assessment__pk__among=ids, maximum__gt=0).order_by()
    rules = by_rules.values_list(
        "question_snapshot_id", "response__version", "created_at", "pk", "score", "maximum"
    )
    people = by_people.values_list("question_snapshot_id", "run", "score", "maximum")
    return effective(
        [
            *(
                CandidateScore(snapshot, RULE, (version, at, pk), float(score / maximum))
                for snapshot, version, at, pk, score, maximum in rules
            ),
            *(
                CandidateScore(snapshot, ScoreSource.HUMAN, (run,), float(score / maximum))
                for snapshot, run, score, maximum in people
            ),
        ]
    )


def _essay_fractions(ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, float]:
    """Return the same for essays; one that waits for a person, wholly or in part, is left out."""
    scores = EssayScore.objects.filter(assessment__pk__among=ids).order_by()
    rows = scores.values_list("question_snapshot_id", "source", "run", "outcome", "score", "maximum")
    runs = effective(
        CandidateScore(snapshot, source, (run,), (outcome, score, maximum))
        for snapshot, source, run, outcome, score, maximum in rows
    )
    return {
        snapshot: float(score / maximum)
        for snapshot, (outcome, score, maximum) in runs.items()
        if outcome in WHOLE and score is not None and maximum
    }
