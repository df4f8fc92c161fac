"""Whose turn it is among the skills."""

import datetime as dt

import pytest

from practice.turns import SkillTurn, next_turn

MONDAY = dt.datetime(2026, 3, 9, tzinfo=dt.UTC)
TUESDAY = MONDAY + dt.timedelta(days=1)


def test_a_goal_goes_before_the_widest_gap() -> None:
    skills = [SkillTurn("sql", weight=15.0), SkillTurn("python", is_goal=True, last=TUESDAY)]

    assert next_turn(skills) == "python"


def test_of_the_three_widest_gaps_the_one_practised_longest_ago() -> None:
    skills = [
        SkillTurn("sql", weight=15.0, last=TUESDAY),
        SkillTurn("python", weight=9.0, last=MONDAY),
        SkillTurn("statistics", weight=6.0, last=TUESDAY),
        SkillTurn("spreadsheets", weight=1.0),
    ]

    assert next_turn(skills) == "python"


def test_what_was_never_practised_comes_by_the_width_of_its_gap() -> None:
    skills = [SkillTurn("python", weight=9.0), SkillTurn("sql", weight=15.0), SkillTurn("seo")]

    assert next_turn(skills) == "sql"


def test_without_goals_and_gaps_the_one_practised_longest_ago_and_of_equals_the_first_by_name() -> None:
    assert next_turn([SkillTurn("sql", last=TUESDAY), SkillTurn("seo", last=MONDAY)]) == "seo"
    assert next_turn([SkillTurn("sql"), SkillTurn("python")]) == "python"


def test_there_has_to_be_one() -> None:
    with pytest.raises(ValueError, match="no skill"):
        next_turn([])
