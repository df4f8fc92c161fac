"""One way to override whatever a person may override; each kind has its own service, which checks and records."""

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from accounts.models import User
from companion.enums import OverrideKind
from practice import services as practice
from recommendations import services as recommendations
from scoring import oversight
from tutoring import queries as sessions
from tutoring import services as summaries
from tutoring.override_serializers import words_of


@dataclass(frozen=True, slots=True)
class Act:
    """Who overrides, when, and from which versions, None for any."""

    by: User
    now: dt.datetime
    expected: Collection[str] | None = None


def override(kind: OverrideKind, given: Mapping[str, Any], act: Act) -> Any:
    """Do what a body of this kind, already checked, says; return the row that records it. Raises as the kind's own."""
    return _ACTS[kind](dict(given), act)


def _practice(given: dict[str, Any], act: Act) -> Any:
    return practice.set_level(
        by=act.by,
        student_id=given["student_id"],
        skill_key=given["skill"],
        level=given["difficulty"],
        reason=given["reason"],
        now=act.now,
        expected=act.expected,
    )


def _goal(given: dict[str, Any], act: Act) -> Any:
    return practice.override_goal(by=act.by, now=act.now, expected=act.expected, **given)


def _summary(given: dict[str, Any], act: Act) -> Any:
    found = sessions.visible_summary(by=act.by, summary_id=given["summary_id"])
    change = summaries.withdraw if given["withdraw"] else partial(summaries.correct, words=words_of(given))
    return change(
        by=act.by,
        user_id=found.user_id,
        summary_id=found.pk,
        reason=given["reason"],
        now=act.now,
        expected=act.expected,
    )


def _score(given: dict[str, Any], act: Act) -> Any:
    return oversight.override(
        by=act.by,
        assessment_id=given["assessment_id"],
        question_id=given["question_id"],
        new=oversight.NewScore(given["criterion"], given["level"], given["score"]),
        reason=given["reason"],
        now=act.now,
        expected=act.expected,
    )


def _recommendation(given: dict[str, Any], act: Act) -> Any:
    return recommendations.override(by=act.by, now=act.now, **given)


_ACTS: Final[Mapping[OverrideKind, Callable[[dict[str, Any], Act], Any]]] = {
    OverrideKind.PRACTICE: _practice,
    OverrideKind.GOAL: _goal,
    OverrideKind.SUMMARY: _summary,
    OverrideKind.SCORE: _score,
    OverrideKind.RECOMMENDATION: _recommendation,
}
