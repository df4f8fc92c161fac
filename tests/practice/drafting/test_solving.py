"""A second model answers without the key; what it answers has to earn everything."""

import json
from typing import Any

import pytest

from practice.drafting import solving, writing
from tests.fakes.item_writer import written

ITEM = writing.read(json.dumps({"items": [written()]}), most=1)[0]
NUMBER = {
    "type": "numeric", "prompt": "How many euros?", "answer_format": {"unit": "euros"},
    "rules": {"kind": "numeric", "value": "400", "unit": "euros"},
}  # fmt: skip


def reply(**said: Any) -> str:
    return json.dumps({"ids": [], "value": "", "unit": "", "text": "", "pairs": [], "problem": "none"} | said)


def shuffled_id(one: solving.Blind, text: str) -> str:
    return str(next(choice["id"] for choice in one.asked["choices"] if choice["text"] == text))


def test_neither_key_nor_solution_nor_ids_of_the_item_are_sent() -> None:
    sent = solving.user(solving.blind(ITEM, 1), occasion="job", secret="s")

    assert ITEM["solution"] not in sent
    assert '"c3"' not in sent
    assert all(hint not in sent for hint in ITEM["hints"])
    assert "HAVING count(*) > 5" in sent


def test_the_two_readings_show_the_choices_in_different_orders() -> None:
    orders = [[one["text"] for one in solving.blind(ITEM, reading).asked["choices"]] for reading in (1, 2)]

    assert orders[0] != orders[1]
    assert sorted(orders[0]) == sorted(orders[1])


def test_the_right_answer_speaks_for_the_item() -> None:
    one = solving.blind(ITEM, 1)

    assert solving.fault(reply(ids=[shuffled_id(one, "HAVING count(*) > 5")]), one, ITEM) == ""


def test_another_answer_speaks_against_it() -> None:
    one = solving.blind(ITEM, 1)

    found = solving.fault(reply(ids=[shuffled_id(one, "LIMIT 5")]), one, ITEM)

    assert found == 'answers ["LIMIT 5"], which earns 0 of the points'


@pytest.mark.parametrize(
    ("problem", "told"),
    [
        ("several", "finds that another answer is as right"),
        ("no_answer", "finds no right answer"),
        ("unclear", "finds that something is not said or can be taken in two ways"),
        ("fine", "its reply cannot be read"),
    ],
)
def test_a_problem_that_it_names_counts_although_its_answer_is_right(problem: str, told: str) -> None:
    one = solving.blind(ITEM, 1)
    right = shuffled_id(one, "HAVING count(*) > 5")

    assert solving.fault(reply(ids=[right], problem=problem), one, ITEM) == told


def test_numbers_are_judged_with_their_unit() -> None:
    one = solving.blind(NUMBER, 1)

    assert one.asked == {"type": "numeric", "prompt": "How many euros?", "unit": "euros"}
    assert solving.fault(reply(value="400", unit="euros"), one, NUMBER) == ""
    assert solving.fault(reply(value="399"), one, NUMBER) == 'answers "399", which earns 0 of the points'


@pytest.mark.parametrize("said", ["no JSON", "{}", reply(value="many")])
def test_what_cannot_be_read_speaks_against_it(said: str) -> None:
    assert solving.fault(said, solving.blind(NUMBER, 1), NUMBER) != ""


def test_orders_and_pairs_come_back_under_the_ids_of_the_item() -> None:
    order = {
        **ITEM,
        "type": "ordering",
        "rules": {"kind": "ordering", "order": ["c2", "c1", "c3", "c4"], "scoring": "pairs"},
    }
    one = solving.blind(order, 1)
    back = {own: shown for shown, own in one.ids.items()}
    assert solving.fault(reply(ids=[back[name] for name in ("c2", "c1", "c3", "c4")]), one, order) == ""

    sides = [("l1", "left"), ("l2", "left"), ("r1", "right"), ("r2", "right")]
    match = {
        "type": "matching", "prompt": "Match.", "answer_format": {},
        "choices": [{"id": name, "text": name, "side": side} for name, side in sides],
        "rules": {"kind": "matching", "pairs": {"l1": "r2", "l2": "r1"}, "scoring": "per_pair"},
    }  # fmt: skip
    two = solving.blind(match, 1)
    back = {own: shown for shown, own in two.ids.items()}
    pairs = [{"left": back["l1"], "right": back["r2"]}, {"left": back["l2"], "right": back["r1"]}]
    assert solving.fault(reply(pairs=pairs), two, match) == ""
