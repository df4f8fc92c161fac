"""What an honest model says of the control criteria, for scripts that say nothing of them."""

import json
from collections.abc import Mapping
from typing import Any, TypeVar

from scoring.essays.control import KEYS

ABSENT = {"reason": "Your answer says nothing of it.", "quotes": [], "absent": True}
Body = TypeVar("Body")


def with_controls(body: Body, asked: Mapping[str, Any]) -> Body:
    """A chat completion in which every control that is asked for and not spoken of has its lowest level."""
    schema = asked.get("response_format", {}).get("json_schema", {}).get("schema")
    if not schema or not isinstance(body, dict):
        return body
    choices = body.get("choices")
    for choice in choices if isinstance(choices, list) else []:
        message = choice.get("message") if isinstance(choice, dict) else None
        if isinstance(message, dict) and isinstance(message.get("content"), str):
            message["content"] = answered(message["content"], schema)
    return body


def honest_about_controls(content: str, schema: Mapping[str, Any]) -> str:
    """The reply with the lowest level for every control, whatever it says of it, and no orders seen."""
    body = json.loads(content)
    if not isinstance(body, dict):
        return content
    for essay in body.values():
        if isinstance(essay, dict) and "instructions_in_answer" in essay:
            essay["instructions_in_answer"] = False
        criteria = essay.get("criteria", {}) if isinstance(essay, dict) else {}
        for key in KEYS & criteria.keys():
            del criteria[key]
    return answered(json.dumps(body), schema)


def answered(content: str, schema: Mapping[str, Any]) -> str:
    """The reply with the lowest level for every control that it leaves out; as it is where it is no such reply."""
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        return content
    if not isinstance(body, dict):
        return content
    added = [_add(body.get(label), part) for label, part in schema.get("properties", {}).items()]
    return json.dumps(body) if any(added) else content


def _add(essay: object, part: Mapping[str, Any]) -> bool:
    criteria = essay.get("criteria") if isinstance(essay, dict) else None
    if not isinstance(criteria, dict):
        return False
    asked = part.get("properties", {}).get("criteria", {}).get("properties", {})
    missing = [key for key in asked if key in KEYS and key not in criteria]
    for key in missing:
        criteria[key] = ABSENT | {"level": asked[key]["properties"]["level"]["enum"][0]}
    return bool(missing)
