"""Reading an essay again without what it may say to its reader, and what the readings say of each other.

A sentence taken for an aside may be innocent: a greeting, a word to the director, or plainly about the subject. Then
the essay is worth the same without it, or at least with its words in no order. Only where a criterion comes out lower
in every reading without asides have they earned its level, and a person decides; the levels of the essay without them
are what that person is shown. The last reading is made only where the one before came out lower.
"""

from collections.abc import Callable, Sequence
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


def remove_asides(task: EssayTask, asides: Sequence[Span]) -> EssayTask:
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


Read = Callable[[EssayTask], Judgement | None]


def confirm_by_rereading(
    task: EssayTask, first: Judgement, without: Sequence[EssayTask], read: Read
) -> Judgement:
    """The first judgement where a reading of one of the tasks `without` asides bears it out, else one held for a
    person; `read` gives None for a reading that cannot be had. What the readings cost is added."""
    if not without:
        return first
    made = _made(task, first, without, read)
    found = [one for one in made if one is not None]
    judged = _with_all(first, found)
    if len(found) < len(made):
        held = tuple(_held(verdict, _WHY[NOT_READ_AGAIN]) for verdict in first.verdicts)
        return _for_a_person(judged, held, NOT_READ_AGAIN)
    if not _lower(task, first, found):
        return replace(judged, notes=(*judged.notes, "read again without asides: no lower"))
    shown = tuple(
        _held(_in_the_answer(verdict, task), _WHY[RAISED_BY_ASIDES]) for verdict in found[-1].verdicts
    )
    return _for_a_person(replace(judged, injection_suspected=True), shown, RAISED_BY_ASIDES)


def unread(task: EssayTask, first: Judgement, without: Sequence[EssayTask], read: Read) -> EssayTask | None:
    """The first of the tasks that `confirm_by_rereading` would want read and `read` does not give; None where there is
    none."""
    made = _made(task, first, without, read)
    return without[len(made) - 1] if made and made[-1] is None else None


def _made(
    task: EssayTask, first: Judgement, without: Sequence[EssayTask], read: Read
) -> list[Judgement | None]:
    """The readings in order, as long as each comes out lower; the last is None if it cannot be had."""
    made: list[Judgement | None] = []
    lower: list[Judgement] = []
    for one in without:
        second = read(one)
        made.append(second)
        if second is None:
            break
        lower.append(second)
        if not _lower(task, first, lower):
            break
    return made


def _lower(task: EssayTask, first: Judgement, made: Sequence[Judgement]) -> list[str]:
    """The criteria that every reading without asides places lower than the first one did."""
    places = [{verdict.criterion_key: _step(task, verdict) for verdict in one.verdicts} for one in made]
    return [
        verdict.criterion_key
        for verdict in first.verdicts
        if all(of_one[verdict.criterion_key] < _step(task, verdict) for of_one in places)
    ]


def _with_all(first: Judgement, made: Sequence[Judgement]) -> Judgement:
    calls = dict.fromkeys([*first.calls, *(call for one in made for call in one.calls)])
    return replace(
        first,
        raw={**first.raw, "without_asides": [_stored(one) for one in made]},
        calls=tuple(calls),
        input_tokens=first.input_tokens + sum(one.input_tokens for one in made),
        output_tokens=first.output_tokens + sum(one.output_tokens for one in made),
        latency_ms=first.latency_ms + sum(one.latency_ms for one in made),
        cost_microcents=first.cost_microcents + sum(one.cost_microcents for one in made),
    )


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
