"""Standard errors, margins of error and sizes of samples."""

from fractions import Fraction

from practice.generators import plain, plain_statistics
from practice.generators.drafts import ANSWER, POINTS, Draft, Draws, Generator, about, figure, work

LEVELS = ((90, Fraction(1645, 1000)), (95, Fraction(196, 100)), (99, Fraction(2576, 1000)))
MEASURED = (
    ("orders", "the amount of an order", "EUR"),
    ("calls", "the length of a call", "minutes"),
    ("deliveries", "the time of a delivery", "hours"),
    ("repairs", "the time of a repair", "minutes"),
)
ASKED = (
    ("customers", "would buy again"),
    ("employees", "want to work from home more often"),
    ("visitors of a page", "found what they were looking for"),
    ("residents", "are for the new bus line"),
    ("users of an app", "use its search every week"),
)


def standard_error(draws: Draws) -> Draft:
    size = draws.whole(6, 20) ** 2
    deviation = Fraction(draws.whole(40, 320), 10)
    things, what, unit = draws.one(MEASURED)
    return Draft(
        prompt=f"In a random sample of {size} {things}, {what} has a standard deviation of "
        f"{figure(deviation)} {unit}. What is the standard error of the mean, in {unit}?",
        answer=work(plain_statistics.margin_of_mean, 1, deviation, size),
        hints=(
            "Larger samples have smaller errors, but not in proportion.",
            "Divide by the root of the sample's size.",
        ),
        solution=f"The root of {size} is {about(plain.power(size, Fraction(1, 2)))}. {figure(deviation)} "
        f"divided by it is {ANSWER} {unit}.",
        unit=unit,
    )


def margin_of_a_mean(draws: Draws) -> Draft:
    level, z = draws.one(LEVELS)
    size, deviation = draws.whole(50, 400, 10), Fraction(draws.whole(60, 400), 10)
    things, what, unit = draws.one(MEASURED)
    error = plain_statistics.margin_of_mean(1, deviation, size)
    return Draft(
        prompt=f"In a random sample of {size} {things}, {what} has a standard deviation of "
        f"{figure(deviation)} {unit}. What is the margin of error (half the width) of the {level} % "
        f"confidence interval of the mean, in {unit}? Use z = {figure(z)}.",
        answer=work(plain_statistics.margin_of_mean, z, deviation, size),
        hints=(
            "First work out the standard error of the mean.",
            "The margin is so many standard errors as z says.",
        ),
        solution=f"The standard error is {figure(deviation)} / √{size} ≈ {about(error)}. {figure(z)} × "
        f"{about(error)} is {ANSWER} {unit}.",
        unit=unit,
    )


def _survey(draws: Draws) -> tuple[int, int, str]:
    size = draws.whole(200, 1200, 20)
    hits = size * draws.whole(15, 85) // 100
    who, do = draws.one(ASKED)
    return size, hits, f"Of {figure(size)} randomly chosen {who}, {figure(hits)} say that they {do}."


def margin_of_a_share(draws: Draws) -> Draft:
    level, z = draws.one(LEVELS)
    size, hits, told = _survey(draws)
    share = Fraction(hits, size)
    return Draft(
        prompt=f"{told} What is the margin of error (half the width) of the {level} % confidence interval of "
        f"this share, in percentage points? Use the normal approximation with z = {figure(z)}.",
        answer=work(plain_statistics.margin_of_share, z, hits, size),
        hints=(
            "Write the share as a number p between 0 and 1.",
            "The standard error of a share is the root of p (1 - p) / n.",
            "Multiply it by z, and by 100 for percentage points.",
        ),
        solution=f"p = {figure(hits)} / {figure(size)} ≈ {about(share)}. The standard error is "
        f"√({about(share)} × {about(1 - share)} / {figure(size)}) ≈ "
        f"{about(plain_statistics.margin_of_share(1, hits, size) / 100, 5)}; times {figure(z)}, in "
        f"percentage points, this is {ANSWER}.",
        unit=POINTS,
    )


def lower_bound(draws: Draws) -> Draft:
    level, z = draws.one(LEVELS)
    size, hits, told = _survey(draws)
    margin = plain_statistics.margin_of_share(z, hits, size)
    end = draws.one(("lower", "upper"))
    return Draft(
        prompt=f"{told} What is the {end} end of the {level} % confidence interval of this share, in "
        f"percent? Use the normal approximation with z = {figure(z)}.",
        answer=work(plain_statistics.end_of_share, z, hits, size, upper=end == "upper"),
        hints=(
            "Work out the margin of error first: z times the root of p (1 - p) / n.",
            f"For the {end} end, go by that margin {'up' if end == 'upper' else 'down'} from the share.",
        ),
        solution=f"The share is {about(plain.share(hits, size), 2)} % and the margin {figure(z)} × √(p (1 - "
        f"p) / n) ≈ {about(margin, 2)} percentage points. The {end} end is {ANSWER} %.",
        places=1,
        unit="%",
    )


def size_of_a_survey(draws: Draws) -> Draft:
    level, z = draws.one(LEVELS)
    percent, margin = draws.whole(20, 50, 5), Fraction(draws.whole(15, 60), 10)
    who, do = draws.one(ASKED)
    needed = z**2 * percent * (100 - percent) / margin**2
    return Draft(
        prompt=f"A survey is to find out how many {who} {do}; earlier ones found about {percent} %. How many "
        f"answers are needed so that the margin of error at a level of {level} % (z = {figure(z)}) is at "
        f"most {figure(margin)} percentage points? Use the normal approximation and give the smallest whole "
        "number that is enough.",
        answer=work(plain_statistics.sample_size, z, percent, margin),
        hints=(
            "Begin with the formula of the margin: z times the root of p (1 - p) / n.",
            "Solve it for n: the margin stands squared below the line.",
            "A little too few is not enough: round up.",
        ),
        solution=f"n = {figure(z)}² × {figure(Fraction(percent, 100))} × {figure(1 - Fraction(percent, 100))} / "
        f"{figure(margin / 100)}² ≈ {about(needed, 2)}, and rounded up {ANSWER} answers.",
        places=0,
    )


GENERATORS = {
    "confidence-interval": Generator(
        "statistics",
        {6: standard_error, 7: margin_of_a_mean, 8: margin_of_a_share, 9: lower_bound, 10: size_of_a_survey},
    )
}
