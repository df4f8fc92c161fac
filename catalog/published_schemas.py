"""The JSON Schemas that are published, by file name; docs/schemas holds them as files, /docs/schemas/ serves them.

Each is whole in itself: what it refers to is embedded under its own ``$id``, as JSON Schema 2020-12 bundles are.
"""

import json
from collections.abc import Mapping
from copy import deepcopy
from typing import Any, Final

from catalog.importing import schemas as files
from catalog.question_schema import (
    ANSWER_FORMAT_SCHEMA,
    CHOICES_SCHEMA,
    DRAFT,
    RUBRIC_SCHEMA,
    RULES_SCHEMAS,
    Schema,
)

SUFFIX: Final = ".schema.json"
_RUBRIC: Final = {"$ref": RUBRIC_SCHEMA["$id"]}
_PARTS: Final = [*RULES_SCHEMAS.values(), RUBRIC_SCHEMA, ANSWER_FORMAT_SCHEMA]


def _titled(name: str, title: str, schema: Mapping[str, Any], parts: list[Schema]) -> Schema:
    """A schema of a catalog file that carries the schemas of the parts that it refers to."""
    head = {"$schema": DRAFT, "$id": f"urn:microcred:{name}", "title": title}
    return {**head, **deepcopy(dict(schema)), "$defs": {part["$id"]: part for part in parts}}


def _question() -> Schema:
    """A question of a role's file: its key and rubric as its type asks for."""
    question = deepcopy(files.QUESTION)
    question["properties"]["answer_format"] = {"$ref": ANSWER_FORMAT_SCHEMA["$id"]}
    question["allOf"] = [
        {
            "if": {"properties": {"type": {"const": question_type}}},
            "then": {
                "properties": {
                    "rules": {"$ref": schema["$id"]},
                    "rubric": _RUBRIC if question_type == "essay" else {"const": {}},
                }
            },
        }
        for question_type, schema in RULES_SCHEMAS.items()
    ]
    return question


def _role() -> Schema:
    role = deepcopy(files.ROLE)
    role["properties"]["questions"]["items"] = _question()
    return role


PUBLISHED: Final[Mapping[str, Schema]] = {
    **{f"rules-{question_type}": schema for question_type, schema in RULES_SCHEMAS.items()},
    "rubric": RUBRIC_SCHEMA,
    "choices": CHOICES_SCHEMA,
    "answer-format": ANSWER_FORMAT_SCHEMA,
    "catalog-skills": _titled("catalog:skills", "skills.json of a catalog folder", files.SKILLS, []),
    "catalog-role": _titled("catalog:role", "A file of roles/ in a catalog folder", _role(), _PARTS),
    "catalog-credential": _titled(
        "catalog:credential",
        "The front matter of a file of credentials/ in a catalog folder",
        files.CREDENTIAL,
        [],
    ),
}


def written(schema: Mapping[str, Any]) -> str:
    """A schema as its file has it."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
