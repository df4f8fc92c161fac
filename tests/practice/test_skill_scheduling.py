"""Whose turn it is among the skills."""

import datetime as dt

import pytest

from practice.enums import TurnReason
from practice.skill_scheduling import SkillCandidate, Turn, next_skill

MONDAY = dt.datetime(2026, 3, 9, tzinfo=dt.UTC)
TUESDAY = MONDAY + dt.timedelta(days=1)


def test_what_a_tutor_went_through_goes_before_a_goal() -> None:
    skills = [SkillCandidate("sql", is_goal=True), SkillCandidate("python", is_fresh=True, last=TUESDAY)]

    assert next_skill(skills) == Turn("python", TurnReason.SESSION)


def test_of_two_that_a_tutor_went_through_the_one_practised_longest_ago() -> None:
    skills = [
        SkillCandidate("sql", is_fresh=True, last=TUESDAY),
        SkillCandidate("seo", is_fresh=True, last=MONDAY),
    ]

    assert next_skill(skills) == Turn("seo", TurnReason.SESSION)


def test_a_goal_goes_before_the_widest_gap() -> None:
    skills = [SkillCandidate("sql", weight=15.0), SkillCandidate("python", is_goal=True, last=TUESDAY)]

    assert next_skill(skills) == Turn("python", TurnReason.GOAL)


def test_of_the_three_widest_gaps_the_one_practised_longest_ago() -> None:
    skills = [
        SkillCandidate("sql", weight=15.0, last=TUESDAY),
        SkillCandidate("python", weight=9.0, last=MONDAY),
        SkillCandidate("statistics", weight=6.0, last=TUESDAY),
        SkillCandidate("spreadsheets", weight=1.0),
    ]

    assert next_skill(skills) == Turn("python", TurnReason.GAP)


def test_what_was_never_practised_comes_by_the_width_of_its_gap() -> None:
    skills = [SkillCandidate("python", weight=9.0), SkillCandidate("sql", weight=15.0), SkillCandidate("seo")]

    assert next_skill(skills) == Turn("sql", TurnReason.GAP)


def test_without_gaps_the_roles_skills_are_practised_in_turn_and_the_others_never() -> None:
    skills = [
        SkillCandidate("accounting"),
        SkillCandidate("python", importance=3, last=MONDAY),
        SkillCandidate("sql", importance=5, last=TUESDAY),
    ]

    assert next_skill(skills) == Turn("python", TurnReason.ROTATION)


def test_of_the_roles_skills_that_were_never_practised_the_one_that_matters_most() -> None:
    skills = [
        SkillCandidate("accounting"),
        SkillCandidate("python", importance=3),
        SkillCandidate("sql", importance=5),
    ]

    assert next_skill(skills) == Turn("sql", TurnReason.ROTATION)


def test_without_goals_and_gaps_the_one_practised_longest_ago_and_of_equals_the_first_by_name() -> None:
    rested = [SkillCandidate("sql", last=TUESDAY), SkillCandidate("seo", last=MONDAY)]

    assert next_skill(rested) == Turn("seo", TurnReason.ROTATION)
    assert next_skill([SkillCandidate("sql"), SkillCandidate("python")]) == Turn(
        "python", TurnReason.ROTATION
    )


def test_there_has_to_be_one() -> None:
    with pytest.raises(ValueError, match="no skill"):
        next_skill([])
