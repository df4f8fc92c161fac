"""The published JSON Schemas (draft 2020-12) of answer keys and rubrics, and checks whose
messages a question author can act on.

The schemas say what shape a key has; `rules_problems` and `rubric_problems` also check what
a schema cannot say: that a key names existing choices, that levels ascend.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

Schema = dict[str, Any]

_DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
_ID: Final[Schema] = {
    "type": "string",
    "pattern": r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$",
    "description": "an id of at most 64 letters, digits, points, dashes and underscores",
}
_NUMBER: Final[Schema] = {
    "type": "string",
    "pattern": r"^-?[0-9]{1,20}(\.[0-9]{1,20})?$",
    "description": 'a decimal number written as a string, such as "42.5"',
}
_POSITIVE: Final[Schema] = {
    "type": "string",
    "pattern": r"^(?=.*[1-9])[0-9]{1,20}(\.[0-9]{1,20})?$",
    "description": 'a decimal number above zero written as a string, such as "0.5"',
}
_NOT_NEGATIVE: Final[Schema] = {
    "type": "string",
    "pattern": r"^[0-9]{1,20}(\.[0-9]{1,20})?$",
    "description": 'a decimal number, zero or more, written as a string, such as "0.5"',
}
_CREDIT: Final[Schema] = {
    "type": "string",
    "pattern": r"^(1(\.0{1,6})?|0?\.[0-9]{0,5}[1-9][0-9]{0,5})$",
    "description": 'a credit above 0 and at most 1 written as a string, such as "0.5"',
}
_TEXT: Final[Schema] = {"type": "string", "minLength": 1, "maxLength": 10_000}
_UNIT: Final[Schema] = {"type": "string", "minLength": 1, "maxLength": 20}


def _object(required: Sequence[str], **properties: Schema) -> Schema:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(required),
        "properties": properties,
    }


def _rules(kind: str, title: str, required: Sequence[str], **properties: Schema) -> Schema:
    body = _object(["kind", *required], kind={"const": kind}, **properties)
    return {"$schema": _DRAFT, "$id": f"urn:microcred:rules:{kind}", "title": title, **body}


def _one_of(*values: str) -> Schema:
    return {"enum": list(values), "default": values[0]}


_IDS: Final[Schema] = {"type": "array", "items": _ID, "minItems": 1, "maxItems": 100, "uniqueItems": True}

RULES_SCHEMAS: Final[Mapping[str, Schema]] = {
    "multiple_choice": _rules(
        "choice",
        "Key of a multiple choice question",
        ["correct"],
        correct=_IDS,
        scoring=_one_of("all_or_nothing", "per_option", "per_option_penalty"),
    ),
    "numeric": _rules(
        "numeric",
        "Key of a numeric question",
        ["value"],
        value=_NUMBER,
        absolute_tolerance=_NOT_NEGATIVE,
        relative_tolerance=_NOT_NEGATIVE,
        unit=_UNIT,
        unit_factors={"type": "object", "propertyNames": _UNIT, "additionalProperties": _POSITIVE},
    ),
    "short_text": _rules(
        "short_text",
        "Key of a short text question",
        ["accepted"],
        accepted={
            "type": "array",
            "minItems": 1,
            "maxItems": 200,
            "items": _object(["text"], text={**_TEXT, "maxLength": 2_000}, credit=_CREDIT),
        },
        case_sensitive={"type": "boolean", "default": False},
    ),
    "ordering": _rules(
        "ordering",
        "Key of an ordering question",
        ["order"],
        order={**_IDS, "minItems": 2},
        scoring=_one_of("all_or_nothing", "pairs"),
    ),
    "matching": _rules(
        "matching",
        "Key of a matching question",
        ["pairs"],
        pairs={"type": "object", "minProperties": 1, "propertyNames": _ID, "additionalProperties": _ID},
        scoring=_one_of("all_or_nothing", "per_pair"),
    ),
    "profile": _rules(
        "profile",
        "Signals of a profile question",
        ["signals"],
        signals={
            "type": "array",
            "maxItems": 500,
            "items": _object(
                ["choice", "skill", "level"],
                choice=_ID,
                skill=_ID,
                level={"type": "number", "minimum": 0, "maximum": 5},
            ),
        },
    ),
    "essay": {
        "$schema": _DRAFT,
        "$id": "urn:microcred:rules:essay",
        "title": "Essays have no key",
        "const": {},
    },
}

_LEVEL: Final = _object(
    ["id", "name", "points", "description"],
    id=_ID,
    name={**_TEXT, "maxLength": 80},
    points=_NOT_NEGATIVE,
    description=_TEXT,
)
_CRITERION: Final = _object(
    ["key", "name", "explanation", "weight", "levels"],
    key=_ID,
    name={**_TEXT, "maxLength": 120},
    explanation=_TEXT,
    guidance={**_TEXT, "minLength": 0},
    weight=_POSITIVE,
    skill=_ID,
    levels={"type": "array", "items": _LEVEL, "minItems": 2, "maxItems": 10},
)
RUBRIC_SCHEMA: Final[Schema] = {
    "$schema": _DRAFT,
    "$id": "urn:microcred:rubric",
    "title": "Rubric of an essay question",
    **_object(
        ["criteria"],
        criteria={"type": "array", "items": _CRITERION, "minItems": 1, "maxItems": 12},
        model_answer={"type": "string", "maxLength": 50_000},
        grader_notes={"type": "string", "maxLength": 10_000},
    ),
}

_RULES_VALIDATORS: Final = {kind: Draft202012Validator(schema) for kind, schema in RULES_SCHEMAS.items()}
_RUBRIC_VALIDATOR: Final = Draft202012Validator(RUBRIC_SCHEMA)


def rules_problems(
    question_type: str,
    rules: object,
    choices: Sequence[Mapping[str, Any]] = (),
    answer_format: Mapping[str, Any] | None = None,
) -> list[str]:
    """What is wrong with an answer key, one readable line each; empty when nothing is.

    With `choices` (and `answer_format`) the key is also checked against the question it
    belongs to. The lines may quote the key: for staff only.
    """
    if question_type not in _RULES_VALIDATORS:
        return [f"there is no question type {question_type!r}"]
    problems = _problems("rules", _RULES_VALIDATORS[question_type], rules)
    if problems or not isinstance(rules, Mapping):
        return problems
    if not choices:
        return []
    return [*_unknown_choices(question_type, rules, choices), *_misfits(rules, choices, answer_format or {})]


def rubric_problems(question_type: str, rubric: object) -> list[str]:
    """What is wrong with a rubric, one readable line each; only essays may have one."""
    if question_type != "essay":
        return [] if rubric == {} else ["rubric: only an essay question has one; leave it empty"]
    problems = _problems("rubric", _RUBRIC_VALIDATOR, rubric)
    if problems or not isinstance(rubric, Mapping):
        return problems
    found = _doubles("rubric.criteria", "key", rubric["criteria"])
    for at, criterion in enumerate(rubric["criteria"]):
        path = f"rubric.criteria[{at}].levels"
        found += _doubles(path, "id", criterion["levels"])
        points = [Decimal(level["points"]) for level in criterion["levels"]]
        if any(low >= high for low, high in pairwise(points)):
            found.append(f"{path}: points must rise from each level to the next")
    return found


def _doubles(path: str, name: str, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    counted = Counter(row[name] for row in rows)
    return [f"{path}: the {name} {value!r} is used {n} times" for value, n in counted.items() if n > 1]


def _unknown_choices(
    question_type: str, rules: Mapping[str, Any], choices: Sequence[Mapping[str, Any]]
) -> list[str]:
    ids = {choice["id"] for choice in choices}
    named: dict[str, Sequence[str]] = {
        "correct": rules.get("correct", ()),
        "order": rules.get("order", ()),
        "signals": [signal["choice"] for signal in rules.get("signals", ())],
    }
    found = [
        f"rules.{name}: there is no choice {choice!r}"
        for name, listed in named.items()
        for choice in dict.fromkeys(listed)
        if choice not in ids
    ]
    if question_type == "ordering" and ids - set(rules["order"]):
        found.append("rules.order: must name every choice of the question")
    if question_type == "matching":
        found += _unpaired(rules["pairs"], choices)
    return found


def _unpaired(pairs: Mapping[str, str], choices: Sequence[Mapping[str, Any]]) -> list[str]:
    lefts = {choice["id"] for choice in choices if choice.get("side") == "left"}
    rights = {choice["id"] for choice in choices if choice.get("side") == "right"}
    found = [f"rules.pairs: {left!r} is not a choice on the left" for left in sorted(set(pairs) - lefts)]
    found += [f"rules.pairs: {left!r} has no partner" for left in sorted(lefts - set(pairs))]
    unknown = sorted(set(pairs.values()) - rights)
    return found + [f"rules.pairs: {right!r} is not a choice on the right" for right in unknown]


def _misfits(
    rules: Mapping[str, Any], choices: Sequence[Mapping[str, Any]], answer_format: Mapping[str, Any]
) -> list[str]:
    limit = answer_format.get("max_choices")
    if rules["kind"] != "choice" or limit is None:
        return []
    if limit < len(rules["correct"]):
        return [f"rules.correct: names {len(rules['correct'])} options, but only {limit} may be chosen"]
    if rules.get("scoring") == "per_option" and limit >= len(choices):
        return [
            "rules.scoring: choosing every option would earn all points; lower max_choices or add a penalty"
        ]
    return []


def _problems(root: str, validator: Draft202012Validator, value: object) -> list[str]:
    errors = sorted(
        validator.iter_errors(value), key=lambda error: [str(part) for part in error.absolute_path]
    )
    return [f"{_path(root, error)}: {_message(error)}" for error in errors]


def _path(root: str, error: ValidationError) -> str:
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.absolute_path)
    return root + "".join(parts)


def _message(error: ValidationError) -> str:
    schema = error.schema if isinstance(error.schema, Mapping) else {}
    if error.validator == "pattern" or (error.validator == "type" and "description" in schema):
        return f"must be {schema.get('description', 'written differently')}"
    if error.validator == "const":
        return f"must be {error.validator_value!r}" if error.validator_value else "must be empty"
    if error.validator == "enum":
        return f"must be one of {', '.join(str(value) for value in schema.get('enum', ()))}"
    return str(error.message)
