"""Unknown quantities, shares and rates of everyday problems."""

from fractions import Fraction

from practice.generators import plain
from practice.generators.drafts import ANSWER, Draft, Draws, Generator, about, added, figure, work

FEES = (
    ("A van is rented for {base} EUR and {rate} EUR for each hour", "hours"),
    ("A translator asks {base} EUR for an order and {rate} EUR for each page", "pages"),
    ("A printer charges {base} EUR to set up and {rate} EUR for each poster", "posters"),
    ("A hall costs {base} EUR and {rate} EUR for each guest", "guests"),
    ("A data service costs {base} EUR a month and {rate} EUR for each gigabyte", "gigabytes"),
)
SHARES = (
    ("Three departments share a budget of {whole} EUR", "department"),
    ("Three partners share a profit of {whole} EUR", "partner"),
    ("Three branches share {whole} EUR for advertising", "branch"),
)
TICKETS = (
    ("A museum", "tickets for adults", "tickets for children"),
    ("A theatre", "seats in the stalls", "seats on the balcony"),
    ("A cinema", "evening tickets", "matinee tickets"),
    ("A concert hall", "full-price tickets", "student tickets"),
)
ORDINALS = ("first", "second", "third")


def one_unknown(draws: Draws) -> Draft:
    base, rate, count = draws.whole(20, 180, 5), draws.whole(3, 24), draws.whole(4, 40)
    fee, what = draws.one(FEES)
    bill = base + rate * count
    return Draft(
        prompt=f"{fee.format(base=base, rate=rate)}. The bill is {figure(bill)} EUR. How many {what} were billed?",
        answer=work(plain.unknown, rate, base, bill),
        hints=(
            "How much of the bill is left without the fixed part?",
            "How often does the price per unit go into that?",
        ),
        solution=f"{rate} x + {base} = {figure(bill)}, so {rate} x = {figure(bill - base)} and x = "
        f"{figure(bill - base)} / {rate} = {ANSWER} {what}.",
        places=0,
    )


def two_tariffs(draws: Draws) -> Draft:
    rate, step, count = draws.whole(3, 15), draws.whole(2, 9), draws.whole(6, 45)
    base = draws.whole(80, 240, 5)
    low = base - step * count
    if low <= 0:
        base, low = base + step * count, base
    fee, what = draws.one(FEES)
    return Draft(
        prompt=f"{fee.format(base=base, rate=rate)}. With a second offer the fixed part is {low} EUR, and "
        f"the part for each of the {what} is {rate + step} EUR. For how many {what} do both offers cost the "
        "same?",
        answer=work(plain.crossing, rate, base, rate + step, low),
        hints=(
            "Write down what each offer costs for x units.",
            "Set the two equal and bring everything with x to one side.",
        ),
        solution=f"{rate} x + {base} = {rate + step} x + {low}. So {base - low} = {step} x, and x = "
        f"{base - low} / {step} = {ANSWER} {what}.",
        places=0,
    )


def two_unknowns(draws: Draws) -> Draft:
    dear, cheap = draws.whole(12, 40), draws.whole(4, 11)
    many, few = draws.whole(40, 320), draws.whole(30, 240)
    who, first, second = draws.one(TICKETS)
    count, money = many + few, dear * many + cheap * few
    return Draft(
        prompt=f"{who} sold {count} tickets in all and took {figure(money)} EUR: {first} at {dear} EUR and "
        f"{second} at {cheap} EUR. How many {first} were sold?",
        answer=work(plain.first_of_two, (1, 1, count), (dear, cheap, money)),
        hints=(
            "There are two unknown numbers and two facts: make two equations.",
            "Use the number of all tickets to write one unknown by the other.",
            "What would have been taken if all tickets had been the cheaper ones?",
        ),
        solution=f"x + y = {count} and {dear} x + {cheap} y = {figure(money)}. All at {cheap} EUR would have "
        f"brought {figure(cheap * count)} EUR. The missing {figure(money - cheap * count)} EUR are "
        f"{dear - cheap} EUR for each of the {first}: x = {figure(money - cheap * count)} / {dear - cheap} = "
        f"{ANSWER}.",
        places=0,
    )


def two_orders(draws: Draws) -> Draft:
    chair, table = Fraction(draws.whole(50, 240), 2), Fraction(draws.whole(120, 620), 2)
    a, b, c, d = draws.whole(5, 9), draws.whole(2, 3), draws.whole(2, 6), draws.whole(5, 8)
    things = draws.one(
        (("chairs", "tables"), ("keyboards", "screens"), ("helmets", "jackets"), ("lamps", "shelves"))
    )
    sums = a * chair + b * table, c * chair + d * table
    scaled = a * d - b * c
    return Draft(
        prompt=f"One invoice is for {a} {things[0]} and {b} {things[1]}: {figure(sums[0])} EUR. Another is "
        f"for {c} {things[0]} and {d} {things[1]}: {figure(sums[1])} EUR. What does one of the {things[0]} "
        "cost, in EUR?",
        answer=work(plain.first_of_two, (a, b, sums[0]), (c, d, sums[1])),
        hints=(
            "Make an equation of each invoice, with two unknown prices.",
            f"Multiply the equations so that both have the same number of {things[1]}.",
            "Subtract one from the other.",
        ),
        solution=f"{a} x + {b} y = {figure(sums[0])} and {c} x + {d} y = {figure(sums[1])}. The first times "
        f"{d} less the second times {b} is {scaled} x = {figure(d * sums[0] - b * sums[1])}, so that x = "
        f"{ANSWER} EUR.",
        unit="EUR",
    )


def share_in_proportion(draws: Draws) -> Draft:
    parts = draws.wholes(3, 2, 9)
    whole = sum(parts) * draws.whole(40, 400, 5) * 5
    at = draws.whole(0, 2)
    told, who = draws.one(SHARES)
    return Draft(
        prompt=f"{told.format(whole=figure(whole))} in the ratio {parts[0]} : {parts[1]} : {parts[2]}. How "
        f"much does the {ORDINALS[at]} {who} get, in EUR?",
        answer=work(plain.proportional, whole, parts, at),
        hints=("How many parts are there in all?", "What is one part worth?"),
        solution=f"There are {added(parts)} = {sum(parts)} parts of {figure(whole)} / {sum(parts)} = "
        f"{figure(Fraction(whole, sum(parts)))} EUR. {parts[at]} of them are {ANSWER} EUR.",
        unit="EUR",
    )


def scaled_amount(draws: Draws) -> Draft:
    old, new = draws.wholes(2, 8, 90, 2)
    amount = Fraction(draws.whole(12, 96) * old, 40)
    what = draws.one(
        (
            ("A canteen needs {} kg of vegetables for {} guests", "for {} guests", "kg"),
            ("A team used {} hours for {} interviews", "for {} interviews", "hours"),
            ("A mailing of {} kg went to {} offices", "to {} offices", "kg"),
            ("A server wrote {} GB of logs in {} days", "in {} days", "GB"),
        )
    )
    return Draft(
        prompt=f"{what[0].format(figure(amount), old)}. How much is that {what[1].format(new)} at the same "
        f"rate, in {what[2]}?",
        answer=work(plain.scaled, amount, old, new),
        hints=("How much is it for one?", "Multiply that by the new number."),
        solution=f"For one it is {figure(amount)} / {old} = {about(amount / old)} {what[2]}; {new} times "
        f"this is {ANSWER} {what[2]}.",
        unit=what[2],
    )


def unit_price(draws: Draws) -> Draft:
    count = draws.whole(6, 48)
    price = Fraction(draws.whole(120, 4800), 100)
    what = draws.one(("pens", "cables", "mugs", "bottles of water", "batteries", "notebooks"))
    total = price * count
    return Draft(
        prompt=f"{count} {what} cost {figure(total)} EUR. What does one cost, in EUR?",
        answer=work(plain.ratio, total, count),
        hints=("The price is spread evenly.", "Divide the price by the number."),
        solution=f"{figure(total)} / {count} = {ANSWER} EUR.",
        unit="EUR",
    )


def cheaper_of_two(draws: Draws) -> Draft:
    sizes, cents = draws.wholes(2, 4, 24, 2), draws.wholes(2, 40, 150)
    prices = [Fraction(size * cent, 100) for size, cent in zip(sizes, cents, strict=True)]
    what = draws.one(("litres of paint", "kg of flour", "metres of cable", "litres of cleaner"))
    unit = what.split()[0].removesuffix("s")
    dear, cheap = (0, 1) if cents[0] > cents[1] else (1, 0)
    return Draft(
        prompt=f"One supplier sells {sizes[0]} {what} for {figure(prices[0])} EUR, another {sizes[1]} for "
        f"{figure(prices[1])} EUR. By how many EUR per {unit} is the cheaper of the two better?",
        answer=work(plain.rate_gap, prices[dear], sizes[dear], prices[cheap], sizes[cheap]),
        hints=("Bring both to the same amount first.", f"What does one {unit} cost at each supplier?"),
        solution=f"One {unit} costs {figure(prices[0] / sizes[0])} EUR at the first and "
        f"{figure(prices[1] / sizes[1])} EUR at the second supplier. The difference is {ANSWER} EUR.",
        unit="EUR",
    )


def mean_speed(draws: Draws) -> Draft:
    way, speeds = draws.whole(60, 240, 10), draws.wholes(2, 40, 120, 5)
    who = draws.one(("A lorry", "A coach", "A courier", "A technician"))
    hours = [Fraction(way, speed) for speed in speeds]
    return Draft(
        prompt=f"{who} goes {way} km at {speeds[0]} km/h and the same {way} km back at {speeds[1]} km/h. "
        "What is the mean speed over the whole journey, in km/h?",
        answer=work(plain.round_trip, *speeds),
        hints=(
            "The slower way takes longer, so the mean of the two speeds is not the answer.",
            "How long does each way take?",
            "Divide the whole way by the whole time.",
        ),
        solution=f"There it takes {way} / {speeds[0]} ≈ {about(hours[0])} hours and back {way} / {speeds[1]} ≈ "
        f"{about(hours[1])} hours. {2 * way} km in {about(sum(hours, Fraction(0)))} hours are {ANSWER} km/h.",
        places=1,
        unit="km/h",
    )


def work_together(draws: Draws) -> Draft:
    hours = draws.wholes(2, 6, 36)
    return _together(draws, hours, "Two")


def three_together(draws: Draws) -> Draft:
    hours = draws.wholes(3, 6, 40)
    return _together(draws, hours, "Three")


def _together(draws: Draws, hours: list[int], count: str) -> Draft:
    who, do = draws.one(
        (
            ("machines", "fill an order"),
            ("pumps", "empty a basin"),
            ("servers", "index an archive"),
            ("printers", "print a run"),
        )
    )
    alone = " and ".join([", ".join(str(one) for one in hours[:-1]), str(hours[-1])])
    parts = " + ".join(f"1/{one}" for one in hours)
    return Draft(
        prompt=f"{count} {who} need {alone} hours to {do} alone. How many hours do they need together, when "
        "each works as fast as before?",
        answer=work(plain.together, hours),
        hints=(
            "The hours cannot be added: together they are faster than each alone.",
            "Which part of the work does each do in one hour?",
            "Add these parts; the time is 1 divided by the sum.",
        ),
        solution=f"In one hour they do {parts} ≈ {about(1 / plain.together(hours))} of the work. 1 divided "
        f"by this is {ANSWER} hours.",
        unit="hours",
    )


def mixture(draws: Draws) -> Draft:
    strong, weak = draws.whole(50, 90, 5), draws.whole(5, 25, 5)
    wanted, amount = draws.whole(30, 45), draws.whole(20, 200, 4)
    what = draws.one(("cleaning concentrate", "dye solution", "fertiliser solution", "disinfectant"))
    return Draft(
        prompt=f"{amount} litres of {what} with a strength of {wanted} % are to be mixed from one of "
        f"{strong} % and one of {weak} %. How many litres of the stronger one are needed?",
        answer=work(plain.blended, amount, strong, weak, wanted),
        hints=(
            "Call the litres of the stronger one x; how many are then of the weaker one?",
            "How much of the pure substance is in each part, and how much in the mixture?",
            "Make an equation of that and solve it.",
        ),
        solution=f"{figure(Fraction(strong, 100))} x + {figure(Fraction(weak, 100))} ({amount} - x) = "
        f"{figure(Fraction(wanted, 100))} × {amount}. So {figure(Fraction(strong - weak, 100))} x = "
        f"{figure(Fraction((wanted - weak) * amount, 100))}, and x = {ANSWER} litres.",
        unit="litres",
    )


GENERATORS = {
    "linear-equation": Generator(
        "problem-solving", {2: one_unknown, 4: two_tariffs, 6: two_unknowns, 8: two_orders}
    ),
    "ratio": Generator("problem-solving", {2: scaled_amount, 3: share_in_proportion}),
    "unit-rate": Generator("problem-solving", {1: unit_price, 3: cheaper_of_two, 6: mean_speed}),
    "work-and-mixture": Generator("problem-solving", {7: work_together, 8: mixture, 9: three_together}),
}
