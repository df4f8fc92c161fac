"""What a judge is given: one answer and the rubric it is judged by, frozen."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Level:
    """One step of a criterion. `name` is public; `points` and `description` are for staff."""

    id: str
    name: str
    points: Decimal
    description: str


@dataclass(frozen=True, slots=True)
class Criterion:
    """One aspect of an essay. `levels` ascend, so the first is the lowest.

    `name`, `explanation` and `weight` are public, `guidance` is for staff. `skill` is the
    skill the criterion is evidence of, if any.
    """

    key: str
    name: str
    explanation: str
    guidance: str
    weight: Decimal
    levels: tuple[Level, ...]
    skill: str | None = None

    @property
    def maximum(self) -> Decimal:
        """The points of the best level."""
        return self.levels[-1].points

    def level(self, level_id: str) -> Level | None:
        """The level of that id, or None."""
        return next((level for level in self.levels if level.id == level_id), None)


@dataclass(frozen=True, slots=True)
class EssayTask:
    """One essay to judge. `maximum` is the question's weight in points; `min_words` is what
    the student was asked for, if anything."""

    question_id: str
    prompt: str
    answer: str
    criteria: tuple[Criterion, ...]
    maximum: Decimal
    model_answer: str = ""
    grader_notes: str = ""
    min_words: int | None = None
    max_words: int | None = None
    language: str = field(default="en")

    @classmethod
    def from_rubric(
        cls,
        *,
        question_id: str,
        prompt: str,
        answer: str,
        rubric: Mapping[str, Any],
        maximum: Decimal,
        answer_format: Mapping[str, Any] | None = None,
        language: str = "en",
    ) -> "EssayTask":
        """Build a task from a rubric that satisfies `scoring.rules.RUBRIC_SCHEMA`."""
        shape = answer_format or {}
        return cls(
            question_id=question_id,
            prompt=prompt,
            answer=answer,
            criteria=tuple(_criterion(row) for row in rubric["criteria"]),
            maximum=Decimal(maximum),
            model_answer=str(rubric.get("model_answer", "")),
            grader_notes=str(rubric.get("grader_notes", "")),
            min_words=shape.get("min_words"),
            max_words=shape.get("max_words"),
            language=language,
        )

    def fingerprint(self, prompt_version: str, model: str) -> str:
        """SHA-256 of everything a judgement depends on: the same fingerprint means that a
        stored judgement can be used again instead of a second call."""
        essay = {name: value for name, value in asdict(self).items() if name != "question_id"}
        body = {"essay": essay, "prompt_version": prompt_version, "model": model}
        text = json.dumps(body, sort_keys=True, ensure_ascii=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()


def _criterion(row: Mapping[str, Any]) -> Criterion:
    return Criterion(
        key=str(row["key"]),
        name=str(row["name"]),
        explanation=str(row["explanation"]),
        guidance=str(row.get("guidance", "")),
        weight=Decimal(str(row["weight"])),
        levels=tuple(
            Level(
                str(level["id"]), str(level["name"]), Decimal(str(level["points"])), str(level["description"])
            )
            for level in row["levels"]
        ),
        skill=row.get("skill"),
    )
