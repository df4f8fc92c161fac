"""Where the overrides of each kind stand, and how to read them alike; each app keeps its own."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.contrib.postgres.fields import ArrayField
from django.db.models import CharField, F, Func, IntegerField, JSONField, Q, QuerySet, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from accounts.models import User
from companion.enums import OverrideKind
from practice import queries as practice
from practice.enums import OverrideKind as PracticeKind
from recommendations import queries as recommendations
from scoring import oversight
from tutoring import queries as tutoring

#: Practice counts difficulties from 1 to 10, questions from 1 to 5.
_STEPS_OF_A_QUESTION: Final = 2


@dataclass(frozen=True, slots=True)
class Facts:
    """What one override was about: the ids of what it changed, and what that was before and is since."""

    ids: Mapping[str, uuid.UUID | None]
    before: Mapping[str, Any]
    after: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Source:
    """The overrides of one kind, those in the caller's sight.

    ``student`` is the path to whom each is about, ``skills`` one key or several, ``has_skill`` the filter for a key,
    ``difficulty`` a number from 1 to 10 or None, and ``facts`` reads what a row says.
    """

    rows: Callable[[User], "QuerySet[Any]"]
    student: str
    skills: Any
    has_skill: Callable[[str], Q]
    difficulty: Any
    facts: Callable[[Any], Facts]


def _keys(path: str) -> Func:
    """The keys of skills in a column of ``[{"skill", …}]``."""
    picked = "jsonb_path_query_array(%(expressions)s, '$[*].skill')"
    return Func(F(path), template=picked, output_field=JSONField())


def _named_in(path: str) -> Callable[[str], Q]:
    return lambda key: Q(**{f"{path}__contains": [{"skill": key}]})


def _stored(name: str, path: str = "after") -> Cast:
    return Cast(KeyTextTransform(name, path), IntegerField())


def _of_practice(row: Any) -> Facts:
    return Facts({"goal_id": row.goal_id}, row.before, row.after)


def _of_summary(row: Any) -> Facts:
    after = {"version": row.number, "change": row.kind}
    return Facts({"summary_id": row.summary_id}, {"version": row.number - 1}, after)


def _of_score(row: Any) -> Facts:
    ids = {"assessment_id": row.assessment_id, "question_id": row.question_snapshot.question_id}
    before, after = (
        {"level": one["level"], "score": _number(one["score"]), "maximum": _number(one["maximum"])}
        for one in (row.before, row.after)
    )
    return Facts(ids, before, {**after, "criterion": row.criterion_name})


def _of_list(row: Any) -> Facts:
    ids = {"assessment_id": row.recommendation.assessment_id, "recommendation_id": row.recommendation_id}
    title = row.credential.title if row.credential else None
    after = {"action": row.action, "credential_id": row.credential_id, "credential": title}
    return Facts(ids, {"recommendation_id": row.overridden_id}, after)


def _number(text: str | None) -> float | None:
    return None if text is None else float(text)


def _practice(kind: PracticeKind) -> Callable[[User], "QuerySet[Any]"]:
    return lambda by: practice.overrides_visible_to(by).filter(kind=kind)


_OF_GOAL: Final = Func(
    F("skill__key"),
    F("further_skills"),
    function="array_prepend",
    output_field=ArrayField(CharField()),
)
SOURCES: Final[Mapping[OverrideKind, Source]] = {
    OverrideKind.PRACTICE: Source(
        rows=_practice(PracticeKind.LEVEL),
        student="student",
        skills=F("skill__key"),
        has_skill=lambda key: Q(skill__key=key),
        difficulty=_stored("difficulty"),
        facts=_of_practice,
    ),
    OverrideKind.GOAL: Source(
        rows=_practice(PracticeKind.GOAL),
        student="student",
        skills=_OF_GOAL,
        has_skill=practice.is_about_skill,
        difficulty=_stored("target_difficulty"),
        facts=_of_practice,
    ),
    OverrideKind.SUMMARY: Source(
        rows=tutoring.overrides_visible_to,
        student="summary__user",
        skills=_keys("topics"),
        has_skill=_named_in("topics"),
        difficulty=Value(None, output_field=IntegerField()),
        facts=_of_summary,
    ),
    OverrideKind.SCORE: Source(
        rows=lambda by: oversight.overrides_visible_to(by).select_related("question_snapshot"),
        student="assessment__user",
        skills=_keys("question_snapshot__skills"),
        has_skill=_named_in("question_snapshot__skills"),
        difficulty=_stored("difficulty", "question_snapshot__question_version__content")
        * _STEPS_OF_A_QUESTION,
        facts=_of_score,
    ),
    OverrideKind.RECOMMENDATION: Source(
        rows=lambda by: recommendations.overrides_visible_to(by).select_related("recommendation"),
        student="recommendation__assessment__user",
        skills=F("skill_keys"),
        has_skill=lambda key: Q(credential__skills__key=key),
        difficulty=Value(None, output_field=IntegerField()),
        facts=_of_list,
    ),
}
