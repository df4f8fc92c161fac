"""Reading what is known of students, of many in a handful of statements."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import structlog
from django.db import InterfaceError, OperationalError
from django.db.models.functions import Coalesce

from accounts.activity import last_seen, latest
from assessments import queries as assessments
from conversations import queries as conversations
from nudges import deciding
from nudges.deciding import (
    Agreed,
    Earlier,
    Facts,
    Practised,
    ReachedGoal,
    Related,
    Reply,
    Unfinished,
    Verdict,
)
from nudges.enums import NudgeKind
from nudges.models import Nudge, NudgePreference
from nudges.quiet import Clock
from nudges.results import RESULT_IS_NEWS
from nudges.student_facts import Change, Decided, Result
from nudges.zones import zone_of
from planner import queries as planner
from practice import queries as practice
from recommendations import queries as recommendations
from scoring import oversight
from tutoring import queries as tutoring

log = structlog.get_logger(__name__)
Known = TypeVar("Known")


def facts_of(preferences: Sequence[NudgePreference], *, now: dt.datetime) -> dict[uuid.UUID, Facts]:
    """Return the facts about the students whose preferences these are, all but what is related to their skills.

    One of whom they cannot be read is left out, and the log says so.
    """
    of = {row.user_id: row for row in preferences}
    return _each(list(of), lambda ids: _facts([of[one] for one in ids], now=now))


def _each(
    ids: Sequence[uuid.UUID], read: Callable[[Sequence[uuid.UUID]], Mapping[uuid.UUID, Known]]
) -> dict[uuid.UUID, Known]:
    """Read of all students at once; where that fails, of each alone. A database that is away is nobody's fault."""
    try:
        return dict(read(ids))
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        if len(ids) > 1:
            return {user: known for one in ids for user, known in _each([one], read).items()}
        log.exception("nudge_undecided", user_id=str(ids[0]) if ids else None, error=type(error).__name__)
        return {}


def _facts(preferences: Sequence[NudgePreference], *, now: dt.datetime) -> dict[uuid.UUID, Facts]:
    ids = [row.user_id for row in preferences]
    practised = practice.last_practised(ids)
    active = latest(
        last_seen(ids),
        assessments.last_worked(ids),
        planner.last_planned(ids),
        {user: last.at for user, last in practised.items()},
    )
    found: dict[str, dict[uuid.UUID, list[Any]]] = {
        "unfinished": _by_user((one.user_id, _unfinished(one)) for one in assessments.open_of(ids, now=now)),
        "replies": _by_user(_replies(ids, now=now)),
        "results": _by_user(_results(ids, now=now)),
        "changes": _by_user(_changes(ids, now=now)),
        "decided": _by_user(_decided(ids, now=now)),
        "goals": _by_user(_goals(ids, now=now)),
        "agreed": _by_user(_agreed(ids, now=now)),
        "earlier": _by_user(_earlier(ids)),
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


def verdicts_of(known: Mapping[uuid.UUID, Facts], *, now: dt.datetime) -> dict[uuid.UUID, Verdict]:
    """Return what each student is told now; what is related to their skills is read where nothing else is due.

    One for whom nothing can be decided is left out, and the log says so: all others are told what they are to be told.
    """
    verdicts = {user: _verdict(user, facts, now) for user, facts in known.items()}
    idle = [user for user, verdict in verdicts.items() if verdict and not verdict.draft]
    wanting = [
        user
        for user in idle
        if deciding.wants_related(known[user], now=now) and not deciding.had_one(known[user], now=now)
    ]
    for user, skills in _each(wanting, practice.next_skills).items():
        related = [Related(one.key, one.name, one.role_name) for one in skills]
        verdicts[user] = _verdict(user, replace(known[user], related=related), now)
    return {user: verdict for user, verdict in verdicts.items() if verdict}


def _verdict(user_id: uuid.UUID, facts: Facts, now: dt.datetime) -> Verdict | None:
    try:
        return deciding.decide(facts, now=now)
    except Exception as error:
        log.exception("nudge_undecided", user_id=str(user_id), error=type(error).__name__)
        return None


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


def _replies(ids: Sequence[uuid.UUID], *, now: dt.datetime) -> Iterator[tuple[uuid.UUID, Reply]]:
    for one in conversations.unread_replies(ids, since=now - deciding.REPLY_IS_NEWS):
        yield one.user_id, Reply(str(one.turn_id), one.first, one.messages, one.since, one.asked_at)


def _earlier(ids: Sequence[uuid.UUID]) -> Iterator[tuple[uuid.UUID, Earlier]]:
    rows = Nudge.objects.filter(user__in=ids).order_by()
    told = rows.values_list("user", "kind", "reference", "about", "created_at")
    for user, kind, reference, about, at in told:
        yield user, Earlier(NudgeKind(kind), reference, about, at)


def _results(ids: Sequence[uuid.UUID], *, now: dt.datetime) -> Iterator[tuple[uuid.UUID, Result]]:
    shown = assessments.shown_to_students(ids).annotate(at=Coalesce("released_at", "completed_at"))
    lately = shown.filter(at__gte=now - RESULT_IS_NEWS, at__lte=now)
    for user, assessment, role, at in lately.values_list("user", "pk", "role__name", "at"):
        yield user, Result(str(assessment), role, at)


def _changes(ids: Sequence[uuid.UUID], *, now: dt.datetime) -> Iterator[tuple[uuid.UUID, Change]]:
    for user, one in oversight.unseen_notices(ids, since=now - RESULT_IS_NEWS, until=now):
        yield user, Change(str(one.notice_id), str(one.assessment_id), one.role, one.changed_at)


def _decided(ids: Sequence[uuid.UUID], *, now: dt.datetime) -> Iterator[tuple[uuid.UUID, Decided]]:
    for claim in recommendations.decisions_to_see(ids, since=now - RESULT_IS_NEWS, until=now):
        if claim.decided_at is not None:
            yield (
                claim.user_id,
                Decided(str(claim.pk), str(claim.credential_id), claim.credential.title, claim.decided_at),
            )


def _goals(ids: Sequence[uuid.UUID], *, now: dt.datetime) -> Iterator[tuple[uuid.UUID, ReachedGoal]]:
    for goal in practice.reached_since(ids, since=now - deciding.GOAL_IS_NEWS):
        yield goal.user_id, _goal(goal)


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
    skills = " and ".join(skill.name for skill in goal.skills)
    return ReachedGoal(str(goal.pk), goal.title, skills, goal.target_difficulty, goal.reached_at)
