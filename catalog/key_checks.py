"""What a schema cannot say of an answer key: that it names what is there, can be answered, and gives nothing away."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from catalog.answer_patterns import PatternInvalid, compiled
from catalog.answer_texts import normal_form, signs_seen

Choices = Sequence[Mapping[str, Any]]

# An answer may name one choice where the format does not say how many.
DEFAULT_MAX_CHOICES: Final = 1
NEEDS_CHOICES: Final = frozenset({"multiple_choice", "ordering", "matching"})


def unreadable_texts(rules: Mapping[str, Any]) -> Iterator[str]:
    """Accepted texts that nobody can write, and patterns that cannot be compiled."""
    case_sensitive = bool(rules.get("case_sensitive", False))
    for at, accepted in enumerate(rules.get("accepted", ())):
        place = f"rules.accepted[{at}]"
        if "pattern" in accepted:
            try:
                compiled(accepted["pattern"], case_sensitive)
            except PatternInvalid as refused:
                yield f"{place}.pattern: {refused}"
        elif not normal_form(accepted["text"], case_sensitive):
            yield f"{place}.text: holds nothing that can be seen, so an empty answer would be right"


def unknown_choices(question_type: str, rules: Mapping[str, Any], choices: Choices) -> Iterator[str]:
    """Ids in the key that are no choices of the question, and choices that the key forgets."""
    ids = {choice["id"] for choice in choices}
    named: dict[str, Sequence[str]] = {
        "correct": rules.get("correct", ()),
        "order": rules.get("order", ()),
        "signals": [signal["choice"] for signal in rules.get("signals", ())],
    }
    for name, listed in named.items():
        for choice in dict.fromkeys(listed):
            if choice not in ids:
                yield f"rules.{name}: there is no choice {choice!r}"
    if question_type == "ordering" and ids - set(rules["order"]):
        yield "rules.order: must name every choice of the question"
    if question_type == "matching":
        yield from _unpaired(rules["pairs"], choices)


def _unpaired(pairs: Mapping[str, str], choices: Choices) -> Iterator[str]:
    lefts = {choice["id"] for choice in choices if choice.get("side") == "left"}
    rights = {choice["id"] for choice in choices if choice.get("side") == "right"}
    yield from (f"rules.pairs: {left!r} is not a choice on the left" for left in sorted(set(pairs) - lefts))
    yield from (f"rules.pairs: {left!r} has no partner" for left in sorted(lefts - set(pairs)))
    unknown = sorted(set(pairs.values()) - rights)
    yield from (f"rules.pairs: {right!r} is not a choice on the right" for right in unknown)


def unusable_choices(question_type: str, choices: Choices) -> Iterator[str]:
    """Choices that a question of this type lacks or cannot show."""
    if question_type in NEEDS_CHOICES and len(choices) < 2:
        yield "choices: a question of this type needs at least two"
    if question_type == "matching":
        for at, choice in enumerate(choices):
            if "side" not in choice:
                yield f'choices[{at}].side: must be "left" or "right", since this is a matching question'
    yield from _alike(choices)


def _alike(choices: Choices) -> Iterator[str]:
    """Choices in which nothing can be seen, and choices that students cannot tell apart."""
    first: dict[tuple[str | None, str], int] = {}
    for at, choice in enumerate(choices):
        shown = " ".join(signs_seen(choice["text"]).split())
        if not shown:
            yield f"choices[{at}].text: holds nothing that can be seen"
            continue
        other = first.setdefault((choice.get("side"), shown), at)
        if other != at:
            yield f"choices[{at}].text: looks like that of choices[{other}]"


def misfits(rules: Mapping[str, Any], choices: Choices, answer_format: Mapping[str, Any]) -> Iterator[str]:
    """Where the key asks for what students cannot answer, or pays for what they should not."""
    if rules.get("kind") == "choice":
        limit = answer_format.get("max_choices", DEFAULT_MAX_CHOICES)
        if limit < len(rules["correct"]):
            yield f"rules.correct: names {len(rules['correct'])} options, but only {limit} may be chosen"
        elif rules.get("scoring") == "per_option" and limit >= len(choices):
            yield (
                "rules.scoring: choosing every option would earn all points; "
                "lower max_choices or add a penalty"
            )
    if rules.get("kind") == "numeric":
        yield from _unit_misfits(rules, answer_format)
        yield from _tolerance_misfits(rules)


def _tolerance_misfits(rules: Mapping[str, Any]) -> Iterator[str]:
    """A share of 0 is 0: who states one thinks that near answers are right."""
    if not Decimal(rules["value"]) and "relative_tolerance" in rules and "absolute_tolerance" not in rules:
        yield "rules.relative_tolerance: no answer but 0 itself is within a share of 0; state an absolute_tolerance"


def _unit_misfits(rules: Mapping[str, Any], answer_format: Mapping[str, Any]) -> Iterator[str]:
    unit, factors = rules.get("unit"), rules.get("unit_factors", {})
    offered = [*answer_format.get("units", ()), *filter(None, [answer_format.get("unit")])]
    if unit is None:
        if factors:
            yield "rules.unit_factors: say in rules.unit which unit they count in"
        if offered:
            yield "rules.unit: students are told a unit; say which one the key is in, or any other would do as well"
        return
    if unit in factors:
        yield f"rules.unit_factors: {unit!r} is the unit of the key, which counts 1"
    for other in dict.fromkeys(offered):
        if other != unit and other not in factors:
            yield f"rules.unit_factors: students may answer in {other!r}, which the key does not know"


def giveaways(rules: Mapping[str, Any]) -> Iterator[str]:
    """Ids whose own order is the answer; students see the ids."""
    if rules["kind"] == "ordering" and list(rules["order"]) == sorted(rules["order"]):
        yield "rules.order: is the order of the ids, which students see; name the choices otherwise"
    pairs = rules["pairs"] if rules["kind"] == "matching" else {}
    if len(pairs) > 1 and [pairs[left] for left in sorted(pairs)] == sorted(pairs.values()):
        yield "rules.pairs: pairs the ids in their order, which students see; name the choices otherwise"
