"""Closed tasks of other systems as answer keys: choices, numbers, short texts, pairs."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import chain
from typing import Any, Final

from catalog.enums import QuestionType
from catalog.importing.banks.question import (
    WHOLE,
    Accepted,
    ChoiceTask,
    MatchingTask,
    NumericTask,
    Option,
    Range,
    ShortTextTask,
    UnsupportedQuestion,
)
from catalog.importing.banks.shape import Shape

_MILLIONTH: Final = Decimal("0.000001")
_SPECIAL_IN_PATTERN: Final = re.compile(r"[\\.+?()|\[\]{}^$]")


def choice_shape(task: ChoiceTask) -> Shape:
    """The shape of a choice.

    Raises:
        NotTaken: where nothing is right, or one of several right options is to be chosen.
    """
    task = replace(task, options=_shown(task))
    right = _right(task)
    if not right:
        raise UnsupportedQuestion("no option is right")
    if len(right) > 1 and not task.several:
        raise UnsupportedQuestion("one option may be chosen, and more than one is all of the answer")
    ids = {at: f"c{at}" for at, _ in enumerate(task.options, start=1)}
    scoring, notes = _scoring(task, right) if task.several else ("all_or_nothing", _partial(task))
    return Shape(
        QuestionType.MULTIPLE_CHOICE,
        choices=[{"id": ids[at], "text": option.text} for at, option in enumerate(task.options, start=1)],
        answer_format={"max_choices": len(task.options) if task.several else 1},
        rules={"kind": "choice", "correct": [ids[at] for at in right], "scoring": scoring},
        notes=notes,
        remarks=tuple(f"{option.text}: {option.feedback}" for option in task.options if option.feedback),
    )


def _shown(task: ChoiceTask) -> tuple[Option, ...]:
    """The options in the order in which students see them.

    Other systems mix them for each student, so their authors begin with what is right; here they stay as they stand.
    """
    right = _right(task)
    if len(task.options) < 3 or right != list(range(1, len(right) + 1)):
        return task.options
    places = {text: at for at, text in enumerate(mixed(option.text for option in task.options))}
    return tuple(sorted(task.options, key=lambda option: places[option.text]))


def _right(task: ChoiceTask) -> list[int]:
    """Places of the right options, from 1: all that give points, or those that give most where one is chosen."""
    most = max((option.credit for option in task.options), default=Decimal(0))
    least = Decimal(0) if task.several else most
    return [
        at for at, option in enumerate(task.options, start=1) if option.credit > 0 and option.credit >= least
    ]


def _partial(task: ChoiceTask) -> tuple[str, ...]:
    most = max(option.credit for option in task.options)
    partly = [option.text for option in task.options if 0 < option.credit < most]
    return (f"Only the best option gives points here; there {_listed(partly)} gave some.",) if partly else ()


def _scoring(task: ChoiceTask, right: Sequence[int]) -> tuple[str, tuple[str, ...]]:
    if task.is_exact:
        return "all_or_nothing", ()
    counted = {task.options[at - 1].credit for at in right}
    notes = ["Every right option counts the same here; there they did not."] if len(counted) > 1 else []
    takes_away = any(option.credit < 0 for option in task.options)
    if not takes_away and len(right) < len(task.options):
        notes.append(
            "A wrong option takes a part of the points away here, so that choosing all earns nothing."
        )
    return "per_option_penalty", tuple(notes)


def numeric_shape(task: NumericTask) -> Shape:
    """The shape of a number: the first range that gives all the points.

    Raises:
        NotTaken: where no number gives all the points.
    """
    whole = [one for one in task.ranges if one.credit >= WHOLE]
    if not whole:
        raise UnsupportedQuestion("no number gives all the points")
    best = whole[0]
    rules: dict[str, Any] = {"kind": "numeric", "value": _written((best.least + best.most) / 2)}
    if best.least != best.most:
        rules["absolute_tolerance"] = _written((best.most - best.least) / 2)
    others = [_said(one) for one in task.ranges if one is not best and one.credit > 0]
    notes = (f"Only {_said(best)} is right here; there {_listed(others)} gave points too.",) if others else ()
    units, shown = _units(task)
    return Shape(QuestionType.NUMERIC, answer_format=shown, rules={**rules, **units}, notes=notes)


def _units(task: NumericTask) -> tuple[dict[str, Any], dict[str, Any]]:
    named = dict(task.units or {})
    own = next((unit for unit, factor in named.items() if factor == 1), None)
    if own is None:
        return {}, {}
    factors = {unit: _written(factor) for unit, factor in named.items() if unit != own}
    rules = {"unit": own, **({"unit_factors": factors} if factors else {})}
    return rules, {"units": list(named)} if factors else {"unit": own}


def _said(one: Range) -> str:
    least, most = _written(one.least), _written(one.most)
    return least if least == most else f"{least} to {most}"


def _written(number: Decimal) -> str:
    """A number without an exponent."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def short_text_shape(task: ShortTextTask) -> Shape:
    """The shape of a short text.

    Raises:
        NotTaken: where nothing is accepted, or anything.
    """
    taken = [one for one in task.accepted if one.credit > 0 and one.text.strip()]
    if not taken:
        raise UnsupportedQuestion("no text is accepted")
    if any(one.has_wildcards and not one.text.replace("*", "").strip() for one in taken):
        raise UnsupportedQuestion("any text is accepted")
    if max(one.credit for one in taken) < WHOLE:
        raise UnsupportedQuestion("no text gives all the points")
    rules: dict[str, Any] = {"kind": "short_text", "accepted": _accepted(taken)}
    if task.case_sensitive:
        rules["case_sensitive"] = True
    return Shape(QuestionType.SHORT_TEXT, rules=rules)


def _accepted(taken: Iterable[Accepted]) -> list[dict[str, str]]:
    best: dict[tuple[str, str], Decimal] = {}
    for one in taken:
        entry = (
            ("pattern", _pattern(one.text))
            if one.has_wildcards and "*" in one.text
            else ("text", one.text.strip())
        )
        best[entry] = max(best.get(entry, Decimal(0)), min(WHOLE, one.credit))
    return [
        {kind: text} if credit == WHOLE else {kind: text, "credit": _written(credit.quantize(_MILLIONTH))}
        for (kind, text), credit in best.items()
    ]


def _pattern(text: str) -> str:
    """The expression of a text in which a star stands for any text."""
    return _SPECIAL_IN_PATTERN.sub(lambda sign: "\\" + sign.group(), text.strip()).replace("*", ".*")


def matching_shape(task: MatchingTask) -> Shape:
    """The shape of pairs; texts on the right that are alike are one."""
    rights = mixed(dict.fromkeys(chain((right for _, right in task.pairs), task.others)))
    ids = {text: f"r{at}" for at, text in enumerate(rights, start=1)}
    lefts = [
        {"id": f"l{at}", "text": left, "side": "left"} for at, (left, _) in enumerate(task.pairs, start=1)
    ]
    partners = [ids[right] for _, right in task.pairs]
    if len(partners) > 1 and partners == sorted(partners):
        # Students see the ids: their order must not be the answer.
        lefts = [{**left, "id": f"l{len(lefts) - at}"} for at, left in enumerate(lefts)]
    return Shape(
        QuestionType.MATCHING,
        choices=[*lefts, *({"id": ids[text], "text": text, "side": "right"} for text in rights)],
        rules={
            "kind": "matching",
            "pairs": {left["id"]: partner for left, partner in zip(lefts, partners, strict=True)},
            "scoring": "per_pair",
        },
    )


def mixed(texts: Iterable[str]) -> list[str]:
    """Return texts in an order that says nothing of them, the same every time."""
    return sorted(texts, key=lambda text: hashlib.sha256(text.encode()).digest())


def _listed(texts: Sequence[str]) -> str:
    shown = [f"“{text[:60]}”" for text in texts[:5]]
    return ", ".join(shown) + (" and others" if len(texts) > 5 else "")
