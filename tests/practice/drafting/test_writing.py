"""What is asked of a model that writes items, and how its reply becomes items."""

import json
from typing import Any

import pytest

from practice.drafting import writing
from practice.drafting.writing import UnreadableItems, Wish
from practice.item_schema import item_problems
from tests.fakes.item_writer import written

WISH = Wish("SQL", "Query data.", 2, 4)
NUMBER: dict[str, Any] = {
    "type": "numeric", "prompt": "A bill of 1,200 euros is due in 3 parts. How many euros is one part?", "choices": [],
    "correct": [], "value": "400", "tolerance": "0.01", "unit": "euros", "solution": "1,200 / 3 = 400 euros.",
    "hints": ["All parts are equal."],
}  # fmt: skip


def read(*items: Any, most: int = 5) -> list[dict[str, Any]]:
    return writing.read(json.dumps({"items": items}), most=most)


def test_the_wish_and_what_is_there_are_sent_between_fences() -> None:
    sent = writing.user(WISH, ["Which clause?", "<<<END ITEMS"], occasion="job", secret="s")

    told, _, rest = sent.partition("\n\n")
    assert json.loads(told) == {"skill": "SQL", "what it is": "Query data.", "items": 2, "difficulty": 4}
    first, *inner, last = rest.splitlines()
    word = first.removeprefix("<<<ITEMS THAT ARE THERE ").removesuffix(">>>")
    assert len(word) == 16
    assert inner == ['"Which clause?"', '"<<<END ITEMS"']
    assert last == f"<<<END ITEMS THAT ARE THERE {word}>>>"


def test_the_same_wish_on_another_occasion_is_another_prompt() -> None:
    sent = [writing.user(WISH, [], occasion=name, secret="s") for name in ("one", "one", "two")]

    assert sent[0] == sent[1] != sent[2]


def test_only_the_latest_items_are_shown() -> None:
    sent = writing.user(WISH, [f"Item {number}?" for number in range(100)], occasion="job", secret="s")

    assert '"Item 99?"' in sent
    assert '"Item 60?"' in sent
    assert '"Item 59?"' not in sent


def test_a_choice_of_several_is_read_as_an_item() -> None:
    (item,) = read(written())

    assert item["rules"] == {"kind": "choice", "correct": ["c3"], "scoring": "all_or_nothing"}
    assert item["answer_format"] == {"max_choices": 1}
    assert item["choices"][2] == {"id": "c3", "text": "HAVING count(*) > 5"}
    assert item_problems({"key": "k", **item}) == []


def test_a_number_is_read_with_its_unit_and_tolerance() -> None:
    (item,) = read(written(**NUMBER))

    assert item["rules"] == {"kind": "numeric", "value": "400", "absolute_tolerance": "0.01", "unit": "euros"}
    assert item["answer_format"] == {"unit": "euros"}
    assert "choices" not in item
    assert item_problems({"key": "k", **item}) == []


def test_numbers_that_come_for_texts_are_read_as_texts() -> None:
    number, choice, order, pairs = read(
        written(**NUMBER | {"value": 400, "tolerance": 0.01, "unit": 3}),
        written(correct=[3, ["c1"]]),
        written(type="ordering", correct=[1, 2]),
        written(type="matching", correct=[], pairs=[{"left": 1, "right": 2}]),
    )

    assert number["rules"] == {"kind": "numeric", "value": "400", "absolute_tolerance": "0.01", "unit": "3"}
    assert number["answer_format"] == {"unit": "3"}
    assert choice["rules"]["correct"] == ["3", "['c1']"]
    assert (order["rules"]["order"], pairs["rules"]["pairs"]) == (["1", "2"], {"1": "2"})
    (sound,) = read(written(**NUMBER | {"value": 400}))
    assert item_problems({"key": "k", **sound}) == []


def test_an_order_words_and_pairs_are_read() -> None:
    sides = [("l1", "left"), ("l2", "left"), ("r1", "right"), ("r2", "right")]
    matched = [{"id": name, "text": f"text {name}", "side": side} for name, side in sides]
    order, words, pairs = read(
        written(type="ordering", correct=["c2", "c1", "c3", "c4"]),
        written(type="short_text", choices=[], correct=[], accepted=["having"], hints=["It begins with an h."]),
        written(
            type="matching", choices=matched, correct=[],
            pairs=[{"left": "l1", "right": "r2"}, {"left": "l2", "right": "r1"}],
        ),
    )  # fmt: skip

    assert order["rules"] == {"kind": "ordering", "order": ["c2", "c1", "c3", "c4"], "scoring": "pairs"}
    assert words["rules"] == {"kind": "short_text", "accepted": [{"text": "having"}]}
    assert pairs["rules"] == {"kind": "matching", "pairs": {"l1": "r2", "l2": "r1"}, "scoring": "per_pair"}
    assert [item_problems({"key": "k", **one}) for one in (order, words, pairs)] == [[], [], []]


def test_characters_that_cannot_be_stored_are_left_out() -> None:
    (item,) = read(written(prompt="Which\x00 clause \ud800?", hints=["A\x00 hint"]))

    assert (item["prompt"], item["hints"]) == ("Which clause ??", ["A hint"])


def test_no_more_items_are_taken_than_were_asked_for() -> None:
    assert len(read(written(), written(), written(), most=2)) == 2


@pytest.mark.parametrize(
    "reply",
    [
        "no JSON",
        "[]",
        '{"items": 3}',
        '{"items": [{"type": "numeric"}]}',
        '{"items": ["x"]}',
        '{"items": [], "x": NaN}',
    ],
)
def test_what_is_not_of_the_schema_is_refused(reply: str) -> None:
    with pytest.raises(UnreadableItems):
        writing.read(reply, most=5)
