"""Means, medians and spread of small sets of numbers."""

from decimal import Decimal
from fractions import Fraction

from practice.generators import plain, plain_statistics
from practice.generators.drafts import (
    ANSWER,
    Draft,
    Draws,
    Generator,
    about,
    added,
    figure,
    listed,
    products,
    work,
)

COUNTS = (
    ("A library counts the visitors of {n} days", "visitors"),
    ("A bakery notes how many loaves it sold on {n} days", "loaves"),
    ("A help desk writes down how many tickets came in on {n} days", "tickets"),
    ("A bicycle shop counts its repairs in {n} weeks", "repairs"),
    ("A clinic counts the calls of {n} mornings", "calls"),
)
TIMES = (
    "A tester measures how many seconds a page took to load",
    "A courier notes how many minutes each delivery took",
    "A team measures how many hours each ticket stayed open",
    "A laboratory weighs samples, in grams",
    "A runner notes the minutes of each training",
)
GRADED = (
    ("course", ("the project", "the test", "the presentation", "the exercises")),
    ("supplier review", ("price", "quality", "delivery", "service")),
    ("tender", ("cost", "experience", "method", "schedule")),
)


def _tenths(draws: Draws, count: int, low: int, high: int) -> list[Fraction]:
    return [Fraction(one, 10) for one in draws.wholes(count, low, high)]


def mean_of_counts(draws: Draws) -> Draft:
    count = draws.whole(4, 5)
    values = draws.wholes(count, 12, 60)
    about_what, what = draws.one(COUNTS)
    return Draft(
        prompt=f"{about_what.format(n=count)}: {listed(values)}. What is the mean number of {what}?",
        answer=work(plain_statistics.mean, values),
        hints=("Add all the numbers up first.", "Then divide the sum by how many numbers there are."),
        solution=f"The sum is {added(values)} = {figure(sum(values))}. Divided by {count}, the mean is "
        f"{figure(sum(values))} / {count} = {ANSWER} {what}.",
    )


def mean_of_measures(draws: Draws) -> Draft:
    values = _tenths(draws, draws.whole(5, 7), 15, 95)
    return Draft(
        prompt=f"{draws.one(TIMES)}: {listed(values)}. What is the mean?",
        answer=work(plain_statistics.mean, values),
        hints=("Mind the decimal points when you add the values up.", "Divide the sum by their number."),
        solution=f"The values add up to {figure(sum(values, Fraction(0)))}, and there are {len(values)} of "
        f"them: {figure(sum(values, Fraction(0)))} / {len(values)} = {ANSWER}.",
    )


def value_for_a_mean(draws: Draws) -> Draft:
    known = draws.wholes(draws.whole(4, 5), 20, 60)
    # The mean follows from a possible count: a mean drawn by itself would now and then ask for a negative one.
    wanted = (sum(known) + draws.whole(15, 75)) // (len(known) + 1)
    about_what, what = draws.one(COUNTS)
    answer = work(plain_statistics.missing_value, known, wanted)
    whole = wanted * (len(known) + 1)
    return Draft(
        prompt=f"{about_what.format(n=len(known))}: {listed(known)}. How many {what} must the next count "
        f"bring so that the mean of all {len(known) + 1} is {wanted}?",
        answer=answer,
        hints=(
            "What must all the counts come to together for that mean?",
            "Take away what the counts so far come to.",
        ),
        solution=f"All {len(known) + 1} counts must come to {len(known) + 1} × {wanted} = {figure(whole)}. "
        f"So far they are {figure(sum(known))}, so that {figure(whole)} - {figure(sum(known))} = {ANSWER} "
        f"{what} are missing.",
    )


def median_of_odd(draws: Draws) -> Draft:
    return _median(draws, draws.one((5, 7)))


def median_of_even(draws: Draws) -> Draft:
    return _median(draws, draws.one((6, 8)))


def _median(draws: Draws, count: int) -> Draft:
    values = draws.wholes(count, 11, 99)
    about_what, what = draws.one(COUNTS)
    middle = "the middle one is" if count % 2 else "halfway between the middle two is"
    last = (
        "The median is the one in the middle."
        if count % 2
        else "No single value is in the middle: take the mean of the two that are."
    )
    return Draft(
        prompt=f"{about_what.format(n=count)}: {listed(values)}. What is the median number of {what}?",
        answer=work(plain_statistics.median, values),
        hints=("Put the numbers in order of size first.", last),
        solution=f"In order the numbers are {listed(sorted(values))}; {middle} {ANSWER}.",
        listed=True,
    )


def median_with_an_outlier(draws: Draws) -> Draft:
    values = [1000 * one for one in draws.wholes(5, 28, 55)] + [1000 * draws.whole(150, 320)]
    mean, median = plain_statistics.mean(values), plain_statistics.median(values)
    sign = "=" if mean.denominator == 1 else "≈"
    who = draws.one(("small agency", "workshop", "research group", "start-up", "school office"))
    return Draft(
        prompt=f"The yearly salaries in a {who}, in EUR, are {listed(values)}. By how much is the mean above "
        "the median, in EUR?",
        answer=work(plain_statistics.mean_above_median, values),
        hints=(
            "One salary is far away from the others: it moves the mean, and hardly the median.",
            "Work out both and take the median away from the mean.",
        ),
        solution=f"The mean is {figure(sum(values))} / 6 {sign} {about(mean, 0)}. In order the middle two "
        f"salaries are {listed(sorted(values)[2:4])}, so that the median is {figure(median)}. The mean is "
        f"above it by the difference, which is {ANSWER} EUR.",
        places=0,
        unit="EUR",
    )


def weighted_grade(draws: Draws) -> Draft:
    what, names = draws.one(GRADED)
    weights = draws.one(((50, 30, 20), (40, 35, 25), (60, 25, 15), (45, 40, 15)))
    scores = draws.wholes(3, 52, 98)
    parts = [
        f"{name} gets {score} points with a weight of {weight} %"
        for name, score, weight in zip(names, scores, weights, strict=False)
    ]
    return Draft(
        prompt=f"In a {what}, {parts[0]}, {parts[1]} and {parts[2]}. What is the weighted mean?",
        answer=work(plain_statistics.weighted_mean, scores, weights),
        hints=(
            "Each number of points counts by its weight: multiply first, then add.",
            "The weights come to 100 %, so divide the sum of the products by 100.",
        ),
        solution=f"{products(scores, weights)} = {figure(plain.sum_product(scores, weights))}. Divided by "
        f"the sum of the weights, 100, this is {ANSWER} points.",
    )


def pooled_mean(draws: Draws) -> Draft:
    sizes = draws.wholes(3, 12, 80, 4)
    means = [Fraction(one, 10) for one in draws.wholes(3, 31, 49)]
    what = draws.one(("branches of a hotel", "classes of a course", "regional teams", "versions of an app"))
    asked = [f"{size} answers with a mean of {figure(mean)}" for size, mean in zip(sizes, means, strict=True)]
    return Draft(
        prompt=f"Satisfaction, from 1 to 5, was asked in three {what}: {asked[0]}, {asked[1]} and "
        f"{asked[2]}. What is the mean of all answers together?",
        answer=work(plain_statistics.weighted_mean, means, sizes),
        hints=(
            "The mean of the three means would count few answers as much as many.",
            "Turn each mean back into a sum of points by its number of answers.",
            "Divide the sum of all points by the number of all answers.",
        ),
        solution=f"All points together are {products(sizes, means)} = {figure(plain.sum_product(sizes, means))}, "
        f"given by {added(sizes)} = {sum(sizes)} people: the mean is {ANSWER}.",
    )


def score_that_is_needed(draws: Draws) -> Draft:
    weights, last = draws.one((((30, 30), 40), ((25, 25), 50), ((20, 30), 50), ((15, 25), 60)))
    scores, wanted = draws.wholes(2, 55, 85), draws.whole(65, 78)
    what, names = draws.one(GRADED)
    so_far = plain.sum_product(scores, weights)
    return Draft(
        prompt=f"In a {what}, {names[0]} counts {weights[0]} %, {names[1]} {weights[1]} % and {names[2]} "
        f"{last} %. There are {scores[0]} points for {names[0]} and {scores[1]} for {names[1]}. How many "
        f"points are needed for {names[2]} so that the weighted mean is {wanted}?",
        answer=work(plain_statistics.last_score, scores, weights, last, wanted),
        hints=(
            "How much have the first two parts brought to the weighted mean already?",
            "What is missing to the mean that is wanted must come from the last part, by its weight.",
        ),
        solution=f"Wanted are {wanted} × 100 = {figure(wanted * 100)} weighted points. The first two parts "
        f"bring {products(scores, weights)} = {figure(so_far)}. The rest, {figure(wanted * 100 - so_far)}, "
        f"divided by the weight {last} is {ANSWER} points.",
    )


def deviation_of_all(draws: Draws) -> Draft:
    return _deviation(draws, sample=False)


def deviation_of_sample(draws: Draws) -> Draft:
    return _deviation(draws, sample=True)


def _deviation(draws: Draws, *, sample: bool) -> Draft:
    values = draws.wholes(5, 10, 50)
    values[-1] += -sum(values) % 5
    middle = sum(values) // 5
    squares = sum((one - middle) ** 2 for one in values)
    about_what, _ = draws.one(COUNTS)
    which = (
        "sample standard deviation (divide by n - 1)"
        if sample
        else "population standard deviation (divide by n)"
    )
    return Draft(
        prompt=f"{about_what.format(n=5)}: {listed(values)}. What is the {which}?",
        answer=work(plain_statistics.standard_deviation, values, sample=sample),
        hints=(
            "Work the mean out first, then how far each number is from it.",
            "Square these distances and add the squares up.",
            "Divide as the task says, and take the square root at the end.",
        ),
        solution=f"The mean is {middle}. The squared distances from it add up to {squares}. Divided by "
        f"{5 - int(sample)} this is {about(Fraction(squares, 5 - int(sample)))}, whose root is {ANSWER}.",
    )


def variation_of_sample(draws: Draws) -> Draft:
    values = _tenths(draws, 5, 40, 95)
    deviation: Decimal = plain_statistics.standard_deviation(values, sample=True)
    return Draft(
        prompt=f"{draws.one(TIMES)}: {listed(values)}. What is the coefficient of variation, that is the "
        "sample standard deviation (divide by n - 1) in percent of the mean?",
        answer=work(plain_statistics.variation, values),
        hints=(
            "You need the mean and the sample standard deviation.",
            "Keep at least four decimals until the end.",
            "How many percent of the mean is the standard deviation?",
        ),
        solution=f"The mean is {about(plain_statistics.mean(values))}, the sample standard deviation "
        f"{about(deviation)}. In percent of the mean this is {ANSWER} %.",
        places=1,
        unit="%",
    )


GENERATORS = {
    "mean": Generator("statistics", {1: mean_of_counts, 2: mean_of_measures, 3: value_for_a_mean}),
    "median": Generator("statistics", {1: median_of_odd, 2: median_of_even, 4: median_with_an_outlier}),
    "weighted-mean": Generator("statistics", {3: weighted_grade, 4: pooled_mean, 5: score_that_is_needed}),
    "standard-deviation": Generator(
        "statistics", {5: deviation_of_all, 6: deviation_of_sample, 8: variation_of_sample}
    ),
}
