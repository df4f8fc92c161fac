"""JSON Schemas (draft 2020-12) of the catalog folder's files."""

from typing import Any, Final

from catalog.enums import QuestionType, ReleasePolicy
from catalog.external_ids import ESCO_PATTERN, ONET_PATTERN

# Bounds are those of the columns: what passes here, the database takes, and finds equal the next time.
KEY = {"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$", "maxLength": 100}
SHORT_KEY = {**KEY, "maxLength": 64}
TEXT = {"type": "string", "minLength": 1}
KEYS = {"type": "array", "items": KEY, "uniqueItems": True}
# In quarters, which are exact in binary and have two places: a third would be rounded away.
SKILL_LEVEL = {"type": "number", "minimum": 1, "maximum": 5, "multipleOf": 0.25}
WEIGHT = {"type": "string", "pattern": r"^(?=.*[1-9])[0-9]{1,3}(\.[0-9]{1,2})?$"}
SKILL_WEIGHT = {"type": "string", "pattern": r"^(?=.*[1-9])[0-9]{1,2}(\.[0-9]{1,2})?$"}


def _closed(properties: dict[str, Any], *, optional: tuple[str, ...] = ()) -> dict[str, Any]:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


SKILLS: dict[str, Any] = _closed(
    {
        "skills": {
            "type": "array",
            "minItems": 1,
            "items": _closed(
                {
                    "key": SHORT_KEY,
                    "name": {**TEXT, "maxLength": 120},
                    "category": {"type": "string", "maxLength": 64},
                    "description": {"type": "string"},
                    "onet_id": {"type": "string", "pattern": ONET_PATTERN, "maxLength": 24},
                    "esco_uri": {"type": "string", "pattern": ESCO_PATTERN, "maxLength": 120},
                },
                optional=("onet_id", "esco_uri"),
            ),
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
        "weight": WEIGHT,
        "required": {"type": "boolean"},
        "difficulty": {"type": "integer", "minimum": 1, "maximum": 5},
        "skills": {"type": "array", "items": _closed({"skill": KEY, "weight": SKILL_WEIGHT})},
        "feedback": _closed(
            {"student": {"type": "string"}, "staff": {"type": "string"}}, optional=("staff",)
        ),
    },
    optional=("choices", "answer_format", "rules", "rubric", "required", "feedback"),
)

ROLE: dict[str, Any] = _closed(
    {
        "key": SHORT_KEY,
        "name": {**TEXT, "maxLength": 64},
        "description": TEXT,
        "skills": {
            "type": "array",
            "minItems": 1,
            "items": _closed(
                {
                    "skill": KEY,
                    "target_level": SKILL_LEVEL,
                    "importance": {"type": "integer", "minimum": 1, "maximum": 5},
                }
            ),
        },
        "prerequisites": KEYS,
        "assessment_size": {"type": "integer", "minimum": 1, "maximum": 100},
        "release_policy": {"enum": ReleasePolicy.values},
        # In thousandths, as they are stored.
        "review_sample_rate": {"type": "string", "pattern": r"^(0(\.[0-9]{1,3})?|1(\.0{1,3})?)$"},
        "questions": {"type": "array", "minItems": 1, "items": QUESTION},
    },
    optional=("assessment_size", "release_policy", "review_sample_rate"),
)

LANGUAGE: Final = "^[a-z]{2}(-[A-Z]{2})?$"
CREDENTIAL: dict[str, Any] = _closed(
    {
        "key": KEY,
        "title": TEXT,
        "provider": TEXT,
        "level": {"type": "integer", "minimum": 1, "maximum": 5},
        "hours": {"type": "integer", "minimum": 1, "maximum": 100_000},
        "language": {"type": "string", "pattern": LANGUAGE},
        "roles": KEYS,
        "summary": TEXT,
        "uri": {"type": "string", "pattern": "^https?://", "maxLength": 500},
        "prerequisites": KEYS,
        "skills": {
            "type": "object",
            "minProperties": 1,
            "propertyNames": KEY,
            "additionalProperties": SKILL_LEVEL,
        },
    }
)
