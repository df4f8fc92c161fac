"""A question as staff read it: the answer beside its key, and an essay with the quotes where they stand."""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from catalog.answer_views import AnswerView, answer_view, in_texts
from companion import words
from companion.charts import percent
from companion.highlight import Segment, Span, segments
from scoring.enums import EssayOutcome, MarkStatus
from scoring.oversight import ScoreChoice, score_choices, suspected_places
from scoring.queries import QuestionResult

MICROCENTS = 1_000_000


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was decided on a criterion; ``label`` is what its ``quotes`` are marked with in the essay."""

    label: str
    criterion: str
    level: str
    points: Decimal | None
    maximum: Decimal
    weight: Decimal
    reason: str
    note: str
    quotes: tuple[str, ...]
    rests_on_absence: bool
    needs_review: bool


@dataclass(frozen=True, slots=True)
class ScoringRun:
    """Who or what gave the verdicts on an essay, when, and at what cost.

    ``band`` is the lowest and the highest score of several readings, if there were.
    """

    source: str
    provider: str
    model: str
    prompt_version: str
    number: int
    created_at: dt.datetime
    input_tokens: int
    output_tokens: int
    cost_cents: float
    uncertainty: float
    flags: tuple[str, ...]
    band: tuple[Decimal, Decimal] | None


@dataclass(frozen=True, slots=True)
class Essay:
    """An essay with its quotes marked, and the verdicts; ``run`` is None before it was scored. ``has_suspected``
    says that something in it is marked because it seems to speak to whoever scores it."""

    segments: tuple[Segment, ...]
    has_suspected: bool
    verdicts: tuple[Verdict, ...]
    run: ScoringRun | None


@dataclass(frozen=True, slots=True)
class MarkedQuestion:
    """A question with its answer and outcome; ``essay`` stands in for ``answer`` where there is one.

    ``choices`` is what a person can change about its score.
    """

    pk: uuid.UUID
    position: int
    prompt: str
    type_name: str
    is_answered: bool
    counts: bool
    outcome: words.Label
    needs_review: bool
    score: Decimal | None
    maximum: Decimal
    score_width: str
    answer: AnswerView
    essay: Essay | None
    explanation: str
    staff_explanation: str
    staff_hint: str
    choices: tuple[ScoreChoice, ...]


def marked_question(result: QuestionResult) -> MarkedQuestion:
    """Lay out one question."""
    question = result.question
    return MarkedQuestion(
        pk=question.question_id,
        position=question.position,
        prompt=question.prompt,
        type_name=words.QUESTION_TYPES[question.question_type],
        is_answered=question.answer is not None,
        counts=result.status != "unscored",
        outcome=words.OUTCOMES[result.status],
        needs_review=result.status == EssayOutcome.NEEDS_REVIEW,
        score=result.score,
        maximum=result.maximum,
        score_width=percent(result.score or 0, result.maximum),
        answer=answer_view(question.answer, question.choices, question.rules),
        essay=_essay(result) if question.rubric and question.answer else None,
        explanation=result.explanation,
        staff_explanation=in_texts(result.staff_explanation, question.choices),
        staff_hint=str(question.feedback.get("staff", "")),
        choices=score_choices(result),
    )


def _essay(result: QuestionResult) -> Essay:
    text = str((result.question.answer or {}).get("text", ""))
    suspected = marked_as_suspected(suspected_places(result.essay_score, text))
    return Essay(
        segments=tuple(segments(text, [*_quoted(result.marks), *suspected])),
        has_suspected=bool(suspected),
        verdicts=tuple(_verdict(str(number), mark) for number, mark in enumerate(result.marks, start=1)),
        run=_run(result.essay_score) if result.essay_score else None,
    )


def marked_as_suspected(places: Iterable[tuple[int, int]]) -> list[Span]:
    """Return what to mark of stretches that seem to speak to whoever scores the text."""
    return [Span(start, end, suspected=True) for start, end in places]


def _quoted(marks: Sequence[Any]) -> list[Span]:
    """Return where the quotes of each mark stand, labelled with the number of its criterion."""
    return [
        Span(quote["start"], quote["end"], str(number))
        for number, mark in enumerate(marks, start=1)
        for quote in mark.quotes
    ]


def _verdict(label: str, mark: Any) -> Verdict:
    return Verdict(
        label=label,
        criterion=mark.criterion_name,
        level=mark.level_name,
        points=mark.points,
        maximum=mark.maximum,
        weight=mark.weight,
        reason=mark.reason,
        note=mark.note,
        quotes=tuple(quote["text"] for quote in mark.quotes),
        rests_on_absence=mark.absence,
        needs_review=mark.status == MarkStatus.NEEDS_REVIEW,
    )


def _run(score: Any) -> ScoringRun:
    return ScoringRun(
        source=words.SOURCES[score.source],
        provider=score.provider,
        model=score.model,
        prompt_version=score.prompt_version,
        number=score.run,
        created_at=score.created_at,
        input_tokens=score.input_tokens,
        output_tokens=score.output_tokens,
        cost_cents=score.cost_microcents / MICROCENTS,
        uncertainty=score.uncertainty,
        flags=tuple(words.FLAGS.get(flag, flag) for flag in score.flags),
        band=None if score.band_low is None else (score.band_low, score.band_high),
    )
