"""Two scores of the same essay: a model's beside a person's, or two people's, by question and criterion.

Criteria are compared by the rubric's levels, counted from 0; whole essays by as many steps as all criteria have
together. Only runs on the same version of an answer make a pair, and only essays scored under the newest rubric's
levels count. What people marked blind and what they decided after they had seen a score are never mixed: who has seen
a score is drawn towards it.
"""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from accounts.models import User
from microcred.errors import Missing
from scoring.agreement import Agreement, Scale, agreement
from scoring.statistics.runs import EssayQuestion, Run, essay_questions, essay_runs

Between = Literal["model", "reviewers"]
Marks = Literal["blind", "decided"]

# Essays of a role differ in how many steps they have; compared with each other they are in tenths of the points.
TENTHS = Scale(0, 10)

LEAST_PAIRS = 10


class QuestionMissing(Missing):
    """No such essay question in the role, or no such criterion in its rubric."""

    default_code = "QUESTION_404"


@dataclass(frozen=True, slots=True)
class Case:
    """An essay with two scores: ``first`` the model's (or the first reviewer's), ``second`` the person's."""

    assessment_id: uuid.UUID
    snapshot_id: uuid.UUID
    position: int
    first: int
    second: int
    decided_at: dt.datetime
    scorer: str


@dataclass(frozen=True, slots=True)
class Month:
    """The agreement over what people decided in one month; ``drift`` is the mean of first - second in levels."""

    month: dt.date
    agreement: Agreement
    drift: float


@dataclass(frozen=True, slots=True)
class ScorerLine:
    """The agreement of one model with one prompt, or one scorer version."""

    scorer: str
    agreement: Agreement


@dataclass(frozen=True, slots=True)
class QuestionPairs:
    """A line of the overview: the role (no question), an essay question, or one criterion of it.

    ``model`` and ``reviewers`` (people with each other) rest on blind marks, ``decided`` and ``reviewers_decided`` on
    what people decided after they had seen a score.
    """

    question_id: uuid.UUID | None
    prompt: str
    criterion: str
    name: str
    model: Agreement
    decided: Agreement
    reviewers: Agreement
    reviewers_decided: Agreement


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything about one question or criterion; ``levels`` names the scale, ``cells`` hold the cases.

    ``cells[first][second]`` are the essays that the first scored on level ``first`` and the second on ``second``.
    """

    question_id: uuid.UUID
    prompt: str
    criterion: str
    name: str
    criteria: tuple[tuple[str, str], ...]
    between: Between
    marks: Marks
    levels: tuple[str, ...]
    agreement: Agreement
    cells: tuple[tuple[tuple[Case, ...], ...], ...]
    months: tuple[Month, ...]
    scorers: tuple[ScorerLine, ...]


def question_pairs(*, by: User, role_id: uuid.UUID, synthetic: bool = False) -> list[QuestionPairs]:
    """Return how far scores of the role's essays agree: the role, then each question, followed by its criteria."""
    runs = essay_runs(by=by, role_id=role_id, synthetic=synthetic)
    questions = essay_questions(by=by, role_id=role_id, synthetic=synthetic)
    lines = [
        _overview(question, criterion, runs.get(question.question_id, ()))
        for question in questions
        for criterion in ("", *question.levels)
    ]
    return [_whole_role(questions, runs), *lines] if lines else []


def comparison(
    *,
    by: User,
    role_id: uuid.UUID,
    question_id: uuid.UUID,
    criterion: str = "",
    between: Between = "model",
    marks: Marks = "blind",
    synthetic: bool = False,
) -> Comparison:
    """Return the agreement on one question, or on one criterion of it, with the cases behind each cell.

    Raises:
        QuestionMissing: if the role has asked no such essay question, or its rubric has no such criterion.
    """
    questions = essay_questions(by=by, role_id=role_id, synthetic=synthetic)
    question = next((one for one in questions if one.question_id == question_id), None)
    if question is None or (criterion and criterion not in question.levels):
        raise QuestionMissing("No such question.")
    runs = essay_runs(by=by, role_id=role_id, question_id=question_id, synthetic=synthetic)
    cases = _cases(question, criterion, runs.get(question_id, ()), between, marks)
    names = question.level_names(criterion)
    scale = Scale(0, len(names) - 1)
    return Comparison(
        question_id=question_id,
        prompt=question.prompt,
        criterion=criterion,
        name=question.names.get(criterion, ""),
        criteria=tuple(question.names.items()),
        between=between,
        marks=marks,
        levels=names,
        agreement=_agreement(cases, scale),
        cells=_cells(cases, len(names)),
        months=tuple(_month(month, found, scale) for month, found in _by(cases, _month_of)),
        scorers=tuple(
            ScorerLine(scorer, _agreement(found, scale)) for scorer, found in _by(cases, _scorer_of)
        ),
    )


def model_and_person(runs: Iterable[Run], marks: Marks = "blind") -> list[tuple[Run, Run]]:
    """Return the newest model run of every answer beside a person's: the first blind one, or the newest decision."""
    pairs = []
    for group in _by_answer(runs).values():
        models = [run for run in group if not run.is_human]
        people = _people(group, marks)
        if models and people:
            pairs.append((models[-1], people[0] if marks == "blind" else people[-1]))
    return pairs


def _whole_role(questions: Sequence[EssayQuestion], runs: Mapping[uuid.UUID, Sequence[Run]]) -> QuestionPairs:
    def compared(between: Between, marks: Marks) -> Agreement:
        pairs = [
            (first.share, second.share)
            for question in questions
            for first, second in _pairs(question, runs.get(question.question_id, ()), between, marks)
            if first.share is not None and second.share is not None
        ]
        return agreement([_tenth(one) for one, _ in pairs], [_tenth(other) for _, other in pairs], TENTHS)

    return QuestionPairs(
        question_id=None,
        prompt="",
        criterion="",
        name="",
        model=compared("model", "blind"),
        decided=compared("model", "decided"),
        reviewers=compared("reviewers", "blind"),
        reviewers_decided=compared("reviewers", "decided"),
    )


def _tenth(share: float) -> int:
    return int(share * TENTHS.maximum + 0.5)


def _overview(question: EssayQuestion, criterion: str, runs: Sequence[Run]) -> QuestionPairs:
    scale = Scale(0, len(question.level_names(criterion)) - 1)

    def compared(between: Between, marks: Marks) -> Agreement:
        return _agreement(_cases(question, criterion, runs, between, marks), scale)

    return QuestionPairs(
        question_id=question.question_id,
        prompt=question.prompt,
        criterion=criterion,
        name=question.names.get(criterion, ""),
        model=compared("model", "blind"),
        decided=compared("model", "decided"),
        reviewers=compared("reviewers", "blind"),
        reviewers_decided=compared("reviewers", "decided"),
    )


def _cases(
    question: EssayQuestion, criterion: str, runs: Sequence[Run], between: Between, marks: Marks
) -> list[Case]:
    cases = []
    for first, second in _pairs(question, runs, between, marks):
        one, other = first.place(criterion), second.place(criterion)
        if one is not None and other is not None:
            cases.append(_case(first, second, one, other))
    return cases


def _pairs(
    question: EssayQuestion, runs: Sequence[Run], between: Between, marks: Marks
) -> list[tuple[Run, Run]]:
    usable = [run for run in runs if run.levels == question.levels]
    return model_and_person(usable, marks) if between == "model" else _reviewers(usable, marks)


def _reviewers(runs: Iterable[Run], marks: Marks) -> list[tuple[Run, Run]]:
    """Return, for every answer that several people scored, the first two of them, each with their newest run."""
    pairs = []
    for group in _by_answer(runs).values():
        people = _people(group, marks)
        newest = {run.scored_by: run for run in people}
        if len(newest) > 1:
            first, second, *_ = newest
            pairs.append((newest[first], newest[second]))
    return pairs


def _people(runs: Iterable[Run], marks: Marks) -> list[Run]:
    return [run for run in runs if run.is_human and run.is_blind == (marks == "blind")]


def _by_answer(runs: Iterable[Run]) -> Mapping[uuid.UUID, list[Run]]:
    groups: dict[uuid.UUID, list[Run]] = defaultdict(list)
    for run in runs:
        groups[run.response_id].append(run)
    return groups


def _case(first: Run, second: Run, one: int, other: int) -> Case:
    return Case(
        assessment_id=second.assessment_id,
        snapshot_id=second.snapshot_id,
        position=second.position,
        first=one,
        second=other,
        decided_at=second.created_at,
        scorer=first.scorer,
    )


def _agreement(cases: Sequence[Case], scale: Scale) -> Agreement:
    return agreement([case.first for case in cases], [case.second for case in cases], scale)


def _cells(cases: Sequence[Case], size: int) -> tuple[tuple[tuple[Case, ...], ...], ...]:
    held: dict[tuple[int, int], list[Case]] = defaultdict(list)
    for case in cases:
        held[case.first, case.second].append(case)
    return tuple(tuple(tuple(held[first, second]) for second in range(size)) for first in range(size))


def _month(month: dt.date, cases: Sequence[Case], scale: Scale) -> Month:
    drift = sum(case.first - case.second for case in cases) / len(cases)
    return Month(month, _agreement(cases, scale), drift)


def _month_of(case: Case) -> dt.date:
    return case.decided_at.astimezone(dt.UTC).date().replace(day=1)


def _scorer_of(case: Case) -> str:
    return case.scorer


def _by(cases: Iterable[Case], key: Callable[[Case], Any]) -> list[tuple[Any, list[Case]]]:
    groups: dict[Any, list[Case]] = defaultdict(list)
    for case in cases:
        groups[key(case)].append(case)
    return sorted(groups.items(), key=lambda group: group[0])
