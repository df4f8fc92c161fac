"""The file of a skill's practice items, and what is wrong with an item, in words that its author can act on."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from jsonschema import Draft202012Validator, ValidationError

from assessments.answers import AnswerInvalid, normalise
from catalog.question_checks import question_problems
from practice.hint_leaks import leaking_hints
from scoring.rules.engine import READERS, score_answer

_KEY: Final = {"type": "string", "pattern": r"^[a-z0-9]+(-[a-z0-9]+)*$(?!\n)", "maxLength": 100}
# Every assignment keeps the texts of its item, and a page of them shows a hundred.
_TEXT: Final = {"type": "string", "pattern": r"\S", "maxLength": 10_000}
_LINE: Final = {"type": "string", "pattern": r"^[^\r\n]*\S[^\r\n]*$(?!\n)", "maxLength": 1_000}


def _closed(properties: dict[str, Any], *, optional: tuple[str, ...] = ()) -> dict[str, Any]:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


ITEM: Final[dict[str, Any]] = _closed(
    {
        "key": _KEY,
        "type": {"enum": list(READERS)},
        "prompt": _TEXT,
        "choices": {
            "type": "array",
            "minItems": 1,
            "maxItems": 100,
            "items": _closed(
                {
                    "id": {"type": "string"},
                    "text": {**_TEXT, "maxLength": 1_000},
                    "side": {"enum": ["left", "right"]},
                },
                optional=("side",),
            ),
        },
        "answer_format": {"type": "object"},
        "rules": {"type": "object"},
        "hints": {"type": "array", "items": _LINE, "minItems": 1, "maxItems": 4, "uniqueItems": True},
        "solution": _TEXT,
        "difficulty": {"type": "integer", "minimum": 1, "maximum": 10},
        "seconds": {"type": "integer", "minimum": 10, "maximum": 1800},
    },
    optional=("choices", "answer_format"),
)
FILE: Final[dict[str, Any]] = _closed(
    {"skill": {**_KEY, "maxLength": 64}, "items": {"type": "array", "minItems": 1, "items": ITEM}}
)
_ITEM: Final = Draft202012Validator(ITEM)
# The items are left to `item_problems`, which names them by their keys.
_FILE: Final = Draft202012Validator(
    {**FILE, "properties": {**FILE["properties"], "items": {"type": "array", "minItems": 1}}}
)


def file_problems(content: object) -> list[str]:
    """What is wrong with a skill's file around its items, one readable line each."""
    return _violations(_FILE, content)


def item_problems(item: object) -> list[str]:
    """What is wrong with a practice item, one readable line each; the lines may quote the key: for staff only."""
    problems = shape_problems(item)
    if problems or not isinstance(item, Mapping):
        return problems
    return [*leaking_hints(item), *unearnable(item)]


def shape_problems(item: object) -> list[str]:
    """What keeps an item from being shown and scored at all, whatever it asks; for staff only as well."""
    problems = _violations(_ITEM, item)
    if problems or not isinstance(item, Mapping):
        return problems
    return question_problems(
        question_type=item["type"],
        choices=item.get("choices"),
        answer_format=item.get("answer_format", {}),
        rules=item["rules"],
        rubric={},
    )


def model_answer(rules: Mapping[str, Any]) -> dict[str, Any] | None:
    """The answer that a key asks for, in its wire form; None where only patterns earn all the points."""
    match rules["kind"]:
        case "choice":
            return {"choice_ids": list(rules["correct"])}
        case "numeric":
            return {"value": rules["value"], "unit": rules.get("unit")}
        case "ordering":
            return {"order": list(rules["order"])}
        case "matching":
            return {"pairs": dict(rules["pairs"])}
        case _:
            full = (one for one in rules["accepted"] if Decimal(one.get("credit", "1")) == 1)
            return next(({"text": one["text"]} for one in full if "text" in one), None)


def unearnable(item: Mapping[str, Any]) -> list[str]:
    """Why the answer that the key asks for does not earn all the points when a student gives it."""
    answer = model_answer(item["rules"])
    if answer is None:
        return ["rules.accepted: no text earns all the points, so nobody can be shown a right answer"]
    choices = item.get("choices", ())
    try:
        given = normalise(item["type"], choices, item.get("answer_format", {}), answer)
    except AnswerInvalid as refused:
        return [f"rules: the right answer itself would be refused: {refused}"]
    earned = score_answer(item["type"], item["rules"], given, Decimal(1), choices).fraction
    return (
        [] if earned == 1 else [f"rules: the right answer itself earns {earned.normalize():f} of the points"]
    )


def _violations(validator: Draft202012Validator, value: object) -> list[str]:
    errors = sorted(
        validator.iter_errors(value), key=lambda error: [str(part) for part in error.absolute_path]
    )
    return [
        f"{'.'.join(str(part) for part in error.absolute_path) or '(whole)'}: {_told(error)}"
        for error in errors
    ]


def _told(error: ValidationError) -> str:
    if error.validator == "maxLength":
        return f"has more than {error.validator_value} characters"
    return str(error.message)[:200]
