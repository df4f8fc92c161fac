"""Having a model answer an item that it has not seen the key of, and judging that as a student's answer is judged.

The choices come in an order drawn anew each time, under ids of their place, so that neither tells where the key was
written first.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any, Final

from assessments.answers import AnswerInvalid, normalise
from microcred.ai.code_fences import strip_code_fences
from recommendations.cited_replies import fence_of, fenced, object_schema
from scoring.rules.engine import score_answer

NAME: Final = "solving-1"
SYSTEM: Final = (Path(__file__).parent / "prompts" / f"{NAME}.md").read_text(encoding="utf-8").strip()
SHA256: Final = hashlib.sha256(SYSTEM.encode()).hexdigest()
VERSION: Final = f"{NAME}@{SHA256[:12]}"
SCHEMA_NAME: Final = "practice_answer"
MOST_TOKENS: Final = 600
#: How often an item is answered; every time has to earn everything.
READINGS: Final = 2
SOUND: Final = "none"
PROBLEMS: Final = {
    "several": "finds that another answer is as right",
    "no_answer": "finds no right answer",
    "unclear": "finds that something is not said or can be taken in two ways",
}
_TEXT: Final = {"type": "string"}


@dataclass(frozen=True, slots=True)
class Blind:
    """An item without its key: what is asked, and by which id of the item each shuffled id goes."""

    asked: Mapping[str, Any]
    ids: Mapping[str, str]


def blind(item: Mapping[str, Any], reading: int) -> Blind:
    """Return an item as it is asked, the same for the same reading (from 1); the first choice does not stay first."""
    choices = list(item.get("choices", ()))
    seed = hashlib.sha256(f"{reading}\n{item['prompt']}".encode()).hexdigest()
    Random(seed).shuffle(choices)  # noqa: S311
    ids = {f"a{place}": one["id"] for place, one in enumerate(choices, start=1)}
    shown = [
        {"id": name, "text": one["text"]} | ({"side": one["side"]} if "side" in one else {})
        for name, one in zip(ids, choices, strict=True)
    ]
    asked = {"type": item["type"], "prompt": item["prompt"]}
    limits = item.get("answer_format", {})
    if "max_choices" in limits:
        asked["may_choose"] = limits["max_choices"]
    if "unit" in limits:
        asked["unit"] = limits["unit"]
    return Blind(asked | ({"choices": shown} if shown else {}), ids)


def user(one: Blind, *, occasion: str, secret: str) -> str:
    """Return what is sent beside the instructions."""
    fence = fence_of(["solving", occasion, one.asked], secret)
    return fenced("QUESTION", json.dumps(one.asked, ensure_ascii=False, indent=1), fence)


def schema(one: Blind) -> Mapping[str, Any]:
    """Return the form of the reply, in which only ids of the question can stand."""
    an_id = {"type": "string", "enum": list(one.ids)} if one.ids else _TEXT
    return object_schema(
        ids={"type": "array", "items": an_id},
        value=_TEXT,
        unit=_TEXT,
        text=_TEXT,
        pairs={"type": "array", "items": object_schema(left=an_id, right=an_id)},
        problem={"type": "string", "enum": [SOUND, *PROBLEMS]},
    )


def fault(reply: str, one: Blind, item: Mapping[str, Any]) -> str:
    """Return why an answer speaks against the item, for staff to read; empty where it earned everything."""
    try:
        said = json.loads(strip_code_fences(reply))
        problem, given = str(said["problem"]), _given(said, one, item)
        canonical = normalise(item["type"], item.get("choices", ()), item.get("answer_format", {}), given)
    except AnswerInvalid as refused:
        return f"its answer would be refused: {refused.message}"
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return "its reply cannot be read"
    if problem != SOUND:
        return PROBLEMS.get(problem, "its reply cannot be read")
    choices = item.get("choices", ())
    earned = score_answer(item["type"], item["rules"], canonical, Decimal(1), choices).fraction
    told = json.dumps(_shown(canonical, choices), ensure_ascii=False)
    return "" if earned == 1 else f"answers {told}, which earns {earned.normalize():f} of the points"


def _given(said: Mapping[str, Any], one: Blind, item: Mapping[str, Any]) -> dict[str, Any]:
    match item["type"]:
        case "multiple_choice":
            return {"choice_ids": [one.ids[name] for name in said["ids"]]}
        case "ordering":
            return {"order": [one.ids[name] for name in said["ids"]]}
        case "matching":
            return {"pairs": {one.ids[pair["left"]]: one.ids[pair["right"]] for pair in said["pairs"]}}
        case "numeric":
            return {"value": said["value"], "unit": said["unit"] or None}
        case _:
            return {"text": said["text"]}


def _shown(answer: Mapping[str, Any], choices: Sequence[Mapping[str, Any]]) -> Any:
    texts = {one["id"]: one["text"] for one in choices}
    if "choice_ids" in answer or "order" in answer:
        return [texts[name] for name in answer.get("choice_ids") or answer.get("order") or ()]
    if "pairs" in answer:
        return {texts[left]: texts[right] for left, right in answer["pairs"].items()}
    return answer.get("text") or " ".join(filter(None, [answer.get("value"), answer.get("unit")]))
