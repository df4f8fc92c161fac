"""Conversion rates, uplifts and funnels of websites."""

from fractions import Fraction

from practice.generators import plain, plain_statistics
from practice.generators.drafts import ANSWER, POINTS, Draft, Draws, Generator, about, figure, work

PAGES = (
    ("A shop's product page", "orders"),
    ("The landing page of a course", "sign-ups"),
    ("A charity's page", "donations"),
    ("The page of a trade fair", "registrations"),
    ("A newsletter's page", "subscriptions"),
)
CHANGES = (
    "a shorter form",
    "a new headline",
    "a picture of the product",
    "reviews beside the price",
    "a calmer layout",
)


def conversion_rate(draws: Draws) -> Draft:
    visits = draws.whole(800, 9600, 40)
    done = visits * draws.whole(12, 90) // 1000
    page, what = draws.one(PAGES)
    return Draft(
        prompt=f"{page} had {figure(visits)} visits last week and brought {figure(done)} {what}. What is the "
        "conversion rate, in percent?",
        answer=work(plain.share, done, visits),
        hints=(
            "Which number is the whole here?",
            "Divide what was brought by the visits, and write it in percent.",
        ),
        solution=f"{figure(done)} / {figure(visits)} ≈ {about(Fraction(done, visits))}, that is {ANSWER} %.",
        unit="%",
    )


def visits_for_a_goal(draws: Draws) -> Draft:
    rate = Fraction(draws.one((8, 10, 16, 20, 25, 32, 40, 50)), 10)
    goal = draws.whole(60, 480, 2)
    page, what = draws.one(PAGES)
    return Draft(
        prompt=f"{page} has a conversion rate of {figure(rate)} %. How many visits does it need for {goal} {what}?",
        answer=work(plain.whole_of, goal, rate),
        hints=(
            "The goal is that many percent of the visits.",
            "Divide the goal by the rate, written between 0 and 1.",
        ),
        solution=f"{goal} / {figure(rate / 100)} = {ANSWER} visits.",
        places=0,
    )


def rate_of_two_sources(draws: Draws) -> Draft:
    visits = draws.wholes(2, 1000, 8000, 200)
    rates = [Fraction(one, 10) for one in draws.wholes(2, 10, 70, 5)]
    page, what = draws.one(PAGES)
    return Draft(
        prompt=f"{page} had {figure(visits[0])} visits from search with a conversion rate of "
        f"{figure(rates[0])} % and {figure(visits[1])} from e-mail with {figure(rates[1])} %. What is the "
        "conversion rate of all these visits, in percent?",
        answer=work(plain_statistics.weighted_mean, rates, visits),
        hints=(
            f"How many {what} did each source bring?",
            "Divide all of them together by all visits; the mean of the two rates is something else.",
        ),
        solution=f"Search brought {figure(rates[0] * visits[0] / 100)} and e-mail "
        f"{figure(rates[1] * visits[1] / 100)} {what}. Together, of {figure(sum(visits))} visits, this is "
        f"{ANSWER} %.",
        unit="%",
    )


def _test(draws: Draws) -> tuple[Fraction, Fraction, str]:
    old = Fraction(draws.whole(150, 600, 5), 100)
    new = old + Fraction(draws.whole(15, 160, 5), 100)
    page, _ = draws.one(PAGES)
    told = (
        f"{page} is tested with {draws.one(CHANGES)}. The old version converts {figure(old)} % of the "
        f"visits, the new one {figure(new)} %."
    )
    return old, new, told


def absolute_uplift(draws: Draws) -> Draft:
    old, new, told = _test(draws)
    return Draft(
        prompt=f"{told} By how many percentage points is the new version better?",
        answer=work(plain.difference, new, old),
        hints=(
            "Percentage points are the plain difference of two percentages.",
            "Which rate is taken from which?",
        ),
        solution=f"{figure(new)} - {figure(old)} = {ANSWER} percentage points.",
        unit=POINTS,
    )


def relative_uplift(draws: Draws) -> Draft:
    old, new, told = _test(draws)
    return Draft(
        prompt=f"{told} What is the relative uplift, in percent?",
        answer=work(plain.percent_change, old, new),
        hints=(
            "Relative means: compared with the old rate.",
            "Divide the difference of the rates by the old one.",
        ),
        solution=f"The difference is {figure(new - old)} percentage points. {figure(new - old)} / "
        f"{figure(old)} is {ANSWER} %.",
        places=1,
        unit="%",
    )


def uplift_from_counts(draws: Draws) -> Draft:
    visits = draws.wholes(2, 2000, 9000, 50)
    old = visits[0] * draws.whole(25, 45) // 1000
    new = visits[1] * draws.whole(47, 60) // 1000
    page, what = draws.one(PAGES)
    rates = [Fraction(100 * old, visits[0]), Fraction(100 * new, visits[1])]
    return Draft(
        prompt=f"{page} is tested with {draws.one(CHANGES)}. The old version had {figure(visits[0])} visits "
        f"and {old} {what}, the new one {figure(visits[1])} visits and {new} {what}. What is the relative "
        "uplift of the conversion rate, in percent?",
        answer=work(plain.uplift, old, visits[0], new, visits[1]),
        hints=(
            "The versions had different numbers of visits, so compare rates and not counts.",
            "Work out both conversion rates, and keep them unrounded.",
            "By how many percent of the old rate is the new one higher?",
        ),
        solution=f"The rates are {about(rates[0])} % and {about(rates[1])} %. Their difference divided by "
        f"the old rate is {ANSWER} %.",
        places=1,
        unit="%",
    )


def funnel(draws: Draws) -> Draft:
    rates = [draws.whole(20, 60), draws.whole(15, 50), draws.whole(40, 90)]
    visits = draws.whole(2, 9) * 1000
    return Draft(
        prompt=f"Of the visitors of a shop, {rates[0]} % look at a product; of these, {rates[1]} % put one "
        f"into the basket; of these, {rates[2]} % pay. How many percent of all visitors pay?",
        answer=work(plain_statistics.all_of, rates),
        hints=(
            f"Follow {figure(visits)} visitors through the steps.",
            "Each step takes its share of what the step before has left: multiply the shares.",
        ),
        solution=f"{' × '.join(figure(Fraction(one, 100)) for one in rates)} = "
        f"{figure(plain_statistics.all_of(rates) / 100)}, that is {ANSWER} %.",
        unit="%",
    )


def step_of_a_funnel(draws: Draws) -> Draft:
    # Whole people at every step: of visitors by ten thousands, shares by fives and by twenties.
    first, second, last = draws.whole(24, 60), draws.whole(15, 55, 5), draws.whole(40, 80, 20)
    visits = draws.whole(1, 9) * 10_000
    paid = visits * first * second * last // 1_000_000
    return Draft(
        prompt=f"Of {figure(visits)} visitors of a shop, {first} % looked at a product, and {last} % of "
        f"those who put one into the basket paid: {figure(paid)} people. What percentage of those who looked "
        "at a product put one into the basket?",
        answer=work(plain.funnel_step, visits, first, last, paid),
        hints=(
            "How many people looked at a product?",
            "How many must have put one into the basket, if so many paid?",
            "Divide the second number by the first.",
        ),
        solution=f"{figure(plain.part_of(first, visits))} people looked at a product. {figure(paid)} who "
        f"paid are {last} % of those with a basket, so {about(plain.whole_of(paid, last), 2)} had one. Their "
        f"share of those who looked is {ANSWER} %.",
        places=1,
        unit="%",
    )


GENERATORS = {
    "conversion-rate": Generator(
        "web-analytics", {1: conversion_rate, 3: visits_for_a_goal, 5: rate_of_two_sources}
    ),
    "uplift": Generator("web-analytics", {2: absolute_uplift, 4: relative_uplift, 6: uplift_from_counts}),
    "funnel": Generator("web-analytics", {4: funnel, 8: step_of_a_funnel}),
}
