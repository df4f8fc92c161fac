"""What staff can change about an assessment's scores, and what has been changed."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from accounts.models import User
from companion import words
from companion.marking import MarkedQuestion, marked_question
from scoring import oversight
from scoring.oversight import ScoreChoice


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One change of a score; ``before`` and ``after`` in words."""

    position: int
    criterion: str
    occasion: str
    who: str
    reason: str
    before: str
    after: str
    made_at: dt.datetime


@dataclass(frozen=True, slots=True)
class ThreadLine:
    """A word in the thread of an appeal."""

    who: str
    role: str
    text: str
    sent_at: dt.datetime


@dataclass(frozen=True, slots=True)
class AppealDossier:
    """All about one appeal; ``criterion`` with its levels is None for a closed question, ``version`` is that of the
    score that stands."""

    pk: uuid.UUID
    assessment_id: uuid.UUID
    student: str
    role: str
    is_open: bool
    may_decide: bool
    criterion: Any
    standing_level: str
    version: str
    score: Decimal | None
    maximum: Decimal
    question: MarkedQuestion
    thread: tuple[ThreadLine, ...]
    decision: Any
    before: str
    after: str
    submitted_at: dt.datetime


def change_lines(assessment_id: uuid.UUID) -> tuple[ChangeLine, ...]:
    """Return what was changed about an assessment's scores, the newest first."""
    return tuple(
        ChangeLine(
            position=change.question_snapshot.position,
            criterion=change.criterion_name,
            occasion=words.CHANGES[change.kind],
            who=str(change.made_by) if change.made_by else "The system",
            reason=change.reason,
            before=in_words(change.before),
            after=in_words(change.after),
            made_at=change.made_at,
        )
        for change in oversight.changes_of(assessment_id)
    )


def in_words(standing: Mapping[str, Any]) -> str:
    """Say in a few words what a score was or is."""
    points = f"{standing['score'] or '–'} of {standing['maximum']}"
    return f"{standing['level']} ({points})" if standing["level"] else points


def appeal_dossier(*, by: User, appeal_id: uuid.UUID) -> AppealDossier:
    """Return all about one appeal.

    Raises:
        AppealMissing: if it is not there or not for the caller to see.
    """
    row: Any = oversight.get_appeal(by=by, appeal_id=appeal_id)
    result = oversight.result_for(row.assessment_id, question_id=row.question_snapshot.question_id)
    choices: Sequence[ScoreChoice] = oversight.score_choices(result)
    chosen = next((one for one in choices if one.criterion_key == row.criterion_key), None)
    decision = getattr(row, "decision", None)
    return AppealDossier(
        pk=row.pk,
        assessment_id=row.assessment_id,
        student=str(row.assessment.user),
        role=row.assessment.role.name,
        is_open=row.status == "open",
        may_decide=oversight.is_impartial(by, row),
        criterion=chosen if chosen and chosen.criterion_key else None,
        standing_level=chosen.level_id if chosen else "",
        version=chosen.version if chosen else "",
        score=result.score,
        maximum=result.maximum,
        question=marked_question(result),
        thread=tuple(
            ThreadLine(str(one.author), one.author_role, one.text, one.sent_at) for one in row.messages.all()
        ),
        decision=decision,
        before=in_words(decision.before) if decision else "",
        after=in_words(decision.after) if decision else "",
        submitted_at=row.submitted_at,
    )
