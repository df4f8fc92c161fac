"""What the rescoring pages show of a run."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from companion.charts import percent
from companion.words import Label
from scoring import oversight
from scoring.enums import RescoringMode, RescoringState
from scoring.oversight import Superseded

STATES: dict[str, Label] = {
    RescoringState.WAITING: Label("Waiting for a worker", "busy"),
    RescoringState.RUNNING: Label("Under way", "busy"),
    RescoringState.DONE: Label("Done", "good"),
    RescoringState.FAILED: Label("Broken off", "bad"),
}


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """A question with past takers of an older version, and what was last done about them."""

    question: Superseded
    state: Label


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why answers stay as they are, and how many."""

    why: str
    number: int


@dataclass(frozen=True, slots=True)
class Overview:
    """A run over a question: how far it is, and what it found.

    ``is_current`` says whether it was about the newest version; ``may_apply`` whether it may now be applied.
    ``lines`` are those who move, the deepest fall first; ``kept`` those who kept a higher score.
    """

    run: Any
    state: Label
    is_open: bool
    is_apply: bool
    is_current: bool
    may_apply: bool
    width: str
    falls: int
    tops: int
    kept: int
    obstacles: tuple[Obstacle, ...]
    lines: QuerySet[Any]


def question_rows() -> list[QuestionRow]:
    """Return the questions for which a rescoring may be due, by key."""
    questions = oversight.superseded_questions()
    runs = oversight.newest_rescorings([one.question_id for one in questions])
    return [QuestionRow(one, _state(runs.get(one.question_id), one.version)) for one in questions]


def overview(question_id: uuid.UUID, *, newest_version: str) -> Overview | None:
    """Return the newest run over a question; None where there has been none."""
    run = oversight.newest_rescorings([question_id]).get(question_id)
    if run is None:
        return None
    is_apply = run.mode == RescoringMode.APPLY
    is_current = run.question_version.version == newest_version
    lines = run.lines.all()
    moving = lines.filter(applied=True) if is_apply else lines.filter(moves=True)
    counts = moving.aggregate(
        falls=Count("pk", filter=Q(change__lt=0)),
        tops=Count("pk", filter=Q(is_ranked=True) & ~Q(top_before=F("top_after"))),
    )
    found = lines.exclude(obstacle="").order_by().values_list("obstacle")
    return Overview(
        run=run,
        state=STATES[run.state],
        is_open=run.ended_at is None,
        is_apply=is_apply,
        is_current=is_current,
        may_apply=is_current
        and run.mode == RescoringMode.DRY_RUN
        and run.state == RescoringState.DONE
        and run.moved > 0,
        width=percent(run.done, run.total),
        falls=counts["falls"],
        tops=counts["tops"],
        kept=lines.filter(moves=True, applied=False).count() if is_apply else 0,
        obstacles=tuple(Obstacle(why, number) for why, number in found.annotate(number=Count("pk"))),
        lines=moving.select_related("assessment__user").order_by("change", "pk"),
    )


def _state(run: Any, newest_version: str) -> Label:
    if run is None or run.question_version.version != newest_version:
        return Label("Not looked at", "warn")
    if run.ended_at is None or run.state == RescoringState.FAILED:
        return STATES[run.state]
    if run.mode == RescoringMode.APPLY:
        return Label("Applied", "good")
    return Label("Looked at", "accent") if run.moved else Label("Nobody would move", "good")
