"""What scoring past answers anew would change."""

import uuid
from dataclasses import dataclass
from decimal import Decimal

from scoring.queries import QuestionResult


@dataclass(frozen=True, slots=True)
class Rescored:
    """One past taker: the outcome that stands, and the one that the new version gives.

    ``after`` is None where the new version cannot score the answer, and ``obstacle`` says why.
    """

    assessment_id: uuid.UUID
    before: QuestionResult
    after: QuestionResult | None
    obstacle: str = ""

    @property
    def moves(self) -> bool:
        """Whether points or maximum would change."""
        return self.after is not None and _points(self.after) != _points(self.before)

    @property
    def change(self) -> Decimal:
        """By how much of the maximum, from -1 to 1, the score would rise or fall."""
        return Decimal(0) if self.after is None else _share(self.after) - _share(self.before)

    @property
    def falls(self) -> bool:
        """Whether the answer would earn a smaller share of its maximum."""
        return self.change < 0


@dataclass(frozen=True, slots=True)
class RescorePlan:
    """What a question's newest version would mean for everybody who has a result with it."""

    question_id: uuid.UUID
    version_id: uuid.UUID
    version: str
    lines: tuple[Rescored, ...]

    @property
    def moving(self) -> list[Rescored]:
        """Those whose points would change."""
        return [line for line in self.lines if line.moves]

    @property
    def falling(self) -> list[Rescored]:
        """Those whose share of the points would fall."""
        return [line for line in self.lines if line.falls]


@dataclass(frozen=True, slots=True)
class Superseded:
    """A question that people have results with by another version than the newest."""

    question_id: uuid.UUID
    key: str
    prompt: str
    version: str
    takers: int


def _points(result: QuestionResult) -> tuple[Decimal | None, Decimal]:
    return result.score, result.maximum


def _share(result: QuestionResult) -> Decimal:
    return result.score / result.maximum if result.score is not None and result.maximum else Decimal(0)
