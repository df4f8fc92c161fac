"""Agreement of two scorers, held against published figures and scikit-learn."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import cohen_kappa_score
from sklearn.metrics import confusion_matrix as sklearn_matrix

from scoring.agreement import (
    Scale,
    agreement,
    confusion_matrix,
    kappa_interval,
    kappa_of_table,
    signed_error_by_group,
    standardised_mean_difference,
    weighted_kappa,
)

# Three raters on 20 persons: the data set "anxiety" of the R package irr. Raters 2 and 3 never use level 5, and irr
# leaves out levels that are not used, so 6 is written as 5.
ANXIETY = np.array(
    [
        *(3, 3, 3, 4, 5, 5, 2, 3, 5, 2, 2, 6, 1, 5, 2, 2, 1, 2, 4, 3),
        *(3, 6, 4, 6, 2, 4, 2, 4, 3, 3, 2, 3, 3, 3, 2, 2, 1, 3, 3, 4),
        *(2, 1, 4, 4, 3, 2, 1, 6, 1, 1, 1, 2, 3, 3, 1, 1, 3, 3, 2, 2),
    ]
).reshape(3, 20)
PSYCHIATRISTS = np.array([[0, 4, 1], [0, 8, 0], [0, 1, 5]])

SIX = Scale(1, 6)
PAIRS = st.lists(st.tuples(st.integers(1, 6), st.integers(1, 6)), min_size=1, max_size=60)


def split(pairs: Sequence[tuple[int, int]]) -> tuple[list[int], list[int]]:
    return [first for first, _ in pairs], [second for _, second in pairs]


class TestPublishedFigures:
    """The results of kappa2(anxiety[, 2:3], weight) of the R package irr, and of SAS."""

    @pytest.mark.parametrize(("weights", "kappa"), [("squared", 0.2520325), ("equal", 0.1459075)])
    def test_weighted_kappas_are_those_of_irr(self, weights: str, kappa: float) -> None:
        second, third = np.where(ANXIETY[1:] == 6, 5, ANXIETY[1:])

        found = weighted_kappa(second, third, Scale(1, 5), "quadratic" if weights == "squared" else "linear")

        assert found == pytest.approx(kappa, abs=5e-8)

    def test_the_linear_kappa_of_a_table_is_that_of_sas(self) -> None:
        """SAS PROC FREQ prints 0.4701 with limits 0.1845 and 0.7558 for this table of 19 ratings."""
        assert kappa_of_table(PSYCHIATRISTS, "linear") == pytest.approx(0.4701, abs=5e-5)
        interval = kappa_interval(PSYCHIATRISTS, weights="linear")

        # Bootstrap and asymptotic limits differ, but not by much.
        assert interval is not None
        assert interval.low == pytest.approx(0.1845, abs=0.05)
        assert interval.high == pytest.approx(0.7558, abs=0.05)


class TestAgainstScikitLearn:
    @given(pairs=PAIRS, weights=st.sampled_from(["linear", "quadratic"]))
    def test_kappas_are_the_same(self, pairs: list[tuple[int, int]], weights: str) -> None:
        first, second = split(pairs)
        assume(len({*first, *second}) > 1)

        found = weighted_kappa(first, second, SIX, "linear" if weights == "linear" else "quadratic")

        expected = cohen_kappa_score(first, second, labels=list(range(1, 7)), weights=weights)
        assert found == pytest.approx(expected, abs=1e-12)

    @given(pairs=PAIRS)
    def test_confusion_matrices_are_the_same(self, pairs: list[tuple[int, int]]) -> None:
        first, second = split(pairs)

        expected = sklearn_matrix(first, second, labels=list(range(1, 7)))
        assert confusion_matrix(first, second, SIX).tolist() == expected.tolist()


class TestFigures:
    def test_every_figure_of_a_small_example(self) -> None:
        found = agreement([1, 2, 3, 4], [1, 3, 3, 6], SIX)

        assert found.n == 4
        assert found.exact == 0.5
        assert found.adjacent == 0.75
        assert found.rmse == pytest.approx((5 / 4) ** 0.5)
        for weights, kappa in (("linear", found.linear_kappa), ("quadratic", found.quadratic_kappa)):
            assert kappa == pytest.approx(
                cohen_kappa_score([1, 2, 3, 4], [1, 3, 3, 6], labels=[1, 2, 3, 4, 5, 6], weights=weights)
            )
        assert found.smd == pytest.approx((2.5 - 3.25) / (((5 / 3) + (51 / 12)) / 2) ** 0.5)
        assert found.interval is not None
        assert found.interval.low <= (found.quadratic_kappa or 0) <= found.interval.high

    def test_nothing_scored_has_no_figures(self) -> None:
        found = agreement([], [], SIX)

        assert (found.n, found.quadratic_kappa, found.interval, found.exact, found.smd) == (
            0,
            None,
            None,
            None,
            None,
        )

    def test_one_level_for_everything_leaves_kappa_open_but_not_exactness(self) -> None:
        found = agreement([2] * 9, [2] * 9, SIX)

        assert found.quadratic_kappa is None
        assert found.interval is None
        assert found.exact == 1.0

    def test_a_scorer_who_always_says_the_same_agrees_by_chance(self) -> None:
        assert weighted_kappa([3] * 6, [1, 2, 3, 4, 5, 6], SIX) == pytest.approx(0)

    def test_a_level_that_nobody_used_changes_no_quadratic_or_linear_kappa(self) -> None:
        first, second = [1, 2, 2, 3, 1], [1, 2, 3, 3, 2]

        assert weighted_kappa(first, second, Scale(0, 60)) == pytest.approx(
            weighted_kappa(first, second, Scale(1, 3))
        )

    def test_means_that_lie_apart_are_measured_in_standard_deviations(self) -> None:
        assert standardised_mean_difference([2, 4], [1, 3]) == pytest.approx(1 / 2**0.5)
        assert standardised_mean_difference([1, 2], [2, 2]) == pytest.approx(-1)
        assert standardised_mean_difference([2, 2], [3, 3]) is None
        assert standardised_mean_difference([2], [3]) is None

    @pytest.mark.parametrize(
        ("first", "second"),
        [([1, 7], [1, 1]), ([0, 1], [1, 1]), ([1.5, 2], [1, 2]), ([1, 2], [1]), ([[1], [2]], [[1], [2]])],
    )
    def test_what_is_not_on_the_scale_is_refused(self, first: list[int], second: list[int]) -> None:
        with pytest.raises(ValueError, match=r"whole numbers|same answers|plain list"):
            confusion_matrix(first, second, SIX)

    def test_a_scale_has_two_levels_at_least(self) -> None:
        with pytest.raises(ValueError, match="two levels"):
            Scale(3, 3)


class TestInterval:
    def test_it_is_the_same_for_the_same_seed_and_not_for_another(self) -> None:
        table = confusion_matrix([1, 2, 3, 4, 5, 6] * 5, [1, 3, 3, 4, 4, 6] * 5, SIX)

        assert kappa_interval(table, seed=1) == kappa_interval(table, seed=1)
        assert kappa_interval(table, seed=1) != kappa_interval(table, seed=2)

    def test_it_is_what_drawing_answers_one_by_one_gives(self) -> None:
        rng = np.random.default_rng(5)
        second = rng.integers(1, 7, 80)
        first = np.clip(second + rng.integers(-1, 2, 80), 1, 6)
        draws = rng.integers(0, 80, (2_000, 80))
        slow = [cohen_kappa_score(first[draw], second[draw], weights="quadratic") for draw in draws]

        fast = kappa_interval(confusion_matrix(first, second, SIX))

        assert fast is not None
        assert (fast.low, fast.high) == pytest.approx(np.quantile(slow, [0.025, 0.975]), abs=0.015)

    def test_more_answers_make_it_narrower(self) -> None:
        table = confusion_matrix([1, 2, 3, 4, 5, 6] * 3, [1, 3, 3, 4, 4, 6] * 3, SIX)
        few, many = kappa_interval(table), kappa_interval(table * 20)

        assert few is not None
        assert many is not None
        assert many.high - many.low < (few.high - few.low) / 3

    def test_three_answers_are_too_few(self) -> None:
        assert kappa_interval(confusion_matrix([1, 2, 3], [1, 2, 4], SIX)) is None

    def test_thousands_of_answers_on_a_long_scale_are_no_burden(self) -> None:
        rng = np.random.default_rng(1)
        second = rng.integers(0, 61, 13_000)
        first = np.clip(second + rng.integers(-5, 6, 13_000), 0, 60)

        found = agreement(first, second, Scale(0, 60))

        assert found.interval is not None
        assert found.interval.high - found.interval.low < 0.002


class TestProperties:
    @given(pairs=PAIRS)
    def test_it_does_not_matter_who_comes_first(self, pairs: list[tuple[int, int]]) -> None:
        first, second = split(pairs)

        assert weighted_kappa(first, second, SIX) == pytest.approx(weighted_kappa(second, first, SIX))

    @given(pairs=PAIRS)
    def test_the_order_of_answers_does_not_matter(self, pairs: list[tuple[int, int]]) -> None:
        table, ordered = (confusion_matrix(*split(some), SIX) for some in (pairs, sorted(pairs)))

        assert kappa_of_table(table) == kappa_of_table(ordered)
        assert kappa_interval(table, resamples=50) == kappa_interval(ordered, resamples=50)

    @given(scores=st.lists(st.integers(1, 6), min_size=2))
    def test_full_agreement_is_one(self, scores: list[int]) -> None:
        assume(len(set(scores)) > 1)

        assert weighted_kappa(scores, scores, SIX) == pytest.approx(1)

    @settings(max_examples=50)
    @given(pairs=PAIRS)
    def test_figures_stay_in_their_bounds(self, pairs: list[tuple[int, int]]) -> None:
        found = agreement(*split(pairs), SIX, resamples=100)

        assert found.quadratic_kappa is None or -1 - 1e-9 <= found.quadratic_kappa <= 1 + 1e-9
        assert 0 <= (found.exact or 0) <= (found.adjacent or 0) <= 1
        assert 0 <= (found.rmse or 0) <= 5


class TestSignedErrors:
    def test_each_group_has_its_own(self) -> None:
        model, person = [3, 4, 5, 2, 1, 4, 2, 3], [2, 3, 4, 1, 2, 5, 3, 4]
        groups = ["a", "a", "a", "a", "b", "b", "b", "b"]
        spread = float(np.std(person, ddof=1))

        found = signed_error_by_group(model, person, groups)

        assert found["a"].error == pytest.approx(1 / spread)
        assert found["b"].error == pytest.approx(-1 / spread)
        assert found["a"].n == 4

    def test_four_make_an_interval_and_three_do_not(self) -> None:
        found = signed_error_by_group([1, 2, 3, 5, 4, 3, 2], [1, 1, 2, 4, 4, 4, 4], [*"aaaabbb"])

        assert (found["a"].interval is not None, found["b"].interval) == (True, None)

    def test_the_interval_is_that_of_a_t_test(self) -> None:
        model, person = [3, 4, 6, 2, 1, 4, 5, 3, 2], [2, 4, 4, 1, 2, 5, 3, 3, 2]
        errors = (np.array(model) - np.array(person)) / np.std(person, ddof=1)

        interval = signed_error_by_group(model, person, ["all"] * 9)["all"].interval

        expected = stats.ttest_1samp(errors, 0).confidence_interval()
        assert interval is not None
        assert (interval.low, interval.high) == pytest.approx((expected.low, expected.high), abs=1e-4)

    def test_people_who_score_everything_alike_give_no_unit(self) -> None:
        assert signed_error_by_group([1, 2], [3, 3], ["a", "b"]) == {}

    def test_every_score_needs_a_group(self) -> None:
        with pytest.raises(ValueError, match="group"):
            signed_error_by_group([1, 2], [1, 2], ["a"])
