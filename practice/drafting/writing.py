"""Asking a model to write practice items: the prompt, the schema of its reply, and reading that.

A schema for models has no alternatives and no free keys. An item comes as a flat object with the fields of all types,
and is brought into the shape of `practice.item_schema.ITEM` here, also where a server does not hold its model to the
schema and a number comes for a text. Whether that is a sound item, checks say.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from microcred.ai.code_fences import strip_code_fences
from microcred.storable_json import refuse_constant, storable
from recommendations.cited_replies import fence_of, fenced, object_schema

NAME: Final = "items-1"
SYSTEM: Final = (Path(__file__).parent / "prompts" / f"{NAME}.md").read_text(encoding="utf-8").strip()
SHA256: Final = hashlib.sha256(SYSTEM.encode()).hexdigest()
VERSION: Final = f"{NAME}@{SHA256[:12]}"
SCHEMA_NAME: Final = "practice_items"
TOKENS_AN_ITEM: Final = 800
#: What one call is asked for: a longer reply would not come within the time that a call has.
MOST_A_CALL: Final = 2
#: Prompts of the bank that are shown, so that they are not written again.
MOST_SHOWN: Final = 40
TYPES: Final = ("multiple_choice", "numeric", "short_text", "ordering", "matching")
_TEXT: Final = {"type": "string"}
_TEXTS: Final = {"type": "array", "items": _TEXT}


class UnreadableItems(ValueError):
    """A reply that is not of the schema."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted: items of a skill, of a difficulty from 1 to 10 or (None) of several."""

    skill_name: str
    skill_description: str
    count: int
    difficulty: int | None = None


def user(wish: Wish, there: Sequence[str], *, occasion: str, secret: str) -> str:
    """Return what is sent beside the instructions; ``there`` are the prompts of items that exist.

    Two occasions make two prompts, so that what was written once is not taken for the answer to another wish.
    """
    shown = list(there)[-MOST_SHOWN:]
    fence = fence_of(["items", occasion, wish.skill_name, wish.count, shown], secret)
    wanted = {
        "skill": wish.skill_name,
        "what it is": wish.skill_description,
        "items": wish.count,
        "difficulty": wish.difficulty or "different ones from 2 to 9",
    }
    told = json.dumps(wanted, ensure_ascii=False)
    existing = "\n".join(json.dumps(one, ensure_ascii=False) for one in shown) or "(none)"
    return f"{told}\n\n{fenced('ITEMS THAT ARE THERE', existing, fence)}"


def schema() -> Mapping[str, Any]:
    """Return the form of the reply."""
    choice = object_schema(id=_TEXT, text=_TEXT, side={"type": "string", "enum": ["", "left", "right"]})
    item = object_schema(
        type={"type": "string", "enum": list(TYPES)},
        prompt=_TEXT,
        choices={"type": "array", "items": choice},
        correct=_TEXTS,
        value=_TEXT,
        tolerance=_TEXT,
        unit=_TEXT,
        accepted=_TEXTS,
        pairs={"type": "array", "items": object_schema(left=_TEXT, right=_TEXT)},
        hints=_TEXTS,
        solution=_TEXT,
        difficulty={"type": "integer"},
        seconds={"type": "integer"},
    )
    return object_schema(items={"type": "array", "items": item})


def read(reply: str, *, most: int) -> list[dict[str, Any]]:
    """Return the items of a reply, without keys of their own, in the shape of `practice.item_schema.ITEM`.

    Raises:
        UnreadableItems: if it is not what the schema asks for.
    """
    try:
        told = json.loads(strip_code_fences(reply), parse_constant=refuse_constant)
        return [_item(storable(one)) for one in told["items"][:most]]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UnreadableItems("the reply is not of the schema") from error


def _item(told: Mapping[str, Any]) -> dict[str, Any]:
    kind = told["type"]
    found = {
        "type": kind,
        "prompt": str(told["prompt"]).strip(),
        "answer_format": _answer_format(told),
        "rules": _rules(told),
        "hints": [" ".join(str(hint).split()) for hint in told["hints"]],
        "solution": str(told["solution"]).strip(),
        "difficulty": told["difficulty"],
        "seconds": told["seconds"],
    }
    return found | {"choices": _choices(told)} if kind not in {"numeric", "short_text"} else found


def _choices(told: Mapping[str, Any]) -> list[dict[str, str]]:
    sides = told["type"] == "matching"
    return [
        {"id": str(one["id"]), "text": str(one["text"]).strip()} | ({"side": one["side"]} if sides else {})
        for one in told["choices"]
    ]


def _answer_format(told: Mapping[str, Any]) -> dict[str, Any]:
    if told["type"] == "multiple_choice":
        return {"max_choices": max(len(told["correct"]), 1)}
    return {"unit": str(told["unit"])} if told["type"] == "numeric" and told["unit"] else {}


def _rules(told: Mapping[str, Any]) -> dict[str, Any]:
    match told["type"]:
        case "multiple_choice":
            return {"kind": "choice", "correct": _texts(told["correct"]), "scoring": "all_or_nothing"}
        case "numeric":
            tolerance = {"absolute_tolerance": str(told["tolerance"])} if told["tolerance"] else {}
            unit = {"unit": str(told["unit"])} if told["unit"] else {}
            return {"kind": "numeric", "value": str(told["value"]), **tolerance, **unit}
        case "short_text":
            return {"kind": "short_text", "accepted": [{"text": one} for one in _texts(told["accepted"])]}
        case "ordering":
            return {"kind": "ordering", "order": _texts(told["correct"]), "scoring": "pairs"}
        case _:
            pairs = {str(one["left"]): str(one["right"]) for one in told["pairs"]}
            return {"kind": "matching", "pairs": pairs, "scoring": "per_pair"}


def _texts(told: Sequence[Any]) -> list[str]:
    return [str(one) for one in told]
