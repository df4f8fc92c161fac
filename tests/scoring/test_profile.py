"""Skill levels from evidence: a Beta distribution a statistician can check by hand."""

from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.profile import SkillEstimate, SkillEvidence, corrected, self_reported_level, skill_profile
from scoring.rules import Signal


def only(estimates: tuple[SkillEstimate, ...]) -> SkillEstimate:
    (estimate,) = estimates
    return estimate


@pytest.mark.parametrize(
    ("fractions_and_weights", "stated", "alpha", "beta"),
    [
        ([(1.0, 1.0)], [], 2.0, 1.0),
        ([(0.0, 1.0)], [], 1.0, 2.0),
        ([(1.0, 3.0), (0.5, 2.0)], [], 5.0, 2.0),
        ([], [5.0], 2.0, 1.0),
        ([], [2.0, 4.0], 1.6, 1.4),
        ([(0.25, 4.0)], [0.0], 2.0, 5.0),
        ([(1.0, 1.0)], [9.0], 3.0, 1.0),
    ],
)
def test_the_posterior_counts_what_was_seen(
    fractions_and_weights: list[tuple[float, float]], stated: list[float], alpha: float, beta: float
) -> None:
    evidence = [SkillEvidence("sql", fraction, weight) for fraction, weight in fractions_and_weights]

    estimate = only(skill_profile(evidence, [Signal("sql", level) for level in stated]))

    assert (estimate.alpha, estimate.beta) == pytest.approx((alpha, beta))
    assert estimate.level == pytest.approx(5 * alpha / (alpha + beta))
    assert estimate.deviation == pytest.approx(
        5 * sqrt(alpha * beta / ((alpha + beta) ** 2 * (alpha + beta + 1)))
    )
    assert estimate.observations == len(evidence)


def test_the_students_word_weighs_as_one_observation_however_often_it_is_said() -> None:
    once = only(skill_profile([], [Signal("sql", 4.0)]))
    often = only(skill_profile([], [Signal("sql", 4.0)] * 7))

    assert (once.alpha, once.beta) == (often.alpha, often.beta) == pytest.approx((1.8, 1.2))
    assert (once.weight, once.observations, once.self_reported) == (0.0, 0, 4.0)


@pytest.mark.parametrize("stated", [0.0, 1.5, 4.0, 5.0])
def test_what_was_stated_can_be_told_from_an_estimate_that_rests_on_it_alone(stated: float) -> None:
    estimate = only(skill_profile([], [Signal("sql", stated)]))

    assert self_reported_level(estimate.level) == pytest.approx(stated)


def test_skills_are_kept_apart_and_sorted_with_their_sources() -> None:
    evidence = [
        SkillEvidence("sql", 1.0, 2.0, source="q2"),
        SkillEvidence("python", 0.0, 1.0, source="q1"),
        SkillEvidence("sql", 0.5, 1.0, source="q1"),
    ]

    estimates = skill_profile(evidence, [Signal("writing", 3.0)])

    assert [(e.skill, e.sources, e.weight) for e in estimates] == [
        ("python", ("q1",), 1.0),
        ("sql", ("q1", "q2"), 3.0),
        ("writing", (), 0.0),
    ]


def test_evidence_that_names_no_source_leaves_none() -> None:
    estimate = only(skill_profile([SkillEvidence("sql", 1.0, 1.0), SkillEvidence("sql", 0.5, 1.0, "q1")]))

    assert (estimate.observations, estimate.sources) == (2, ("q1",))


@pytest.mark.parametrize(
    ("level", "deviation", "alpha", "beta"),
    [
        (2.5, 0.5, 12.0, 12.0),  # half a level in the middle of the scale
        (4.0, 0.4, 19.2, 4.8),
        (1.0, 0.4, 4.8, 19.2),
        (5.0, 0.0, 24.0, 0.0),
    ],
)
def test_a_level_that_a_person_corrected_counts_as_24_observations_would(
    level: float, deviation: float, alpha: float, beta: float
) -> None:
    drawn = skill_profile([SkillEvidence("python", 0.2, 1.0), SkillEvidence("sql", 0.3, 2.0, "q1")])

    python, sql = corrected(drawn, {"sql": level, "writing": 1.0})

    assert python == drawn[0]
    assert (sql.level, sql.deviation, sql.alpha, sql.beta) == pytest.approx((level, deviation, alpha, beta))
    assert (sql.skill, sql.weight, sql.observations, sql.sources) == ("sql", 2.0, 1, ("q1",))


def test_nothing_known_gives_no_estimate() -> None:
    assert skill_profile([]) == ()


@pytest.mark.parametrize(("fraction", "weight"), [(-0.1, 1.0), (1.1, 1.0), (0.5, 0.0), (float("nan"), 1.0)])
def test_impossible_evidence_is_refused(fraction: float, weight: float) -> None:
    with pytest.raises(ValueError, match=r"lies between 0 and 1|above 0"):
        SkillEvidence("sql", fraction, weight)


items = st.lists(st.tuples(st.floats(0, 1), st.floats(0.01, 20)), min_size=1, max_size=12)


@given(items)
def test_the_order_of_evidence_makes_no_difference(seen: list[tuple[float, float]]) -> None:
    evidence = [SkillEvidence("sql", fraction, weight) for fraction, weight in seen]
    shuffled = sorted(evidence, key=lambda e: (e.weight, e.fraction))

    assert skill_profile(evidence) == skill_profile(shuffled)


@given(items)
def test_the_same_again_makes_the_estimate_surer(seen: list[tuple[float, float]]) -> None:
    half = [SkillEvidence("sql", 0.5, weight) for _, weight in seen]

    assert only(skill_profile(half * 2)).deviation < only(skill_profile(half)).deviation


@given(items)
def test_levels_stay_on_the_scale_and_rise_with_success(seen: list[tuple[float, float]]) -> None:
    evidence = [SkillEvidence("sql", fraction, weight) for fraction, weight in seen]

    estimate = only(skill_profile(evidence))
    better = only(skill_profile([*evidence, SkillEvidence("sql", 1.0, 1.0)]))

    assert 0 < estimate.level < 5
    assert better.level > estimate.level
