"""Profile answers are signals, never points."""

from typing import Any

import pytest

from scoring.rules import Signal, signals

RULES = {
    "kind": "profile",
    "signals": [
        {"choice": "c1", "skill": "python", "level": 2},
        {"choice": "c1", "skill": "sql", "level": 1.5},
        {"choice": "c2", "skill": "python", "level": 4},
    ],
}


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"choice_ids": ["c1"]}, (Signal("python", 2.0), Signal("sql", 1.5))),
        ({"choice_ids": ["c2"]}, (Signal("python", 4.0),)),
        ({"choice_ids": ["c3"]}, ()),
        ({"text": "two years"}, ()),
    ],
)
def test_the_options_chosen_speak(answer: dict[str, Any], expected: tuple[Signal, ...]) -> None:
    assert signals(RULES, answer) == expected
