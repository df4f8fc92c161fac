"""Changes in percent, break-even points and growth that compounds."""

from fractions import Fraction

from practice.generators import plain
from practice.generators.drafts import ANSWER, Draft, Draws, Generator, about, figure, work

COSTS = (
    "the yearly licence of a tool",
    "the rent of an office",
    "the training budget of a team",
    "the hosting of a website",
    "the travel costs of a department",
)
GOODS = (
    ("A studio sells printed posters", "posters"),
    ("A workshop sells wooden toys", "toys"),
    ("A pottery sells mugs", "mugs"),
    ("A roastery sells bags of coffee", "bags"),
    ("A print shop sells calendars", "calendars"),
)
FUNDS = (
    "A project fund of {} EUR",
    "A reserve of {} EUR",
    "An endowment of {} EUR",
    "A pension plan of {} EUR",
)


def change(draws: Draws) -> Draft:
    old = draws.whole(400, 6000, 20)
    new = old + old * draws.whole(3, 45) // 100 * draws.one((1, -1))
    way = "rise" if new > old else "fall"
    direction = "" if new > old else " Write the fall as a negative number."
    return Draft(
        prompt=f"From one year to the next, {draws.one(COSTS)} went from {figure(old)} EUR to {figure(new)} "
        f"EUR. By how many percent did this change?{direction}",
        answer=work(plain.percent_change, old, new),
        hints=(
            "How much is the new amount above or below the old one?",
            "The old amount is the whole: divide by it.",
        ),
        solution=f"The {way} is {figure(new)} - {figure(old)} = {figure(new - old)} EUR. Divided by the old "
        f"{figure(old)} EUR this is {ANSWER} %.",
        places=1,
        unit="%",
    )


def after_a_cut(draws: Draws) -> Draft:
    old, percent = draws.whole(1200, 9800, 100), draws.whole(4, 35)
    return Draft(
        prompt=f"A budget plan has {figure(old)} EUR for {draws.one(COSTS)}. The board cuts this by "
        f"{percent} %. How much is left, in EUR?",
        answer=work(plain.part_of, 100 - percent, old),
        hints=("How many percent are left after the cut?", "Take that share of the planned amount."),
        solution=f"{100 - percent} % are left: {figure(Fraction(100 - percent, 100))} × {figure(old)} = "
        f"{ANSWER} EUR.",
        unit="EUR",
    )


def before_a_change(draws: Draws) -> Draft:
    percent = draws.whole(3, 40) * draws.one((1, -1))
    old = draws.whole(40, 480, 2) * 25
    new = old * Fraction(100 + percent, 100)
    way = "a rise of" if percent > 0 else "a cut of"
    return Draft(
        prompt=f"After {way} {abs(percent)} %, a budget plan has {figure(new)} EUR for {draws.one(COSTS)}. "
        "How much did it have for this before, in EUR?",
        answer=work(plain.before_change, new, percent),
        hints=(
            "The percentage counts from the amount before, which you do not know yet.",
            "How many percent of the old amount is the new one?",
            "Divide by that share instead of taking the percentage back.",
        ),
        solution=f"The new amount is {100 + percent} % of the old one: {figure(new)} / "
        f"{figure(Fraction(100 + percent, 100))} = {ANSWER} EUR.",
        unit="EUR",
    )


def changes_in_a_row(draws: Draws) -> Draft:
    percents = [draws.whole(4, 25), -draws.whole(3, 20), draws.whole(2, 15)]
    factors = " × ".join(figure(1 + Fraction(one, 100)) for one in percents)
    rise, fall, again = (abs(one) for one in percents)
    return Draft(
        prompt=f"In three years in a row, {draws.one(COSTS)} rose by {rise} %, fell by {fall} % and rose by "
        f"{again} %. By how many percent did this change over the three years together? A fall is a negative "
        "number.",
        answer=work(plain.successive, percents),
        hints=(
            "Each percentage counts from the amount of its own year, so they cannot be added.",
            "Turn each change into a factor and multiply the three.",
        ),
        solution=f"{factors} = {figure(plain.successive(percents) / 100 + 1)}: compared with 1, this is a "
        f"change of {ANSWER} %.",
        unit="%",
    )


def units_to_break_even(draws: Draws) -> Draft:
    return _break_even(draws, with_profit=False)


def units_for_a_profit(draws: Draws) -> Draft:
    return _break_even(draws, with_profit=True)


def _break_even(draws: Draws, *, with_profit: bool) -> Draft:
    cost = Fraction(draws.whole(8, 60), 4)
    margin = Fraction(draws.whole(6, 40), 2)
    left = margin * draws.whole(120, 900)
    # The profit is a part of what the sales leave, so that the fixed costs stay above zero.
    profit = left * draws.whole(10, 50) // 1000 * 10 if with_profit else 0
    fixed = left - profit
    start, what = draws.one(GOODS)
    aim = f"make a profit of {figure(profit)} EUR" if with_profit else "neither make a profit nor a loss"
    to_cover = f"{figure(fixed)} + {figure(profit)}" if with_profit else figure(fixed)
    return Draft(
        prompt=f"{start} at {figure(cost + margin)} EUR each. Each costs {figure(cost)} EUR to make, and the "
        f"fixed costs are {figure(fixed)} EUR a month. How many {what} must be sold in a month to {aim}?",
        answer=work(plain.break_even, fixed, cost + margin, cost, profit),
        hints=(
            "How much of each price is left for the fixed costs?",
            "How often does that have to come in?"
            + (" The profit has to be covered like a cost." if with_profit else ""),
        ),
        solution=f"Each sale leaves {figure(cost + margin)} - {figure(cost)} = {figure(margin)} EUR. To "
        f"cover {to_cover} EUR, {figure(fixed + profit)} / {figure(margin)} = {ANSWER} {what} are needed.",
        places=0,
    )


def revenue_to_break_even(draws: Draws) -> Draft:
    fixed, percent = draws.whole(4000, 30_000, 250), draws.whole(30, 70)
    start, _ = draws.one(GOODS)
    return Draft(
        prompt=f"{start}. Of every euro of revenue, {percent} cents are spent on making what is sold. The fixed "
        f"costs are {figure(fixed)} EUR a month. At which monthly revenue, in EUR, is there neither profit nor loss?",
        answer=work(plain.whole_of, fixed, 100 - percent),
        hints=(
            "How much of every euro is left for the fixed costs?",
            "Of which revenue is this share just the fixed costs?",
        ),
        solution=f"{100 - percent} % of the revenue is left. {figure(fixed)} / "
        f"{figure(Fraction(100 - percent, 100))} is {ANSWER} EUR.",
        unit="EUR",
    )


def _fund(draws: Draws) -> tuple[int, Fraction, int, str]:
    start, percent, years = (
        draws.whole(2000, 40_000, 500),
        Fraction(draws.whole(15, 75, 5), 10),
        draws.whole(3, 8),
    )
    return start, percent, years, draws.one(FUNDS).format(figure(start))


def grown_with_interest(draws: Draws) -> Draft:
    start, percent, years, told = _fund(draws)
    factor = 1 + percent / 100
    return Draft(
        prompt=f"{told} earns {figure(percent)} % interest a year, which is added at the end of each year. "
        f"What has it become after {years} years, in EUR?",
        answer=work(plain.grown, start, percent, years),
        hints=(
            "Interest earns interest from the second year on.",
            "Each year multiplies by the same factor.",
            "Raise that factor to the number of years.",
        ),
        solution=f"Each year multiplies by {figure(factor)}. {figure(start)} × {figure(factor)}^{years} is "
        f"{ANSWER} EUR.",
        places=0,
        unit="EUR",
    )


def interest_alone(draws: Draws) -> Draft:
    start, percent, years, told = _fund(draws)
    factor = 1 + percent / 100
    return Draft(
        prompt=f"{told} earns {figure(percent)} % interest a year, added at the end of each year. How much "
        f"interest, in EUR, has it brought after {years} years in all?",
        answer=work(plain.interest, start, percent, years),
        hints=(
            "First work out what the whole has become.",
            "Then take away what was there at the beginning.",
        ),
        solution=f"The whole becomes {figure(start)} × {figure(factor)}^{years} ≈ "
        f"{about(plain.grown(start, percent, years), 2)} EUR. Less the {figure(start)} EUR of the beginning, "
        f"this is {ANSWER} EUR.",
        places=0,
        unit="EUR",
    )


def yearly_growth(draws: Draws) -> Draft:
    start, years = draws.whole(200, 900, 10), draws.whole(3, 6)
    end = start + start * draws.whole(20, 140) // 100
    what = draws.one(
        ("The members of an association", "The revenue of a shop, in thousands of EUR,", "The yearly users")
    )
    return Draft(
        prompt=f"{what} grew from {figure(start)} to {figure(end)} in {years} years. By how many percent a "
        "year is that, if the growth was the same every year (compound annual growth rate)?",
        answer=work(plain.growth_rate, start, end, years),
        hints=(
            "By which factor did it grow in all?",
            "The same factor each year, multiplied with itself once for each year, gives that: draw the root.",
            "Take 1 away and write the rest in percent.",
        ),
        solution=f"In all it grew by the factor {figure(end)} / {figure(start)} ≈ "
        f"{about(Fraction(end, start))}. Its root of degree {years} is about "
        f"{about(plain.power(Fraction(end, start), Fraction(1, years)))}, a growth of {ANSWER} %.",
        unit="%",
    )


def value_of_savings(draws: Draws) -> Draft:
    deposit, percent, years = (
        draws.whole(400, 3000, 50),
        Fraction(draws.whole(20, 60, 5), 10),
        draws.whole(4, 9),
    )
    factor = 1 + percent / 100
    return Draft(
        prompt=f"To replace its {draws.one(('servers', 'machines', 'vehicles', 'furniture'))}, a company "
        f"puts {figure(deposit)} EUR aside at the end of each year, at {figure(percent)} % interest a year. "
        f"How much is there right after deposit number {years}, in EUR?",
        answer=work(plain.saved, deposit, percent, years),
        hints=(
            "The deposits do not all earn interest for the same time; the last one earns none.",
            "What do the deposits become one by one? It is a geometric series.",
            "Its sum is (q^n - 1) / (q - 1) with the yearly factor q.",
        ),
        solution=f"With q = {figure(factor)} and n = {years}: {figure(deposit)} × ({figure(factor)}^{years} "
        f"- 1) / {figure(factor - 1)} is {ANSWER} EUR.",
        places=0,
        unit="EUR",
    )


def worth_today(draws: Draws) -> Draft:
    amounts = draws.wholes(3, 4000, 16_000, 500)
    percent = draws.whole(3, 10)
    cost = draws.whole(60, 85) * sum(amounts) // 100 // 100 * 100
    factor = 1 + Fraction(percent, 100)
    parts = " + ".join(f"{figure(one)} / {figure(factor)}^{year}" for year, one in enumerate(amounts, 1))
    return Draft(
        prompt=f"{draws.one(('A machine', 'A software system', 'A training programme'))} costs "
        f"{figure(cost)} EUR today and saves {figure(amounts[0])}, {figure(amounts[1])} and "
        f"{figure(amounts[2])} EUR at the ends of the next three years. What is its net present value at "
        f"{percent} % a year, in EUR? It is negative if the savings are worth less than the cost.",
        answer=work(plain.net_present_value, cost, amounts, percent),
        hints=(
            "A later amount is worth less today: divide it by the yearly factor once for each year.",
            "Add the three present values up.",
            "Take away what it costs today.",
        ),
        solution=f"{parts} ≈ {about(plain.present_value(amounts, percent), 2)} EUR. Less the {figure(cost)} "
        f"EUR of today this is {ANSWER} EUR.",
        places=0,
        unit="EUR",
    )


GENERATORS = {
    "percent-change": Generator(
        "budgeting", {1: change, 2: after_a_cut, 4: before_a_change, 5: changes_in_a_row}
    ),
    "break-even": Generator(
        "budgeting", {4: units_to_break_even, 6: revenue_to_break_even, 7: units_for_a_profit}
    ),
    "compound-growth": Generator(
        "budgeting",
        {5: grown_with_interest, 6: interest_alone, 8: yearly_growth, 9: value_of_savings, 10: worth_today},
    ),
}
