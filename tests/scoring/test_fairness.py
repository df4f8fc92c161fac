"""Fairness between groups, held against published worked examples and scipy."""

import itertools
from dataclasses import astuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from scoring.fairness import (
    Stratum,
    dif_category,
    length_slope,
    mantel_haenszel,
    score_gap,
    shown_groups,
    strata_by_ability,
)

# Agresti (1990), p. 231: penicillin and rabbits, the example of mantelhaen.test in R.
RABBITS = [(0, 6, 0, 5), (3, 3, 0, 6), (6, 0, 2, 4), (5, 1, 6, 0), (2, 0, 5, 0)]
# Bickel, Hammel and O'Connell (1975): admissions of men and women in six departments, UCBAdmissions in R.
BERKELEY = [
    *((512, 313, 89, 19), (353, 207, 17, 8), (120, 205, 202, 391)),
    *((138, 279, 131, 244), (53, 138, 94, 299), (22, 351, 24, 317)),
]
# SAS/STAT, PROC FREQ, "Cochran-Mantel-Haenszel Statistics": treatment of migraine.
MIGRAINE = [(16, 11, 5, 20), (12, 16, 7, 19)]

SIZES = st.dictionaries(st.text("abcdef", min_size=1, max_size=3), st.integers(0, 40), max_size=7)


def tables(rows: list[tuple[int, int, int, int]]) -> list[Stratum]:
    return [Stratum(*row) for row in rows]


def scores(mean: float, deviation: float, n: int) -> np.ndarray:
    """Return n scores with exactly this mean and standard deviation."""
    spread = np.linspace(-1, 1, n)
    return np.asarray(mean + deviation * spread / spread.std(ddof=1))


class TestGap:
    def test_the_worked_example_of_borenstein(self) -> None:
        """Borenstein et al. (2009), Introduction to Meta-Analysis, chapter 4: two groups of 50."""
        found = score_gap(scores(100, 4.5, 50), scores(103, 5.5, 50))

        assert found is not None
        assert found.difference == pytest.approx(3)
        assert found.d == pytest.approx(0.5970, abs=5e-5)
        assert found.g == pytest.approx(0.5924, abs=5e-5)
        error = (found.interval.high - found.interval.low) / 2 / 1.959964
        assert error == pytest.approx(0.2028, abs=5e-5)

    def test_it_is_negative_where_the_focal_group_scores_lower(self) -> None:
        found = score_gap([3, 4, 5], [1, 2, 3])

        assert found is not None
        assert (found.difference, found.d) == (-2, -2)
        assert found.g == pytest.approx(-2 * (1 - 3 / 15))

    def test_d_is_the_t_statistic_in_other_units(self) -> None:
        base, other = np.array([3, 5, 6, 7, 7.0]), np.array([2, 4, 4, 8.0])

        found = score_gap(base, other)

        assert found is not None
        assert found.d == pytest.approx(stats.ttest_ind(other, base).statistic * (1 / 5 + 1 / 4) ** 0.5)

    def test_two_scores_in_each_group_are_enough_however_near_they_lie(self) -> None:
        found = score_gap([0.1, 0.2], [0.3, 0.4])

        assert found is not None
        assert (found.reference, found.focal) == (2, 2)
        assert found.d == pytest.approx(0.2 / 0.005**0.5)
        assert found.g == pytest.approx(found.d * (1 - 3 / 7))

    @pytest.mark.parametrize(("base", "other"), [([1], [2, 3]), ([], [1, 2]), ([2, 2], [3, 3])])
    def test_too_few_or_equal_scores_have_no_gap(self, base: list[int], other: list[int]) -> None:
        assert score_gap(base, other) is None


class TestMantelHaenszel:
    def test_rabbits_give_the_figures_of_r(self) -> None:
        found = mantel_haenszel(tables(RABBITS))

        assert found is not None
        assert found.odds_ratio == pytest.approx(7)
        assert found.chi_square == pytest.approx(3.9286, abs=5e-5)
        assert found.p == pytest.approx(0.04747, abs=5e-6)
        assert found.interval.low == pytest.approx(1.026713, abs=5e-7)
        assert found.interval.high == pytest.approx(47.725133, abs=5e-6)

    def test_berkeley_gives_the_figures_of_r(self) -> None:
        found = mantel_haenszel(tables(BERKELEY))

        assert found is not None
        assert found.chi_square == pytest.approx(1.4269, abs=5e-5)
        assert found.p == pytest.approx(0.2323, abs=5e-5)
        assert found.odds_ratio == pytest.approx(0.9046968, abs=5e-8)
        assert (found.reference, found.focal, found.category) == (2691, 1835, "A")

    def test_migraine_gives_the_odds_ratio_and_limits_of_sas(self) -> None:
        found = mantel_haenszel(tables(MIGRAINE))

        assert found is not None
        assert found.odds_ratio == pytest.approx(3.3132, abs=5e-5)
        assert found.interval.low == pytest.approx(1.4456, abs=5e-5)
        assert found.interval.high == pytest.approx(7.5934, abs=5e-5)

    def test_odds_that_favour_the_reference_group_are_a_negative_delta(self) -> None:
        found = mantel_haenszel(tables(MIGRAINE))

        assert found is not None
        assert found.delta == pytest.approx(-2.35 * np.log(found.odds_ratio))

    def test_one_stratum_is_the_plain_odds_ratio(self) -> None:
        found = mantel_haenszel([Stratum(30, 10, 20, 20)])

        assert found is not None
        assert found.odds_ratio == pytest.approx(
            stats.contingency.odds_ratio([[30, 10], [20, 20]], kind="sample").statistic
        )
        # Mantel and Haenszel divide by n - 1 where Pearson divides by n.
        yates = stats.chi2_contingency([[30, 10], [20, 20]], correction=True).statistic
        assert found.chi_square == pytest.approx(yates * 79 / 80)

    def test_the_error_of_delta_is_that_of_the_log_odds_in_its_units(self) -> None:
        """In one stratum the variance is Woolf's (1955), the sum of the inverse counts."""
        found = mantel_haenszel([Stratum(30, 10, 20, 20)])

        assert found is not None
        assert found.delta_error == pytest.approx(2.35 * (1 / 30 + 1 / 10 + 1 / 20 + 1 / 20) ** 0.5)

    def test_a_stratum_of_one_person_says_nothing(self) -> None:
        alone, beside = mantel_haenszel(tables(MIGRAINE)), mantel_haenszel(tables([*MIGRAINE, (1, 0, 0, 0)]))

        assert alone == beside

    @pytest.mark.parametrize("rows", [[], [(3, 2, 0, 0)], [(3, 0, 4, 0)], [(1, 0, 0, 0)], [(5, 0, 3, 2)]])
    def test_there_is_none_without_odds(self, rows: list[tuple[int, int, int, int]]) -> None:
        assert mantel_haenszel(tables(rows)) is None

    @given(rows=st.lists(st.tuples(*[st.integers(0, 30)] * 4), min_size=1, max_size=5))
    def test_exchanging_the_groups_inverts_the_odds(self, rows: list[tuple[int, int, int, int]]) -> None:
        found = mantel_haenszel(tables(rows))
        turned = mantel_haenszel([Stratum(c, d, a, b) for a, b, c, d in rows])

        assert (found is None) == (turned is None)
        if found is not None and turned is not None:
            assert found.odds_ratio == pytest.approx(1 / turned.odds_ratio)
            assert found.delta == pytest.approx(-turned.delta)
            assert found.chi_square == pytest.approx(turned.chi_square)
            assert found.category == turned.category


class TestCategory:
    @pytest.mark.parametrize(
        ("delta", "error", "p", "category"),
        [
            (0.9, 0.1, 0.001, "A"),
            (1.0, 0.0, 0.001, "B"),  # negligible is below 1
            (3.0, 0.1, 0.05, "A"),  # significant is below 5 %
            (3.0, 0.1, 0.049, "C"),
            (1.5, 0.1, 0.001, "C"),  # large is from 1.5 on
            (-3.0, 2.0, 0.06, "A"),
            (1.2, 0.1, 0.001, "B"),
            (-1.49, 0.1, 0.001, "B"),
            (1.6, 0.4, 0.001, "B"),
            (1.6, 0.33, 0.001, "C"),
            (-1.7, 0.3, 0.001, "C"),
        ],
    )
    def test_size_and_certainty_decide(self, delta: float, error: float, p: float, category: str) -> None:
        assert dif_category(delta, error, p) == category


class TestStrata:
    def test_people_are_matched_in_groups_of_like_ability(self) -> None:
        ability = np.arange(10) / 10
        right = [0, 0, 0, 1, 0, 1, 1, 1, 1, 1]
        focal = [0, 1] * 5

        found = strata_by_ability(right, ability, focal, strata=2)

        assert found == [Stratum(0, 3, 1, 1), Stratum(2, 0, 3, 0)]

    @given(
        people=st.lists(st.tuples(st.booleans(), st.integers(0, 6), st.booleans()), min_size=1, max_size=60)
    )
    def test_everybody_is_in_one_stratum_and_equals_are_together(
        self, people: list[tuple[bool, int, bool]]
    ) -> None:
        right, ability, focal = zip(*people, strict=True)

        found = strata_by_ability(right, ability, focal)

        assert sum(sum(astuple(one)) for one in found) == len(people)
        assert len(found) <= min(5, len(set(ability)))

    def test_an_item_that_is_harder_for_one_group_of_equal_ability_is_found(self) -> None:
        rng = np.random.default_rng(2)
        n = 4_000
        talent, focal = rng.normal(size=n), np.arange(n) % 2 == 1
        # The focal group is abler, so that its raw share of right answers hides the bias.
        talent = talent + 0.8 * focal
        others = (talent[:, None] + rng.logistic(size=(n, 20)) > 0).sum(axis=1)
        biased = talent - 1.0 * focal + rng.logistic(size=n) > 0
        fair = talent + rng.logistic(size=n) > 0

        against = mantel_haenszel(strata_by_ability(biased, others + biased, focal))
        neutral = mantel_haenszel(strata_by_ability(fair, others + fair, focal))

        assert against is not None
        assert neutral is not None
        assert (against.category, against.delta < 0) == ("C", True)
        assert neutral.category == "A"


class TestLength:
    def test_it_is_the_regression_of_scipy(self) -> None:
        words = np.array([120, 200, 250, 310, 180, 90, 400, 330])
        values = np.array([1.0, 2.5, 2.0, 3.5, 1.5, 1.0, 3.0, 3.5])

        found = length_slope(words, values)

        expected = stats.linregress(words / 100, values)
        reach = stats.t.ppf(0.975, 6) * expected.stderr
        assert found is not None
        assert found.per_hundred_words == pytest.approx(expected.slope)
        assert (found.interval.low, found.interval.high) == pytest.approx(
            (expected.slope - reach, expected.slope + reach), abs=1e-3
        )

    def test_equal_lengths_or_few_texts_have_no_slope(self) -> None:
        assert length_slope([100] * 8, range(8)) is None
        assert length_slope([1, 2, 3, 4], [1, 2, 3, 4]) is None

    def test_five_texts_have_one(self) -> None:
        found = length_slope([100, 200, 300, 400, 500], [1, 2, 3, 4, 5])

        assert found is not None
        assert (found.n, found.per_hundred_words) == (5, 1.0)
        assert found.interval.high == pytest.approx(1.0)


class TestSuppression:
    """At least ten people in whatever can be shown, and in whatever subtraction leaves."""

    @pytest.mark.parametrize(
        ("sizes", "groups", "pooled"),
        [
            ({"a": 50, "b": 40}, ("a", "b"), 0),
            ({"a": 50, "b": 40, "c": 3}, ("a",), 43),
            ({"a": 50, "b": 6, "c": 4}, ("a",), 10),
            ({"a": 50, "b": 4}, (), 54),
            ({"a": 50, "b": 30, "c": 10, "d": 1}, ("a", "b"), 11),
            ({"a": 4, "b": 3}, (), 0),
            ({"a": 12, "b": 0}, ("a",), 0),
            ({}, (), 0),
        ],
    )
    def test_small_groups_take_larger_ones_with_them(
        self, sizes: dict[str, int], groups: tuple[str, ...], pooled: int
    ) -> None:
        found = shown_groups(sizes, smallest=10)

        assert (found.groups, found.pooled) == (groups, pooled)

    @pytest.mark.parametrize(("size", "groups", "pooled"), [(10, ("a", "b"), 0), (9, (), 59)])
    def test_ten_are_enough_unless_told_otherwise(
        self, size: int, groups: tuple[str, ...], pooled: int
    ) -> None:
        found = shown_groups({"a": 50, "b": size})

        assert (found.groups, found.pooled) == (groups, pooled)

    def test_groups_of_one_size_stand_by_name(self) -> None:
        assert shown_groups({"b": 20, "c": 30, "a": 20}).groups == ("c", "a", "b")

    @given(sizes=SIZES, smallest=st.integers(2, 20))
    def test_no_sum_or_difference_of_what_is_shown_stands_for_few_people(
        self, sizes: dict[str, int], smallest: int
    ) -> None:
        found = shown_groups(sizes, smallest=smallest)
        everybody = sum(sizes.values())

        shown = [sizes[str(group)] for group in found.groups]
        for some in itertools.chain.from_iterable(
            itertools.combinations(shown, k) for k in range(1, len(shown) + 1)
        ):
            assert sum(some) >= smallest
            assert everybody - sum(some) == 0 or everybody - sum(some) >= smallest

    @given(sizes=SIZES, smallest=st.integers(1, 20))
    def test_those_left_out_are_counted_or_too_few_to_count(
        self, sizes: dict[str, int], smallest: int
    ) -> None:
        found = shown_groups(sizes, smallest=smallest)

        left_out = sum(sizes.values()) - sum(sizes[str(group)] for group in found.groups)
        assert found.pooled == (left_out if left_out >= smallest else 0)
