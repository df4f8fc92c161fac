"""Overrides as the page about them tells of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.urls import reverse

from assessments import queries as assessments
from companion.enums import OverrideKind
from companion.overrides import Override
from companion.steering import in_words
from recommendations.enums import OverrideAction
from tutoring.enums import VersionKind

_OF_PRACTICE: Final = frozenset({OverrideKind.PRACTICE, OverrideKind.GOAL})


@dataclass(frozen=True, slots=True)
class OverrideLine:
    """An override with what it changed in words, and where to look at it."""

    override: Override
    skills: str
    before: str
    after: str
    address: str


def lines_of(overrides: Iterable[Override]) -> list[OverrideLine]:
    """Return them in words."""
    found = list(overrides)
    newest = assessments.newest_of({one.student.pk for one in found if one.kind in _OF_PRACTICE})
    return [_line(one, newest.get(one.student.pk)) for one in found]


def _line(override: Override, newest: Any) -> OverrideLine:
    before, after = _changed(override)
    skills = ", ".join(one.name for one in override.skills)
    return OverrideLine(override, skills, before, after, _address(override, newest))


def _changed(override: Override) -> tuple[str, str]:
    facts = override.facts
    match override.kind:
        case OverrideKind.PRACTICE | OverrideKind.GOAL:
            return in_words(facts.before), in_words(facts.after)
        case OverrideKind.SCORE:
            criterion = facts.after["criterion"]
            named = f"{criterion}: " if criterion else ""
            return named + _score(facts.before), _score(facts.after)
        case OverrideKind.SUMMARY:
            return "", "withdrawn" if facts.after["change"] == VersionKind.WITHDRAWN else "corrected"
        case OverrideKind.RECOMMENDATION:
            done = OverrideAction(facts.after["action"])
            title = facts.after["credential"]
            return "", f"{title}: {str(done.label).lower()}" if title else "all changes taken back"


def _score(standing: Mapping[str, Any]) -> str:
    points = "no score" if standing["score"] is None else f"{standing['score']:g} of {standing['maximum']:g}"
    return f"{standing['level']} ({points})" if standing["level"] else points


def _address(override: Override, newest: Any) -> str:
    """Where it is looked at: practice is steered on the page of the newest assessment, for who has one."""
    ids = override.facts.ids
    if override.kind in _OF_PRACTICE:
        if newest is None:
            return reverse("advisor:student-weeks", args=[override.student.pk])
        return reverse("advisor:assessment", args=[newest.pk]) + "#practice"
    if ids.get("assessment_id"):
        return reverse("advisor:assessment", args=[ids["assessment_id"]])
    return reverse("advisor:session", args=[ids["summary_id"]])
