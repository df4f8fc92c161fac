"""The arithmetic of means, chances and samples, as `practice.generators.plain` has it of amounts.

`practice.generators.symbolic_statistics` has each of these functions once more.
"""

from collections.abc import Sequence
from decimal import Decimal, localcontext
from fractions import Fraction
from math import ceil, comb, prod

from practice.generators.plain import PRECISION, Number, decimal, power, share, sum_product


def mean(values: Sequence[Number]) -> Fraction:
    """The arithmetic mean."""
    return Fraction(sum(values)) / len(values)


def missing_value(known: Sequence[Number], wanted: Number) -> Fraction:
    """The value that brings the mean of all to the one wanted."""
    return Fraction(wanted * (len(known) + 1) - sum(known))


def median(values: Sequence[Number]) -> Fraction:
    """The middle value, or halfway between the middle two."""
    ordered, half = sorted(values), len(values) // 2
    return Fraction(ordered[half]) if len(values) % 2 else Fraction(ordered[half - 1] + ordered[half]) / 2


def mean_above_median(values: Sequence[Number]) -> Fraction:
    """How far the mean is above the median."""
    return mean(values) - median(values)


def weighted_mean(values: Sequence[Number], weights: Sequence[Number]) -> Fraction:
    """The mean in which each value counts by its weight."""
    return sum_product(values, weights) / sum(weights)


def last_score(values: Sequence[Number], weights: Sequence[Number], last: Number, wanted: Number) -> Fraction:
    """The value that must come with the weight `last` for the weighted mean wanted."""
    return (wanted * (sum(weights) + last) - sum_product(values, weights)) / last


def standard_deviation(values: Sequence[Number], *, sample: bool) -> Decimal:
    """The root of the mean squared deviation; of a sample with one degree of freedom less."""
    middle = mean(values)
    squares = sum(((value - middle) ** 2 for value in values), Fraction(0))
    return power(squares / (len(values) - int(sample)), Fraction(1, 2))


def variation(values: Sequence[Number]) -> Decimal:
    """The sample's standard deviation in percent of the mean."""
    with localcontext(prec=PRECISION):
        return 100 * standard_deviation(values, sample=True) / decimal(mean(values))


def complement(percent: Number) -> Fraction:
    """The chance, in percent, that something does not happen."""
    return Fraction(100 - percent)


def all_of(percents: Sequence[Number]) -> Fraction:
    """The chance, in percent, that independent things happen one and all."""
    return 100 * prod((Fraction(one) / 100 for one in percents), start=Fraction(1))


def any_fails(percents: Sequence[Number]) -> Fraction:
    """The chance, in percent, that not all of some independent things succeed."""
    return 100 - all_of(percents)


def at_least_one(percent: Number, times: int) -> Fraction:
    """The chance, in percent, that something happens at least once in independent trials."""
    return 100 - 100 * (1 - Fraction(percent) / 100) ** times


def exactly(percent: Number, hits: int, times: int) -> Fraction:
    """The chance, in percent, of exactly so many hits in independent trials."""
    chance = Fraction(percent) / 100
    return 100 * comb(times, hits) * chance**hits * (1 - chance) ** (times - hits)


def expected_value(amounts: Sequence[Number], percents: Sequence[Number]) -> Fraction:
    """The mean of amounts that come with chances in percent."""
    return sum_product(amounts, percents) / 100


def price_above_risk(price: Number, percent: Number, damage: Number) -> Fraction:
    """How much a price is above the expected damage."""
    return price - expected_value([damage], [percent])


def margin_of_mean(z: Number, deviation: Number, size: int) -> Decimal:
    """Half the width of the confidence interval of a mean."""
    with localcontext(prec=PRECISION):
        return decimal(z * deviation) / power(size, Fraction(1, 2))


def margin_of_share(z: Number, hits: int, size: int) -> Decimal:
    """Half the width of the confidence interval of a share, in percentage points."""
    share = Fraction(hits, size)
    with localcontext(prec=PRECISION):
        return 100 * decimal(z) * power(share * (1 - share) / size, Fraction(1, 2))


def end_of_share(z: Number, hits: int, size: int, *, upper: bool) -> Decimal:
    """An end of the confidence interval of a share, in percent."""
    with localcontext(prec=PRECISION):
        margin = margin_of_share(z, hits, size)
        return decimal(share(hits, size)) + (margin if upper else -margin)


def sample_size(z: Number, percent: Number, margin: Number) -> Fraction:
    """How many answers a share needs, in percent, so that its margin is at most the given percentage points."""
    share, half = Fraction(percent) / 100, Fraction(margin) / 100
    return Fraction(ceil(z**2 * share * (1 - share) / half**2))


def bayes(prior: Number, hit: Number, false_alarm: Number, *, times: int = 1) -> Fraction:
    """The chance, in percent, that it is so after as many independent positive signs."""
    so = Fraction(prior) * Fraction(hit) ** times
    not_so = (100 - Fraction(prior)) * Fraction(false_alarm) ** times
    return 100 * so / (so + not_so)


def all_alarms(prior: Number, hit: Number, false_alarm: Number) -> Fraction:
    """The share, in percent, of cases with a positive sign."""
    return (Fraction(prior) * hit + (100 - Fraction(prior)) * false_alarm) / 100
