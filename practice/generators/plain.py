"""The arithmetic of the generated items: exact fractions, and decimals of fifty digits where roots are drawn.

`practice.generators.symbolic` has each of these functions once more, worked out another way by SymPy; a key
counts only where both agree. Percentages are numbers such as 12 for 12 %.
"""

from collections.abc import Sequence
from decimal import Decimal, localcontext
from fractions import Fraction
from math import prod

Number = Fraction | int
PRECISION = 50


def decimal(value: Number) -> Decimal:
    """A fraction as a decimal of fifty digits."""
    with localcontext(prec=PRECISION):
        return Decimal(value.numerator) / value.denominator


def power(value: Number, exponent: Number) -> Decimal:
    """A positive value to a broken power."""
    with localcontext(prec=PRECISION):
        return decimal(value) ** decimal(exponent)


def total(values: Sequence[Number]) -> Fraction:
    """The sum."""
    return Fraction(sum(values))


def all_of_amount(amount: Number, percents: Sequence[Number]) -> Fraction:
    """What is left of an amount when one share after the other is taken of it."""
    return prod((Fraction(one) / 100 for one in percents), start=Fraction(amount))


def ratio(part: Number, whole: Number) -> Fraction:
    """One amount for each of another."""
    return Fraction(part) / whole


def share(part: Number, whole: Number) -> Fraction:
    """A part in percent of the whole."""
    return Fraction(100 * part) / whole


def part_of(percent: Number, whole: Number) -> Fraction:
    """So many percent of a whole."""
    return Fraction(percent * whole) / 100


def whole_of(part: Number, percent: Number) -> Fraction:
    """The whole of which a part is so many percent."""
    return Fraction(100 * part) / percent


def percent_change(old: Number, new: Number) -> Fraction:
    """By how many percent of the old value the new one is above it."""
    return Fraction(100 * (new - old)) / old


def uplift(old: Number, old_visits: Number, new: Number, new_visits: Number) -> Fraction:
    """By how many percent of the old rate the new one is above it."""
    return percent_change(share(old, old_visits), share(new, new_visits))


def funnel_step(visits: Number, first: Number, last: Number, paid: Number) -> Fraction:
    """The share, in percent, that the middle one of three steps must have let through."""
    return share(whole_of(paid, last), part_of(first, visits))


def campaign_profit(clicks: Number, click: Number, rate: Number, order: Number, margin: Number) -> Fraction:
    """What is left of the orders of a campaign less what its clicks cost."""
    return all_of_amount(clicks * order, [rate, margin]) - clicks * click


def before_change(new: Number, percent: Number) -> Fraction:
    """The value that was there before a change by so many percent."""
    return Fraction(100 * new) / (100 + percent)


def successive(percents: Sequence[Number]) -> Fraction:
    """The change, in percent, that changes after each other come to."""
    return 100 * prod((1 + Fraction(one) / 100 for one in percents), start=Fraction(1)) - 100


def break_even(fixed: Number, price: Number, cost: Number, profit: Number = 0) -> Fraction:
    """The quantity that covers fixed costs and a profit."""
    return Fraction(fixed + profit) / (price - cost)


def grown(start: Number, percent: Number, years: int) -> Fraction:
    """What a start becomes when it grows by so many percent a year."""
    return start * (1 + Fraction(percent) / 100) ** years


def interest(start: Number, percent: Number, years: int) -> Fraction:
    """What a start earns in interest on interest."""
    return grown(start, percent, years) - start


def growth_rate(start: Number, end: Number, years: int) -> Decimal:
    """The yearly growth, in percent, that takes a start to an end."""
    with localcontext(prec=PRECISION):
        return 100 * power(Fraction(end) / start, Fraction(1, years)) - 100


def saved(deposit: Number, percent: Number, years: int) -> Fraction:
    """What equal deposits at the end of each year have become with the last of them."""
    factor = 1 + Fraction(percent) / 100
    return deposit * (factor**years - 1) / (factor - 1)


def present_value(amounts: Sequence[Number], percent: Number) -> Fraction:
    """What amounts at the ends of the years are worth today."""
    factor = 1 + Fraction(percent) / 100
    return sum((Fraction(amount) / factor**year for year, amount in enumerate(amounts, 1)), Fraction(0))


def net_present_value(cost: Number, amounts: Sequence[Number], percent: Number) -> Fraction:
    """What amounts at the ends of the years are worth today, above their cost."""
    return present_value(amounts, percent) - cost


def difference(left: Number, right: Number) -> Fraction:
    """How much the left is above the right."""
    return Fraction(left - right)


def estimate_at_completion(budget: Number, earned: Number, actual: Number) -> Fraction:
    """The whole cost where work goes on at the cost performance so far."""
    return Fraction(budget * actual) / earned


def to_complete(budget: Number, earned: Number, actual: Number) -> Fraction:
    """The cost performance that the rest needs to end within the budget."""
    return Fraction(budget - earned) / (budget - actual)


def schedule_variance(done: Number, budget: Number, planned: Number) -> Fraction:
    """The budget of the percentage of work that is done, less what was planned."""
    return part_of(done, budget) - planned


def schedule_index(done: Number, budget: Number, planned: Number) -> Fraction:
    """The budget of the percentage of work that is done, through what was planned."""
    return part_of(done, budget) / planned


def variance_at_completion(done: Number, budget: Number, actual: Number) -> Fraction:
    """The budget less the estimate at completion, with a percentage of the work done."""
    return budget - estimate_at_completion(budget, part_of(done, budget), actual)


def unknown(factor: Number, constant: Number, result: Number) -> Fraction:
    """x of factor * x + constant = result."""
    return Fraction(result - constant) / factor


def crossing(rate: Number, base: Number, other_rate: Number, other_base: Number) -> Fraction:
    """Where two lines meet."""
    return Fraction(other_base - base) / (rate - other_rate)


def first_of_two(left: Sequence[Number], right: Sequence[Number]) -> Fraction:
    """x of two equations a x + b y = c, each given as (a, b, c), by Cramer's rule."""
    (a, b, c), (d, e, f) = left, right
    return Fraction(c * e - b * f) / (a * e - b * d)


def proportional(whole: Number, parts: Sequence[int], at: int) -> Fraction:
    """One share of a whole that is divided in proportion."""
    return Fraction(whole * parts[at]) / sum(parts)


def scaled(amount: Number, old: Number, new: Number) -> Fraction:
    """An amount for `old`, brought to `new`."""
    return Fraction(amount * new) / old


def rate_gap(price: Number, size: Number, other_price: Number, other_size: Number) -> Fraction:
    """How much more one pays for a unit."""
    return Fraction(price) / size - Fraction(other_price) / other_size


def round_trip(there: Number, back: Number) -> Fraction:
    """The mean speed of a way there and back."""
    return 2 / (1 / Fraction(there) + 1 / Fraction(back))


def together(hours: Sequence[Number]) -> Fraction:
    """The time that those take together who take so long alone."""
    return 1 / sum((1 / Fraction(one) for one in hours), Fraction(0))


def blended(amount: Number, strong: Number, weak: Number, wanted: Number) -> Fraction:
    """How much of the strong makes an amount of the wanted strength with the weak."""
    return Fraction(amount * (wanted - weak)) / (strong - weak)


def sum_product(left: Sequence[Number], right: Sequence[Number]) -> Fraction:
    """The sum of the products of two columns, line by line."""
    return Fraction(sum(one * other for one, other in zip(left, right, strict=True)))


def sum_if(values: Sequence[Number], chosen: Sequence[bool]) -> Fraction:
    """The sum of the values that are chosen."""
    return Fraction(sum(value for value, taken in zip(values, chosen, strict=True) if taken))


def with_rate(net: Number, percent: Number) -> Fraction:
    """An amount with so many percent on top."""
    return net * (1 + Fraction(percent) / 100)


def tiered(amount: Number, limit: Number, low: Number, high: Number) -> Fraction:
    """One percentage up to a limit and another of what is above it."""
    return part_of(low, limit) + part_of(high, amount - limit)


def pie_angle(part: Number, whole: Number) -> Fraction:
    """The angle of a part in a pie chart, in degrees."""
    return Fraction(360 * part) / whole


def drawn_ratio(small: Number, large: Number, baseline: Number) -> Fraction:
    """How many times as long the bar of the large value is on an axis that begins at the baseline."""
    return Fraction(large - baseline) / (small - baseline)


def exaggeration(small: Number, large: Number, baseline: Number) -> Fraction:
    """Tufte's lie factor: the growth that is drawn through the growth that is there."""
    drawn = drawn_ratio(small, large, baseline) - 1
    return drawn / (Fraction(large) / small - 1)


def log_position(value: Number, length: Number, decades: int) -> Decimal:
    """Where a value stands on a logarithmic axis from 1 over so many powers of ten."""
    with localcontext(prec=PRECISION):
        return decimal(value).log10() * decimal(length) / decades
