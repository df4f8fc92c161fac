"""Needs are what a role asks for and the profile lacks, weighed by importance."""

import pytest

from recommendations.gaps import Need, SkillGap, Target, compare, find_needs
from scoring.profile import SkillEvidence, skill_profile

SQL = Target("sql", "SQL", 4.0, 5)
STATISTICS = Target("statistics", "Statistics", 3.5, 4)
WRITING = Target("writing", "Writing", 3.0, 3)


def test_the_profile_sets_levels_beside_targets() -> None:
    profile = compare([SQL, STATISTICS, WRITING], {"sql": 1.5, "statistics": 4.0})

    assert profile == [
        SkillGap("sql", "SQL", 1.5, 4.0, 2.5),
        SkillGap("statistics", "Statistics", 4.0, 3.5, 0.0),
        SkillGap("writing", "Writing", None, 3.0, None),
    ]


def test_needs_are_ranked_by_gap_times_importance() -> None:
    needs = find_needs([WRITING, STATISTICS, SQL], {"sql": 3.0, "statistics": 1.5, "writing": 0.0})

    assert [(need.skill_key, need.weight) for need in needs] == [
        ("writing", 9.0),
        ("statistics", 8.0),
        ("sql", 5.0),
    ]


def test_a_skill_that_was_not_measured_is_no_need() -> None:
    assert [need.skill_key for need in find_needs([SQL, WRITING], {"sql": 1.0})] == ["sql"]


def test_one_who_meets_every_target_gets_stretch_needs_a_level_up() -> None:
    needs = find_needs([SQL, WRITING], {"sql": 4.5, "writing": 3.0})

    assert needs == [
        Need("writing", "Writing", 3.0, 4.0, 3, "stretch"),
        Need("sql", "SQL", 4.5, 5.0, 5, "stretch"),
    ]


def test_an_expert_in_everything_needs_nothing() -> None:
    assert find_needs([SQL], {"sql": 5.0}) == []


def test_without_any_measurement_needs_are_assumed_a_level_below_the_targets() -> None:
    needs = find_needs([WRITING, SQL], {})

    assert needs == [
        Need("sql", "SQL", 3.0, 4.0, 5, "assumed"),
        Need("writing", "Writing", 2.0, 3.0, 3, "assumed"),
    ]


@pytest.mark.parametrize(("level", "expected"), [(3.69, ["sql"]), (3.71, [])])
def test_a_gap_too_small_to_mean_anything_is_none(level: float, expected: list[str]) -> None:
    needs = find_needs([SQL, WRITING], {"sql": level, "writing": 1.0})

    assert [need.skill_key for need in needs if need.skill_key == "sql"] == expected


@pytest.mark.parametrize(("asked", "basis"), [(0.3, "measured"), (0.29, "stretch")])
def test_the_least_gap_that_counts_is_three_tenths_of_a_level(asked: float, basis: str) -> None:
    (need,) = find_needs([Target("sql", "SQL", asked, 5)], {"sql": 0.0})

    assert (need.basis, need.gap) == (basis, 0.3 if basis == "measured" else 1.0)


def test_a_contested_level_weighs_half() -> None:
    needs = find_needs([SQL, STATISTICS], {"sql": 1.0, "statistics": 1.5}, {"sql"})

    assert [(need.skill_key, need.gap, need.trust, need.weight) for need in needs] == [
        ("statistics", 2.0, 1.0, 8.0),
        ("sql", 3.0, 0.5, 7.5),
    ]


def test_nobody_is_assumed_to_stand_below_the_scale_and_no_gap_is_negative() -> None:
    (need,) = find_needs([Target("sql", "SQL", 0.8, 5)], {})

    assert (need.level, need.target, need.basis) == (0.0, 0.8, "assumed")
    assert Need("sql", "SQL", 4.0, 3.0, 5, "measured").gap == 0.0


@pytest.mark.parametrize(("weight", "basis"), [(2.0, "stretch"), (1.0, "measured")])
def test_who_answered_everything_right_lacks_nothing_unless_next_to_nothing_was_asked(
    weight: float, basis: str
) -> None:
    (estimate,) = skill_profile([SkillEvidence("sql", 1.0, weight)])

    (need,) = find_needs([SQL], {"sql": estimate.level})

    assert need.basis == basis


def test_a_role_without_skills_needs_nothing() -> None:
    assert find_needs([], {"sql": 1.0}) == []
