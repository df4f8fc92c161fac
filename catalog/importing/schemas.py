"""JSON Schemas (draft 2020-12) of the catalog folder's files."""

from typing import Any

from catalog.enums import QuestionType

KEY = {"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$", "maxLength": 100}
TEXT = {"type": "string", "minLength": 1}
KEYS = {"type": "array", "items": KEY, "uniqueItems": True}
DECIMAL_TEXT = {"type": "string", "pattern": "^[0-9]+(\\.[0-9]+)?$"}


def _closed(properties: dict[str, Any], *, optional: tuple[str, ...] = ()) -> dict[str, Any]:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


SKILLS: dict[str, Any] = _closed(
    {
        "skills": {
            "type": "array",
            "minItems": 1,
            "items": _closed({"key": KEY, "name": TEXT, "category": TEXT, "description": TEXT}),
        }
    }
)

QUESTION: dict[str, Any] = _closed(
    {
        "key": KEY,
        "type": {"enum": QuestionType.values},
        "prompt": TEXT,
        "choices": {
            "type": ["array", "null"],
            "items": _closed(
                {"id": KEY, "text": TEXT, "side": {"enum": ["left", "right"]}}, optional=("side",)
            ),
        },
        "answer_format": {"type": "object"},
        "rules": {"type": "object"},
        "rubric": {"type": "object"},
        "weight": DECIMAL_TEXT,
        "required": {"type": "boolean"},
        "difficulty": {"type": "integer", "minimum": 1, "maximum": 5},
        "skills": {"type": "array", "items": _closed({"skill": KEY, "weight": DECIMAL_TEXT})},
        "feedback": _closed(
            {"student": {"type": "string"}, "staff": {"type": "string"}}, optional=("staff",)
        ),
    },
    optional=("choices", "answer_format", "rules", "rubric", "required", "feedback"),
)

ROLE: dict[str, Any] = _closed(
    {
        "key": KEY,
        "name": {"type": "string", "minLength": 1, "maxLength": 64},
        "description": TEXT,
        "skills": {
            "type": "array",
            "minItems": 1,
            "items": _closed(
                {
                    "skill": KEY,
                    "target_level": {"type": "number", "minimum": 1, "maximum": 5},
                    "importance": {"type": "integer", "minimum": 1, "maximum": 5},
                }
            ),
        },
        "prerequisites": KEYS,
        "assessment_size": {"type": "integer", "minimum": 1, "maximum": 100},
        "questions": {"type": "array", "minItems": 1, "items": QUESTION},
    },
    optional=("assessment_size",),
)

CREDENTIAL: dict[str, Any] = _closed(
    {
        "key": KEY,
        "title": TEXT,
        "provider": TEXT,
        "level": {"type": "integer", "minimum": 1, "maximum": 5},
        "hours": {"type": "integer", "minimum": 1},
        "language": {"type": "string", "pattern": "^[a-z]{2}(-[A-Z]{2})?$"},
        "roles": KEYS,
        "summary": TEXT,
        "uri": {"type": "string", "pattern": "^https?://"},
        "prerequisites": KEYS,
        "skills": {
            "type": "object",
            "minProperties": 1,
            "propertyNames": KEY,
            "additionalProperties": {"type": "number", "minimum": 1, "maximum": 5},
        },
    }
)
