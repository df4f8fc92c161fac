"""Items that are broken on purpose, made from good ones, to count what the checks catch.

Each kind breaks one thing and leaves the rest as it was. What no rule can tell, because only an expert knows the
answer, is among them: such kinds say how much rests on the second call.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from practice.drafting.checks import SENTENCE_END, THOUSANDS_WRITTEN
from practice.hint_leaks import numbers_in

FILE: Final = Path(__file__).parent / "broken_items.json"
OF_A_KIND: Final = 10
Item = dict[str, Any]
Breaker = Callable[[Item], Item | None]
#: Kinds that only somebody who can answer the item sees.
NEEDS_AN_EXPERT: Final = frozenset(
    {
        "wrong choice is the key", "wrong number, and the solution comes to it", "wrong order", "wrong partners",
        "two right answers", "no right answer", "something needed is not said",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Source:
    """A good item of the bank with its skill, or a question of an assessment with the first skill it measures."""

    skill: str
    content: Mapping[str, Any]

    @property
    def key(self) -> str:
        """What it is called."""
        return str(self.content["key"])


@dataclass(frozen=True, slots=True)
class Broken:
    """An item of a kind of fault; ``but`` is the item it was made from, where being like that is not the fault."""

    kind: str
    skill: str
    content: Item
    but: str = ""


def broken_items(bank: Sequence[Source], questions: Sequence[Source]) -> Iterator[Broken]:
    """Make up to ``OF_A_KIND`` items of every kind, spread over the bank."""
    for kind, breaker in BREAKERS.items():
        made = [(one, found) for one in bank if (found := breaker(_copy(one)))]
        for one, found in _spread(made):
            yield Broken(kind, one.skill, found, one.key)
    skills = sorted({one.skill for one in bank})
    for one in _spread(bank):
        other = skills[(skills.index(one.skill) + len(skills) // 2) % len(skills)]
        yield Broken("of another skill", other, _copy(one), one.key)
    for one in _spread(bank):
        yield Broken(
            "copy of the bank", one.skill, _copy(one) | {"prompt": f"Think. {one.content['prompt']}"}
        )
    for one in _spread(questions):
        yield Broken("copy of an assessment's question", one.skill, _asked(one))
    yield from _by_hand({one.key: one for one in [*bank, *questions]})


def _by_hand(sources: Mapping[str, Source]) -> Iterator[Broken]:
    told = json.loads(FILE.read_text(encoding="utf-8"))
    for line in told["also_right"]:
        if one := sources.get(line["key"]):
            item = _copy(one)
            _choice(item, line["wrong"])["text"] = line["text"]
            yield Broken("two right answers", one.skill, item, one.key)
    for kind, name in (
        ("bank reworded", "bank_reworded"),
        ("assessment's question reworded", "question_reworded"),
    ):
        for line in told[name]:
            if one := sources.get(line["key"]):
                yield Broken(kind, one.skill, _asked(one) | {"prompt": line["prompt"]})


def _copy(one: Source) -> Item:
    return deepcopy(dict(one.content)) | {"key": "broken"}


def _asked(one: Source) -> Item:
    """A question in the shape of an item."""
    item = _copy(one)
    shape = ("key", "type", "prompt", "choices", "answer_format", "rules")
    kept = {name: item[name] for name in shape if item.get(name)}
    value = item["rules"].get("value", "the one that the key names")
    help_ = {"hints": ["Read it twice."], "solution": f"The right answer is {value}.", "seconds": 90}
    return kept | {"difficulty": 5} | help_ | {name: item[name] for name in help_ if name in item}


def _spread(found: Sequence[Any]) -> Sequence[Any]:
    step = max(len(found) // OF_A_KIND, 1)
    return found[::step][:OF_A_KIND]


def _choice(item: Item, name: str) -> dict[str, str]:
    found: dict[str, str] = next(one for one in item["choices"] if one["id"] == name)
    return found


def _wrong_choices(item: Item) -> list[str]:
    return [one["id"] for one in item["choices"] if one["id"] not in item["rules"]["correct"]]


def _wrong_key(item: Item) -> Item | None:
    if item["type"] != "multiple_choice":
        return None
    item["rules"]["correct"] = _wrong_choices(item)[: len(item["rules"]["correct"])]
    return item


def _no_right_choice(item: Item) -> Item | None:
    if item["type"] != "multiple_choice" or len(item["rules"]["correct"]) != 1:
        return None
    _choice(item, item["rules"]["correct"][0])["text"] = "None of what the others say, but the opposite"
    return item


def _wrong_number(item: Item) -> Item | None:
    if item["type"] != "numeric":
        return None
    value = Decimal(item["rules"]["value"])
    item["rules"]["value"] = f"{value * 3 + 7:f}"
    return item


def _wrong_number_told(item: Item) -> Item | None:
    if item["type"] != "numeric":
        return None
    item = _wrong_number(item) or item
    item["solution"] = f"Step by step one comes to {item['rules']['value']}."
    return item


def _wrong_order(item: Item) -> Item | None:
    if item["type"] != "ordering":
        return None
    first, second, *rest = item["rules"]["order"]
    item["rules"]["order"] = [second, first, *rest]
    return item


def _wrong_partners(item: Item) -> Item | None:
    if item["type"] != "matching":
        return None
    pairs = item["rules"]["pairs"]
    left = list(pairs)
    pairs[left[0]], pairs[left[1]] = pairs[left[1]], pairs[left[0]]
    return item


def _hint_tells(item: Item) -> Item | None:
    rules = item["rules"]
    match rules["kind"]:
        case "choice":
            told = _choice(item, rules["correct"][0])["text"]
        case "numeric" if Decimal(rules["value"]) not in numbers_in(item["prompt"]):
            told = rules["value"]
        case "short_text":
            told = next(one["text"] for one in rules["accepted"] if "text" in one)
        case _:
            return None
    item["hints"] = [*item["hints"][:1], f"In the end it is: {told}."]
    return item


def _prompt_tells(item: Item) -> Item | None:
    if item["type"] != "short_text":
        return None
    told = next(one["text"] for one in item["rules"]["accepted"] if "text" in one)
    item["prompt"] += f" (Think of “{told}”.)"
    return item


def _no_unit(item: Item) -> Item | None:
    if item["type"] != "numeric" or "unit" not in item["rules"]:
        return None
    item["rules"] = {name: one for name, one in item["rules"].items() if not name.startswith("unit")}
    item["answer_format"] = {}
    return item


def _ambiguous(item: Item) -> Item | None:
    changed = THOUSANDS_WRITTEN.sub(r"\1.\2", item["prompt"])
    return item | {"prompt": changed} if changed != item["prompt"] else None


def _same_twice(item: Item) -> Item | None:
    if item["type"] != "multiple_choice":
        return None
    right = _choice(item, item["rules"]["correct"][0])["text"]
    _choice(item, _wrong_choices(item)[0])["text"] = f"{right.upper()}."
    return item


def _takes_anything(item: Item) -> Item | None:
    rules = item["rules"]
    if rules["kind"] == "numeric" and Decimal(rules["value"]):
        rules["absolute_tolerance"] = f"{abs(Decimal(rules['value'])):f}"
    elif rules["kind"] == "short_text":
        rules["accepted"].append({"pattern": "[a-z ]+"})
    else:
        return None
    return item


def _rounding_unsaid(item: Item) -> Item | None:
    if item["type"] != "numeric":
        return None
    exact = f"{Decimal(item['rules']['value']) + Decimal('0.333'):f}"
    item["rules"] = {**item["rules"], "value": exact}
    item["rules"].pop("absolute_tolerance", None)
    item["solution"] = f"It is {exact}."
    return item


def _no_such_choice(item: Item) -> Item | None:
    if item["type"] != "multiple_choice":
        return None
    item["rules"]["correct"] = ["c99"]
    return item


def _rambling(item: Item) -> Item:
    words = "and before anything else it should be kept in mind by everybody who reads this that"
    item["prompt"] = f"Now {' '.join([words] * 3)} {item['prompt'][0].lower()}{item['prompt'][1:]}"
    return item


def _unsaid(item: Item) -> Item | None:
    sentences = SENTENCE_END.split(item["prompt"])
    if item["type"] != "numeric" or len(sentences) < 3:
        return None
    item["prompt"] = " ".join(sentences[1:])
    return item


BREAKERS: Final[Mapping[str, Breaker]] = {
    "wrong choice is the key": _wrong_key,
    "wrong number, and the solution comes to it": _wrong_number_told,
    "wrong order": _wrong_order,
    "wrong partners": _wrong_partners,
    "no right answer": _no_right_choice,
    "something needed is not said": _unsaid,
    "wrong number": _wrong_number,
    "hint tells": _hint_tells,
    "prompt tells": _prompt_tells,
    "unit is missing": _no_unit,
    "number that reads in two ways": _ambiguous,
    "choice stands twice": _same_twice,
    "takes anything": _takes_anything,
    "rounding is not said": _rounding_unsaid,
    "key names no choice": _no_such_choice,
    "rambling sentence": _rambling,
}
