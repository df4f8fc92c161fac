"""The frozen content of a question version, and the hash that identifies it."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from catalog.models import Question

CONTENT_FIELDS = (
    "question_type", "prompt", "choices", "answer_format", "rules", "rubric", "feedback", "difficulty", "required",
)  # fmt: skip


def frozen_content(question: Question) -> dict[str, Any]:
    """Return all that an assessment freezes of a question, as JSON values."""
    content: dict[str, Any] = {name: getattr(question, name) for name in CONTENT_FIELDS}
    content["weight"] = str(question.weight.normalize())
    content["skills"] = [
        {"skill": row.skill.key, "weight": str(row.weight.normalize())}
        for row in question.question_skills.select_related("skill").order_by("skill__key")
    ]
    return content


def content_hash(content: Mapping[str, Any]) -> str:
    """Return the SHA-256 of the content's canonical JSON (sorted keys, no spaces, UTF-8), in hexadecimal."""
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
