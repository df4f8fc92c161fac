"""What advertising costs and brings."""

from fractions import Fraction

from practice.generators import plain, plain_statistics
from practice.generators.drafts import ANSWER, Draft, Draws, Generator, figure, work

RESULTS = ("orders", "sign-ups", "donations", "registrations", "subscriptions")
CHANNELS = (
    "search advertisements",
    "a social network",
    "a video platform",
    "a newsletter sponsorship",
    "banners",
)


def cost_per_click(draws: Draws) -> Draft:
    clicks = draws.whole(400, 4000, 25)
    spent = clicks * draws.whole(18, 240) // 100
    return Draft(
        prompt=f"A campaign on {draws.one(CHANNELS)} cost {figure(spent)} EUR and brought {figure(clicks)} "
        "clicks. What did a click cost (CPC), in EUR?",
        answer=work(plain.ratio, spent, clicks),
        hints=(
            "The cost is spread over the clicks.",
            "Divide the money by the clicks, not the other way round.",
        ),
        solution=f"{figure(spent)} / {figure(clicks)} = {ANSWER} EUR.",
        unit="EUR",
    )


def cost_per_thousand(draws: Draws) -> Draft:
    shown = draws.whole(40, 900, 5) * 1000
    spent = shown * draws.whole(250, 1900, 10) // 100_000
    return Draft(
        prompt=f"A campaign on {draws.one(CHANNELS)} cost {figure(spent)} EUR and was shown {figure(shown)} "
        "times. What did a thousand impressions cost (CPM), in EUR?",
        answer=work(plain.scaled, spent, shown, 1000),
        hints=("How many thousands of impressions were there?", "Divide the cost by that number."),
        solution=f"{figure(shown)} impressions are {figure(shown // 1000)} thousands. {figure(spent)} / "
        f"{figure(shown // 1000)} = {ANSWER} EUR.",
        unit="EUR",
    )


def cost_per_action(draws: Draws) -> Draft:
    click, rate = Fraction(draws.whole(25, 280, 5), 100), Fraction(draws.whole(12, 75), 10)
    what = draws.one(RESULTS)
    return Draft(
        prompt=f"Clicks on {draws.one(CHANNELS)} cost {figure(click)} EUR each, and {figure(rate)} % of them "
        f"lead to {what}. What does each of the {what} cost (CPA), in EUR?",
        answer=work(plain.whole_of, click, rate),
        hints=(
            "How many clicks does one take on average?",
            "Divide the price of a click by the rate between 0 and 1.",
        ),
        solution=f"{figure(click)} / {figure(rate / 100)} = {ANSWER} EUR.",
        unit="EUR",
    )


def highest_bid(draws: Draws) -> Draft:
    order, margin = draws.whole(40, 180, 5), draws.whole(25, 60)
    rate = Fraction(draws.whole(12, 60), 10)
    profit = plain.part_of(margin, order)
    return Draft(
        prompt=f"An order brings {order} EUR, of which {margin} % are left after the costs of the goods. "
        f"{figure(rate)} % of the clicks on {draws.one(CHANNELS)} lead to an order. What may a click cost at "
        "most, in EUR, so that the campaign makes no loss?",
        answer=work(plain.all_of_amount, order, [margin, rate]),
        hints=(
            "How much is left of an order before advertising?",
            "How much of that does a single click bring on average?",
        ),
        solution=f"An order leaves {figure(Fraction(margin, 100))} × {order} = {figure(profit)} EUR. A click "
        f"brings {figure(rate / 100)} × {figure(profit)} = {ANSWER} EUR on average, and may cost no more.",
        unit="EUR",
    )


def return_on_spend(draws: Draws) -> Draft:
    spent = draws.whole(400, 6000, 50)
    revenue = spent * draws.whole(110, 780) // 100
    return Draft(
        prompt=f"A campaign on {draws.one(CHANNELS)} cost {figure(spent)} EUR and brought a revenue of "
        f"{figure(revenue)} EUR. What is the return on ad spend (ROAS), as a factor?",
        answer=work(plain.ratio, revenue, spent),
        hints=("How much revenue came back for each euro?", "Divide the revenue by the cost."),
        solution=f"{figure(revenue)} / {figure(spent)} = {ANSWER}.",
    )


def return_of_two(draws: Draws) -> Draft:
    spent = draws.wholes(2, 600, 5000, 100)
    returns = [Fraction(one, 10) for one in draws.wholes(2, 14, 68)]
    return Draft(
        prompt=f"A shop spent {figure(spent[0])} EUR on search advertisements with a return on ad spend "
        f"(ROAS) of {figure(returns[0])} and {figure(spent[1])} EUR on a social network with "
        f"{figure(returns[1])}. What is the ROAS of both together?",
        answer=work(plain_statistics.weighted_mean, returns, spent),
        hints=("Which revenue did each bring?", "Divide both revenues together by both costs together."),
        solution=f"The revenues are {figure(spent[0] * returns[0])} and {figure(spent[1] * returns[1])} EUR. "
        f"Together, divided by {figure(sum(spent))} EUR, this is {ANSWER}.",
    )


def return_to_break_even(draws: Draws) -> Draft:
    goods, dispatch = draws.whole(20, 55), draws.whole(4, 18)
    margin = 100 - goods - dispatch
    return Draft(
        prompt=f"Of its revenue, a shop spends {goods} % on goods and {dispatch} % on dispatch. From which "
        f"return on ad spend (ROAS), as a factor, does a campaign on {draws.one(CHANNELS)} make no loss?",
        answer=work(plain.ratio, 100, margin),
        hints=(
            "How much revenue is needed so that one euro is left of it?",
            "That euro pays for one euro of advertising.",
        ),
        solution=f"Of each euro of revenue {figure(Fraction(margin, 100))} EUR are left. To get back 1 EUR "
        f"of advertising, 1 / {figure(Fraction(margin, 100))} = {ANSWER} EUR of revenue are needed for each "
        "euro spent.",
    )


def profit_of_a_campaign(draws: Draws) -> Draft:
    clicks, click = draws.whole(800, 6000, 100), Fraction(draws.whole(20, 120, 5), 100)
    rate, order, margin = Fraction(draws.whole(15, 60, 5), 10), draws.whole(45, 160, 5), draws.whole(30, 60)
    spent, left = clicks * click, plain.all_of_amount(clicks * order, [rate, margin])
    return Draft(
        prompt=f"A campaign on {draws.one(CHANNELS)} brings {figure(clicks)} clicks at {figure(click)} EUR. "
        f"{figure(rate)} % of them order, for {order} EUR on average, of which {margin} % are left after the "
        "costs of the goods. What is the campaign's profit, in EUR? A loss is a negative number.",
        answer=work(plain.campaign_profit, clicks, click, rate, order, margin),
        hints=(
            "What do the clicks cost?",
            "How many orders do they bring, and what is left of these?",
            "Take the cost of the clicks away from what is left.",
        ),
        solution=f"The clicks cost {figure(spent)} EUR. They bring {figure(plain.part_of(rate, clicks))} "
        f"orders on average, of which {figure(left)} EUR are left. {figure(left)} - {figure(spent)} = "
        f"{ANSWER} EUR.",
        unit="EUR",
    )


GENERATORS = {
    "cost-per-result": Generator(
        "paid-advertising", {1: cost_per_click, 2: cost_per_thousand, 4: cost_per_action, 7: highest_bid}
    ),
    "return-on-ad-spend": Generator(
        "paid-advertising",
        {2: return_on_spend, 5: return_of_two, 6: return_to_break_even, 9: profit_of_a_campaign},
    ),
}
