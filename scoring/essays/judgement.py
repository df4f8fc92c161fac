"""What a judge says: one verdict per criterion, and the points code makes of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal, Protocol

from scoring.essays.task import EssayTask

Outcome = Literal["scored", "needs_review", "decided_by_code"]
VerdictStatus = Literal["scored", "needs_review"]


@dataclass(frozen=True, slots=True)
class Quote:
    """Evidence: `text` is ``answer[start:end]`` of the answer as the student wrote it."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class CriterionVerdict:
    """One criterion, judged.

    `reason` is for the student. `absence` marks a verdict that rests on something missing
    and therefore needs no quote. `points` is None exactly when the status is
    ``needs_review``; `level_id` is then at most a proposal. `note` is for staff.
    """

    criterion_key: str
    level_id: str | None
    reason: str
    quotes: tuple[Quote, ...]
    absence: bool
    status: VerdictStatus
    points: Decimal | None
    maximum: Decimal
    note: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """One essay, judged.

    `score` counts the scored criteria only and is out of `scored_weight`, the share of
    `maximum` they stand for; it is None when none is scored. Tokens and cost are this
    essay's part of its call (the parts add up to the call), `latency_ms` is the whole
    call's. `raw` is the reply for staff. `uncertainty` is from 0 (sure) to 1 (a guess).
    `reason_code` names the check of a judgement decided by code; `notes` are for staff. After
    several `readings` the lowest and the highest score are the band; `calls` names the paid
    calls it rests on, `flags` what staff should know.
    """

    question_id: str
    outcome: Outcome
    verdicts: tuple[CriterionVerdict, ...]
    score: Decimal | None
    maximum: Decimal
    scored_weight: Decimal
    provider: str
    model: str
    prompt_version: str
    input_tokens: int = 0
    output_tokens: int = 0
    latency_ms: int = 0
    cost_microcents: int = 0
    raw: Mapping[str, Any] = field(default_factory=dict)
    injection_suspected: bool = False
    uncertainty: float = 0.0
    reason_code: str = ""
    notes: tuple[str, ...] = ()
    band_low: Decimal | None = None
    band_high: Decimal | None = None
    readings: int = 1
    calls: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()


class Judge(Protocol):
    """Judges essays against their rubrics; one judgement per task, in the tasks' order."""

    def judge(self, tasks: Sequence[EssayTask]) -> list[Judgement]:
        """Raises `microcred.ai.base.ProviderError` when a provider fails."""
        ...
