"""The scoring runs of a role's essays, with the levels of their criteria as places on a scale."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from accounts.models import User
from catalog.enums import QuestionType
from scoring.enums import MarkStatus, ScoreSource
from scoring.models import CriterionMark, EssayScore, ReviewTask
from scoring.statistics.attempts import considered

Levels = Mapping[str, tuple[str, ...]]

COMPARED = (ScoreSource.LOCAL, ScoreSource.MODEL, ScoreSource.HUMAN)


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
    words: int
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
        .values_list("snapshots__question_id", "snapshots__prompt", "snapshots__rubric")
    )
    return [_question(*row) for row in newest if _levels(row[2])]


def essay_runs(
    *, by: User, role_id: uuid.UUID, question_id: uuid.UUID | None = None, synthetic: bool = False
) -> dict[uuid.UUID, list[Run]]:
    """Return the runs of models and people and the blind marks by question, oldest first; four queries."""
    shown = considered(by=by, role_id=role_id, synthetic=synthetic).order_by()
    scores = EssayScore.objects.filter(assessment__in=shown.values("pk"), source__in=COMPARED)
    if question_id is not None:
        scores = scores.filter(question_snapshot__question_id=question_id)
    rubrics = _rubrics(scores)
    joined = scores.select_related("question_snapshot", "response").order_by("created_at", "run", "pk")
    rows = list(joined.defer("response_payload", "question_snapshot__rubric"))
    marks, mixed = _marks([score.pk for score in rows])
    runs: dict[uuid.UUID, list[Run]] = defaultdict(list)
    for score in rows:
        run = _run(score, rubrics, marks.get(score.pk, {}), is_mixed=score.pk in mixed)
        runs[run.question_id].append(run)
    for blind in _blind_marks(shown, question_id):
        runs[blind.question_id].append(blind)
    return dict(runs)


def _blind_marks(shown: Any, question_id: uuid.UUID | None) -> list[Run]:
    """Return what reviewers marked before they saw a proposal, oldest first."""
    done = ReviewTask.objects.filter(
        assessment__in=shown.values("pk"), done_at__isnull=False, essay_score__isnull=False
    )
    if question_id is not None:
        done = done.filter(question_id=question_id)
    rows = done.select_related("question_snapshot", "essay_score__response").order_by("done_at", "pk")
    return [_blind(task) for task in rows.defer("essay_score__response_payload")]


def _blind(task: Any) -> Run:
    snapshot, score = task.question_snapshot, task.essay_score
    return Run(
        assessment_id=task.assessment_id,
        snapshot_id=snapshot.pk,
        response_id=score.response_id,
        question_id=task.question_id,
        position=snapshot.position,
        is_human=True,
        is_blind=True,
        scored_by=task.done_by_id,
        scorer="human",
        created_at=task.done_at,
        share=_share(snapshot.rubric, task.first_marks),
        words=len(str(score.response.answer.get("text", "")).split()),
        levels=_levels(snapshot.rubric),
        marks=task.first_marks,
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


def _rubrics(scores: Any) -> dict[uuid.UUID, Levels]:
    """Return the levels of each question version that was scored."""
    found = scores.order_by("question_snapshot__question_version_id").distinct(
        "question_snapshot__question_version_id"
    )
    rows = found.values_list("question_snapshot__question_version_id", "question_snapshot__rubric")
    return {version: _levels(rubric) for version, rubric in rows}


def _marks(scores: Collection[uuid.UUID]) -> tuple[dict[uuid.UUID, dict[str, str]], set[uuid.UUID]]:
    """Return the level of each criterion that was judged in the run itself, by run, and the runs that carry marks
    over from another."""
    marks: dict[uuid.UUID, dict[str, str]] = defaultdict(dict)
    mixed = set()
    # In no order: that of the model reads three tables more, which the database may go through row by row.
    given = CriterionMark.objects.filter(essay_score__in=scores).order_by()
    for run, criterion, level, status, carried in given.values_list(
        "essay_score_id", "criterion_key", "level_id", "status", "carried"
    ):
        if carried:
            mixed.add(run)
        elif status == MarkStatus.SCORED:
            marks[run][criterion] = level
    return marks, mixed


def _run(score: Any, rubrics: Mapping[uuid.UUID, Levels], marks: Mapping[str, str], *, is_mixed: bool) -> Run:
    """Return a run; one that carries marks over from another has levels of its own and no score of its own."""
    snapshot = score.question_snapshot
    whole = score.score is not None and score.scored_weight >= score.maximum > 0 and not is_mixed
    is_human = score.source == ScoreSource.HUMAN
    return Run(
        assessment_id=score.assessment_id,
        snapshot_id=snapshot.pk,
        response_id=score.response_id,
        question_id=snapshot.question_id,
        position=snapshot.position,
        is_human=is_human,
        is_blind=False,
        scored_by=score.scored_by_id,
        scorer=" ".join(part for part in (score.provider, score.model, score.prompt_version) if part),
        created_at=score.created_at,
        share=float(score.score / score.maximum) if whole else None,
        words=len(str(score.response.answer.get("text", "")).split()),
        levels=rubrics[snapshot.question_version_id],
        marks=marks,
    )
