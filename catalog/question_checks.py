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

from catalog.question_schema import ANSWER_FORMAT_SCHEMA, RUBRIC_SCHEMA, RULES_SCHEMAS

_RULES_VALIDATORS: Final = {kind: Draft202012Validator(schema) for kind, schema in RULES_SCHEMAS.items()}
_RUBRIC_VALIDATOR: Final = Draft202012Validator(RUBRIC_SCHEMA)
_FORMAT_VALIDATOR: Final = Draft202012Validator(ANSWER_FORMAT_SCHEMA)


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
    return [
        *_unknown_choices(question_type, rules, choices),
        *_misfits(rules, choices, answer_format or {}),
        *_giveaways(rules),
    ]


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


def _giveaways(rules: Mapping[str, Any]) -> list[str]:
    """Ids whose own order is the answer; students see the ids."""
    if rules["kind"] == "ordering" and list(rules["order"]) == sorted(rules["order"]):
        return ["rules.order: is the order of the ids, which students see; name the choices otherwise"]
    pairs = rules["pairs"] if rules["kind"] == "matching" else {}
    if len(pairs) > 1 and [pairs[left] for left in sorted(pairs)] == sorted(pairs.values()):
        return ["rules.pairs: pairs the ids in their order, which students see; name the choices otherwise"]
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


def question_problems(
    *,
    question_type: str,
    choices: Sequence[Mapping[str, Any]] | None,
    answer_format: Mapping[str, Any],
    rules: object,
    rubric: object,
) -> list[str]:
    """What is wrong with a question as a whole, one readable line each; for staff only."""
    problems = [
        *_problems("answer_format", _FORMAT_VALIDATOR, answer_format),
        *_doubles("choices", "id", choices or ()),
    ]
    return problems or [
        *rules_problems(question_type, rules, choices or (), answer_format),
        *rubric_problems(question_type, rubric),
    ]
