"""Profile questions: what students say of themselves. Never scored; the options they chose
are signals for the skill profile, a weak prior that evidence soon outweighs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Signal:
    """A student's own word on one skill: `level` is on the scale 0 (none) to 5 (expert)."""

    skill: str
    level: float


def signals(rules: Mapping[str, Any], answer: Mapping[str, Any]) -> tuple[Signal, ...]:
    """The signals of the chosen options, in the order of the rules."""
    chosen = set(answer.get("choice_ids", ()))
    return tuple(
        Signal(skill=str(signal["skill"]), level=float(signal["level"]))
        for signal in rules.get("signals", ())
        if signal["choice"] in chosen
    )
