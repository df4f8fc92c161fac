"""Checks of a question that is being written, in words that its author can act on.

The schemas say what shape a key has; the checks here also say what a schema cannot: that a key names existing
choices, that levels rise, that nothing a student sees gives the key away.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from catalog.key_checks import giveaways, misfits, unknown_choices, unreadable_texts, unusable_choices
from catalog.question_schema import ANSWER_FORMAT_SCHEMA, CHOICES_SCHEMA, RUBRIC_SCHEMA, RULES_SCHEMAS

_RULES_VALIDATORS: Final = {kind: Draft202012Validator(schema) for kind, schema in RULES_SCHEMAS.items()}
_RUBRIC_VALIDATOR: Final = Draft202012Validator(RUBRIC_SCHEMA)
_CHOICES_VALIDATOR: Final = Draft202012Validator(CHOICES_SCHEMA)
_FORMAT_VALIDATOR: Final = Draft202012Validator(ANSWER_FORMAT_SCHEMA)


def key_problems(
    question_type: str, rules: object, choices: Sequence[Mapping[str, Any]] | None = None
) -> list[str]:
    """What keeps an answer key from scoring, one readable line each; empty when nothing does.

    With `choices` the key may name only these. The lines may quote the key: for staff only.
    """
    if question_type not in _RULES_VALIDATORS:
        return [f"there is no question type {question_type!r}"]
    problems = _problems("rules", _RULES_VALIDATORS[question_type], rules)
    if problems or not isinstance(rules, Mapping):
        return problems
    unknown = () if choices is None else unknown_choices(question_type, rules, choices)
    return [*unreadable_texts(rules), *unknown]


def rules_problems(
    question_type: str,
    rules: object,
    choices: Sequence[Mapping[str, Any]] = (),
    answer_format: Mapping[str, Any] | None = None,
) -> list[str]:
    """What is wrong with an answer key that is being written, one readable line each.

    With `choices` (and `answer_format`) the key is also checked against the question it
    belongs to. The lines may quote the key: for staff only.
    """
    problems = key_problems(question_type, rules, choices or None)
    if problems or not isinstance(rules, Mapping) or not choices:
        return problems
    fitting = [] if answer_format is None else misfits(rules, choices, answer_format)
    return [*fitting, *giveaways(rules)]


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


def _problems(root: str, validator: Draft202012Validator, value: object) -> list[str]:
    errors = sorted(
        validator.iter_errors(value), key=lambda error: [str(part) for part in error.absolute_path]
    )
    return list(dict.fromkeys(f"{_path(root, error)}: {_message(error)}" for error in errors))


def _path(root: str, error: ValidationError) -> str:
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.absolute_path)
    return root + "".join(parts)


def _message(error: ValidationError) -> str:
    schema = error.schema if isinstance(error.schema, Mapping) else {}
    if error.validator == "pattern" or (error.validator == "type" and "description" in schema):
        return f"must be {schema.get('description', 'written differently')}"
    if error.validator == "oneOf":
        return f"must be {schema.get('description', 'written differently')}"
    if error.validator == "minItems":
        return f"must hold at least {error.validator_value}"
    if error.validator == "maxContains":
        return f"may hold at most {error.validator_value} patterns"
    if error.validator == "maxLength":
        return f"must have at most {error.validator_value} characters"
    if error.validator == "const":
        return f"must be {error.validator_value!r}" if error.validator_value else "must be empty"
    if error.validator == "enum":
        return f"must be one of {', '.join(str(value) for value in schema.get('enum', ()))}"
    return str(error.message)


def scoring_problems(
    *,
    question_type: str,
    choices: Sequence[Mapping[str, Any]] | None,
    answer_format: Mapping[str, Any],
    rules: object,
    rubric: object,
) -> list[str]:
    """What keeps a question from being shown and scored at all, one readable line each; for staff only."""
    shapes = [
        *_problems("answer_format", _FORMAT_VALIDATOR, answer_format),
        *_problems("choices", _CHOICES_VALIDATOR, choices),
    ]
    shapes = shapes or _doubles("choices", "id", choices or ())
    return shapes or [
        *key_problems(question_type, rules, choices or ()),
        *rubric_problems(question_type, rubric),
    ]


def question_problems(
    *,
    question_type: str,
    choices: Sequence[Mapping[str, Any]] | None,
    answer_format: Mapping[str, Any],
    rules: object,
    rubric: object,
) -> list[str]:
    """What is wrong with a question as a whole, one readable line each; for staff only."""
    problems = scoring_problems(
        question_type=question_type, choices=choices, answer_format=answer_format, rules=rules, rubric=rubric
    )
    if problems or not isinstance(rules, Mapping):
        return problems
    listed = choices or ()
    return [
        *_contrary_bounds(answer_format),
        *unusable_choices(question_type, listed),
        *misfits(rules, listed, answer_format),
        *(giveaways(rules) if rules else ()),
    ]


def _contrary_bounds(answer_format: Mapping[str, Any]) -> list[str]:
    least, most = answer_format.get("min_words"), answer_format.get("max_words")
    contrary = least is not None and most is not None and least > most
    return ["answer_format.min_words: is more than max_words"] if contrary else []
