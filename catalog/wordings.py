"""Reading what skills are called and what questions ask, for whoever compares texts with them."""

import uuid
from dataclasses import dataclass
from typing import Any

from catalog.enums import QuestionType
from catalog.models import QuestionVersion, Skill


@dataclass(frozen=True, slots=True)
class SkillText:
    """A skill in words."""

    id: uuid.UUID
    key: str
    name: str
    description: str


def skills_described() -> list[SkillText]:
    """Return all skills, by key."""
    rows = Skill.objects.order_by("key").values_list("id", "key", "name", "description")
    return [SkillText(*row) for row in rows]


def question_wordings() -> list[tuple[str, dict[str, Any]]]:
    """Return the key of every question that was ever published, with its newest content, by key."""
    rows = (
        QuestionVersion.objects.order_by("question__key", "-published_at", "-pk")
        .distinct("question__key")
        .values_list("question__key", "content")
    )
    return list(rows)


def essay_prompts(*, most: int) -> list[tuple[uuid.UUID, str]]:
    """Return at most so many active essay questions of all roles, each with its newest published prompt, those
    published last first."""
    rows = (
        QuestionVersion.objects.filter(question__active=True, question__question_type=QuestionType.ESSAY)
        .order_by("question_id", "-published_at", "-pk")
        .distinct("question_id")
        .values_list("published_at", "question_id", "content__prompt")
    )
    newest = sorted(rows, key=lambda row: (row[0], row[1]), reverse=True)
    return [(question_id, str(prompt)) for _, question_id, prompt in newest[:most]]
