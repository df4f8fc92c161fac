"""The published JSON Schemas (draft 2020-12) of answer keys and rubrics."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from catalog.answer_patterns import MAX_PATTERN

Schema = dict[str, Any]

DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
# Python's $ also fits before a last line end, that of other validators does not; this means the same to all of them.
_END: Final = r"$(?!\n)"
_ID: Final[Schema] = {
    "type": "string",
    "pattern": r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}" + _END,
    "description": "an id of at most 64 letters, digits, points, dashes and underscores",
}
_NUMBER: Final[Schema] = {
    "type": "string",
    "pattern": r"^-?[0-9]{1,20}(\.[0-9]{1,20})?" + _END,
    "description": 'a decimal number written as a string, such as "42.5"',
}
_POSITIVE: Final[Schema] = {
    "type": "string",
    "pattern": r"^(?=.*[1-9])[0-9]{1,20}(\.[0-9]{1,20})?" + _END,
    "description": 'a decimal number above zero written as a string, such as "0.5"',
}
_NOT_NEGATIVE: Final[Schema] = {
    "type": "string",
    "pattern": r"^[0-9]{1,20}(\.[0-9]{1,20})?" + _END,
    "description": 'a decimal number, zero or more, written as a string, such as "0.5"',
}
_CREDIT: Final[Schema] = {
    "type": "string",
    "pattern": r"^(1(\.0{1,6})?|0?\.[0-9]{0,5}[1-9][0-9]{0,5})" + _END,
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
    return {"$schema": DRAFT, "$id": f"urn:microcred:rules:{kind}", "title": title, **body}


def _one_of(*values: str) -> Schema:
    return {"enum": list(values), "default": values[0]}


_IDS: Final[Schema] = {"type": "array", "items": _ID, "minItems": 1, "maxItems": 100, "uniqueItems": True}

_ACCEPTED: Final[Schema] = {
    **_object(
        [],
        text={**_TEXT, "maxLength": 2_000},
        pattern={
            "type": "string",
            "minLength": 1,
            "maxLength": MAX_PATTERN,
            "description": "an RE2 regular expression that the whole answer has to fit",
        },
        credit=_CREDIT,
    ),
    "description": 'an object with either "text" or "pattern", and a "credit" where it is not all the points',
    "oneOf": [{"required": ["text"]}, {"required": ["pattern"]}],
}

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
            "items": _ACCEPTED,
            "contains": {"required": ["pattern"]},
            "minContains": 0,
            "maxContains": 10,
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
        "$schema": DRAFT,
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
    "$schema": DRAFT,
    "$id": "urn:microcred:rubric",
    "title": "Rubric of an essay question",
    **_object(
        ["criteria"],
        criteria={"type": "array", "items": _CRITERION, "minItems": 1, "maxItems": 12},
        model_answer={"type": "string", "maxLength": 50_000},
        grader_notes={"type": "string", "maxLength": 10_000},
    ),
}

_CHOICE: Final = _object(["id", "text"], id=_ID, text=_TEXT, side={"enum": ["left", "right"]})
CHOICES_SCHEMA: Final[Schema] = {
    "$schema": DRAFT,
    "$id": "urn:microcred:choices",
    "title": "What students choose from, put in order or pair; matching questions say on which side each stands",
    "type": ["array", "null"],
    "maxItems": 100,
    "items": _CHOICE,
}

_COUNT: Final[Schema] = {"type": "integer", "minimum": 1}
ANSWER_FORMAT_SCHEMA: Final[Schema] = {
    "$schema": DRAFT,
    "$id": "urn:microcred:answer-format",
    "title": "What students are told about the form of an answer",
    **_object(
        [],
        max_choices=_COUNT,
        min_words=_COUNT,
        max_words=_COUNT,
        max_chars=_COUNT,
        unit=_UNIT,
        units={"type": "array", "items": _UNIT, "uniqueItems": True},
    ),
}
