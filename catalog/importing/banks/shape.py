"""The parts of a question that its type decides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from catalog.enums import QuestionType


@dataclass(frozen=True)
class Shape:
    """What is chosen from, how it is answered, and how it is scored, as catalog.models.Question has it.

    ``notes`` say what is scored otherwise than in the file; ``remarks`` are what the file tells of single answers.
    """

    question_type: QuestionType
    choices: Sequence[Mapping[str, str]] | None = None
    answer_format: Mapping[str, Any] = field(default_factory=dict)
    rules: Mapping[str, Any] = field(default_factory=dict)
    rubric: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
