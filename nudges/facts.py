"""Reading what is known of students, of many in a handful of statements."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from accounts.activity import last_seen, latest
from assessments import queries as assessments
from nudges import deciding
from nudges.deciding import Agreed, Earlier, Facts, Practised, ReachedGoal, Related, Unfinished, Verdict
from nudges.enums import NudgeKind
from nudges.models import Nudge, NudgePreference
from nudges.quiet import Clock
from nudges.zones import zone_of
from planner import queries as planner
from practice import queries as practice
from tutoring import queries as tutoring


def facts_of(preferences: Sequence[NudgePreference], *, now: dt.datetime) -> dict[uuid.UUID, Facts]:
    """Return the facts about the students whose preferences these are, all but what is related to their skills."""
    ids = [row.user_id for row in preferences]
    practised = practice.last_practised(ids)
    active = latest(
        last_seen(ids),
        assessments.last_worked(ids),
        planner.last_planned(ids),
        {user: last.at for user, last in practised.items()},
    )
    goals = practice.reached_since(ids, since=now - deciding.GOAL_IS_NEWS)
    earlier = Nudge.objects.filter(user__in=ids).order_by()
    found: dict[str, dict[uuid.UUID, list[Any]]] = {
        "unfinished": _by_user((one.user_id, _unfinished(one)) for one in assessments.open_of(ids, now=now)),
        "goals": _by_user((goal.user_id, _goal(goal)) for goal in goals),
        "agreed": _by_user(_agreed(ids, now=now)),
        "earlier": _by_user(
            (user, Earlier(NudgeKind(kind), reference, about, at))
            for user, kind, reference, about, at in earlier.values_list(
                "user", "kind", "reference", "about", "created_at"
            )
        ),
    }
    return {
        row.user_id: Facts(
            clock=clock_of(row),
            active_at=active.get(row.user_id),
            practised=_practised(practised.get(row.user_id)),
            **{name: of_user[row.user_id] for name, of_user in found.items()},
        )
        for row in preferences
    }


def verdict_of(user_id: uuid.UUID, facts: Facts, *, now: dt.datetime) -> Verdict:
    """Return what a student is told now; what is related to their skills is read where nothing else is due."""
    verdict = deciding.decide(facts, now=now)
    if verdict.draft or deciding.had_one(facts, now=now) or not deciding.wants_related(facts, now=now):
        return verdict
    related = [Related(one.key, one.name, one.role_name) for one in practice.next_skills(user_id)]
    return deciding.decide(replace(facts, related=related), now=now)


def clock_of(preference: NudgePreference) -> Clock:
    """Return the clock of a student, and when it is quiet by it."""
    return Clock(zone_of(preference.time_zone), preference.quiet_from, preference.quiet_until)


def _agreed(ids: Sequence[uuid.UUID], *, now: dt.datetime) -> Iterator[tuple[uuid.UUID, Agreed]]:
    since, until = now - deciding.STEP_IS_NEWS, now - deciding.STEP_IS_DUE
    steps = tutoring.open_steps(ids, since=since, until=until)
    last = practice.last_by_skill({step.user_id for step in steps})
    for step in steps:
        at = last.get((step.user_id, step.skill or ""))
        is_begun = at is not None and at > step.ended_at
        summary, first = str(step.summary_id), str(step.first_id)
        yield step.user_id, Agreed(summary, first, step.number, step.text, step.ended_at, is_begun)


def _by_user(pairs: Any) -> dict[uuid.UUID, list[Any]]:
    found: dict[uuid.UUID, list[Any]] = defaultdict(list)
    for user, item in pairs:
        found[user].append(item)
    return found


def _practised(last: practice.PractisedLast | None) -> Practised | None:
    return None if last is None else Practised(last.skill_name, last.at)


def _unfinished(one: assessments.OpenAssessment) -> Unfinished:
    return Unfinished(
        str(one.assessment_id), one.role_name, one.touched_at, one.expires_at, one.answered, one.total
    )


def _goal(goal: Any) -> ReachedGoal:
    return ReachedGoal(str(goal.pk), goal.title, goal.skill.name, goal.target_difficulty, goal.reached_at)
