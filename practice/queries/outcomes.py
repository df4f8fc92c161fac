"""What came of what a student answered last."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from practice.enums import GoalStatus
from practice.models import PracticeAnswer, PracticeAssignment, PracticeGoal
from practice.queries.goals import with_skills
from scoring.rules.engine import score_answer


@dataclass(frozen=True, slots=True)
class LastAnswer:
    """The newest answer to an assignment, in its stored form, its ``share`` of the right one (0 to 1), and why."""

    answer: Mapping[str, Any]
    share: float
    explanation: str


def last_answer(assignment: PracticeAssignment) -> LastAnswer | None:
    """Return the newest answer to an assignment, judged again by the key that was frozen with it; None before any."""
    row = PracticeAnswer.objects.filter(assignment=assignment).order_by("-number").first()
    if row is None:
        return None
    question = assignment.question
    judged = score_answer(
        question["type"], assignment.key["rules"], row.answer, Decimal(1), question["choices"] or ()
    )
    return LastAnswer(row.answer, row.share, judged.explanation)


def goals_reached_by(assignment: PracticeAssignment) -> Sequence[PracticeGoal]:
    """Return the goals that were reached when an assignment was over."""
    if assignment.completed_at is None:
        return ()
    mine = with_skills().filter(user=assignment.user_id, status=GoalStatus.REACHED)
    return list(mine.filter(reached_at=assignment.completed_at))
