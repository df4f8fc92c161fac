"""Which skill is practised next.

What a tutor has just gone through with the student comes first, a few items of it, since what is recalled soon after
it was learnt is kept better than what is gone through again (H. L. Roediger and J. D. Karpicke, "Test-enhanced
learning", Psychological Science 17, 2006). Then comes what a student has set out to reach, then what their newest
result leaves most to learn, then what else its role asks for, then the rest. Among the skills of one kind it is the
turn of the one that was practised longest ago, since what is practised in turn is kept better than what is practised
in blocks (D. Rohrer and K. Taylor, "The shuffling of mathematics problems improves learning", Instructional Science
35, 2007).
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from practice.enums import TurnReason

WIDEST_GAPS: Final = 3
#: A session goes first for so long, and for so many items of each of its skills.
SESSION_IS_FRESH: Final = dt.timedelta(days=14)
ITEMS_AFTER_SESSION: Final = 3
_NEVER: Final = dt.datetime.min.replace(tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class SkillCandidate:
    """A skill that could be practised.

    ``importance`` is how much it matters to the role of the newest result, 1 to 5, 0 where that does not ask for it;
    ``weight`` is its gap times its importance, 0 without one; ``is_goal`` says whether the student has set out to reach
    something in it, ``is_fresh`` whether a session on it is still to be followed by practice, ``last`` when it was
    practised last.
    """

    key: str
    weight: float = 0.0
    importance: int = 0
    is_goal: bool = False
    is_fresh: bool = False
    last: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """The key of the skill whose turn it is, and why."""

    key: str
    reason: TurnReason


def next_skill(skills: Sequence[SkillCandidate]) -> Turn:
    """Return the skill whose turn it is; raise ValueError where there is none."""
    if not skills:
        raise ValueError("there is no skill to choose from")
    gaps = sorted(
        (skill for skill in skills if skill.weight > 0.0), key=lambda skill: (-skill.weight, skill.key)
    )
    kinds = (
        (TurnReason.SESSION, [skill for skill in skills if skill.is_fresh]),
        (TurnReason.GOAL, [skill for skill in skills if skill.is_goal]),
        (TurnReason.GAP, gaps[:WIDEST_GAPS]),
        (TurnReason.ROTATION, [skill for skill in skills if skill.importance]),
        (TurnReason.ROTATION, skills),
    )
    reason, among = next((reason, among) for reason, among in kinds if among)
    chosen = min(among, key=lambda skill: (skill.last or _NEVER, -skill.weight, -skill.importance, skill.key))
    return Turn(chosen.key, reason)
