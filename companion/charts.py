"""The geometry of the pages' bars, in percent of their width; templates draw it as SVG.

Lengths are text such as ``"12.50%"``, ready for an SVG attribute.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

SCALE = 5


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of a bar: where it begins and how wide it is."""

    name: str
    x: str
    width: str


@dataclass(frozen=True, slots=True)
class SkillChart:
    """A skill on the scale 0 to 5: the level reached, one deviation to each side, what is missing, the target.

    Without a level only the target is drawn.
    """

    target_x: str
    level_width: str = ""
    gap_x: str = ""
    gap_width: str = ""
    low_x: str = ""
    high_x: str = ""


def percent(value: float | Decimal, of: float | Decimal = 1) -> str:
    """Return ``value`` as a share of ``of`` in percent with two places, kept between 0 and 100."""
    share = 100 * float(value) / float(of) if of else 0.0
    return f"{min(100.0, max(0.0, share)):.2f}%"


def stacked(parts: Mapping[str, Decimal]) -> list[Bar]:
    """Lay the parts of a confidence (each -1 to 1) end to end; a negative part covers the end of the others."""
    bars = []
    reached = Decimal(0)
    for name, value in parts.items():
        start = reached if value > 0 else reached + value
        reached += value
        if value:
            bars.append(Bar(name, percent(start), percent(abs(value))))
    return bars


def skill_chart(*, level: float | None, deviation: float | None, target: float) -> SkillChart:
    """Draw one line of a skill profile; all three are levels on the scale 0 to 5."""
    if level is None:
        return SkillChart(percent(target, SCALE))
    spread = deviation or 0.0
    return SkillChart(
        target_x=percent(target, SCALE),
        level_width=percent(level, SCALE),
        gap_x=percent(level, SCALE),
        gap_width=percent(target - level, SCALE),
        low_x=percent(level - spread, SCALE),
        high_x=percent(level + spread, SCALE),
    )


def columns(values: Sequence[float | int | None], *, top: float | None = None) -> list[Bar]:
    """Stand values side by side, each from the ground up: ``x`` where a column begins, ``width`` how high it is.

    ``top`` is the value that fills the height, by default the greatest. What there is not has no column.
    """
    highest = top or max((value for value in values if value), default=0)
    return [
        Bar(str(number), percent(number, len(values)), percent(value, highest))
        for number, value in enumerate(values)
        if value
    ]
