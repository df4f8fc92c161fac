"""What formulas of a small sheet show."""

from fractions import Fraction

from practice.generators import plain, plain_statistics
from practice.generators.drafts import ANSWER, Draft, Draws, Generator, added, figure, listed, products, work

COLUMNS = (
    ("the hours of four people", "hours"),
    ("the orders of four weeks", "orders"),
    ("the visitors of four days", "visitors"),
    ("the kilometres of four trips", "kilometres"),
)
ARTICLES = (
    ("chairs", "tables", "lamps", "shelves"),
    ("pens", "folders", "envelopes", "staplers"),
    ("rolls", "cakes", "coffees", "juices"),
    ("cables", "adapters", "screens", "mice"),
)
REGIONS = ("North", "South", "East", "West")


def sum_of_range(draws: Draws) -> Draft:
    values = draws.wholes(4, 12, 98)
    told, what = draws.one(COLUMNS)
    return Draft(
        prompt=f"Cells B2 to B5 hold {told}: {listed(values)}. Cell B6 holds =SUM(B2:B5). What does it show?",
        answer=work(plain.total, values),
        hints=("B2:B5 is every cell from B2 down to B5.", "Add the four numbers up, tens first."),
        solution=f"{added(values)} = {ANSWER} {what}.",
        places=0,
    )


def average_with_text(draws: Draws) -> Draft:
    values = draws.wholes(4, 12, 98)
    told, what = draws.one(COLUMNS)
    return Draft(
        prompt=f"Cells B2 to B6 hold {listed(values[:2])}, then the text n/a, then {listed(values[2:])}: "
        f"{told}, and one that is not known. Cell B7 holds =AVERAGE(B2:B6). What does it show?",
        answer=work(plain_statistics.mean, values),
        hints=("What does AVERAGE do with a cell that holds text?", "Divide by how many cells hold numbers."),
        solution=f"AVERAGE leaves out the text. {added(values)} = {sum(values)}, and {sum(values)} / 4 = "
        f"{ANSWER} {what}.",
    )


def bill_of_products(draws: Draws) -> Draft:
    things = draws.one(ARTICLES)
    counts, prices = draws.wholes(4, 2, 30), [Fraction(one, 20) for one in draws.wholes(4, 10, 240)]
    rows = "; ".join(
        f"{count} {thing} at {figure(price)} EUR"
        for count, thing, price in zip(counts, things, prices, strict=True)
    )
    return Draft(
        prompt=f"A sheet lists {rows}. The numbers are in B2:B5, the prices in C2:C5. What does "
        "=SUMPRODUCT(B2:B5, C2:C5) show, in EUR?",
        answer=work(plain.sum_product, counts, prices),
        hints=(
            "The two ranges are gone through line by line.",
            "Multiply in each line, then add the products.",
        ),
        solution=f"{products(counts, prices)} = {ANSWER} EUR.",
        unit="EUR",
    )


def sum_above_limit(draws: Draws) -> Draft:
    values = draws.wholes(6, 20, 95)
    limit = sorted(values)[draws.whole(1, 3)]
    chosen = [value > limit for value in values]
    kept = [value for value in values if value > limit]
    return Draft(
        prompt=f'Cells B2 to B7 hold {listed(values)}. What does =SUMIF(B2:B7, ">{limit}") show?',
        answer=work(plain.sum_if, values, chosen),
        hints=("Which of the cells fit the condition?", "A cell that is equal to the limit does not fit."),
        solution=f"Above {limit} are {', '.join(figure(one) for one in kept)}. Their sum is {ANSWER}.",
        places=0,
    )


def sum_of_region(draws: Draws) -> Draft:
    rows_of = draws.one(((0, 1, 0, 2, 1, 0), (1, 0, 2, 0, 0, 1), (0, 0, 1, 2, 1, 2), (2, 1, 0, 1, 0, 2)))
    names = draws.wholes(3, 0, 3)
    regions = [REGIONS[names[row]] for row in rows_of]
    values, wanted = draws.wholes(6, 110, 980, 10), regions[draws.whole(0, 1)]
    rows = ", ".join(f"{region} {value}" for region, value in zip(regions, values, strict=True))
    chosen = [region == wanted for region in regions]
    kept = [value for value, taken in zip(values, chosen, strict=True) if taken]
    return Draft(
        prompt=f"Column A holds regions and column B revenue in EUR, in the rows 2 to 7: {rows}. What does "
        f'=SUMIF(A2:A7, "{wanted}", B2:B7) show, in EUR?',
        answer=work(plain.sum_if, values, chosen),
        hints=(
            "The condition is asked of column A.",
            "What is added up stands in column B, in the same rows.",
        ),
        solution=f"The rows of {wanted} hold {', '.join(figure(one) for one in kept)}. Together they are "
        f"{ANSWER} EUR.",
        places=0,
        unit="EUR",
    )


def copied_formula(draws: Draws) -> Draft:
    rate, prices = draws.one((7, 10, 19, 20, 25)), draws.wholes(3, 40, 480, 5)
    row = draws.whole(3, 4)
    net = prices[row - 2]
    return Draft(
        prompt=f"E1 holds {figure(Fraction(rate, 100))}. B2 to B4 hold {listed(prices)}. C2 holds "
        f"=B2*(1+$E$1) and is copied down to C4. What does C{row} show?",
        answer=work(plain.with_rate, net, rate),
        hints=(
            "Which references change when a formula is copied down, and which stay?",
            f"Write down the formula as it stands in C{row}.",
        ),
        solution=f"C{row} holds =B{row}*(1+$E$1): {net} × {figure(1 + Fraction(rate, 100))} = {ANSWER}.",
    )


def weighted_formula(draws: Draws) -> Draft:
    counts, prices = draws.wholes(3, 20, 160, 5), [Fraction(one, 20) for one in draws.wholes(3, 60, 260)]
    whole = plain.sum_product(counts, prices)
    rows = "; ".join(f"{count} at {figure(price)} EUR" for count, price in zip(counts, prices, strict=True))
    return Draft(
        prompt=f"A sheet lists three deliveries of an article: {rows}. The numbers are in B2:B4, the prices "
        "in C2:C4. What does =SUMPRODUCT(B2:B4, C2:C4)/SUM(B2:B4) show, in EUR?",
        answer=work(plain_statistics.weighted_mean, prices, counts),
        hints=(
            "Work out what stands before the stroke, then what stands after it.",
            "Line by line, numbers times prices; then divide by all the numbers together.",
        ),
        solution=f"{products(counts, prices)} = {figure(whole)}, and {added(counts)} = {sum(counts)}. "
        f"{figure(whole)} / {sum(counts)} is {ANSWER} EUR.",
        unit="EUR",
    )


def tiered_formula(draws: Draws) -> Draft:
    limit, low, high = draws.whole(100, 500, 50), draws.whole(2, 6), draws.whole(8, 15)
    amount = limit + draws.whole(60, 900, 20)
    return Draft(
        prompt=f"B2 holds {figure(amount)}. C2 holds =IF(B2<={limit}, B2*{low}%, "
        f"{limit}*{low}%+(B2-{limit})*{high}%). What does C2 show?",
        answer=work(plain.tiered, amount, limit, low, high),
        hints=(
            "Is the condition true for this number?",
            "The part up to the limit and the part above it have percentages of their own.",
        ),
        solution=f"{figure(amount)} is above {limit}, so the second part counts: {limit} × "
        f"{figure(Fraction(low, 100))} + {amount - limit} × {figure(Fraction(high, 100))} = {ANSWER}.",
    )


GENERATORS = {
    "sheet-formula": Generator(
        "spreadsheets",
        {
            1: sum_of_range,
            2: average_with_text,
            3: copied_formula,
            4: bill_of_products,
            6: weighted_formula,
            7: tiered_formula,
        },
    ),
    "conditional-sum": Generator("spreadsheets", {3: sum_above_limit, 5: sum_of_region}),
}
