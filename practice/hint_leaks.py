"""Hints that give the answer away, as far as that can be told from their words."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from catalog.answer_texts import folded_text

_NUMBER: Final = re.compile(
    r"(?<![\w.])[-−]?\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\w])|(?<![\w.])[-−]?\d+(?:\.\d+)?(?!\w)"
)
# One letter says nothing: "a" is an article.
_SHORTEST: Final = 2


def leaking_hints(item: Mapping[str, Any]) -> Iterator[str]:
    """Name every hint in which the key of an item with a valid key stands."""
    for at, hint in enumerate(item["hints"]):
        for found in _found(item, hint):
            yield f"hints[{at}]: gives the answer away: it {found}"


def numbers_in(text: str) -> set[Decimal]:
    """The numbers that stand in a text, with or without commas between thousands."""
    return {Decimal(found.group().replace(",", "").replace("−", "-")) for found in _NUMBER.finditer(text)}


def _found(item: Mapping[str, Any], hint: str) -> Iterable[str]:
    rules, texts = item["rules"], {one["id"]: one["text"] for one in item.get("choices", ())}
    match rules["kind"]:
        case "choice":
            named = [one for one in rules["correct"] if stands_in(texts[one], hint)]
            return [f"names the correct choice {one!r}" for one in named]
        case "numeric":
            # Repeating a number of the task tells nothing.
            told = Decimal(rules["value"]) in numbers_in(hint) - numbers_in(item["prompt"])
            return [f"names the number {rules['value']}"] if told else []
        case "ordering":
            in_order = _in_order([texts[one] for one in rules["order"]], hint)
            return ["names everything in its order"] if in_order else []
        case "matching":
            return [
                f"names {left!r} and its partner {right!r}"
                for left, right in rules["pairs"].items()
                if stands_in(texts[left], hint) and stands_in(texts[right], hint)
            ]
        case _:
            accepted = [one["text"] for one in rules["accepted"] if "text" in one]
            return [f"names the accepted text {text!r}" for text in accepted if stands_in(text, hint)]


def stands_in(text: str, hint: str) -> bool:
    """Whether a text stands in a hint as whole words, however it is spaced and capitalised."""
    wanted = folded_text(text)
    if len(wanted) < _SHORTEST and not wanted.isdigit():
        return False
    return re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", folded_text(hint)) is not None


def _in_order(texts: Sequence[str], hint: str) -> bool:
    places = [folded_text(hint).find(folded_text(text)) for text in texts]
    return -1 not in places and places == sorted(places)
