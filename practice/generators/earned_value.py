"""What a project has done, what that was to cost and what it did cost."""

from fractions import Fraction

from practice.generators import plain
from practice.generators.drafts import ANSWER, Draft, Draws, Generator, about, figure, work

PROJECTS = (
    "a new website",
    "the move of an office",
    "a training programme",
    "the renovation of a school",
    "a new till system",
    "a museum's exhibition",
)


def _amounts(draws: Draws) -> tuple[int, int, int, int]:
    """Budget, planned, earned and actual, of a project between a third and four fifths of its way."""
    budget = draws.whole(40_000, 240_000, 2000)
    earned = budget * draws.whole(35, 75) // 100
    planned = earned * draws.whole(85, 118) // 100
    actual = earned * draws.whole(84, 119) // 100
    return budget, planned, earned, actual


def _told(draws: Draws, **amounts: int) -> str:
    names = {
        "budget": "a budget at completion of {}",
        "planned": "a planned value so far of {}",
        "earned": "an earned value of {}",
        "actual": "actual costs so far of {}",
    }
    parts = [names[name].format(f"{figure(amount)} EUR") for name, amount in amounts.items()]
    return f"The project for {draws.one(PROJECTS)} has {', '.join(parts[:-1])} and {parts[-1]}."


def over_plan(draws: Draws) -> Draft:
    planned, percent = draws.whole(1500, 9000, 50), draws.whole(-18, 24)
    actual = planned + planned * percent // 100
    return Draft(
        prompt=f"For {draws.one(PROJECTS)}, {figure(planned)} EUR were planned for this month and "
        f"{figure(actual)} EUR were spent. What is the variance, planned less actual, in EUR? It is negative "
        "if more was spent than planned.",
        answer=work(plain.difference, planned, actual),
        hints=(
            "Which of the two amounts is taken away from which?",
            "More spent than planned gives a negative number.",
        ),
        solution=f"{figure(planned)} - {figure(actual)} = {ANSWER} EUR.",
        unit="EUR",
    )


def cost_variance(draws: Draws) -> Draft:
    _, _, earned, actual = _amounts(draws)
    return Draft(
        prompt=f"{_told(draws, earned=earned, actual=actual)} What is the cost variance (CV), in EUR? It is "
        "negative for a project that is over its costs.",
        answer=work(plain.difference, earned, actual),
        hints=(
            "Variances in earned value begin with what was earned.",
            "Take the actual costs away from it.",
        ),
        solution=f"CV = EV - AC = {figure(earned)} - {figure(actual)} = {ANSWER} EUR.",
        unit="EUR",
    )


def schedule_variance_of_share(draws: Draws) -> Draft:
    budget, planned, _, _ = _amounts(draws)
    done = draws.whole(32, 78)
    earned = plain.part_of(done, budget)
    return Draft(
        prompt=f"{_told(draws, budget=budget, planned=planned)} {done} % of the work is done. What is the "
        "schedule variance (SV), in EUR? It is negative for a project that is late.",
        answer=work(plain.schedule_variance, done, budget, planned),
        hints=(
            "The earned value is the budget of the work that is done.",
            "Take the planned value away from the earned value.",
        ),
        solution=f"EV = {figure(Fraction(done, 100))} × {figure(budget)} = {figure(earned)} EUR. SV = EV - "
        f"PV = {figure(earned)} - {figure(planned)} = {ANSWER} EUR.",
        unit="EUR",
    )


def cost_index(draws: Draws) -> Draft:
    _, _, earned, actual = _amounts(draws)
    return Draft(
        prompt=f"{_told(draws, earned=earned, actual=actual)} What is its cost performance index (CPI)?",
        answer=work(plain.ratio, earned, actual),
        hints=(
            "The index says how much work each euro has brought.",
            "What was earned stands above the line.",
        ),
        solution=f"CPI = EV / AC = {figure(earned)} / {figure(actual)} = {ANSWER}.",
    )


def schedule_index(draws: Draws) -> Draft:
    budget, planned, _, _ = _amounts(draws)
    done = draws.whole(32, 78)
    earned = plain.part_of(done, budget)
    return Draft(
        prompt=f"{_told(draws, budget=budget, planned=planned)} {done} % of the work is done. What is its "
        "schedule performance index (SPI)?",
        answer=work(plain.schedule_index, done, budget, planned),
        hints=(
            "First work out the earned value: the budget of the work that is done.",
            "Divide the earned value by the planned value.",
        ),
        solution=f"EV = {figure(Fraction(done, 100))} × {figure(budget)} = {figure(earned)} EUR. SPI = EV / "
        f"PV = {figure(earned)} / {figure(planned)} = {ANSWER}.",
    )


def estimate(draws: Draws) -> Draft:
    budget, _, earned, actual = _amounts(draws)
    index = Fraction(earned, actual)
    return Draft(
        prompt=f"{_told(draws, budget=budget, earned=earned, actual=actual)} What will it cost in all "
        "(estimate at completion, EAC), in EUR, if the cost performance stays as it is so far? Keep the "
        "cost performance index unrounded.",
        answer=work(plain.estimate_at_completion, budget, earned, actual),
        hints=(
            "Work out the cost performance index first, and keep it unrounded.",
            "Every euro of the budget will cost so much more or less as the index says.",
        ),
        solution=f"CPI = {figure(earned)} / {figure(actual)} ≈ {about(index)}. EAC = BAC / CPI = "
        f"{figure(budget)} / {about(index)}, with the unrounded index {ANSWER} EUR.",
        places=0,
        unit="EUR",
    )


def index_to_complete(draws: Draws) -> Draft:
    budget, _, earned, actual = _amounts(draws)
    return Draft(
        prompt=f"{_told(draws, budget=budget, earned=earned, actual=actual)} Which cost performance must the "
        "rest of the work have so that the project ends within its budget (to-complete performance index, "
        "TCPI)?",
        answer=work(plain.to_complete, budget, earned, actual),
        hints=(
            "How much work is still to be done, in EUR of the budget?",
            "How much money is left?",
            "Divide the work that is left by the money that is left.",
        ),
        solution=f"Left are {figure(budget - earned)} EUR of work and {figure(budget - actual)} EUR of "
        f"money. TCPI = {figure(budget - earned)} / {figure(budget - actual)} = {ANSWER}.",
    )


def variance_at_completion(draws: Draws) -> Draft:
    budget, _, _, actual = _amounts(draws)
    done = draws.whole(36, 74)
    earned = plain.part_of(done, budget)
    whole = plain.estimate_at_completion(budget, earned, actual)
    return Draft(
        prompt=f"{_told(draws, budget=budget, actual=actual)} {done} % of the work is done. By how much will "
        "it end below its budget (variance at completion, VAC), in EUR, if the cost performance stays as it "
        "is? It is negative for a project that ends above. Do not round before the end.",
        answer=work(plain.variance_at_completion, done, budget, actual),
        hints=(
            "Work out the earned value and from it the cost performance index.",
            "The budget divided by the index is what the whole will cost.",
            "Take that away from the budget.",
        ),
        solution=f"EV = {figure(earned)} EUR, CPI = {figure(earned)} / {figure(actual)} ≈ "
        f"{about(earned / actual)}, and EAC = BAC / CPI ≈ {about(whole, 2)} EUR. VAC = BAC - EAC is {ANSWER} "
        "EUR.",
        places=0,
        unit="EUR",
    )


GENERATORS = {
    "cost-variance": Generator("budgeting", {1: over_plan, 3: cost_variance, 5: schedule_variance_of_share}),
    "earned-value-index": Generator("budgeting", {4: cost_index, 5: schedule_index, 9: index_to_complete}),
    "estimate-at-completion": Generator("budgeting", {7: estimate, 8: variance_at_completion}),
}
