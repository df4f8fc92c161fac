"""Which one thing a student is told now, if any, and why.

Of what is due the first of these comes: an assessment that is about to be lost, since it expires; what an
advisor has written and the student has not read, since they had asked; a result that came while they were away,
what was changed about one, and what was decided about a credential that they named; a goal that was reached, since
praise grows stale; what was agreed on with a tutor and left lying; having been away; a related skill, which can wait.
Whoever was away long, or was reminded three times without coming back, is left in peace.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from textwrap import shorten
from typing import Final

from nudges import results
from nudges.enums import NudgeKind
from nudges.student_facts import Agreed as Agreed
from nudges.student_facts import Draft as Draft
from nudges.student_facts import Earlier as Earlier
from nudges.student_facts import Facts as Facts
from nudges.student_facts import Practised as Practised
from nudges.student_facts import ReachedGoal as ReachedGoal
from nudges.student_facts import Related as Related
from nudges.student_facts import Reply as Reply
from nudges.student_facts import Unfinished as Unfinished
from nudges.student_facts import Verdict as Verdict
from nudges.wording import day, days, number, said

DAY: Final = dt.timedelta(days=1)
#: Two nudges are never nearer to each other, whatever the calendar says: quiet hours and time zones can be changed.
APART: Final = dt.timedelta(hours=12)
#: An assessment is unfinished when nothing was answered for so long, and there is so much time left to go on with it.
LEFT_ALONE: Final = DAY
TIME_LEFT: Final = dt.timedelta(hours=1)
ASSESSMENT_AGAIN: Final = 3 * DAY
MOST_OF_AN_ASSESSMENT: Final = 2
GOAL_IS_NEWS: Final = 3 * DAY
#: What an advisor has written is called to mind for so long.
REPLY_IS_NEWS: Final = 7 * DAY
#: Who agreed on something is let alone for so long, and it is old news after so long.
STEP_IS_DUE: Final = 2 * DAY
STEP_IS_NEWS: Final = 10 * DAY
LONGEST_STEP: Final = 240
AWAY: Final = 7 * DAY
AWAY_AGAIN: Final = 7 * DAY
MOST_IN_A_ROW: Final = 3
#: Who was away for longer has left, and is not called back.
GONE: Final = 60 * DAY
RELATED_AGAIN: Final = 14 * DAY
#: A skill is related to what was practised no longer ago than this.
PRACTISED_LATELY: Final = 14 * DAY


def decide(facts: Facts, *, now: dt.datetime) -> Verdict:
    """Return what a student is told now: nothing in their quiet hours, nor twice on a day of theirs."""
    if had_one(facts, now=now):
        return Verdict()
    draft = next((draft for find in _IN_ORDER for draft in find(facts, now)), None)
    if draft is None:
        return Verdict()
    return Verdict(draft, facts.clock.quiet_ends(now) if facts.clock.is_quiet(now) else None)


def had_one(facts: Facts, *, now: dt.datetime) -> bool:
    """Whether the student was told something on this day, or so lately that it would be like the same."""
    today = facts.clock.day(now)
    return any(facts.clock.day(one.at) >= today or now - one.at < APART for one in facts.earlier)


def wants_related(facts: Facts, *, now: dt.datetime) -> bool:
    """Whether a related skill could be suggested, if there is one: to who practises, and not too often."""
    recent = (one.at for one in facts.earlier if one.kind == NudgeKind.RELATED_SKILL)
    return (
        facts.practised is not None
        and now - facts.practised.at <= PRACTISED_LATELY
        and all(now - at >= RELATED_AGAIN for at in recent)
    )


def _unfinished(facts: Facts, now: dt.datetime) -> Iterator[Draft]:
    """Yield for the open assessments, the one that expires first before the others."""
    for one in sorted(facts.unfinished, key=lambda one: (one.expires_at, one.assessment_id)):
        before = [e.at for e in facts.earlier if e.about == one.assessment_id]
        is_left = now - one.touched_at >= LEFT_ALONE and one.expires_at - now >= TIME_LEFT
        is_new = all(now - at >= ASSESSMENT_AGAIN for at in before) and len(before) < MOST_OF_AN_ASSESSMENT
        if is_left and is_new:
            yield Draft(
                NudgeKind.UNFINISHED_ASSESSMENT,
                reference=f"{one.assessment_id}/{len(before) + 1}",
                about=one.assessment_id,
                title=f"Your assessment for {one.role} is still open",
                text=f"You have answered {one.answered} of {number(one.total, 'question')}. It is open until "
                f"{said(one.expires_at, facts.clock)}; what you have answered is kept.",
                reason=f"You have not gone on with your assessment for {days(now - one.touched_at)}.",
            )


def _replied(facts: Facts, now: dt.datetime) -> Iterator[Draft]:
    """Yield for what advisors have written, the longest unread first; of a thread once until it was read."""
    told = {one.reference for one in facts.earlier if one.kind == NudgeKind.ADVISOR_REPLIED}
    for one in sorted(facts.replies, key=lambda one: (one.at, one.query_id)):
        reference = f"{one.query_id}:{one.first}"
        if reference not in told and now - one.at <= REPLY_IS_NEWS:
            asked = day(one.asked_at, facts.clock)
            yield Draft(
                NudgeKind.ADVISOR_REPLIED,
                reference=reference,
                about=one.query_id,
                title="Your advisor has written to you",
                text=f"There {'is' if one.messages == 1 else 'are'} {number(one.messages, 'unread message')} about the "
                f"question that you asked on {asked}.",
                reason=f"You have not read what your advisor wrote on {said(one.at, facts.clock)}.",
            )


def _reached(facts: Facts, now: dt.datetime) -> Iterator[Draft]:
    """Yield for the goals that were reached lately, the latest first."""
    told = {one.reference for one in facts.earlier if one.kind == NudgeKind.GOAL_REACHED}
    for goal in sorted(facts.goals, key=lambda goal: (goal.reached_at, goal.goal_id), reverse=True):
        if goal.goal_id not in told and now - goal.reached_at <= GOAL_IS_NEWS:
            yield Draft(
                NudgeKind.GOAL_REACHED,
                reference=goal.goal_id,
                about=goal.goal_id,
                title=f"You have reached your goal: {goal.title}",
                text=f"You practise {goal.skill} at difficulty {goal.difficulty} of 10 now. Set yourself the next goal "
                "while it is fresh.",
                reason=f"You reached the goal on {said(goal.reached_at, facts.clock)}.",
            )


def _agreed(facts: Facts, now: dt.datetime) -> Iterator[Draft]:
    """Yield for what was agreed on in sessions, the latest first, and of a session one step alone."""
    told = {one.reference.partition(":")[0] for one in facts.earlier if one.kind == NudgeKind.AGREED_STEP}
    for step in sorted(facts.agreed, key=lambda step: (now - step.ended_at, step.summary_id, step.number)):
        is_due = STEP_IS_DUE <= now - step.ended_at <= STEP_IS_NEWS
        if is_due and not step.is_begun and step.session not in told:
            ended = day(step.ended_at, facts.clock)
            yield Draft(
                NudgeKind.AGREED_STEP,
                reference=f"{step.session}:{step.number}",
                about=step.summary_id,
                title=f"What you agreed on in your session of {ended}",
                text=f"The next step was: {shorten(step.text, LONGEST_STEP, placeholder=' …')}",
                reason=f"You agreed on it with your tutor on {ended}, and it is not on your list of tasks.",
            )


def _inactive(facts: Facts, now: dt.datetime) -> Iterator[Draft]:
    """Yield for who was away for more than a week, again every week, and no more than three times in a row."""
    if facts.active_at is None or not AWAY < now - facts.active_at <= GONE:
        return
    since = [e.at for e in facts.earlier if e.kind == NudgeKind.INACTIVE and e.at > facts.active_at]
    if len(since) < MOST_IN_A_ROW and all(now - at >= AWAY_AGAIN for at in since):
        last = f" {facts.practised.skill} is where you left off." if facts.practised else ""
        yield Draft(
            NudgeKind.INACTIVE,
            reference=f"{facts.active_at.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%S}/{len(since) + 1}",
            about="",
            title="Ten minutes of practice bring you back in",
            text=f"What is not practised fades, and comes back quickly.{last}",
            reason=f"You have not practised or logged in for {days(now - facts.active_at)}.",
        )


def _related(facts: Facts, now: dt.datetime) -> Iterator[Draft]:
    """Yield for the skills that are next, each once."""
    told = {one.reference for one in facts.earlier if one.kind == NudgeKind.RELATED_SKILL}
    if facts.practised is None or not wants_related(facts, now=now):
        return
    for one in facts.related:
        if one.key not in told:
            yield Draft(
                NudgeKind.RELATED_SKILL,
                reference=one.key,
                about=one.key,
                title=f"{one.skill} goes with {facts.practised.skill}",
                text=f"{one.role} asks for both, and your newest result leaves more to learn in {one.skill}. There are "
                "items to practise it with.",
                reason=f"You have practised {facts.practised.skill} and not yet {one.skill}.",
            )


_IN_ORDER: Final[Sequence[Callable[[Facts, dt.datetime], Iterator[Draft]]]] = (
    _unfinished,
    _replied,
    results.ready,
    results.changed,
    results.decided,
    _reached,
    _agreed,
    _inactive,
    _related,
)
