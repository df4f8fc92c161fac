"""What the quality pages show: the figures of scoring.statistics with what they mean in words."""

import uuid
from dataclasses import dataclass

from accounts.models import User
from catalog import queries as catalog
from companion import words
from companion.words import Label
from microcred.errors import Missing
from scoring import statistics
from scoring.statistics import (
    Case,
    ChoiceLine,
    Comparison,
    Fairness,
    Interval,
    ItemAnalysis,
    ItemFunctioning,
    ItemLine,
    QuestionLine,
)

# Where the handbooks begin to look twice: Ebel and Frisbie (1991), Haladyna (2004), Williamson et al. (2012).
LEAST_CORRELATION = 0.2
TOO_EASY, TOO_HARD = 0.9, 0.2
UNUSED = 0.05
HELPFUL_TO_DROP = 0.005
GOOD_KAPPA, POOR_KAPPA = 0.7, 0.4
SHOWN_CASES = 100
# Smaller differences are negligible however sure they are (the ETS categories).
LEAST_DELTA = 1.0
CATEGORIES = {
    "A": Label("A, negligible", "good"),
    "B": Label("B, moderate", "warn"),
    "C": Label("C, large", "bad"),
}


class RoleMissing(Missing):
    """No such role, or one that nobody can be assessed for nor has been."""

    default_code = "ROLE_404"


@dataclass(frozen=True, slots=True)
class QualityRole:
    """A role and how many assessments for it have been completed, made-up and repeated ones included."""

    pk: uuid.UUID
    name: str
    completed: int


@dataclass(frozen=True, slots=True)
class ItemRow:
    """A question with what stands out about it."""

    line: QuestionLine
    type_name: str
    flags: tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """A row of the table of two scorers: the level, and the cells by the other scorer's level."""

    place: int
    level: str
    cells: tuple[tuple[Case, ...], ...]


@dataclass(frozen=True, slots=True)
class ChosenCell:
    """The essays behind one cell, the newest first and ``total`` in number."""

    first: int
    second: int
    first_level: str
    second_level: str
    cases: tuple[Case, ...]
    total: int


@dataclass(frozen=True, slots=True)
class FunctioningRow:
    """How a question works for a group, in the words of the categories."""

    line: ItemLine
    category: Label


def quality_roles(by: User) -> list[QualityRole]:
    """Return the roles that may be assessed, and those that have been, by name."""
    found = {role.pk: QualityRole(role.pk, role.name, 0) for role in catalog.active_roles()}
    found |= {pk: QualityRole(pk, name, number) for pk, name, number in statistics.roles_taken(by=by)}
    return sorted(found.values(), key=lambda role: role.name.casefold())


def quality_role(*, by: User, role_id: uuid.UUID) -> QualityRole:
    """Return one of them.

    Raises:
        RoleMissing: if there is none.
    """
    found = next((role for role in quality_roles(by) if role.pk == role_id), None)
    if found is None:
        raise RoleMissing("No such role.")
    return found


def includes_synthetic(*, by: User, role_id: uuid.UUID, asked: bool | None) -> bool:
    """Return whether made-up learners count: as asked, otherwise while no student has completed the role."""
    return not statistics.has_students(by=by, role_id=role_id) if asked is None else asked


def item_rows(analysis: ItemAnalysis) -> list[ItemRow]:
    """Return the questions of an analysis with what stands out."""
    alpha = analysis.reliability.alpha if analysis.reliability else None
    return [
        ItemRow(line, words.QUESTION_TYPES[line.item.question_type], tuple(_flags(line, alpha)))
        for line in analysis.questions
    ]


def kappa_label(kappa: float | None, interval: Interval | None) -> Label:
    """Return what a quadratic weighted kappa says; nothing where it might as well be poor, or the other way round."""
    if kappa is None:
        return Label("no spread")
    if interval is None or interval.low < POOR_KAPPA <= interval.high:
        return Label("too few to tell")
    if kappa >= GOOD_KAPPA:
        return Label("good", "good")
    return Label("fair", "warn") if kappa >= POOR_KAPPA else Label("poor", "bad")


def matrix(found: Comparison) -> list[MatrixRow]:
    """Return the table of two scorers, the lowest level first."""
    return [
        MatrixRow(place, level, cells)
        for place, (level, cells) in enumerate(zip(found.levels, found.cells, strict=True))
    ]


def chosen_cell(found: Comparison, first: int | None, second: int | None) -> ChosenCell | None:
    """Return the essays behind a cell; None where no cell, or none of the table's, is asked for."""
    size = len(found.levels)
    if first is None or second is None or first >= size or second >= size:
        return None
    cases = sorted(found.cells[first][second], key=lambda case: case.decided_at, reverse=True)
    return ChosenCell(
        first, second, found.levels[first], found.levels[second], tuple(cases[:SHOWN_CASES]), len(cases)
    )


def functioning_rows(found: Fairness) -> list[FunctioningRow]:
    """Return how the questions work for the groups, what calls for a look first."""
    ordered = sorted(found.items, key=lambda line: line.functioning.delta)
    ordered.sort(key=lambda line: line.functioning.category, reverse=True)
    return [FunctioningRow(line, functioning_label(line.functioning)) for line in ordered]


def functioning_label(found: ItemFunctioning) -> Label:
    """Return the category in words; what is not significant only for want of students is not called negligible."""
    if found.category == "A" and abs(found.delta) >= LEAST_DELTA:
        return Label("A, none shown")
    return CATEGORIES[found.category]


def _flags(line: QuestionLine, alpha: float | None) -> list[Label]:
    figures = line.figures
    if figures is None or figures.difficulty is None:
        return []
    flags = []
    if figures.difficulty > TOO_EASY:
        flags.append(Label("Very easy", "warn"))
    if figures.difficulty < TOO_HARD:
        flags.append(Label("Very hard", "warn"))
    if figures.point_biserial is not None and figures.point_biserial < LEAST_CORRELATION:
        negative = figures.point_biserial < 0
        flags.append(Label("The able do worse", "bad") if negative else Label("Separates little", "warn"))
    without = figures.alpha_without
    if alpha is not None and without is not None and without > alpha + HELPFUL_TO_DROP:
        flags.append(Label("Test is better without", "warn"))
    return flags + _choice_flags(line.choices)


def _choice_flags(choices: tuple[ChoiceLine, ...]) -> list[Label]:
    wrong = [line.figures for line in choices if line.figures.choice and not line.figures.is_correct]
    flags = []
    if any((one.point_biserial or 0) > 0 and one.share >= UNUSED for one in wrong):
        flags.append(Label("A wrong choice draws the able", "bad"))
    if any(one.share < UNUSED for one in wrong):
        flags.append(Label("A choice hardly anybody takes"))
    return flags
