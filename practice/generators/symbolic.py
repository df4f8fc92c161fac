"""The same quantities as in `practice.generators.plain`, worked out by SymPy and by another way each.

Where the other side divides, this one solves an equation; where it counts, this one reads a coefficient or
takes a derivative. Nothing here may call the other side.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import sympy
from sympy import Matrix, Rational, Symbol

Number = Fraction | int
Exact = Any

X = Symbol("x")


def exact(value: Number) -> Exact:
    """A fraction as SymPy writes it."""
    return Rational(value.numerator, value.denominator)


def each(values: Sequence[Number]) -> list[Exact]:
    return [exact(value) for value in values]


def root(equation: Exact, unknown: Exact = X) -> Exact:
    """The only solution of an equation that is written as an expression which is zero."""
    (found,) = sympy.solve(equation, unknown)
    return found


def total(values: Sequence[Number]) -> Exact:
    return (Matrix([each(values)]) * sympy.ones(len(values), 1))[0]


def all_of_amount(amount: Number, percents: Sequence[Number]) -> Exact:
    return root(X * sympy.prod([100 / one for one in each(percents)]) - exact(amount))


def ratio(part: Number, whole: Number) -> Exact:
    return root(X * exact(whole) - exact(part))


def share(part: Number, whole: Number) -> Exact:
    return root(X / 100 * exact(whole) - exact(part))


def part_of(percent: Number, whole: Number) -> Exact:
    return root(X / exact(whole) - exact(percent) / 100)


def whole_of(part: Number, percent: Number) -> Exact:
    return root(exact(percent) / 100 * X - exact(part))


def percent_change(old: Number, new: Number) -> Exact:
    return root(exact(old) * (1 + X / 100) - exact(new))


def uplift(old: Number, old_visits: Number, new: Number, new_visits: Number) -> Exact:
    """By cross products, without either rate."""
    return root(exact(old) * (100 + X) * exact(new_visits) - 100 * exact(new) * exact(old_visits))


def funnel_step(visits: Number, first: Number, last: Number, paid: Number) -> Exact:
    return root(exact(visits) * exact(first) * X * exact(last) / 10**6 - exact(paid))


def campaign_profit(clicks: Number, click: Number, rate: Number, order: Number, margin: Number) -> Exact:
    """The profit of one click, as often as there are clicks."""
    one = root(X + exact(click) - exact(rate) * exact(order) * exact(margin) / 10_000)
    return one * exact(clicks)


def before_change(new: Number, percent: Number) -> Exact:
    return root(X + X * exact(percent) / 100 - exact(new))


def successive(percents: Sequence[Number]) -> Exact:
    """A start of 100, taken through one change after the other."""
    value = sympy.Integer(100)
    for one in each(percents):
        value = value + value * one / 100
    return value - 100


def break_even(fixed: Number, price: Number, cost: Number, profit: Number = 0) -> Exact:
    return root(exact(price) * X - exact(cost) * X - exact(fixed) - exact(profit))


def grown(start: Number, percent: Number, years: int) -> Exact:
    """By the binomial theorem: interest, interest on interest and so on."""
    rate = exact(percent) / 100
    return exact(start) * sum(sympy.binomial(years, n) * rate**n for n in range(years + 1))


def interest(start: Number, percent: Number, years: int) -> Exact:
    """Year by year."""
    value = exact(start)
    for _ in range(years):
        value = value + value * exact(percent) / 100
    return value - exact(start)


def growth_rate(start: Number, end: Number, years: int) -> Exact:
    return 100 * (sympy.root(exact(end) / exact(start), years) - 1)


def saved(deposit: Number, percent: Number, years: int) -> Exact:
    """Each deposit by itself."""
    factor = 1 + exact(percent) / 100
    return sum(exact(deposit) * factor**year for year in range(years))


def present_value(amounts: Sequence[Number], percent: Number) -> Exact:
    """From the last year backwards."""
    value, factor = sympy.Integer(0), 1 + exact(percent) / 100
    for amount in reversed(each(amounts)):
        value = (value + amount) / factor
    return value


def net_present_value(cost: Number, amounts: Sequence[Number], percent: Number) -> Exact:
    return root(X + exact(cost) - present_value(amounts, percent))


def difference(left: Number, right: Number) -> Exact:
    return root(exact(right) + X - exact(left))


def estimate_at_completion(budget: Number, earned: Number, actual: Number) -> Exact:
    return root(exact(earned) / exact(actual) - exact(budget) / X)


def to_complete(budget: Number, earned: Number, actual: Number) -> Exact:
    return root(exact(actual) + (exact(budget) - exact(earned)) / X - exact(budget))


def schedule_variance(done: Number, budget: Number, planned: Number) -> Exact:
    return root((exact(planned) + X) / exact(budget) - exact(done) / 100)


def schedule_index(done: Number, budget: Number, planned: Number) -> Exact:
    return root(X * exact(planned) / exact(budget) - exact(done) / 100)


def variance_at_completion(done: Number, budget: Number, actual: Number) -> Exact:
    """The share that is done has cost what was spent, so the whole costs 100 / share times as much."""
    return root((exact(budget) - X) * exact(done) / 100 - exact(actual))


def unknown(factor: Number, constant: Number, result: Number) -> Exact:
    return root(exact(factor) * X + exact(constant) - exact(result))


def crossing(rate: Number, base: Number, other_rate: Number, other_base: Number) -> Exact:
    return root(exact(rate) * X + exact(base) - exact(other_rate) * X - exact(other_base))


def first_of_two(left: Sequence[Number], right: Sequence[Number]) -> Exact:
    """By elimination."""
    reduced, _ = Matrix([each(left), each(right)]).rref()
    return reduced[0, 2]


def proportional(whole: Number, parts: Sequence[int], at: int) -> Exact:
    return parts[at] * root(sum(part * X for part in parts) - exact(whole))


def scaled(amount: Number, old: Number, new: Number) -> Exact:
    return root(X / exact(new) - exact(amount) / exact(old))


def rate_gap(price: Number, size: Number, other_price: Number, other_size: Number) -> Exact:
    return root((exact(other_price) / exact(other_size) + X) * exact(size) - exact(price))


def round_trip(there: Number, back: Number) -> Exact:
    """At the mean speed both ways of length 1 take as long as they did."""
    return root((1 / exact(there) + 1 / exact(back)) * X - 2)


def together(hours: Sequence[Number]) -> Exact:
    return root(sum(X / one for one in each(hours)) - 1)


def blended(amount: Number, strong: Number, weak: Number, wanted: Number) -> Exact:
    whole = exact(amount)
    return root(exact(strong) * X + exact(weak) * (whole - X) - exact(wanted) * whole)


def sum_product(left: Sequence[Number], right: Sequence[Number]) -> Exact:
    return (Matrix([each(left)]) * Matrix(each(right)))[0]


def sum_if(values: Sequence[Number], chosen: Sequence[bool]) -> Exact:
    return (Matrix([each(values)]) * Matrix([int(one) for one in chosen]))[0]


def with_rate(net: Number, percent: Number) -> Exact:
    return root(X - exact(net) - exact(net) * exact(percent) / 100)


def tiered(amount: Number, limit: Number, low: Number, high: Number) -> Exact:
    """The higher percentage of it all, less what it takes too much of the part up to the limit."""
    spared = (exact(high) - exact(low)) * min(exact(amount), exact(limit))
    return (exact(high) * exact(amount) - spared) / 100


def pie_angle(part: Number, whole: Number) -> Exact:
    return root(X / 360 - exact(part) / exact(whole))


def drawn_ratio(small: Number, large: Number, baseline: Number) -> Exact:
    return root(exact(baseline) + X * (exact(small) - exact(baseline)) - exact(large))


def exaggeration(small: Number, large: Number, baseline: Number) -> Exact:
    """x times the growth that is there is the growth that is drawn."""
    there = exact(large) / exact(small) - 1
    return root(exact(baseline) + (1 + X * there) * (exact(small) - exact(baseline)) - exact(large))


def log_position(value: Number, length: Number, decades: int) -> Exact:
    return root(sympy.log(10) * decades * X / exact(length) - sympy.log(exact(value)))
