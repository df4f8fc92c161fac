"""Probabilities, expected values and what a sign says about a cause."""

from fractions import Fraction
from math import comb

from practice.generators import plain, plain_statistics
from practice.generators.drafts import ANSWER, Draft, Draws, Generator, about, figure, products, work

EVENTS = (
    ("a delivery arrives late", "on time"),
    ("a visitor leaves the page at once", "stays"),
    ("a part fails the inspection", "passes it"),
    ("a customer pays by invoice", "pays otherwise"),
    ("an e-mail is opened", "stays unopened"),
)
GUARDS = (
    ("Two independent backups of a file", "can be read again with chances of", "both can be read"),
    ("Two independent suppliers", "deliver in time with chances of", "both deliver in time"),
    ("Two independent sensors", "notice a leak with chances of", "both notice it"),
    ("Two independent reviewers", "find a given fault with chances of", "both find it"),
)
TRIALS = (
    ("a request to a server times out", "requests"),
    ("a sampled part is faulty", "parts"),
    ("a person who is invited answers a survey", "invited people"),
    ("a shipment is damaged on its way", "shipments"),
    ("a caller hangs up before the help desk answers", "callers"),
)
SIGNS = (
    ("fraud", "payments", "are fraud", "a payment", "raises an alarm"),
    ("malware", "attachments", "carry malware", "an attachment", "is held back by the scanner"),
    ("a fault", "parts", "have a fault", "a part", "is rejected by the camera"),
    ("churn", "customers", "leave within a month", "a customer", "is marked by the churn model"),
    ("an attack", "log-ins", "are attacks", "a log-in", "is flagged by the detector"),
)
VENTURES = (
    ("A food stand earns", "on a sunny day", "on a cloudy day", "on a rainy day"),
    ("A project brings", "if it goes well", "if it goes as planned", "if it goes badly"),
    ("A campaign brings a profit of", "in a strong season", "in a usual season", "in a weak season"),
    ("A maintenance contract leaves", "in a quiet year", "in a usual year", "in a year with many faults"),
)


def not_happening(draws: Draws) -> Draft:
    percent = Fraction(draws.whole(20, 450), 10)
    event, otherwise = draws.one(EVENTS)
    return Draft(
        prompt=f"The chance that {event} is {figure(percent)} %. How likely is it, in percent, that this "
        f"does not happen ({otherwise})?",
        answer=work(plain_statistics.complement, percent),
        hints=("One of the two happens for certain.", "The two chances come to 100 % together."),
        solution=f"The two chances add up to 100 %: 100 - {figure(percent)} = {ANSWER} %.",
        unit="%",
    )


def both_happening(draws: Draws) -> Draft:
    chances = draws.wholes(2, 55, 97)
    who, do, wanted = draws.one(GUARDS)
    first, second = chances
    return Draft(
        prompt=f"{who} {do} {first} % and {second} %. How likely is it, in percent, that {wanted}?",
        answer=work(plain_statistics.all_of, chances),
        hints=(
            "They do not depend on each other, so the chances are multiplied.",
            "Write the percentages as numbers between 0 and 1 first.",
        ),
        solution=f"{figure(Fraction(first, 100))} × {figure(Fraction(second, 100))} = "
        f"{figure(Fraction(first * second, 10_000))}, which is {ANSWER} %.",
        places=1,
        unit="%",
    )


def chain_of_three(draws: Draws) -> Draft:
    chances = draws.wholes(3, 80, 99)
    what = draws.one(("A sign-up has", "A production line has", "A release goes through", "A parcel passes"))
    shares = " × ".join(figure(Fraction(one, 100)) for one in chances)
    return Draft(
        prompt=f"{what} three steps that do not depend on each other and succeed with {chances[0]} %, "
        f"{chances[1]} % and {chances[2]} %. How likely is it, in percent, that at least one of them fails?",
        answer=work(plain_statistics.any_fails, chances),
        hints=(
            "Think of the opposite: when does no step fail?",
            "Multiply the chances of success.",
            "Take the result away from 100 %.",
        ),
        solution=f"All three succeed with {shares} = {figure(plain_statistics.all_of(chances) / 100)}, that is "
        f"{figure(plain_statistics.all_of(chances))} %. At least one fails with 100 % less this, which is {ANSWER} %.",
        places=1,
        unit="%",
    )


def once_at_least(draws: Draws) -> Draft:
    percent, times = Fraction(draws.whole(30, 250), 10), draws.whole(4, 9)
    event, things = draws.one(TRIALS)
    never = (1 - percent / 100) ** times
    return Draft(
        prompt=f"The chance that {event} is {figure(percent)} %, each time independently. How likely is it, "
        f"in percent, that this happens for at least one of {times} {things}?",
        answer=work(plain_statistics.at_least_one, percent, times),
        hints=(
            "Ask for the opposite first: how likely is it that it never happens?",
            "Never happening is the chance of it not happening, multiplied with itself once for each time.",
            "Take that away from 1.",
        ),
        solution=f"It does not happen with a chance of {figure(1 - percent / 100)} each time, and never in "
        f"{times} with {figure(1 - percent / 100)}^{times} ≈ {about(never)}. At least once is the rest: "
        f"{ANSWER} %.",
        places=1,
        unit="%",
    )


def so_many_times(draws: Draws) -> Draft:
    percent, times = draws.whole(10, 45, 5), draws.whole(5, 8)
    hits = draws.whole(2, 3)
    event, things = draws.one(TRIALS)
    chance = Fraction(percent, 100)
    ways = comb(times, hits)
    return Draft(
        prompt=f"The chance that {event} is {percent} %, each time independently. How likely is it, in "
        f"percent, that this happens for exactly {hits} of {times} {things}?",
        answer=work(plain_statistics.exactly, percent, hits, times),
        hints=(
            "How likely is one particular order of hits and misses?",
            "In how many orders can the hits fall? That is a binomial coefficient.",
            "Multiply the two.",
        ),
        solution=f"One order has the chance {figure(chance)}^{hits} × {figure(1 - chance)}^{times - hits} ≈ "
        f"{about(chance**hits * (1 - chance) ** (times - hits), 6)}. There are {ways} orders, so the chance "
        f"is {ANSWER} %.",
        places=1,
        unit="%",
    )


def expected_of_three(draws: Draws) -> Draft:
    amounts = [draws.whole(500, 900, 20), draws.whole(200, 480, 20), draws.whole(20, 180, 20)]
    return _expected(draws, amounts)


def expected_with_a_loss(draws: Draws) -> Draft:
    amounts = [
        draws.whole(24_000, 60_000, 500),
        draws.whole(8000, 20_000, 500),
        -draws.whole(5000, 18_000, 500),
    ]
    return _expected(draws, amounts)


def _expected(draws: Draws, amounts: list[int]) -> Draft:
    first, second = draws.whole(25, 45, 5), draws.whole(25, 45, 5)
    chances = [first, second, 100 - first - second]
    start, *cases = draws.one(VENTURES)
    told = [
        f"{figure(amount)} EUR {case} ({chance} %)"
        for amount, case, chance in zip(amounts, cases, chances, strict=True)
    ]
    loss = " A negative amount is a loss." if amounts[-1] < 0 else ""
    return Draft(
        prompt=f"{start} {told[0]}, {told[1]} and {told[2]}.{loss} What is the expected value, in EUR?",
        answer=work(plain_statistics.expected_value, amounts, chances),
        hints=(
            "Each amount counts by how likely it is.",
            "Multiply each amount by its chance, written between 0 and 1, and add the products.",
        ),
        solution=f"{products(amounts, [Fraction(one, 100) for one in chances])} = {ANSWER} EUR.",
        unit="EUR",
    )


def better_of_two(draws: Draws) -> Draft:
    price, cover = draws.whole(120, 400, 10), draws.whole(4000, 12_000, 500)
    percent = Fraction(draws.whole(8, 60), 10)
    what = draws.one(
        ("an event against rain", "a device against theft", "a voyage of goods", "a rented machine")
    )
    loss = plain.part_of(percent, cover)
    return Draft(
        prompt=f"Insuring {what} costs {price} EUR. Without it, a damage of {figure(cover)} EUR happens with "
        f"a chance of {figure(percent)} %. By how much is the price of the insurance above the expected "
        "damage, in EUR? Write a negative number if it is below.",
        answer=work(plain_statistics.price_above_risk, price, percent, cover),
        hints=(
            "What is the damage on average, over very many such cases?",
            "Take the expected damage away from the price.",
        ),
        solution=f"The expected damage is {figure(percent / 100)} × {figure(cover)} = {figure(loss)} EUR. "
        f"The price less this is {price} - {figure(loss)} = {ANSWER} EUR.",
        unit="EUR",
    )


def given_a_table(draws: Draws) -> Draft:
    both, only = draws.whole(24, 90), draws.whole(30, 160)
    neither = draws.whole(80, 300)
    device, other, act = draws.one(
        (
            ("a phone", "a computer", "bought something"),
            ("a newsletter", "a search engine", "signed up"),
            ("an advertisement", "a friend", "asked for an offer"),
        )
    )
    return Draft(
        prompt=f"Of the visitors who came by way of {device}, {both} {act} and {only} did not. Of those who "
        f"came by way of {other}, {neither} {act}. Given that a visitor {act}, how likely is it, in percent, "
        f"that they came by way of {device}?",
        answer=work(plain.share, both, both + neither),
        hints=(
            "You know that the visitor did it: only those who did count.",
            "How many did it in all, and how many of these came that way?",
        ),
        solution=f"{both} + {neither} = {both + neither} visitors {act}; {both} of them came by way of "
        f"{device}. Those who did not play no part. {both} / {both + neither} is {ANSWER} %.",
        places=1,
        unit="%",
    )


def _sign(draws: Draws) -> tuple[tuple[Fraction, int, Fraction], str, str, str]:
    """Prior, hits and false alarms in percent; the cause, the things and what is told of them."""
    rates = Fraction(draws.whole(5, 80), 10), draws.whole(80, 98), Fraction(draws.whole(20, 120), 10)
    cause, things, are, thing, sign = draws.one(SIGNS)
    prior, hit, false_alarm = (figure(rate) for rate in rates)
    return (
        rates,
        cause,
        things,
        f"{prior} % of all {things} {are}. If so, {thing} {sign} with a chance of {hit} %; if not, it still "
        f"does with a chance of {false_alarm} %.",
    )


def alarms_in_all(draws: Draws) -> Draft:
    (prior, hit, false_alarm), _, things, told = _sign(draws)
    true, false = prior * hit / 100, (100 - prior) * false_alarm / 100
    return Draft(
        prompt=f"{told} For how many percent of all {things} does this happen, rightly or wrongly?",
        answer=work(plain_statistics.all_alarms, prior, hit, false_alarm),
        hints=(
            "There are two ways to such a sign: a true one and a false one.",
            "Work both out and add them.",
        ),
        solution=f"True signs are {figure(prior)} % × {hit} / 100 = {figure(true)} %. False ones are "
        f"{figure(100 - prior)} % × {figure(false_alarm)} / 100 = {figure(false)} %. Together this is {ANSWER} %.",
        unit="%",
    )


def cause_after_a_sign(draws: Draws) -> Draft:
    return _cause(draws, ("", "When this happens", ""), times=1)


def cause_after_two_signs(draws: Draws) -> Draft:
    second = " A second, independent check with the same figures comes to the same."
    return _cause(draws, (second, "When both happen", " twice"), times=2)


def _cause(draws: Draws, words: tuple[str, str, str], *, times: int) -> Draft:
    (prior, hit, false_alarm), cause, things, told = _sign(draws)
    second, when, twice = words
    true = prior * Fraction(hit, 100) ** times
    false = (100 - prior) * (false_alarm / 100) ** times
    return Draft(
        prompt=f"{told}{second} {when}, how likely is {cause}, in percent?",
        answer=work(plain_statistics.bayes, prior, hit, false_alarm, times=times),
        hints=(
            f"Imagine very many {things}: how many of them give the sign{twice} rightly?",
            "How many give it although nothing is wrong?",
            "Divide the true ones by all that give it.",
        ),
        solution=f"Of 100 {things}, about {about(true)} give the sign{twice} rightly and {about(false)} "
        f"wrongly. {about(true)} / ({about(true)} + {about(false)}) is {ANSWER} %.",
        places=1,
        unit="%",
    )


GENERATORS = {
    "event-probability": Generator(
        "statistics",
        {1: not_happening, 3: both_happening, 4: chain_of_three, 6: once_at_least, 8: so_many_times},
    ),
    "expected-value": Generator(
        "statistics", {4: expected_of_three, 5: expected_with_a_loss, 6: better_of_two}
    ),
    "conditional-probability": Generator(
        "statistics", {5: given_a_table, 7: alarms_in_all, 9: cause_after_a_sign, 10: cause_after_two_signs}
    ),
}
