"""The strict JSON schema of a model's reply.

One property per essay and criterion, all required, nothing else allowed, so that a server
which honours the schema can neither leave out, double nor invent a criterion or a level.
Inside a criterion the order is reason, quotes, absence, level: a level written before its
reason tends to contradict it. There is no place for points.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from scoring.essays.prompt import essay_labels
from scoring.essays.task import Criterion, EssayTask

SCHEMA_NAME: Final = "essay_verdicts"


def reply_schema(tasks: Sequence[EssayTask]) -> dict[str, Any]:
    """The schema for one call over `tasks`, in the subset that strict mode allows."""
    return _object({label: _essay(task) for label, task in zip(essay_labels(tasks), tasks, strict=True)})


def _essay(task: EssayTask) -> dict[str, Any]:
    criteria = _object({criterion.key: _criterion(criterion) for criterion in task.criteria})
    return _object({"instructions_in_answer": {"type": "boolean"}, "criteria": criteria})


def _criterion(criterion: Criterion) -> dict[str, Any]:
    return _object(
        {
            "reason": {"type": "string"},
            "quotes": {"type": "array", "items": {"type": "string"}},
            "absent": {"type": "boolean"},
            "level": {"type": "string", "enum": [level.id for level in criterion.levels]},
        }
    )


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }
