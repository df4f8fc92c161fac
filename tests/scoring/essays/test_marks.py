"""From levels to points: a table a teacher can check."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.essays.judgement import CriterionVerdict
from scoring.essays.marks import points, total
from scoring.essays.task import EssayTask, Level
from tests.scoring.essays.samples import STRONG, essay

TASK = essay(STRONG, maximum="6")
WEIGHING, TRIAL = TASK.criteria


def judged(key: str, earned: str | None, maximum: str = "3") -> CriterionVerdict:
    """A verdict with these points; None waits for a person."""
    return CriterionVerdict(
        criterion_key=key,
        level_id="any",
        reason="",
        quotes=(),
        absence=False,
        status="needs_review" if earned is None else "scored",
        points=None if earned is None else Decimal(earned),
        maximum=Decimal(maximum),
    )


@pytest.mark.parametrize(
    ("weighing", "trial", "score", "scored_weight"),
    [
        ("3", "2", "6.00", "6"),
        ("0", "0", "0.00", "6"),
        ("2", "1", "3.67", "6"),
        ("3", None, "4.00", "4.00"),
        (None, "1", "1.00", "2.00"),
        (None, None, None, "0.00"),
        ("9", "-4", "4.00", "6"),
    ],
)
def test_a_total_counts_what_is_scored_by_weight(
    weighing: str | None, trial: str | None, score: str | None, scored_weight: str
) -> None:
    found = total(TASK, [judged("weighing", weighing), judged("trial", trial)])

    assert found == (None if score is None else Decimal(score), Decimal(scored_weight))


def test_score_and_scored_weight_are_rounded_to_the_cent() -> None:
    task = essay(STRONG, maximum="5")

    assert total(task, [judged("weighing", "2")]) == (Decimal("2.22"), Decimal("3.33"))


def with_best_level(points_of_best: str) -> EssayTask:
    """The essay with one criterion of two levels, of which the better is worth so many points."""
    lowest, best = Level("l0", "None", Decimal(0), ""), Level("l1", "Any", Decimal(points_of_best), "")
    return replace(TASK, criteria=(replace(WEIGHING, levels=(lowest, best)),))


@pytest.mark.parametrize(
    ("points_of_best", "earned", "score"),
    [("1", "1", "6.00"), ("1", "0", "0.00"), ("0.5", "0.5", "6.00"), ("0", "0", "0.00")],
)
def test_the_best_level_earns_the_whole_weight_however_few_its_points(
    points_of_best: str, earned: str, score: str
) -> None:
    verdict = judged("weighing", earned, points_of_best)

    assert total(with_best_level(points_of_best), [verdict]) == (Decimal(score), Decimal("6.00"))


def test_a_criterion_counts_once_and_an_unknown_one_not_at_all() -> None:
    verdicts = [judged("weighing", "0"), judged("weighing", "3"), judged("style", "3")]

    assert total(TASK, verdicts) == (Decimal("0.00"), Decimal("4.00"))


def test_a_level_is_worth_its_points() -> None:
    assert [points(WEIGHING, level.id) for level in WEIGHING.levels] == [0, 1, 2, 3]
    with pytest.raises(KeyError):
        points(TRIAL, "l2")


@given(st.one_of(st.none(), st.integers(-5, 9)), st.one_of(st.none(), st.integers(-5, 9)), st.integers(0, 50))
def test_a_score_never_leaves_the_scored_weight_nor_that_the_maximum(
    weighing: int | None, trial: int | None, maximum: int
) -> None:
    task = essay(STRONG, maximum=str(maximum))
    marks = [("weighing", weighing), ("trial", trial)]

    score, scored_weight = total(task, [judged(k, None if p is None else str(p)) for k, p in marks])

    assert 0 <= scored_weight <= maximum
    assert score is None or 0 <= score <= scored_weight
