"""The scoring runs of a role's essays, with the levels of their criteria as places on a scale."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.db.models import Q

from accounts.models import User
from catalog.enums import QuestionType
from scoring.enums import MarkStatus, ScoreSource
from scoring.models import CriterionMark, EssayScore, ReviewTask
from scoring.statistics.attempts import considered

Levels = Mapping[str, tuple[str, ...]]

COMPARED = (ScoreSource.LOCAL, ScoreSource.MODEL, ScoreSource.HUMAN)
_PLACE: Final = (
    "pk",
    "assessment_id",
    "question_snapshot_id",
    "question_snapshot__question_id",
    "question_snapshot__question_version_id",
    "question_snapshot__position",
)
_SCORE: Final = (
    "response_id",
    "source",
    "scored_by_id",
    "provider",
    "model",
    "prompt_version",
    "created_at",
    "score",
    "maximum",
    "scored_weight",
)
_BLIND: Final = ("essay_score__response_id", "done_by_id", "done_at", "first_marks")


@dataclass(frozen=True, slots=True)
class EssayQuestion:
    """An essay question as it was last asked: ``levels`` are the ids of each criterion's levels, ascending."""

    question_id: uuid.UUID
    prompt: str
    levels: Levels
    names: Mapping[str, str]
    texts: Mapping[str, tuple[str, ...]]

    def level_names(self, criterion: str) -> tuple[str, ...]:
        """Return what the places on the scale are called: the levels of a criterion, or steps of the whole."""
        if criterion:
            return self.texts[criterion]
        return tuple(str(step) for step in range(_steps(self.levels) + 1))


@dataclass(frozen=True, slots=True)
class Run:
    """A scoring run: ``share`` is what it gave of the maximum (0 to 1), None where a part waits for a person.

    ``is_blind`` marks what a reviewer gave before anything else was shown; it never counted as a score. What people
    gave in runs that count was given after they had seen the score that stood.
    """

    assessment_id: uuid.UUID
    snapshot_id: uuid.UUID
    response_id: uuid.UUID
    question_id: uuid.UUID
    position: int
    is_human: bool
    is_blind: bool
    scored_by: uuid.UUID | None
    scorer: str
    created_at: dt.datetime
    share: float | None
    levels: Levels
    marks: Mapping[str, str]

    def place(self, criterion: str) -> int | None:
        """Return where on the scale the run puts the essay on a criterion, or as a whole; None where it does not."""
        if not criterion:
            return None if self.share is None else int(self.share * _steps(self.levels) + 0.5)
        levels, given = self.levels.get(criterion, ()), self.marks.get(criterion)
        return levels.index(given) if given in levels else None


def essay_questions(*, by: User, role_id: uuid.UUID, synthetic: bool = False) -> list[EssayQuestion]:
    """Return the essay questions that the role has asked, as last asked, by key."""
    rows = considered(by=by, role_id=role_id, synthetic=synthetic)
    newest = (
        rows.filter(snapshots__question_type=QuestionType.ESSAY)
        .order_by("snapshots__question__key", "-started_at", "-pk")
        .distinct("snapshots__question__key")
    )
    # The rows that are sorted do without prompt and rubric, which are all but the whole of each.
    places = list(newest.values_list("snapshots__pk", flat=True))
    asked = rows.filter(snapshots__pk__in=places).order_by("snapshots__question__key")
    found = asked.values_list("snapshots__question_id", "snapshots__prompt", "snapshots__rubric")
    return [_question(*row) for row in found if _levels(row[2])]


def essay_runs(
    *, by: User, role_id: uuid.UUID, question_id: uuid.UUID | None = None, synthetic: bool = False
) -> dict[uuid.UUID, list[Run]]:
    """Return the runs of models and people and the blind marks by question, oldest first; five queries.

    Those of answers that no person has scored or marked are left out, since there is nothing to hold them against.
    """
    shown = considered(by=by, role_id=role_id, synthetic=synthetic).order_by().values("pk")
    scores = EssayScore.objects.filter(assessment__in=shown, source__in=COMPARED)
    done = ReviewTask.objects.filter(assessment__in=shown, done_at__isnull=False, essay_score__isnull=False)
    if question_id is not None:
        scores = scores.filter(question_snapshot__question_id=question_id)
        done = done.filter(question_id=question_id)
    by_people = scores.filter(source=ScoreSource.HUMAN)
    scores = scores.filter(
        Q(response__in=by_people.values("response")) | Q(response__in=done.values("essay_score__response"))
    )
    runs: dict[uuid.UUID, list[Run]] = defaultdict(list)
    for run in (*_scored(scores), *_marked_blind(done)):
        runs[run.question_id].append(run)
    return dict(runs)


def words_of(responses: Collection[uuid.UUID]) -> dict[uuid.UUID, int]:
    """Return how many words each of these essays has that was scored."""
    scored = (
        EssayScore.objects.filter(response__pk__among=responses).order_by("response").distinct("response")
    )
    rows = scored.values_list("response", "response__answer")
    return {response: len(str(answer.get("text", "")).split()) for response, answer in rows}


def _scored(scores: Any) -> Iterator[Run]:
    """Yield what models and people scored, oldest first."""
    rows = list(scores.order_by("created_at", "run", "pk").values_list(*_PLACE, *_SCORE, named=True))
    rubrics = _rubrics(EssayScore, rows)
    levels = {version: _levels(rubric) for version, rubric in rubrics.items()}
    marks, mixed = _marks([row.pk for row in rows])
    for row in rows:
        given = marks.get(row.pk, {})
        yield _run(row, levels[row.question_snapshot__question_version_id], given, is_mixed=row.pk in mixed)


def _marked_blind(done: Any) -> Iterator[Run]:
    """Yield what reviewers marked before they saw a proposal, oldest first."""
    rows = list(done.order_by("done_at", "pk").values_list(*_PLACE, *_BLIND, named=True))
    rubrics = _rubrics(ReviewTask, rows)
    levels = {version: _levels(rubric) for version, rubric in rubrics.items()}
    for row in rows:
        version = row.question_snapshot__question_version_id
        yield Run(
            assessment_id=row.assessment_id,
            snapshot_id=row.question_snapshot_id,
            response_id=row.essay_score__response_id,
            question_id=row.question_snapshot__question_id,
            position=row.question_snapshot__position,
            is_human=True,
            is_blind=True,
            scored_by=row.done_by_id,
            scorer="human",
            created_at=row.done_at,
            share=_share(rubrics[version], row.first_marks),
            levels=levels[version],
            marks=row.first_marks,
        )


def _share(rubric: Mapping[str, Any], marks: Mapping[str, str]) -> float | None:
    """Return the share of the points that these levels earn; None where one is not the rubric's."""
    earned = weights = Decimal(0)
    for criterion in rubric.get("criteria", ()):
        points = {str(level["id"]): Decimal(level["points"]) for level in criterion["levels"]}
        if marks.get(criterion["key"]) not in points:
            return None
        weight = Decimal(criterion["weight"])
        earned += weight * points[marks[criterion["key"]]] / max(points.values())
        weights += weight
    return float(earned / weights) if weights else None


def _question(question_id: uuid.UUID, prompt: str, rubric: Mapping[str, Any]) -> EssayQuestion:
    criteria: Sequence[Mapping[str, Any]] = rubric["criteria"]
    return EssayQuestion(
        question_id=question_id,
        prompt=prompt,
        levels=_levels(rubric),
        names={str(one["key"]): str(one["name"]) for one in criteria},
        texts={str(one["key"]): tuple(str(level["name"]) for level in one["levels"]) for one in criteria},
    )


def _levels(rubric: Mapping[str, Any]) -> Levels:
    return {
        str(one["key"]): tuple(str(level["id"]) for level in one["levels"])
        for one in rubric.get("criteria", ())
    }


def _steps(levels: Levels) -> int:
    return sum(len(ids) - 1 for ids in levels.values())


def _rubrics(model: type[EssayScore] | type[ReviewTask], rows: Sequence[Any]) -> dict[uuid.UUID, Any]:
    """Return the rubric of each question version that the rows are about; all that ask the version have the same."""
    one_of = {row.question_snapshot__question_version_id: row.pk for row in rows}
    found = model.objects.filter(pk__in=one_of.values()).order_by()
    return dict(found.values_list("question_snapshot__question_version_id", "question_snapshot__rubric"))


def _marks(scores: Collection[uuid.UUID]) -> tuple[dict[uuid.UUID, dict[str, str]], set[uuid.UUID]]:
    """Return the level of each criterion that was judged in the run itself, by run, and the runs that carry marks
    over from another."""
    marks: dict[uuid.UUID, dict[str, str]] = defaultdict(dict)
    mixed = set()
    # In no order: that of the model reads three tables more, which the database may go through row by row.
    given = CriterionMark.objects.filter(essay_score__pk__among=scores).order_by()
    for run, criterion, level, status, carried in given.values_list(
        "essay_score_id", "criterion_key", "level_id", "status", "carried"
    ):
        if carried:
            mixed.add(run)
        elif status == MarkStatus.SCORED:
            marks[run][criterion] = level
    return marks, mixed


def _run(row: Any, levels: Levels, marks: Mapping[str, str], *, is_mixed: bool) -> Run:
    """Return a run; one that carries marks over from another has levels of its own and no score of its own."""
    whole = row.score is not None and row.scored_weight >= row.maximum > 0 and not is_mixed
    return Run(
        assessment_id=row.assessment_id,
        snapshot_id=row.question_snapshot_id,
        response_id=row.response_id,
        question_id=row.question_snapshot__question_id,
        position=row.question_snapshot__position,
        is_human=row.source == ScoreSource.HUMAN,
        is_blind=False,
        scored_by=row.scored_by_id,
        scorer=" ".join(part for part in (row.provider, row.model, row.prompt_version) if part),
        created_at=row.created_at,
        share=float(row.score / row.maximum) if whole else None,
        levels=levels,
        marks=marks,
    )
