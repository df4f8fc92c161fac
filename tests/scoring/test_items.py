"""Item analysis, held against published worked examples, scipy and numpy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import stats

from scoring.items import (
    Floats,
    ability,
    choice_figures,
    correlation,
    discrimination,
    item_figures,
    median_time,
    reliability,
    usual_length,
)

NAN = float("nan")

# Denis (2020), Applied Univariate, Bivariate, and Multivariate Statistics: ten persons, five items; SPSS output.
DENIS = np.array(
    [
        [10, 12, 15, 11, 12],
        [12, 18, 12, 12, 1],
        [8, 16, 14, 14, 4],
        [6, 8, 16, 8, 6],
        [4, 7, 8, 7, 5],
        [6, 6, 3, 7, 3],
        [3, 4, 6, 5, 8],
        [7, 3, 7, 9, 9],
        [8, 9, 4, 10, 10],
        [9, 5, 6, 11, 12],
    ],
    dtype=np.float64,
)
# Chatterjee and Price (1977): the data set "attitude" of R, 30 departments, seven items; the manual of the R
# package psych prints alpha(attitude).
ATTITUDE = np.array(
    [
        *([43, 51, 30, 39, 61, 92, 45], [63, 64, 51, 54, 63, 73, 47], [71, 70, 68, 69, 76, 86, 48]),
        *([61, 63, 45, 47, 54, 84, 35], [81, 78, 56, 66, 71, 83, 47], [43, 55, 49, 44, 54, 49, 34]),
        *([58, 67, 42, 56, 66, 68, 35], [71, 75, 50, 55, 70, 66, 41], [72, 82, 72, 67, 71, 83, 31]),
        *([67, 61, 45, 47, 62, 80, 41], [64, 53, 53, 58, 58, 67, 34], [67, 60, 47, 39, 59, 74, 41]),
        *([69, 62, 57, 42, 55, 63, 25], [68, 83, 83, 45, 59, 77, 35], [77, 77, 54, 72, 79, 77, 46]),
        *([81, 90, 50, 72, 60, 54, 36], [74, 85, 64, 69, 79, 79, 63], [65, 60, 65, 75, 55, 80, 60]),
        *([65, 70, 46, 57, 75, 85, 46], [50, 58, 68, 54, 64, 78, 52], [50, 40, 33, 34, 43, 64, 33]),
        *([64, 61, 52, 62, 66, 80, 41], [53, 66, 52, 50, 63, 80, 37], [40, 37, 42, 58, 50, 57, 49]),
        *([63, 54, 42, 48, 66, 75, 33], [66, 77, 66, 63, 88, 76, 72], [78, 75, 58, 74, 80, 78, 49]),
        *([48, 57, 44, 45, 51, 83, 38], [85, 85, 71, 71, 77, 74, 55], [82, 82, 39, 59, 64, 78, 39]),
    ],
    dtype=np.float64,
)
RIGHT_OR_WRONG = arrays.arrays(
    np.float64, st.tuples(st.integers(4, 30), st.integers(3, 6)), elements=st.sampled_from([0.0, 1.0])
)


def equal(columns: int) -> Floats:
    return np.ones(columns)


def cronbach(points: Floats) -> float:
    """The textbook formula for complete data."""
    k = points.shape[1]
    parts, whole = points.var(axis=0, ddof=1).sum(), points.sum(axis=1).var(ddof=1)
    return float(k / (k - 1) * (1 - parts / whole))


class TestPublishedExamples:
    def test_alpha_of_denis(self) -> None:
        found = reliability(DENIS, equal(5))

        assert found is not None
        assert found.alpha == pytest.approx(0.633, abs=5e-4)

    def test_corrected_item_total_correlation_of_denis(self) -> None:
        assert item_figures(DENIS, equal(5))[0].point_biserial == pytest.approx(0.712, abs=5e-4)

    def test_alpha_of_attitude(self) -> None:
        found = reliability(ATTITUDE, equal(7))

        assert found is not None
        assert found.alpha == pytest.approx(0.84, abs=5e-3)

    def test_figures_of_the_items_of_attitude(self) -> None:
        found = item_figures(ATTITUDE, equal(7))

        without = [round(one.alpha_without or 0, 2) for one in found]
        corrected = [round(one.point_biserial or 0, 2) for one in found]
        means = [round(one.difficulty or 0) for one in found]
        assert without == [0.81, 0.80, 0.83, 0.80, 0.80, 0.86, 0.84]
        assert corrected == [0.67, 0.74, 0.56, 0.71, 0.79, 0.27, 0.46]
        assert means == [65, 67, 53, 56, 65, 75, 43]


class TestReliability:
    def test_the_standard_error_is_what_alpha_leaves_of_the_deviation(self) -> None:
        found = reliability(DENIS, equal(5))

        assert found is not None
        deviation = float(DENIS.sum(axis=1).std(ddof=1))
        assert found.deviation == pytest.approx(deviation)
        assert found.standard_error == pytest.approx(deviation * (1 - found.alpha) ** 0.5)

    def test_points_weigh_as_much_as_they_are_worth(self) -> None:
        weights = np.array([1.0, 2.0, 1.0, 4.0, 1.0])

        found = reliability(DENIS, weights)

        assert found is not None
        assert found.alpha == pytest.approx(cronbach(DENIS * weights))

    def test_half_the_items_are_worth_what_spearman_and_brown_say(self) -> None:
        rng = np.random.default_rng(3)
        items = rng.normal(size=(400, 1)) + rng.normal(size=(400, 8))
        whole, half = reliability(items, equal(8)), reliability(items, equal(8), length=4)

        assert whole is not None
        assert half is not None
        average = [
            np.cov(items, rowvar=False)[np.triu_indices(8, k=1)].mean(),
            items.var(axis=0, ddof=1).mean(),
        ]
        r = average[0] / average[1]
        assert half.alpha == pytest.approx(4 * r / (1 + 3 * r))
        assert half.alpha < whole.alpha

    def test_forms_drawn_from_a_pool_come_near_to_what_everybody_taking_everything_gives(self) -> None:
        rng = np.random.default_rng(11)
        items = (rng.normal(size=(3_000, 1)) + rng.normal(size=(3_000, 10)) > 0).astype(np.float64)
        drawn = items.copy()
        for row in drawn:
            row[rng.choice(10, size=4, replace=False)] = np.nan

        complete, sparse = reliability(items, equal(10)), reliability(drawn, equal(10))

        assert complete is not None
        assert sparse is not None
        assert sparse.alpha == pytest.approx(complete.alpha, abs=0.02)
        assert usual_length(drawn) == 6

    @pytest.mark.parametrize("items", [DENIS[:, :1], DENIS[:1], np.ones((5, 3)), np.full((4, 3), NAN)])
    def test_it_is_not_there_where_nothing_can_be_compared(self, items: Floats) -> None:
        assert reliability(items, equal(items.shape[1])) is None

    @given(items=RIGHT_OR_WRONG)
    def test_it_is_cronbachs_formula_for_complete_data(self, items: Floats) -> None:
        found = reliability(items, equal(items.shape[1]))

        if items.sum(axis=1).var(ddof=1) < 1e-9:
            assert found is None
        else:
            assert found is not None
            assert found.alpha == pytest.approx(cronbach(items), abs=1e-6)


class TestCorrelation:
    def test_it_is_the_point_biserial_of_scipy(self) -> None:
        right, rest = np.array([0, 0, 1, 1, 1, 0.0]), np.array([0.1, 0.4, 0.5, 0.9, 0.3, 0.2])

        assert correlation(right, rest) == pytest.approx(stats.pointbiserialr(right, rest).statistic)

    def test_persons_without_both_are_left_out(self) -> None:
        right, rest = np.array([0, 0, 1, 1, NAN]), np.array([0.1, 0.4, 0.5, 0.9, 0.3])

        assert correlation(right, rest) == correlation(right[:4], rest[:4])

    def test_it_is_not_there_where_everybody_is_right(self) -> None:
        assert correlation(np.ones(5), np.arange(5.0)) is None
        assert correlation(np.array([0, 1.0]), np.array([0, 1.0])) is None


class TestDiscrimination:
    def test_it_is_the_difference_between_the_best_and_the_worst(self) -> None:
        """A hundred persons: 27 in each group, 24 of the best and 6 of the worst right."""
        totals = np.arange(100, dtype=np.float64)
        item = np.zeros(100)
        item[73:97], item[:6] = 1, 1

        assert discrimination(item, totals) == pytest.approx((24 - 6) / 27)

    def test_ties_at_the_edge_count_in_part(self) -> None:
        """Ten persons, 2.7 in each group: one above and a share of 1.7 / 4 of the four who are tied."""
        totals = np.array([9, 8, 8, 8, 8, 3, 2, 2, 1, 1], dtype=np.float64)
        item = np.array([1, 1, 1, 0, 0, 0, 0, 0, 0, 0], dtype=np.float64)

        assert discrimination(item, totals) == pytest.approx((1 + 1.7 * 2 / 4) / 2.7)

    def test_it_is_not_there_where_all_are_equal(self) -> None:
        assert discrimination(np.array([0, 1, 1.0]), np.ones(3)) is None

    @given(items=RIGHT_OR_WRONG, seed=st.integers(0, 99))
    def test_the_order_of_persons_does_not_matter(self, items: Floats, seed: int) -> None:
        shuffled = np.random.default_rng(seed).permutation(items)

        found, again = (discrimination(some[:, 0], some.sum(axis=1)) for some in (items, shuffled))

        assert found == pytest.approx(again)
        assert found is None or -1 - 1e-9 <= found <= 1 + 1e-9


class TestAbility:
    def test_it_is_the_share_of_the_points_of_what_was_asked(self) -> None:
        fractions = np.array([[1, 0.5, NAN], [0, NAN, NAN], [NAN, NAN, NAN]])

        found = ability(fractions, np.array([1.0, 3.0, 2.0]))

        assert found[:2].tolist() == [2.5 / 4, 0]
        assert np.isnan(found[2])

    def test_an_item_is_not_compared_with_itself(self) -> None:
        fractions = np.array([[1, 0.5], [0, NAN]])

        found = ability(fractions, equal(2), without=0)

        assert found[0] == 0.5
        assert np.isnan(found[1])

    def test_figures_of_items_nobody_took_are_empty(self) -> None:
        found = item_figures(np.array([[1, NAN], [0, NAN]]), equal(2))[1]

        assert (found.n, found.difficulty, found.point_biserial, found.discrimination) == (
            0,
            None,
            None,
            None,
        )

    def test_nobody_at_all_has_figures_without_a_warning(self) -> None:
        assert [one.n for one in item_figures(np.empty((0, 3)), equal(3))] == [0, 0, 0]


class TestChoices:
    def test_a_table_of_nine_persons(self) -> None:
        rest = np.arange(9, dtype=np.float64)
        taken = [frozenset(one) if one else None for one in ("b", "b", "c", "b", "a", "", "a", "a", "a")]

        key, lure, unused, nothing = choice_figures(taken, rest, ["a", "b", "d"], frozenset("a"))

        assert (key.is_correct, key.count, key.by_third, key.share) == (True, 4, (0, 1, 3), 4 / 9)
        assert (lure.is_correct, lure.count, lure.by_third) == (False, 3, (2, 1, 0))
        assert (unused.count, unused.point_biserial) == (0, None)
        assert (nothing.choice, nothing.count, nothing.by_third) == (None, 1, (0, 1, 0))
        marks = np.array([0, 0, 0, 0, 1, 0, 1, 1, 1])
        assert key.point_biserial == pytest.approx(stats.pointbiserialr(marks, rest).statistic)
        assert (lure.point_biserial or 0) < 0

    def test_persons_of_the_same_ability_are_in_the_same_third(self) -> None:
        taken = [frozenset("a")] * 6

        found = choice_figures(taken, np.array([1, 1, 1, 1, 1, 5.0]), ["a"], frozenset("a"))[0]

        assert found.by_third == (0, 5, 1)

    def test_no_line_for_no_answer_where_everybody_answered(self) -> None:
        assert len(choice_figures([frozenset("a")], np.array([0.5]), ["a", "b"], frozenset("a"))) == 2

    def test_several_choices_of_one_person_count_each(self) -> None:
        found = choice_figures([frozenset("ab")], np.array([0.5]), ["a", "b"], frozenset("a"))

        assert [one.count for one in found] == [1, 1]

    def test_of_whose_ability_nothing_is_known_the_choice_counts_and_no_third(self) -> None:
        rest = np.array([1, NAN, 2, 3.0])

        found = choice_figures([frozenset("a")] * 4, rest, ["a"], frozenset("a"))[0]

        assert (found.count, found.by_third) == (4, (1, 1, 1))


class TestTheLeast:
    """From how many persons and items on there are figures."""

    def test_three_persons_have_a_correlation_and_two_have_none(self) -> None:
        taken, rest = np.array([0, 1, 1.0]), np.array([1, 2, 3.0])

        assert correlation(taken, rest) == pytest.approx(stats.pearsonr(taken, rest).statistic)
        assert correlation(taken[:2], rest[:2]) is None

    def test_three_persons_tell_the_able_from_the_others_and_two_do_not(self) -> None:
        scores, totals = np.array([0, 0.5, 1.0]), np.array([0.1, 0.2, 0.3])

        assert discrimination(scores, totals) == 1.0
        assert discrimination(scores[1:], totals[1:]) is None

    def test_two_items_have_a_reliability_and_one_has_none(self) -> None:
        two = DENIS[:, :2]

        found = reliability(two, equal(2))

        assert found is not None
        assert found.length == 2
        assert found.alpha == pytest.approx(cronbach(two))
        assert reliability(two[:, :1], equal(1)) is None
        assert reliability(two, equal(2), length=1) is None

    def test_nobody_is_usually_asked_nothing(self) -> None:
        assert usual_length(np.empty((0, 3))) == 0


def test_a_test_without_an_item_is_weighed_as_the_whole_is() -> None:
    weights = np.array([1.0, 2.0, 1.0, 4.0, 1.0])

    found = item_figures(DENIS, weights)[1].alpha_without

    assert found == pytest.approx(cronbach(np.delete(DENIS * weights, 1, axis=1)))


def test_the_median_time_is_in_the_middle() -> None:
    assert median_time([5, 100, 7]) == 7
    assert median_time([]) is None
