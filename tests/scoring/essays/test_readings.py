"""When an essay is read again, and what several readings come to."""

from dataclasses import replace
from decimal import Decimal

import pytest

from scoring.essays.judgement import CriterionVerdict, Judgement
from scoring.essays.marks import points, total
from scoring.essays.readings import in_doubt, is_near_a_border, settled
from tests.scoring.essays.samples import STRONG, essay

TASK = essay(STRONG)


def reading(weighing: str | None, trial: str | None, **changes: object) -> Judgement:
    """A reading that gave these levels; None for a verdict that does not hold."""
    verdicts = tuple(
        CriterionVerdict(
            criterion.key, level, "", (), False, "scored" if level else "needs_review",
            points(criterion, level) if level else None, criterion.maximum,
        )
        for criterion, level in zip(TASK.criteria, (weighing, trial), strict=True)
    )  # fmt: skip
    score, weight = total(TASK, verdicts)
    made = Judgement(
        question_id="q", outcome="scored" if weighing and trial else "needs_review", verdicts=verdicts,
        score=score, maximum=TASK.maximum, scored_weight=weight, provider="p", model="m", prompt_version="v",
        input_tokens=100, output_tokens=10, latency_ms=5, cost_microcents=1000, uncertainty=0.2,
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("weighing", "trial", "near"),
    [
        # (2 * w/3 + t/2) / 3 of 6 points, on a scale of 3 steps
        ("l3", "t2", False),  # 3.00
        ("l2", "t1", False),  # 1.83
        ("l2", "t2", False),  # 2.33
        ("l1", "t2", False),  # 1.67
        ("l3", "t1", True),  # 2.50
        ("l0", "t1", True),  # 0.50
        ("l1", "t1", False),  # 1.17
    ],
)
def test_near_a_border_is_within_a_tenth_of_a_level_of_rounding_to_another(
    weighing: str, trial: str, near: bool
) -> None:
    assert is_near_a_border(TASK, reading(weighing, trial)) is near
    assert in_doubt(TASK, [reading(weighing, trial)]) is near


@pytest.mark.parametrize(
    ("score", "near"),
    [
        ("0.00", False),
        ("1.00", True),
        ("3.00", True),
        ("4.78", False),
        ("4.80", True),
        ("5.00", True),
        ("5.20", True),
        ("5.22", False),
        ("6.00", False),
    ],
)
def test_a_tenth_of_a_level_from_the_middle_is_near(score: str, near: bool) -> None:
    """Of 6 points on 3 steps 4.80 is 2.4 and 5.20 is 2.6."""
    assert is_near_a_border(TASK, reading("l3", "t1", score=Decimal(score))) is near


def test_a_verdict_that_does_not_hold_leaves_doubt() -> None:
    assert in_doubt(TASK, [reading("l2", None)])


@pytest.mark.parametrize(
    "changes",
    [{"injection_suspected": True}, {"outcome": "decided_by_code"}, {"reason_code": "refused"}],
)
def test_what_a_person_or_code_decides_is_not_read_again(changes: dict[str, object]) -> None:
    assert not in_doubt(TASK, [reading("l3", "t1", **changes)])


def test_readings_that_agree_end_the_doubt() -> None:
    assert not in_doubt(TASK, [reading("l3", "t1"), reading("l3", "t1")])
    assert in_doubt(TASK, [reading("l3", "t1"), reading("l2", "t1")])


def test_one_reading_has_no_band() -> None:
    made = settled(TASK, [reading("l3", "t1")])

    assert (made.band_low, made.band_high, made.readings, made.flags) == (None, None, 1, ())


def test_agreement_makes_surer_and_costs_what_all_readings_cost() -> None:
    made = settled(TASK, [reading("l3", "t1"), reading("l3", "t1")])

    assert (made.score, made.band_low, made.band_high) == (Decimal("5.00"), Decimal("5.00"), Decimal("5.00"))
    assert (made.readings, made.flags, made.uncertainty) == (2, (), 0.1)
    assert (made.input_tokens, made.output_tokens, made.latency_ms, made.cost_microcents) == (
        200,
        20,
        10,
        2000,
    )


def test_the_middle_of_three_readings_counts_and_their_spread_is_the_band() -> None:
    made = settled(TASK, [reading("l3", "t1"), reading("l1", "t1"), reading("l2", "t1")])

    assert (made.score, made.band_low, made.band_high) == (Decimal("3.67"), Decimal("2.33"), Decimal("5.00"))
    assert made.flags == ("wide_band",)
    assert made.uncertainty == 0.645


def test_of_two_readings_that_differ_the_lower_counts() -> None:
    assert settled(TASK, [reading("l3", "t1"), reading("l2", "t1")]).score == Decimal("3.67")


def test_a_narrow_band_raises_no_flag() -> None:
    narrow = replace(reading("l3", "t1"), score=Decimal("4.50"))

    made = settled(TASK, [reading("l3", "t1"), narrow])

    assert (made.band_low, made.band_high, made.flags) == (Decimal("4.50"), Decimal("5.00"), ())


def test_readings_that_hold_count_where_they_are_the_most() -> None:
    made = settled(TASK, [reading(None, "t1"), reading("l2", "t1"), reading("l2", "t1")])

    assert (made.outcome, made.score) == ("scored", Decimal("3.67"))


def test_one_lucky_reading_does_not_overrule_two_that_do_not_hold() -> None:
    made = settled(TASK, [reading(None, "t1"), reading("l3", "t1"), reading(None, "t1")])

    assert (made.outcome, made.score, made.scored_weight) == (
        "needs_review",
        Decimal("1.00"),
        Decimal("2.00"),
    )


@pytest.mark.parametrize(("score", "flags"), [("4.10", ()), ("4.09", ("wide_band",))])
def test_a_band_is_wide_beyond_fifteen_hundredths_of_the_maximum(score: str, flags: tuple[str, ...]) -> None:
    other = replace(reading("l2", "t1"), score=Decimal(score))

    assert settled(TASK, [reading("l3", "t1"), other]).flags == flags


def test_half_of_the_readings_are_not_the_most() -> None:
    made = settled(TASK, [reading(None, "t1"), reading("l2", "t1")])

    assert (made.outcome, made.score, made.band_low, made.band_high, made.uncertainty) == (
        "needs_review",
        Decimal("1.00"),
        Decimal("1.00"),
        Decimal("1.00"),
        0.2,
    )


def test_of_four_readings_the_lower_of_the_two_in_the_middle_counts() -> None:
    made = settled(TASK, [reading(level, "t1") for level in ("l3", "l0", "l2", "l1")])

    assert (made.score, made.notes) == (Decimal("2.33"), ("4 readings",))


def test_one_reading_that_is_not_to_be_trusted_spoils_them_all() -> None:
    suspected = reading("l3", "t2", injection_suspected=True, notes=("it was asked for",))

    made = settled(TASK, [reading("l1", "t1"), suspected, reading("l1", "t1")])

    assert (made.injection_suspected, made.score, made.band_low) == (True, Decimal("6.00"), None)
    assert (made.readings, made.cost_microcents) == (3, 3000)
    assert made.notes == ("it was asked for", "3 readings")


def test_nothing_is_more_uncertain_than_wholly() -> None:
    doubtful = [reading("l3", "t2", uncertainty=0.7), reading("l0", "t0", uncertainty=0.7)]

    assert settled(TASK, doubtful).uncertainty == 1.0


def test_a_task_with_two_levels_has_one_border() -> None:
    yes_or_no = replace(TASK, criteria=tuple(replace(c, levels=c.levels[:2]) for c in TASK.criteria))

    near = [
        score for score in range(7) if is_near_a_border(yes_or_no, reading("l3", "t2", score=Decimal(score)))
    ]

    assert near == [3]


def test_a_task_with_one_level_has_no_borders() -> None:
    lone = replace(TASK, criteria=tuple(replace(c, levels=c.levels[-1:]) for c in TASK.criteria))

    assert not is_near_a_border(lone, reading("l3", "t2"))
