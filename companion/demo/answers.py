"""What the demo student answers: right in most skills, wrong where they are meant to be weak."""

import re
import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from catalog import queries as catalog
from catalog.enums import QuestionType
from catalog.queries import PoolQuestion

WEAK_ESSAY = (
    "I have not done much of this so far. I would look at what is there, ask a colleague how they usually do it "
    "and copy their approach. If something looks strange I would mention it later, but I am not sure what to "
    "check or how I would explain my choice to other people who depend on the outcome of the work."
)
DEMO_ROLE = "data-analyst"
WEAK_SKILL = "sql"


def answers_for(role_id: uuid.UUID, *, weak: str) -> dict[str, Any]:
    """Return an answer to every question of a role's pool, by question id.

    Questions that mainly measure the skill ``weak`` are answered wrongly, all others rightly.
    """
    return {
        str(question.question_id): answer_to(question, right=weak != main_skill(question))
        for question in catalog.question_pool(role_id)
    }


def main_skill(question: PoolQuestion) -> str:
    """Return the skill that a question measures most, the first of equals by key; empty if it measures none."""
    skills = sorted(question.content["skills"], key=lambda entry: (-float(entry["weight"]), entry["skill"]))
    return str(skills[0]["skill"]) if skills else ""


def answer_to(question: PoolQuestion, *, right: bool) -> Any:
    """Return an answer in its wire form that the key calls right, or one that it calls wrong."""
    content, rules = question.content, question.content["rules"]
    ids = [choice["id"] for choice in content["choices"] or []]
    match QuestionType(content["question_type"]):
        case QuestionType.MULTIPLE_CHOICE:
            wrong = [choice for choice in ids if choice not in rules["correct"]]
            return {"choice_ids": rules["correct"] if right else wrong[:1]}
        case QuestionType.NUMERIC:
            return {"value": float(rules["value"]) if right else -999983.0}
        case QuestionType.SHORT_TEXT:
            return _best_text(rules["accepted"]) if right else "not sure"
        case QuestionType.ORDERING:
            return {"order": rules["order"] if right else rules["order"][::-1]}
        case QuestionType.MATCHING:
            return {"pairs": rules["pairs"] if right else _crossed(rules["pairs"])}
        case QuestionType.PROFILE:
            return _profile(ids)
        case QuestionType.ESSAY:
            return _essay(content["rubric"]) if right else WEAK_ESSAY


def _best_text(accepted: list[Mapping[str, str]]) -> str:
    return max(accepted, key=lambda entry: Decimal(entry.get("credit", "1")))["text"]


def _crossed(pairs: Mapping[str, str]) -> dict[str, str]:
    sides = list(pairs.values())
    return dict(zip(pairs, sides[1:] + sides[:1], strict=True))


def _profile(ids: list[str]) -> Any:
    return {"choice_ids": [ids[len(ids) // 2]]} if ids else "I have worked with this for a year."


def _essay(rubric: Mapping[str, Any]) -> str:
    return re.sub(r"\s+", " ", str(rubric["model_answer"])).strip()
