"""What the pages for students call things in practice."""

from collections.abc import Mapping
from typing import Any, Final

from practice.enums import AssignmentStatus, GoalStatus, TurnReason

#: Why it was this skill, by the reason that was kept.
REASONS: Final[Mapping[str, str]] = {
    TurnReason.CHOSEN: "You chose this skill.",
    TurnReason.SESSION: "You went through this skill with a tutor lately.",
    TurnReason.GOAL: "You have an open goal in this skill.",
    TurnReason.GAP: "Your newest result leaves this skill to learn.",
    TurnReason.ROTATION: "It is this skill’s turn: none has gone longer without practice.",
}
STATUSES: Final[Mapping[str, tuple[str, str]]] = {
    AssignmentStatus.OPEN: ("Open", "accent"),
    AssignmentStatus.SOLVED: ("Solved", "good"),
    AssignmentStatus.GIVEN_UP: ("Given up", ""),
    AssignmentStatus.WITHDRAWN: ("Taken back", "warn"),
}
GOAL_STATUSES: Final[Mapping[str, tuple[str, str]]] = {
    GoalStatus.OPEN: ("Open", "accent"),
    GoalStatus.REACHED: ("Reached", "good"),
    GoalStatus.DROPPED: ("Ended", ""),
}
_LEVELS: Final = ("beginning", "getting there", "solid", "strong", "very strong")
_SURE, _ROUGH = 120.0, 200.0
_CHANGED: Final = {"target_difficulty": "difficulty", "due_on": "due", "status": ""}
_CALLED: Final = {"status": {str(status): word.lower() for status, (word, _) in GOAL_STATUSES.items()}}


def level(difficulty: int) -> str:
    """Return a difficulty from 1 to 10 in a word for who is at it."""
    return _LEVELS[(difficulty - 1) // 2]


def sureness(deviation: float) -> str:
    """Return how well a rating is known, by the Elo points that it may be off."""
    if deviation <= _SURE:
        return "well known"
    return "may still move" if deviation <= _ROUGH else "a first guess"


def set_to(standing: Mapping[str, Any]) -> str:
    """Return a level that was set, or what was changed of a goal, in words."""
    if "difficulty" in standing:
        return f"difficulty {standing['difficulty']}"
    told = (f"{word} {_value(name, standing)}" for name, word in _CHANGED.items() if name in standing)
    return ", ".join(one.strip() for one in told)


def _value(name: str, standing: Mapping[str, Any]) -> str:
    value = standing[name]
    return str(_CALLED.get(name, {}).get(value, value) or "no day")
