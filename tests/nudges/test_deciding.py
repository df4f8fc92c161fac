"""Which one nudge is due, as a table of cases."""

import datetime as dt
import zoneinfo
from dataclasses import replace

import pytest

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
    decide,
    wants_related,
)
from nudges.enums import NudgeKind
from nudges.quiet import Clock

NOW = dt.datetime(2026, 3, 11, 12, tzinfo=dt.UTC)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
CLOCK = Clock(zoneinfo.ZoneInfo("Europe/Berlin"), dt.time(21), dt.time(8))
OPEN = Unfinished("a1", "Data analyst", NOW - 30 * HOUR, NOW + 42 * HOUR, 3, 12)
GOAL = ReachedGoal("g1", "Read every report query", "SQL", 8, NOW - DAY)
AGREED = Agreed("s1", "s1", 2, "Do three joins on paper.", NOW - 3 * DAY)
REPLY = Reply("q1", 4, 2, NOW - DAY, NOW - 2 * DAY)
SQL = Practised("SQL", NOW - DAY)
STATISTICS = Related("statistics", "Statistics", "Data analyst")
HERE = Facts(CLOCK, active_at=NOW - HOUR)
AWAY = Facts(CLOCK, active_at=NOW - 9 * DAY, practised=Practised("SQL", NOW - 9 * DAY))


def earlier(kind: str, ago: dt.timedelta, reference: str = "r", about: str = "") -> Earlier:
    return Earlier(NudgeKind(kind), reference, about, NOW - ago)


def told(facts: Facts, *, now: dt.datetime = NOW) -> str:
    draft = decide(facts, now=now).draft
    return f"{draft.kind} {draft.reference}" if draft else ""


CASES = {
    "nothing is known": (Facts(CLOCK), ""),
    "active and nothing open": (HERE, ""),
    "away for a week": (replace(HERE, active_at=NOW - 7 * DAY), ""),
    "away for more": (
        replace(HERE, active_at=NOW - 7 * DAY - HOUR),
        "inactive 2026-03-04T11:00:00/1",
    ),
    "never there": (replace(HERE, active_at=None), ""),
    "gone": (replace(HERE, active_at=NOW - 61 * DAY), ""),
    "away, told six days ago": (
        replace(AWAY, active_at=NOW - 14 * DAY, earlier=[earlier("inactive", 6 * DAY)]),
        "",
    ),
    "away, told a week ago": (
        replace(AWAY, active_at=NOW - 15 * DAY, earlier=[earlier("inactive", 7 * DAY)]),
        "inactive 2026-02-24T12:00:00/2",
    ),
    "away, told three times": (
        replace(
            AWAY,
            active_at=NOW - 40 * DAY,
            earlier=[earlier("inactive", days * DAY) for days in (9, 19, 29)],
        ),
        "",
    ),
    "away again after three times": (
        replace(AWAY, earlier=[earlier("inactive", days * DAY) for days in (10, 19, 29)]),
        "inactive 2026-03-02T12:00:00/1",
    ),
    "an assessment is left alone": (replace(HERE, unfinished=[OPEN]), "unfinished_assessment a1/1"),
    "an assessment was left a day ago": (
        replace(HERE, unfinished=[replace(OPEN, touched_at=NOW - DAY)]),
        "unfinished_assessment a1/1",
    ),
    "an assessment was touched today": (
        replace(HERE, unfinished=[replace(OPEN, touched_at=NOW - 23 * HOUR)]),
        "",
    ),
    "an assessment is as good as over": (
        replace(HERE, unfinished=[replace(OPEN, expires_at=NOW + 59 * dt.timedelta(minutes=1))]),
        "",
    ),
    "of two assessments the one that expires first": (
        replace(HERE, unfinished=[OPEN, replace(OPEN, assessment_id="a2", expires_at=NOW + HOUR)]),
        "unfinished_assessment a2/1",
    ),
    "an assessment, told two days ago": (
        replace(
            HERE,
            unfinished=[OPEN],
            earlier=[earlier("unfinished_assessment", 2 * DAY, about="a1")],
        ),
        "",
    ),
    "an assessment, told three days ago": (
        replace(
            HERE,
            unfinished=[OPEN],
            earlier=[earlier("unfinished_assessment", 3 * DAY, about="a1")],
        ),
        "unfinished_assessment a1/2",
    ),
    "an assessment, told twice": (
        replace(
            HERE,
            unfinished=[OPEN],
            earlier=[earlier("unfinished_assessment", days * DAY, about="a1") for days in (3, 6)],
        ),
        "",
    ),
    "an assessment, told about two others": (
        replace(
            HERE,
            unfinished=[OPEN],
            earlier=[earlier("unfinished_assessment", days * DAY, about=f"b{days}") for days in (1, 2)],
        ),
        "unfinished_assessment a1/1",
    ),
    "an advisor has written": (replace(HERE, replies=[REPLY]), "advisor_replied q1:4"),
    "an advisor has written, and it was told": (
        replace(HERE, replies=[REPLY], earlier=[earlier("advisor_replied", DAY, "q1:4")]),
        "",
    ),
    "an advisor has written again since it was told": (
        replace(HERE, replies=[REPLY], earlier=[earlier("advisor_replied", DAY, "q1:2")]),
        "advisor_replied q1:4",
    ),
    "an advisor wrote a week ago": (
        replace(HERE, replies=[replace(REPLY, at=NOW - 7 * DAY)]),
        "advisor_replied q1:4",
    ),
    "an advisor wrote longer ago": (replace(HERE, replies=[replace(REPLY, at=NOW - 7 * DAY - HOUR)]), ""),
    "of two advisors' words those that wait longest": (
        replace(HERE, replies=[REPLY, replace(REPLY, query_id="q2", at=NOW - 2 * DAY)]),
        "advisor_replied q2:4",
    ),
    "an advisor's words go before a goal that was reached": (
        replace(HERE, replies=[REPLY], goals=[GOAL]),
        "advisor_replied q1:4",
    ),
    "a goal was reached": (replace(HERE, goals=[GOAL]), "goal_reached g1"),
    "a goal was reached, and something else of this name was told": (
        replace(HERE, goals=[GOAL], earlier=[earlier("related_skill", DAY, "g1")]),
        "goal_reached g1",
    ),
    "a goal was reached, and told": (
        replace(HERE, goals=[GOAL], earlier=[earlier("goal_reached", DAY, "g1")]),
        "",
    ),
    "a goal was reached long ago": (
        replace(HERE, goals=[replace(GOAL, reached_at=NOW - 73 * HOUR)]),
        "",
    ),
    "of two goals the latest": (
        replace(HERE, goals=[GOAL, replace(GOAL, goal_id="g2", reached_at=NOW - HOUR)]),
        "goal_reached g2",
    ),
    "something was agreed on": (replace(HERE, agreed=[AGREED]), "agreed_step s1:2"),
    "something was agreed on yesterday": (
        replace(HERE, agreed=[replace(AGREED, ended_at=NOW - 47 * HOUR)]),
        "",
    ),
    "something was agreed on long ago": (
        replace(HERE, agreed=[replace(AGREED, ended_at=NOW - 241 * HOUR)]),
        "",
    ),
    "what was agreed on is begun": (replace(HERE, agreed=[replace(AGREED, is_begun=True)]), ""),
    "of a session one step is told": (
        replace(
            HERE,
            agreed=[replace(AGREED, number=3)],
            earlier=[earlier("agreed_step", DAY, "s1:2", about="s1")],
        ),
        "",
    ),
    "of a session whose summary was replaced nothing is told again": (
        replace(
            HERE,
            agreed=[replace(AGREED, summary_id="s9")],
            earlier=[earlier("agreed_step", DAY, "s1:1", about="s1")],
        ),
        "",
    ),
    "of two sessions the latest": (
        replace(
            HERE, agreed=[AGREED, replace(AGREED, summary_id="s2", session="s2", ended_at=NOW - 2 * DAY)]
        ),
        "agreed_step s2:2",
    ),
    "a goal that was reached goes before what was agreed on": (
        replace(HERE, goals=[GOAL], agreed=[AGREED]),
        "goal_reached g1",
    ),
    "what was agreed on goes before having been away": (
        replace(AWAY, agreed=[AGREED]),
        "agreed_step s1:2",
    ),
    "a skill is next": (
        replace(HERE, practised=SQL, related=[STATISTICS]),
        "related_skill statistics",
    ),
    "a skill is next for who does not practise": (
        replace(HERE, practised=Practised("SQL", NOW - 15 * DAY), related=[STATISTICS]),
        "",
    ),
    "a skill is next for who practised two weeks ago": (
        replace(HERE, practised=Practised("SQL", NOW - 14 * DAY), related=[STATISTICS]),
        "related_skill statistics",
    ),
    "a skill is next, and a goal was told last week": (
        replace(
            HERE,
            practised=SQL,
            related=[STATISTICS],
            earlier=[earlier("goal_reached", 6 * DAY, "statistics")],
        ),
        "related_skill statistics",
    ),
    "a skill is next, another was told two weeks ago": (
        replace(
            HERE, practised=SQL, related=[STATISTICS], earlier=[earlier("related_skill", 14 * DAY, "charts")]
        ),
        "related_skill statistics",
    ),
    "a skill is next, another was told last week": (
        replace(
            HERE, practised=SQL, related=[STATISTICS], earlier=[earlier("related_skill", 13 * DAY, "charts")]
        ),
        "",
    ),
    "a skill is next, and was told": (
        replace(
            HERE,
            practised=SQL,
            related=[STATISTICS, replace(STATISTICS, key="charts")],
            earlier=[earlier("related_skill", 20 * DAY, "statistics")],
        ),
        "related_skill charts",
    ),
    "everything at once": (
        replace(AWAY, unfinished=[OPEN], goals=[GOAL], practised=SQL, related=[STATISTICS]),
        "unfinished_assessment a1/1",
    ),
    "all but the assessment": (
        replace(AWAY, goals=[GOAL], practised=SQL, related=[STATISTICS]),
        "goal_reached g1",
    ),
    "told today": (replace(HERE, goals=[GOAL], earlier=[earlier("inactive", 11 * HOUR)]), ""),
    "told yesterday evening": (
        replace(HERE, goals=[GOAL], earlier=[earlier("inactive", 14 * HOUR)]),
        "goal_reached g1",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_one_thing_is_told_or_none(case: str) -> None:
    facts, expected = CASES[case]

    assert told(facts) == expected


def test_what_falls_due_in_quiet_hours_comes_after_them() -> None:
    night = dt.datetime(2026, 3, 11, 23, tzinfo=dt.UTC)

    verdict = decide(replace(HERE, goals=[GOAL]), now=night)

    assert verdict.draft is not None
    assert verdict.held_until == dt.datetime(2026, 3, 12, 7, tzinfo=dt.UTC)


def test_a_day_ends_at_the_students_midnight_and_never_after_less_than_twelve_hours() -> None:
    clock = replace(CLOCK, quiet_from=dt.time(0), quiet_until=dt.time(0))
    facts = replace(HERE, clock=clock, goals=[GOAL], earlier=[earlier("inactive", dt.timedelta())])
    # It is 13:00 in Berlin when the first is told.
    hours = [hour for hour in range(30) if told(facts, now=NOW + hour * HOUR)]

    assert hours[0] == 12

    early = replace(facts, earlier=[earlier("inactive", 12 * HOUR)])  # one in the morning
    assert next(hour for hour in range(24) if told(early, now=NOW + hour * HOUR)) == 11


def test_who_moves_to_another_time_zone_is_not_told_twice_for_it() -> None:
    """Eleven hours later it is the next day for them, where they are now."""
    there = replace(CLOCK, zone=zoneinfo.ZoneInfo("Pacific/Auckland"))
    facts = replace(HERE, clock=there, goals=[GOAL], earlier=[earlier("inactive", dt.timedelta())])

    assert decide(facts, now=NOW + 11 * HOUR) == Verdict()


@pytest.mark.parametrize(
    ("facts", "title", "text", "reason"),
    [
        (
            AWAY,
            "Ten minutes of practice bring you back in",
            "What is not practised fades, and comes back quickly. SQL is where you left off.",
            "You have not practised or logged in for 9 days.",
        ),
        (
            replace(HERE, unfinished=[OPEN]),
            "Your assessment for Data analyst is still open",
            "You have answered 3 of 12 questions. It is open until 13 March, 07:00; what you have answered is kept.",
            "You have not gone on with your assessment for 1 day.",
        ),
        (
            replace(HERE, replies=[REPLY]),
            "Your advisor has written to you",
            "There are 2 unread messages about the question that you asked on 9 March.",
            "You have not read what your advisor wrote on 10 March, 13:00.",
        ),
        (
            replace(HERE, replies=[replace(REPLY, messages=1)]),
            "Your advisor has written to you",
            "There is 1 unread message about the question that you asked on 9 March.",
            "You have not read what your advisor wrote on 10 March, 13:00.",
        ),
        (
            replace(HERE, goals=[GOAL]),
            "You have reached your goal: Read every report query",
            "You practise SQL at difficulty 8 of 10 now. Set yourself the next goal while it is fresh.",
            "You reached the goal on 10 March, 13:00.",
        ),
        (
            replace(HERE, agreed=[AGREED]),
            "What you agreed on in your session of 8 March",
            "The next step was: Do three joins on paper.",
            "You agreed on it with your tutor on 8 March, and it is not on your list of tasks.",
        ),
        (
            replace(HERE, practised=SQL, related=[STATISTICS]),
            "Statistics goes with SQL",
            "Data analyst asks for both, and your newest result leaves more to learn in Statistics. There are items to "
            "practise it with.",
            "You have practised SQL and not yet Statistics.",
        ),
    ],
    ids=["inactive", "unfinished", "replied", "replied once", "goal", "agreed", "related"],
)
def test_a_nudge_says_what_and_why_out_of_the_facts(facts: Facts, title: str, text: str, reason: str) -> None:
    draft = decide(facts, now=NOW).draft

    assert draft is not None
    assert (draft.title, draft.text, draft.reason) == (title, text, reason)


def test_what_is_related_is_looked_for_where_it_could_be_told() -> None:
    assert not wants_related(HERE, now=NOW)
    assert wants_related(replace(HERE, practised=SQL), now=NOW)
    assert not wants_related(replace(HERE, practised=SQL, earlier=[earlier("related_skill", DAY)]), now=NOW)
