"""The levels of a student's skills as the page of their result shows them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms

from companion.charts import SkillChart, skill_chart
from companion.student.result_forms import ContestForm
from companion.student.result_words import CHECKED, level_in_words
from practice import queries as practice
from recommendations.queries import NEGLIGIBLE_GAP


@dataclass(frozen=True, slots=True)
class LevelLine:
    """A skill of the role: the level measured and the one that the role asks for, both 0 to 5.

    ``gap`` is None where nothing was measured, ``is_met`` says that it is taken for none, ``is_practisable`` that there
    is one, and items to practise with. ``standing`` says what came
    of contesting the level, if anything did; ``form`` is there where it can be contested.
    """

    key: str
    name: str
    level: float | None
    said: str
    target: float
    gap: float | None
    is_met: bool
    is_practisable: bool
    chart: SkillChart
    is_contested: bool
    reason: str
    standing: str
    checked_because: str
    form: forms.Form | None

    @property
    def place(self) -> str:
        """Where on the page it stands."""
        return place_of(self.key)


def place_of(skill_key: str) -> str:
    """Return where on the page a skill stands."""
    return f"skill-{skill_key}"


def level_lines(
    profile: Sequence[Mapping[str, Any]], typed: Mapping[str, forms.Form]
) -> tuple[LevelLine, ...]:
    """Lay out the ``profile`` of a result; ``typed`` are forms that were filled in, by their place."""
    practised = practice.skills_with_items(one["skill"] for one in profile)
    return tuple(_line(one, practised, typed.get(place_of(one["skill"]))) for one in profile)


def meets_all(lines: Sequence[LevelLine]) -> bool:
    """Whether every level that was measured is what the role asks for, so that the list goes a step beyond."""
    measured = [line for line in lines if line.gap is not None]
    return bool(measured) and all(line.is_met for line in measured)


def _line(one: Mapping[str, Any], practised: Collection[str], typed: forms.Form | None) -> LevelLine:
    level, deviation, gap, said = one["level"], one["deviation"], one["gap"], one["contest"] or {}
    key, is_met = one["skill"], gap is not None and gap < NEGLIGIBLE_GAP
    may_contest = level is not None and not one["contested"]
    return LevelLine(
        key=key,
        name=one["name"],
        level=level,
        said=level_in_words(level, deviation),
        target=one["target"],
        gap=gap,
        is_met=is_met,
        is_practisable=gap is not None and not is_met and key in practised,
        chart=skill_chart(level=level, deviation=deviation, target=one["target"]),
        is_contested=one["contested"],
        reason=said.get("reason", ""),
        standing=CHECKED.get(said.get("outcome") or "", ""),
        checked_because=said.get("checked_because", ""),
        form=typed or (ContestForm(auto_id=f"{place_of(key)}-%s") if may_contest else None),
    )
