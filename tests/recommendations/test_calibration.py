"""Confidences are set beside what was decided; a map is learnt once there is enough, and the prior stands before."""

import math
import random
from typing import Any

import pytest

from recommendations.calibration import (
    MIN_OBSERVATIONS,
    Calibration,
    Outcome,
    fit,
    held_out,
    reliability,
)


def decisions(count: int, *, slope: float = 2.0, intercept: float = 0.5, seed: int = 3) -> list[Outcome]:
    """Decisions whose odds are those of the confidence to the power of the slope, times e to the intercept."""
    source, made = random.Random(seed), []
    for _ in range(count):
        confidence = round(source.uniform(0.1, 0.9), 3)
        odds = slope * math.log(confidence / (1 - confidence)) + intercept
        made.append(Outcome(confidence, source.random() < 1 / (1 + math.exp(-odds))))
    return made


def test_before_there_is_enough_a_confidence_is_taken_at_its_word() -> None:
    learnt = fit(decisions(MIN_OBSERVATIONS - 1))

    assert learnt == Calibration("prior", 1.0, 0.0, MIN_OBSERVATIONS - 1)
    assert [learnt.acceptance(one) for one in (0.0, 0.613, 1.0)] == [0.0, 0.613, 1.0]


def test_a_hundred_acceptances_without_a_refusal_are_not_enough() -> None:
    assert fit([Outcome(0.5, True)] * 200).basis == "prior"


@pytest.mark.parametrize(
    ("accepted", "refused", "basis"),
    [
        (80, 20, "feedback"),
        (20, 80, "feedback"),
        (79, 20, "prior"),  # 99 decisions
        (81, 19, "prior"),
        (19, 81, "prior"),
    ],
)
def test_enough_are_a_hundred_decisions_with_twenty_of_each(accepted: int, refused: int, basis: str) -> None:
    made = [Outcome(0.6, True)] * accepted + [Outcome(0.4, False)] * refused

    assert (fit(made).basis, fit(made).observations) == (basis, accepted + refused)


def test_with_enough_the_map_that_made_the_decisions_is_found() -> None:
    learnt = fit(decisions(5000))

    assert learnt.basis == "feedback"
    assert learnt.slope == pytest.approx(2.0, abs=0.15)
    assert learnt.intercept == pytest.approx(0.5, abs=0.15)


def test_a_confidence_that_says_too_much_is_flattened_and_not_given_up() -> None:
    learnt = fit(decisions(5000, slope=0.5))

    assert learnt.slope == pytest.approx(0.5, abs=0.1)
    assert learnt.intercept == pytest.approx(0.5, abs=0.1)


def test_it_is_the_mode_of_the_posterior() -> None:
    """The gradient of log likelihood and log prior is nothing there."""
    made = decisions(300)
    learnt = fit(made)
    logits = [math.log(one.confidence / (1 - one.confidence)) for one in made]
    left = [one.accepted - learnt.acceptance(one.confidence) for one in made]

    assert math.fsum(left) - learnt.intercept == pytest.approx(0, abs=1e-8)
    by_slope = math.fsum(rest * logit for rest, logit in zip(left, logits, strict=True))
    assert by_slope - (learnt.slope - 1) == pytest.approx(0, abs=1e-8)


def test_the_order_of_decisions_makes_no_difference() -> None:
    made = decisions(400)
    assert fit(made) == fit(made[::-1])


@pytest.mark.parametrize("seed", range(5))
def test_a_higher_confidence_is_never_accepted_less(seed: int) -> None:
    learnt = fit(decisions(200, slope=random.Random(seed).uniform(-2, 3), seed=seed))
    shares = [learnt.acceptance(number / 1000) for number in range(1001)]

    assert shares == sorted(shares)
    assert 0 < shares[0] <= shares[-1] < 1


def test_where_confidence_turns_out_to_say_nothing_all_get_one_rate() -> None:
    learnt = fit([Outcome(0.2, True), Outcome(0.8, False)] * 100)

    assert learnt.slope == 0
    assert learnt.acceptance(0.2) == learnt.acceptance(0.8) == pytest.approx(0.5)


def test_the_one_rate_is_the_share_accepted_drawn_a_little_to_the_middle() -> None:
    learnt = fit([Outcome(0.2, True), Outcome(0.8, False), Outcome(0.2, True)] * 100)

    assert learnt.slope == 0
    assert learnt.acceptance(0.9) == pytest.approx(201 / 302)


def test_the_ends_of_the_scale_count_as_half_a_thousandth_from_them() -> None:
    learnt = Calibration("feedback", 1.0, 0.0, 100)

    assert [learnt.acceptance(one) for one in (0.0, 0.0005, 0.001, 0.999, 1.0)] == pytest.approx(
        [0.0005, 0.0005, 0.001, 0.999, 0.9995], abs=1e-9
    )


def test_the_reliability_table_counts_every_decision_once() -> None:
    table = reliability([(1.0, True), (0.25, True), (0.25, False), (0.75, True)])

    assert table is not None
    assert [(one.low, one.high, one.count, one.predicted, one.observed) for one in table.bins] == [
        (0.2, 0.3, 2, 0.25, 0.5),
        (0.7, 0.8, 1, 0.75, 1.0),
        (0.9, 1.0, 1, 1.0, 1.0),
    ]
    assert table.expected_error == pytest.approx((2 * 0.25 + 0.25 + 0) / 4)
    assert table.brier == pytest.approx((0.75**2 + 0.25**2 + 0.25**2 + 0) / 4)
    # Wilson's interval for 1 of 2.
    assert (table.bins[0].observed_low, table.bins[0].observed_high) == pytest.approx(
        (0.0945, 0.9055), abs=1e-4
    )


def test_without_decisions_there_is_no_table() -> None:
    assert reliability([]) is None


def test_a_learnt_map_holds_better_on_decisions_it_has_not_seen() -> None:
    made = decisions(2000, slope=2.0, intercept=1.0)
    stated = reliability([(one.confidence, one.accepted) for one in made])
    calibrated = reliability(held_out(made))

    assert stated is not None
    assert calibrated is not None
    assert calibrated.observations == 2000
    assert calibrated.expected_error < 0.05 < stated.expected_error
    assert calibrated.brier < stated.brier


def test_each_decision_is_predicted_by_the_four_fifths_that_it_is_not_among() -> None:
    made = decisions(130)
    ordered = sorted(made, key=lambda one: (one.confidence, one.accepted))

    predicted = held_out(made)

    assert len(predicted) == 130
    others = fit([one for place, one in enumerate(ordered) if place % 5 != 2])
    assert others.basis == "feedback"
    assert predicted[52:78] == [(others.acceptance(one.confidence), one.accepted) for one in ordered[2::5]]


def test_a_stored_map_is_read_back_as_it_was() -> None:
    stored: dict[str, Any] = {"basis": "feedback", "slope": 1.5, "intercept": -0.2, "observations": 120}
    assert Calibration(**stored).acceptance(0.5) == pytest.approx(1 / (1 + math.exp(0.2)))
