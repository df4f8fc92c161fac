"""The same quantities as in `practice.generators.plain_statistics`, worked out by SymPy and by another way each."""

from collections.abc import Sequence

import sympy
from sympy import Matrix, Poly, Rational, Symbol

from practice.generators.symbolic import Exact, Number, X, each, exact, root

_BASE = Symbol("b", positive=True)


def mean(values: Sequence[Number]) -> Exact:
    return root(sum(X - value for value in each(values)))


def missing_value(known: Sequence[Number], wanted: Number) -> Exact:
    return root((sum(each(known)) + X) / (len(known) + 1) - exact(wanted))


def median(values: Sequence[Number]) -> Exact:
    """The middle of the values from which all others are least far away in sum."""
    numbers = each(values)
    far = {at: sum(sympy.Abs(value - at) for value in numbers) for at in numbers}
    nearest = [at for at in far if far[at] == min(far.values())]
    return (min(nearest) + max(nearest)) / 2


def mean_above_median(values: Sequence[Number]) -> Exact:
    return root(median(values) + X - mean(values))


def weighted_mean(values: Sequence[Number], weights: Sequence[Number]) -> Exact:
    pairs = zip(each(values), each(weights), strict=True)
    return root(sum(weight * (X - value) for value, weight in pairs))


def last_score(values: Sequence[Number], weights: Sequence[Number], last: Number, wanted: Number) -> Exact:
    pairs = zip([*each(values), X], each([*weights, last]), strict=True)
    return root(sum(weight * (value - exact(wanted)) for value, weight in pairs))


def standard_deviation(values: Sequence[Number], *, sample: bool) -> Exact:
    """By the moments: the mean of the squares less the square of the mean."""
    column, count = Matrix(each(values)), Rational(len(values))
    variance = column.dot(column) / count - (sum(column) / count) ** 2
    return sympy.sqrt(variance * count / (count - 1) if sample else variance)


def variation(values: Sequence[Number]) -> Exact:
    """By the sums alone: of the values and of their squares."""
    count, column = len(values), Matrix(each(values))
    part = column.dot(column) * count / sum(column) ** 2 - 1
    return 100 * sympy.sqrt(part * count / (count - 1))


def complement(percent: Number) -> Exact:
    return root(X + exact(percent) - 100)


def all_of(percents: Sequence[Number]) -> Exact:
    """The coefficient of the highest power in the product of the generating functions."""
    product = sympy.prod([1 - one / 100 + one / 100 * X for one in each(percents)])
    return 100 * Poly(product, X).coeff_monomial(X ** len(percents))


def any_fails(percents: Sequence[Number]) -> Exact:
    """By inclusion and exclusion, one thing after the other."""
    fails = sympy.Integer(0)
    for one in each(percents):
        fails = fails + (100 - one) - fails * (100 - one) / 100
    return fails


def at_least_one(percent: Number, times: int) -> Exact:
    chances = _chances(percent, times)
    return 100 * sum(chances.coeff_monomial(X**hits) for hits in range(1, times + 1))


def exactly(percent: Number, hits: int, times: int) -> Exact:
    return 100 * _chances(percent, times).coeff_monomial(X**hits)


def _chances(percent: Number, times: int) -> Poly:
    one = exact(percent) / 100
    return Poly((1 - one + one * X) ** times, X)


def expected_value(amounts: Sequence[Number], percents: Sequence[Number]) -> Exact:
    """The derivative of the logarithm's generating function at 1: of the sum of p x^a, that is the mean of a."""
    pairs = zip(each(amounts), each(percents), strict=True)
    function = sum(chance / 100 * _BASE**amount for amount, chance in pairs)
    return sympy.diff(function, _BASE).subs(_BASE, 1)


def price_above_risk(price: Number, percent: Number, damage: Number) -> Exact:
    return root(X + exact(damage) * exact(percent) / 100 - exact(price))


def margin_of_mean(z: Number, deviation: Number, size: int) -> Exact:
    return sympy.sqrt(exact(z) ** 2 * exact(deviation) ** 2 / size)


def margin_of_share(z: Number, hits: int, size: int) -> Exact:
    return 100 * sympy.sqrt(exact(z) ** 2 * Rational(hits * (size - hits), size**3))


def end_of_share(z: Number, hits: int, size: int, *, upper: bool) -> Exact:
    """Both ends by Vieta's formulas: their sum is twice the share, their product the share² less the margin²."""
    half = Rational(hits, size)
    product = half**2 - exact(z) ** 2 * Rational(hits * (size - hits), size**3)
    distance = sympy.sqrt(half**2 - product)
    return 100 * (half + distance if upper else half - distance)


def sample_size(z: Number, percent: Number, margin: Number) -> Exact:
    share, half = exact(percent) / 100, exact(margin) / 100
    return sympy.ceiling(root(exact(z) ** 2 * share * (1 - share) / X - half**2))


def bayes(prior: Number, hit: Number, false_alarm: Number, *, times: int = 1) -> Exact:
    """By the odds: each sign multiplies them by the likelihood ratio."""
    odds = exact(prior) / (100 - exact(prior)) * (exact(hit) / exact(false_alarm)) ** times
    return root(X / (100 - X) - odds)


def all_alarms(prior: Number, hit: Number, false_alarm: Number) -> Exact:
    states = Matrix([[exact(prior), 100 - exact(prior)]])
    return (states * Matrix([exact(hit), exact(false_alarm)]))[0] / 100
