"""Overrides as the page about them tells of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from companion.enums import OverrideKind
from companion.overrides import Override
from companion.steering import in_words
from recommendations.enums import OverrideAction
from tutoring.enums import VersionKind


@dataclass(frozen=True, slots=True)
class OverrideLine:
    """An override with what it changed in words, and where to look at it; nowhere for practice and goals."""

    override: Override
    skills: str
    before: str
    after: str
    address: str


def line_of(override: Override) -> OverrideLine:
    """Return it in words."""
    before, after = _changed(override)
    return OverrideLine(
        override, ", ".join(one.name for one in override.skills), before, after, _address(override)
    )


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


def _address(override: Override) -> str:
    ids = override.facts.ids
    if ids.get("assessment_id"):
        return reverse("advisor:assessment", args=[ids["assessment_id"]])
    return reverse("advisor:session", args=[ids["summary_id"]]) if ids.get("summary_id") else ""
