"""Answers of every question type, laid beside their keys for staff to read."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Choice = Mapping[str, Any]
LONGEST_NAME = 48
SCORINGS = {
    "all_or_nothing": "all or nothing",
    "per_option": "per option",
    "per_option_penalty": "per option, wrong ones take off",
    "pairs": "by the share of pairs in the right order",
    "per_pair": "per pair",
}


@dataclass(frozen=True, slots=True)
class Option:
    """A choice of the question: whether the student took it, and whether the key does."""

    text: str
    chosen: bool
    is_key: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One place of an ordering or one left side of a matching: what was given there and what the key says."""

    label: str
    given: str
    expected: str

    @property
    def agrees(self) -> bool:
        """Whether what was given is what the key says."""
        return self.given == self.expected


@dataclass(frozen=True, slots=True)
class AnswerView:
    """An answer as it is shown: ``options``, ``lines`` or ``text``, whichever fits its type.

    ``expected`` is the key of a number or a short text in words.
    """

    options: tuple[Option, ...] = ()
    lines: tuple[Line, ...] = ()
    text: str = ""
    expected: str = ""


def answer_view(
    answer: Mapping[str, Any] | None, choices: Sequence[Choice] | None, rules: Mapping[str, Any]
) -> AnswerView:
    """Lay out a stored answer (None: not answered) with the choices and the key of its question."""
    given = answer or {}
    listed = choices or ()
    if "order" in given or rules.get("kind") == "ordering":
        return AnswerView(lines=_places(given.get("order", ()), listed, rules.get("order", ())))
    if "pairs" in given or rules.get("kind") == "matching":
        return AnswerView(lines=_pairs(given.get("pairs", {}), listed, rules.get("pairs", {})))
    if listed:
        return AnswerView(options=_options(given.get("choice_ids", ()), listed, rules.get("correct", ())))
    if "value" in given:
        return AnswerView(text=_with_unit(given["value"], given.get("unit")), expected=_number_key(rules))
    return AnswerView(text=str(given.get("text", "")), expected=_expected(rules))


def in_texts(explanation: str, choices: Sequence[Choice] | None) -> str:
    """Return a rule's explanation for staff with the choices' texts in place of their ids, and the scoring in words.

    Other explanations, which name no ids, are returned as they are.
    """
    found = re.fullmatch(r"((?:Correct|Key): .*Scoring: )(\w+)\.", explanation, re.DOTALL)
    if not choices or found is None:
        return explanation
    names = {str(one["id"]): f"“{_short(str(one['text']))}”" for one in choices}
    ids = "|".join(re.escape(key) for key in sorted(names, key=len, reverse=True))
    said = re.sub(rf"(?<!\w)({ids})(?!\w)", lambda one: names[one.group()], found[1])
    return f"{said}{SCORINGS.get(found[2], found[2])}."


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_NAME else f"{text[: LONGEST_NAME - 1].rstrip()}…"


def _options(chosen: Sequence[str], choices: Sequence[Choice], key: Sequence[str]) -> tuple[Option, ...]:
    return tuple(Option(one["text"], one["id"] in chosen, one["id"] in key) for one in choices)


def _places(given: Sequence[str], choices: Sequence[Choice], key: Sequence[str]) -> tuple[Line, ...]:
    texts = {one["id"]: str(one["text"]) for one in choices}
    return tuple(
        Line(str(place + 1), _named(texts, given, place), _named(texts, key, place))
        for place in range(max(len(given), len(key)))
    )


def _named(texts: Mapping[str, str], ids: Sequence[str], place: int) -> str:
    return texts.get(ids[place], ids[place]) if place < len(ids) else ""


def _pairs(given: Mapping[str, str], choices: Sequence[Choice], key: Mapping[str, str]) -> tuple[Line, ...]:
    texts = {one["id"]: str(one["text"]) for one in choices}
    lefts = [one["id"] for one in choices if one.get("side") == "left"]
    return tuple(
        Line(texts[left], texts.get(given.get(left, ""), ""), texts.get(key.get(left, ""), ""))
        for left in lefts
    )


def _expected(rules: Mapping[str, Any]) -> str:
    if rules.get("kind") == "numeric":
        return _number_key(rules)
    return " · ".join(_accepted(entry) for entry in rules.get("accepted", ()))


def _accepted(entry: Mapping[str, Any]) -> str:
    credit = entry.get("credit", "1")
    accepted = str(entry["text"]) if "text" in entry else f"/{entry['pattern']}/"
    return accepted if credit == "1" else f"{accepted} (for {credit} of the points)"


def _number_key(rules: Mapping[str, Any]) -> str:
    if "value" not in rules:
        return ""
    bounds = []
    if rules.get("absolute_tolerance"):
        bounds.append(f"± {rules['absolute_tolerance']}")
    if rules.get("relative_tolerance"):
        bounds.append(f"± {rules['relative_tolerance']} × the value")
    key = _with_unit(rules["value"], rules.get("unit"))
    return f"{key} ({' or '.join(bounds)})" if bounds else key


def _with_unit(value: str, unit: str | None) -> str:
    return f"{value} {unit}" if unit else str(value)
