"""Whose turn it is among the skills."""

import datetime as dt

import pytest

from practice.enums import TurnReason
from practice.turns import SkillTurn, Turn, next_turn

MONDAY = dt.datetime(2026, 3, 9, tzinfo=dt.UTC)
TUESDAY = MONDAY + dt.timedelta(days=1)


def test_what_a_tutor_went_through_goes_before_a_goal() -> None:
    skills = [SkillTurn("sql", is_goal=True), SkillTurn("python", is_fresh=True, last=TUESDAY)]

    assert next_turn(skills) == Turn("python", TurnReason.SESSION)


def test_of_two_that_a_tutor_went_through_the_one_practised_longest_ago() -> None:
    skills = [SkillTurn("sql", is_fresh=True, last=TUESDAY), SkillTurn("seo", is_fresh=True, last=MONDAY)]

    assert next_turn(skills) == Turn("seo", TurnReason.SESSION)


def test_a_goal_goes_before_the_widest_gap() -> None:
    skills = [SkillTurn("sql", weight=15.0), SkillTurn("python", is_goal=True, last=TUESDAY)]

    assert next_turn(skills) == Turn("python", TurnReason.GOAL)


def test_of_the_three_widest_gaps_the_one_practised_longest_ago() -> None:
    skills = [
        SkillTurn("sql", weight=15.0, last=TUESDAY),
        SkillTurn("python", weight=9.0, last=MONDAY),
        SkillTurn("statistics", weight=6.0, last=TUESDAY),
        SkillTurn("spreadsheets", weight=1.0),
    ]

    assert next_turn(skills) == Turn("python", TurnReason.GAP)


def test_what_was_never_practised_comes_by_the_width_of_its_gap() -> None:
    skills = [SkillTurn("python", weight=9.0), SkillTurn("sql", weight=15.0), SkillTurn("seo")]

    assert next_turn(skills) == Turn("sql", TurnReason.GAP)


def test_without_gaps_the_roles_skills_are_practised_in_turn_and_the_others_never() -> None:
    skills = [
        SkillTurn("accounting"),
        SkillTurn("python", importance=3, last=MONDAY),
        SkillTurn("sql", importance=5, last=TUESDAY),
    ]

    assert next_turn(skills) == Turn("python", TurnReason.ROTATION)


def test_of_the_roles_skills_that_were_never_practised_the_one_that_matters_most() -> None:
    skills = [SkillTurn("accounting"), SkillTurn("python", importance=3), SkillTurn("sql", importance=5)]

    assert next_turn(skills) == Turn("sql", TurnReason.ROTATION)


def test_without_goals_and_gaps_the_one_practised_longest_ago_and_of_equals_the_first_by_name() -> None:
    rested = [SkillTurn("sql", last=TUESDAY), SkillTurn("seo", last=MONDAY)]

    assert next_turn(rested) == Turn("seo", TurnReason.ROTATION)
    assert next_turn([SkillTurn("sql"), SkillTurn("python")]) == Turn("python", TurnReason.ROTATION)


def test_there_has_to_be_one() -> None:
    with pytest.raises(ValueError, match="no skill"):
        next_turn([])
