"""Which skill is practised next.

What a student has set out to reach comes first, then what their newest result leaves most to learn, then the rest.
Among the skills of one kind it is the turn of the one that was practised longest ago, since what is practised in turn
is kept better than what is practised in blocks (D. Rohrer and K. Taylor, "The shuffling of mathematics problems
improves learning", Instructional Science 35, 2007).
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

WIDEST_GAPS: Final = 3
_NEVER: Final = dt.datetime.min.replace(tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class SkillTurn:
    """A skill that could be practised: ``weight`` is its gap times its importance, 0 without one; ``is_goal`` whether
    the student has set out to reach something in it; ``last`` when it was practised last."""

    key: str
    weight: float = 0.0
    is_goal: bool = False
    last: dt.datetime | None = None


def next_turn(skills: Sequence[SkillTurn]) -> str:
    """Return the key of the skill whose turn it is; raise ValueError where there is none."""
    if not skills:
        raise ValueError("there is no skill to choose from")
    goals = [skill for skill in skills if skill.is_goal]
    gaps = sorted(
        (skill for skill in skills if skill.weight > 0.0), key=lambda skill: (-skill.weight, skill.key)
    )
    among = goals or gaps[:WIDEST_GAPS] or skills
    return min(among, key=lambda skill: (skill.last or _NEVER, -skill.weight, skill.key)).key
