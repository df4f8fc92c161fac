"""What lengths and angles of charts say."""

from fractions import Fraction

from practice.generators import plain
from practice.generators.drafts import ANSWER, Draft, Draws, Generator, about, figure, work

FIGURES = (
    ("revenue of two shops, in thousands of EUR", "thousand EUR"),
    ("members of two clubs", "members"),
    ("visitors of two museums, in thousands", "thousand visitors"),
    ("tickets of two teams", "tickets"),
    ("downloads of two apps, in thousands", "thousand downloads"),
)
WHOLES = (
    "answers to a survey",
    "orders of a month",
    "hours of a project",
    "visits of a website",
    "complaints of a year",
)


def angle_of_a_part(draws: Draws) -> Draft:
    whole = draws.one((240, 300, 360, 400, 450, 500, 600, 720, 900, 1200))
    part = whole * draws.whole(6, 60) // 100
    what = draws.one(WHOLES)
    return Draft(
        prompt=f"A pie chart shows {figure(whole)} {what}; {figure(part)} of them are of one kind. How large "
        "is the angle of their slice, in degrees?",
        answer=work(plain.pie_angle, part, whole),
        hints=("The whole circle stands for all of them.", "Which share of the 360 degrees is this?"),
        solution=f"{figure(part)} / {figure(whole)} of 360 degrees is {ANSWER} degrees.",
        places=1,
        unit="degrees",
    )


def part_of_an_angle(draws: Draws) -> Draft:
    whole, angle = draws.whole(4, 60) * 90, draws.whole(12, 200, 4)
    what = draws.one(WHOLES)
    return Draft(
        prompt=f"A pie chart shows {figure(whole)} {what}. One slice has an angle of {angle} degrees. How "
        f"many {what} does it stand for?",
        answer=work(plain.scaled, whole, 360, angle),
        hints=("What stands for a single degree?", "Multiply that by the degrees of the slice."),
        solution=f"360 degrees stand for {figure(whole)}, one degree for {figure(Fraction(whole, 360))}. "
        f"{angle} degrees stand for {ANSWER}.",
        places=0,
    )


def length_of_a_bar(draws: Draws) -> Draft:
    top, length = draws.one((40, 50, 80, 100, 120, 160, 200)), draws.whole(6, 20)
    value = top * draws.whole(12, 95) // 100
    what, unit = draws.one(FIGURES)
    return Draft(
        prompt=f"A bar chart shows the {what}. Its axis goes from 0 to {top} and is {length} cm long. How "
        f"long, in cm, is the bar for {value} {unit}?",
        answer=work(plain.scaled, length, top, value),
        hints=(
            "How long is one unit of the axis?",
            "An axis from zero makes lengths proportional to values.",
        ),
        solution=f"{length} cm stand for {top}, so that {value} are {value} / {top} × {length} = {ANSWER} cm.",
        unit="cm",
    )


def _bars(draws: Draws) -> tuple[int, int, int, str]:
    small = draws.whole(42, 95)
    large, baseline = small + draws.whole(4, 30), draws.whole(10, small - 6, 2)
    what, _ = draws.one(FIGURES)
    told = (
        f"A bar chart shows the {what}: {small} and {large}. Its axis does not begin at 0 but at {baseline}."
    )
    return small, large, baseline, told


def ratio_that_is_drawn(draws: Draws) -> Draft:
    small, large, baseline, told = _bars(draws)
    return Draft(
        prompt=f"{told} How many times as long as the shorter bar is the longer one drawn?",
        answer=work(plain.drawn_ratio, small, large, baseline),
        hints=(
            "How much of each value is above the beginning of the axis?",
            "Only that much is drawn: divide the two.",
        ),
        solution=f"The bars show {small} - {baseline} = {small - baseline} and {large} - {baseline} = "
        f"{large - baseline}. {large - baseline} / {small - baseline} = {ANSWER}.",
    )


def lie_factor(draws: Draws) -> Draft:
    small, large, baseline, told = _bars(draws)
    drawn = 100 * (plain.drawn_ratio(small, large, baseline) - 1)
    return Draft(
        prompt=f"{told} What is Tufte's lie factor of the chart, that is the difference that is drawn, in "
        "percent of the shorter bar, divided by the difference of the values, in percent of the smaller one?",
        answer=work(plain.exaggeration, small, large, baseline),
        hints=(
            "By how many percent is the longer bar longer, as it is drawn?",
            "By how many percent is the larger value really larger?",
            "Divide the first by the second.",
        ),
        solution=f"The drawn lengths are {small - baseline} and {large - baseline}: a difference of "
        f"{about(drawn, 2)} %. The values differ by {about(plain.percent_change(small, large), 2)} %. The "
        f"first divided by the second is {ANSWER}.",
    )


def place_on_a_log_axis(draws: Draws) -> Draft:
    decades, length = draws.whole(3, 5), draws.whole(9, 20)
    value = draws.whole(2, 9) * 10 ** draws.whole(1, decades - 1) + draws.whole(1, 9)
    what = draws.one(("incomes", "sizes of files", "numbers of followers", "response times", "populations"))
    return Draft(
        prompt=f"A chart of {what} has a logarithmic axis from 1 to {figure(10**decades)} that is {length} "
        f"cm long. How many cm from the beginning does {figure(value)} stand?",
        answer=work(plain.log_position, value, length, decades),
        hints=(
            "On such an axis every power of ten is equally long.",
            "How many powers of ten has the axis, and how many has the value? That is its decimal logarithm.",
            "Which share of the length is this?",
        ),
        solution=f"The axis has {decades} powers of ten. The decimal logarithm of {figure(value)} divided by "
        f"{decades}, times {length} cm, is {ANSWER} cm.",
        unit="cm",
    )


GENERATORS = {
    "chart-measure": Generator(
        "data-visualisation",
        {
            1: angle_of_a_part,
            2: part_of_an_angle,
            3: length_of_a_bar,
            5: ratio_that_is_drawn,
            7: lie_factor,
            8: place_on_a_log_axis,
        },
    )
}
