"""Reading an essay a second time with its asides cut out, and what the two readings say of each other.

An aside may be innocent: a greeting, a word to the director. Then the essay is worth the same without it. Where the
reading with asides gives any criterion a higher level than the reading without, an aside has earned it, and a person
decides; the levels of the essay without asides are what they are shown.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from scoring.essays.evidence import locate
from scoring.essays.judgement import CriterionVerdict, Judgement
from scoring.essays.task import EssayTask
from scoring.essays.text import Span

RAISED_BY_ASIDES: Final = "asides_raised"
NOT_READ_AGAIN: Final = "asides_unchecked"
_WHY: Final = {
    RAISED_BY_ASIDES: "without what it says to its reader, the answer is judged lower",
    NOT_READ_AGAIN: "the answer speaks to its reader and could not be read again without that",
}


def without(task: EssayTask, asides: Sequence[Span]) -> EssayTask:
    """The task with the asides cut out of its answer."""
    kept: list[str] = []
    at = 0
    for aside in asides:
        kept.append(task.answer[at : aside.start])
        at = aside.end
    return replace(task, answer="".join([*kept, task.answer[at:]]).strip())


def is_worth_a_second_reading(task: EssayTask, first: Judgement) -> bool:
    """Whether an aside may have raised anything that is not held for a person anyway."""
    if first.outcome == "decided_by_code" or first.injection_suspected or first.score is None:
        return False
    return any(_step(task, verdict) > 0 for verdict in first.verdicts)


def compared(task: EssayTask, first: Judgement, second: Judgement | None) -> Judgement:
    """The first judgement where the reading without asides bears it out, else one held for a person.

    `second` is None where that reading could not be had. What it cost is added to the judgement.
    """
    if second is None:
        held = tuple(_held(verdict, _WHY[NOT_READ_AGAIN]) for verdict in first.verdicts)
        return _for_a_person(first, held, NOT_READ_AGAIN)
    both = replace(
        first,
        raw={**first.raw, "without_asides": _stored(second)},
        calls=(*first.calls, *(call for call in second.calls if call not in first.calls)),
        input_tokens=first.input_tokens + second.input_tokens,
        output_tokens=first.output_tokens + second.output_tokens,
        latency_ms=first.latency_ms + second.latency_ms,
        cost_microcents=first.cost_microcents + second.cost_microcents,
    )
    steps = {verdict.criterion_key: _step(task, verdict) for verdict in second.verdicts}
    if all(_step(task, verdict) <= steps[verdict.criterion_key] for verdict in first.verdicts):
        return replace(both, notes=(*both.notes, "read again without asides: no lower"))
    shown = tuple(_held(_in_the_answer(verdict, task), _WHY[RAISED_BY_ASIDES]) for verdict in second.verdicts)
    return _for_a_person(replace(both, injection_suspected=True), shown, RAISED_BY_ASIDES)


def _for_a_person(judgement: Judgement, verdicts: tuple[CriterionVerdict, ...], flag: str) -> Judgement:
    return replace(
        judgement,
        outcome="needs_review",
        verdicts=verdicts,
        score=None,
        scored_weight=Decimal("0.00"),
        band_low=None,
        band_high=None,
        uncertainty=1.0,
        flags=(*judgement.flags, flag),
        notes=(*judgement.notes, _WHY[flag]),
    )


def _held(verdict: CriterionVerdict, why: str) -> CriterionVerdict:
    note = "; ".join(filter(None, (f"held: {why}", verdict.note)))
    return replace(verdict, status="needs_review", points=None, note=note)


def _in_the_answer(verdict: CriterionVerdict, task: EssayTask) -> CriterionVerdict:
    """The verdict with its quotes where they stand in the whole answer; one across a cut stands nowhere."""
    places = (locate(task.answer, quote.text) for quote in verdict.quotes)
    return replace(verdict, quotes=tuple(place for place in places if place is not None))


def _step(task: EssayTask, verdict: CriterionVerdict) -> int:
    """The place of the verdict's level, -1 for none."""
    criterion = next(c for c in task.criteria if c.key == verdict.criterion_key)
    return next((at for at, level in enumerate(criterion.levels) if level.id == verdict.level_id), -1)


def _stored(second: Judgement) -> dict[str, Any]:
    return {"outcome": second.outcome, "reason_code": second.reason_code, "reply": second.raw}
