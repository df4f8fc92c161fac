"""Item analysis of a role: what first attempts say about each of its questions and about the whole test."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from accounts.models import User
from catalog.enums import QuestionType
from scoring.items import (
    ChoiceFigures,
    ItemFigures,
    Reliability,
    ability,
    choice_figures,
    item_figures,
    median_time,
    reliability,
    usual_length,
)
from scoring.statistics.attempts import LEAST_PEOPLE, Item, ScoreTable, considered, score_table

Taken = Mapping[tuple[uuid.UUID, uuid.UUID], frozenset[str]]


@dataclass(frozen=True, slots=True)
class ChoiceLine:
    """A choice with its text; empty for no answer."""

    text: str
    figures: ChoiceFigures


@dataclass(frozen=True, slots=True)
class QuestionLine:
    """A question version; ``figures`` and ``choices`` are None and empty below the least number of people.

    ``median_seconds`` is None where the time cannot be told: answers handed in together have none of their own.
    """

    item: Item
    n: int
    figures: ItemFigures | None
    choices: tuple[ChoiceLine, ...]
    median_seconds: float | None


@dataclass(frozen=True, slots=True)
class ItemAnalysis:
    """The questions of a role and the worth of its test, over the first attempts of ``people`` students.

    ``reliability`` is that of a test of the usual length, None below ``least`` people.
    """

    people: int
    least: int
    questions: tuple[QuestionLine, ...]
    reliability: Reliability | None
    median_seconds: float | None

    @property
    def median_minutes(self) -> float | None:
        """The median time from start to hand-in, in minutes."""
        return None if self.median_seconds is None else self.median_seconds / 60


def item_analysis(
    *, by: User, role_id: uuid.UUID, synthetic: bool = False, least: int = LEAST_PEOPLE
) -> ItemAnalysis:
    """Return the item analysis of a role over what the caller may see."""
    table = score_table(by=by, role_id=role_id, synthetic=synthetic)
    rows = considered(by=by, role_id=role_id, synthetic=True).filter(
        pk__among=[attempt.assessment_id for attempt in table.attempts]
    )
    figures = item_figures(table.fractions, table.weights) if table.items else []
    taken, times = _choices_taken(rows), _times(rows)
    lines = tuple(
        _line(table, column, figures[column], taken, times, least) for column in range(len(table.items))
    )
    enough = len(table.attempts) >= least and bool(table.items)
    length = usual_length(table.fractions)
    return ItemAnalysis(
        people=len(table.attempts),
        least=least,
        questions=lines,
        reliability=reliability(table.fractions, table.weights, length=length) if enough else None,
        median_seconds=median_time(_whole_times(table)),
    )


def _line(
    table: ScoreTable,
    column: int,
    figures: ItemFigures,
    taken: Taken,
    times: Mapping[uuid.UUID, list[float]],
    least: int,
) -> QuestionLine:
    item = table.items[column]
    enough = figures.n >= least
    return QuestionLine(
        item=item,
        n=figures.n,
        figures=figures if enough else None,
        choices=_choice_lines(table, column, taken) if enough else (),
        median_seconds=median_time(times.get(item.version_id, [])),
    )


def _choice_lines(table: ScoreTable, column: int, taken: Taken) -> tuple[ChoiceLine, ...]:
    item = table.items[column]
    if item.question_type != QuestionType.MULTIPLE_CHOICE:
        return ()
    asked = [
        place
        for place, fraction in enumerate(table.fractions[:, column])
        if fraction == fraction  # not NaN: scored
    ]
    answers = [taken.get((table.attempts[place].assessment_id, item.version_id)) for place in asked]
    rest = ability(table.fractions, table.weights, without=column)[asked]
    texts = {str(choice["id"]): str(choice.get("text", "")) for choice in item.choices}
    correct = frozenset(str(choice) for choice in item.rules.get("correct", ()))
    return tuple(
        ChoiceLine(texts.get(one.choice, "") if one.choice else "", one)
        for one in choice_figures(answers, rest, list(texts), correct)
    )


def _choices_taken(rows: Any) -> Taken:
    """Return what was chosen in the newest answer to each choice question, by assessment and version."""
    newest = (
        rows.filter(snapshots__question_type=QuestionType.MULTIPLE_CHOICE, snapshots__responses__isnull=False)
        .order_by("snapshots__pk", "-snapshots__responses__version")
        .distinct("snapshots__pk")
        .values_list("pk", "snapshots__question_version_id", "snapshots__responses__answer")
    )
    return {
        (pk, version): frozenset(str(choice) for choice in answer.get("choice_ids", ()))
        for pk, version, answer in newest
    }


def _times(rows: Any) -> dict[uuid.UUID, list[float]]:
    """Return the seconds between each first answer and the one before it, by version.

    The time of answers that share a moment cannot be told apart, so it is left out.
    """
    given = (
        rows.filter(snapshots__responses__version=1)
        .order_by("pk", "snapshots__responses__submitted_at")
        .values_list(
            "pk", "started_at", "snapshots__question_version_id", "snapshots__responses__submitted_at"
        )
    )
    times: dict[uuid.UUID, list[float]] = defaultdict(list)
    for (_, before), answers in groupby(given, key=lambda row: (row[0], row[1])):
        _add_times(times, before, [(moment, version) for _, _, version, moment in answers])
    return times


def _add_times(
    times: dict[uuid.UUID, list[float]], before: dt.datetime, answers: list[tuple[dt.datetime, uuid.UUID]]
) -> None:
    for moment, together in groupby(answers, key=lambda answer: answer[0]):
        versions = [version for _, version in together]
        if len(versions) == 1 and moment > before:
            times[versions[0]].append((moment - before).total_seconds())
        before = max(before, moment)


def _whole_times(table: ScoreTable) -> list[float]:
    return [
        (attempt.submitted_at - attempt.started_at).total_seconds()
        for attempt in table.attempts
        if attempt.submitted_at is not None
    ]
