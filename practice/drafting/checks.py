"""What can be told of an item without a model: each check has a name, and says why an item fails it.

The bounds are those that all items written by people keep, with room; `manage.py practice check-drafts` counts what
they catch.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from assessments.answers import AnswerInvalid, normalise
from catalog.answer_texts import normal_form
from practice.hint_leaks import leaking_hints, numbers_in, stands_in
from practice.item_schema import shape_problems, unearnable
from scoring.rules.engine import score_answer

SHORTEST_PROMPT: Final = 20
LONGEST_PROMPT: Final = 1_200
LONGEST_CHOICE: Final = 300
LONGEST_SOLUTION: Final = 2_000
WORDS_A_SENTENCE: Final = 45
WIDEST: Final = Decimal("0.05")
SENTENCE_END: Final = re.compile(r"(?<=[.!?:;])\s|\n")
THOUSANDS_WRITTEN: Final = re.compile(r"(?<![\w.,])([1-9]\d{0,2}),(\d{3})(?![\d,])")
_THOUSANDS: Final = re.compile(r"(?<![\w.,])[1-9]\d{0,2}\.\d{3}(?![\d.])")
_COMMA: Final = re.compile(r"(?<![\w.,])\d+,\d{1,2}(?![\d,]|,\s?\d)")
_MEASURED: Final = re.compile(
    r"\b(?:how many|what percentage|in)\s+(?:full |whole )?"
    r"(?:euros?|EUR|dollars?|USD|per ?cent|percent|minutes?|hours?|days?|weeks?|months?|years?|seconds?|milliseconds?"
    r"|km|kilometres?|metres?|kg|grams?|pixels?|MB|GB)\b|\bwhat percentage\b|\bin %",
    re.IGNORECASE,
)
_COUNTED: Final = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
)  # fmt: skip
_ORDINAL: Final = (
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
)
_IN_WORDS: Final = {
    **{word: Decimal(at) for at, word in enumerate(_COUNTED)},
    **{word: Decimal(at) for at, word in enumerate(_ORDINAL, start=1)},
    "once": Decimal(1),
    "twice": Decimal(2),
    "no": Decimal(0),
    "nothing": Decimal(0),
}


@dataclass(frozen=True, slots=True)
class Result:
    """A check by name, and why it failed; empty where it passed."""

    name: str
    problems: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether nothing was found."""
        return not self.problems


def without_model(item: Mapping[str, Any]) -> list[Result]:
    """Check an item by rules alone; one of the wrong shape is looked at no further."""
    shape = Result("schema", tuple(shape_problems(item)))
    if not shape.passed:
        return [shape]
    return [shape, *(Result(name, tuple(check(item))) for name, check in CHECKS.items())]


def _giveaways(item: Mapping[str, Any]) -> Iterator[str]:
    yield from leaking_hints(item)
    rules = item["rules"]
    if rules["kind"] == "short_text":
        told = [one["text"] for one in rules["accepted"] if "text" in one]
        yield from (
            f"prompt: names the accepted text {one!r}" for one in told if stands_in(one, item["prompt"])
        )


def _wrong_earns_less(item: Mapping[str, Any]) -> Iterator[str]:
    for name, answer in _wrong(item):
        try:
            given = normalise(item["type"], item.get("choices", ()), item.get("answer_format", {}), answer)
        except AnswerInvalid:
            continue
        if (
            score_answer(item["type"], item["rules"], given, Decimal(1), item.get("choices", ())).fraction
            == 1
        ):
            yield f"{name} earns everything as well"
    if score_answer(item["type"], item["rules"], None, Decimal(1), item.get("choices", ())).fraction == 1:
        yield "no answer earns everything"


def _wrong(item: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Answers that a sound key does not take."""
    rules = item["rules"]
    match rules["kind"]:
        case "choice":
            for one in item["choices"]:
                if [one["id"]] != list(rules["correct"]):
                    yield f"choice {one['id']!r} alone", {"choice_ids": [one["id"]]}
        case "numeric":
            value = Decimal(rules["value"])
            for wrong in (value * 2 + 1, -value - 1, value + max(abs(value) / 10, Decimal("0.1"))):
                yield f"{wrong:f}", {"value": f"{wrong:f}", "unit": rules.get("unit")}
        case "ordering":
            yield "the reverse order", {"order": list(reversed(rules["order"]))}
        case "matching":
            left, right = list(rules["pairs"]), list(rules["pairs"].values())
            moved = dict(zip(left, [*right[1:], right[0]], strict=True))
            if moved != rules["pairs"]:
                yield "every partner moved by one", {"pairs": moved}
        case _:
            yield from ((f"{text!r}", {"text": text}) for text in ("something else", "x", "no"))


def _solution_agrees(item: Mapping[str, Any]) -> Iterator[str]:
    """A number that the solution does not come to is not its result."""
    rules = item["rules"]
    if rules["kind"] != "numeric":
        return
    value, stated = Decimal(rules["value"]), {abs(one) for one in numbers_in(_plain(item["solution"]))}
    in_words = {_IN_WORDS.get(word) for word in re.findall(r"[a-z]+", item["solution"].lower())}
    if abs(value) not in stated | in_words:
        yield f"solution: does not come to the key {rules['value']}"


def _distinct_choices(item: Mapping[str, Any]) -> Iterator[str]:
    seen: dict[tuple[str, str], str] = {}
    for one in item.get("choices", ()):
        said = re.sub(r"^(?:an?|the|it is|it's)\s+", "", normal_form(one["text"]))
        first = seen.setdefault((one.get("side", ""), said), one["id"])
        if first != one["id"]:
            yield f"choices {first!r} and {one['id']!r} say the same"


def _lengths(item: Mapping[str, Any]) -> Iterator[str]:
    size = len(item["prompt"])
    if not SHORTEST_PROMPT <= size <= LONGEST_PROMPT:
        yield f"prompt: has {size} characters; {SHORTEST_PROMPT} to {LONGEST_PROMPT} are right"
    if len(item["solution"]) > LONGEST_SOLUTION:
        yield f"solution: has more than {LONGEST_SOLUTION} characters"
    long = [one["id"] for one in item.get("choices", ()) if len(one["text"]) > LONGEST_CHOICE]
    yield from (f"choice {one!r}: has more than {LONGEST_CHOICE} characters" for one in long)


def _readable(item: Mapping[str, Any]) -> Iterator[str]:
    for name, text in (("prompt", item["prompt"]), ("solution", item["solution"])):
        most = max(len(sentence.split()) for sentence in SENTENCE_END.split(text))
        if most > WORDS_A_SENTENCE:
            yield f"{name}: a sentence has {most} words; {WORDS_A_SENTENCE} are the most"


def _numbers(item: Mapping[str, Any]) -> Iterator[str]:
    """Whether a number asked for is asked for clearly, and those given can be taken in one way only."""
    prompt, rules = item["prompt"], item["rules"]
    for pattern, why in ((_THOUSANDS, "a thousand or a decimal"), (_COMMA, "a decimal or two numbers")):
        if found := pattern.search(prompt):
            yield f"prompt: {found.group()!r} may be {why}"
    if rules["kind"] != "numeric":
        return
    value = Decimal(rules["value"])
    if "unit" not in rules and (found := _MEASURED.search(prompt)):
        yield f"rules: the prompt asks for a unit ({found.group()!r}), the key has none"
    off = Decimal(rules.get("absolute_tolerance", "0"))
    if value != value.to_integral_value() and not off and "relative_tolerance" not in rules:
        yield "rules: a number with decimals needs a tolerance, for answers are rounded in different ways"
    if value and off > abs(value) * WIDEST:
        yield f"rules: a tolerance of {off} takes numbers more than a twentieth off"


def _plain(text: str) -> str:
    """Numbers as `numbers_in` reads them: without currency signs and units against them."""
    return re.sub(r"(?<=\d)(?=[%€$°a-zA-Z])|(?<=[€$=(])(?=\d)", " ", text)


CHECKS: Final[Mapping[str, Callable[[Mapping[str, Any]], Iterator[str] | Sequence[str]]]] = {
    "key_solves": unearnable,
    "wrong_earns_less": _wrong_earns_less,
    "solution_agrees": _solution_agrees,
    "giveaways": _giveaways,
    "distinct_choices": _distinct_choices,
    "lengths": _lengths,
    "readable": _readable,
    "numbers": _numbers,
}
