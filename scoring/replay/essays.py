"""Essay scores worked out again: from the stored replies of the model where there are any, else from what there is.

* **Model**: every reply is read again as it was read then: JSON, levels of the rubric, quotes sought in the answer,
  orders to the grader, then points, total, band. Several readings come to one judgement as they did.
* **Code**: the checks that need no judge decide again.
* **Local scorer**: the levels follow again from the figures that were stored, which are rounded to four places.
* **A person**: nothing but the arithmetic.

In every case the level of each criterion must be in the rubric and worth the points that were given, quotes must stand
in the answer where it is said, and points and weights must add up to the score.
"""

import hashlib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, Literal

from catalog import queries as catalog
from scoring.calls.writer import Writer
from scoring.enums import EssayOutcome, MarkStatus, ScoreSource
from scoring.essays import precheck
from scoring.essays.edition import EDITION
from scoring.essays.judgement import CriterionVerdict, Judgement
from scoring.essays.marks import points, total
from scoring.essays.task import Criterion, EssayTask
from scoring.models import CriterionMark, EssayScore
from scoring.queries import QuestionResult
from scoring.replay.differences import Difference, Kind, compare
from scoring.replay.reading import Reading, Unreadable, read_again

HUNDREDTH: Final = Decimal("0.01")
# Stored figures have four places.
_HALF_A_PLACE: Final = 0.00005


def task_of(result: QuestionResult) -> EssayTask:
    """Return the essay with the rubric and the weight that its score was given by: those asked, or those of the version
    that it was rescored by."""
    question, row = result.question, result.essay_score
    version = row.question_version_id if row else None
    content = catalog.version_content(version) if version else None
    return EssayTask.from_rubric(
        question_id=str(question.question_id),
        prompt=content["prompt"] if content else question.prompt,
        answer=str((question.answer or {}).get("text", "")),
        rubric=content["rubric"] if content else question.rubric,
        maximum=Decimal(str(content["weight"])).quantize(HUNDREDTH) if content else question.weight,
        answer_format=content["answer_format"] if content else question.answer_format,
    )


def replay_essay(
    result: QuestionResult, readings: Sequence[Reading] | None, *, writer: Writer
) -> list[Difference]:
    """Return what comes out otherwise of one essay; ``readings`` is None where a reply is erased."""
    row = result.essay_score
    if row is None or row.outcome == EssayOutcome.UNAVAILABLE or not result.marks:
        return []
    task, place = task_of(result), f"question {result.question.position}"
    found = [*_arithmetic(place, task, row, result.marks), *_quotes(place, task, result.marks)]
    if row.source == ScoreSource.LOCAL:
        return found + _figures(place, task, row, result.marks)
    try:
        again = _judged_again(task, row, readings, writer)
    except Unreadable as error:
        return [*found, Difference(_kind(row), f"{place}, read again", "readable", str(error))]
    return found + (_judgement(place, row, result.marks, again, kind=_kind(row)) if again else [])


def _judged_again(
    task: EssayTask, row: EssayScore, readings: Sequence[Reading] | None, writer: Writer
) -> Judgement | None:
    """What the replies, or the checks in code, come to now; None where neither gave the score."""
    if readings:
        return read_again(task, row, readings, writer=writer)
    if row.outcome != EssayOutcome.DECIDED_BY_CODE or not row.response_payload.get("reason_code"):
        return None
    decision = precheck.decide(task)
    if decision is None:
        raise Unreadable("not decided by code")
    return precheck.judgement(task, decision)


def _kind(row: EssayScore) -> Kind:
    """Another edition of the code may read the same words otherwise."""
    return "different" if row.response_payload.get("edition") == EDITION else "moved_on"


def _judgement(
    place: str, row: EssayScore, marks: Sequence[CriterionMark], again: Judgement, *, kind: Kind
) -> list[Difference]:
    """What the model (or the code) is understood to say, beside what is stored of it."""
    stored = {mark.criterion_key: _mark(mark) for mark in marks}
    read = {verdict.criterion_key: _verdict(verdict) for verdict in again.verdicts}
    whole = {
        "outcome": (row.outcome, again.outcome),
        "score": (_places(row.score), _places(again.score)),
        "scored weight": (_places(row.scored_weight), _places(again.scored_weight)),
        "band": (_band(row.band_low, row.band_high), _band(again.band_low, again.band_high)),
        "uncertainty": (row.uncertainty, again.uncertainty),
        "flags": (sorted(row.flags), _flags(again)),
    }
    return [
        *compare(f"{place}, read again, criterion", stored, read, kind=kind),
        *(
            difference
            for name, (was, now) in whole.items()
            for difference in compare(f"{place}, read again, {name}", was, now, kind=kind)
        ),
    ]


def _arithmetic(
    place: str, task: EssayTask, row: EssayScore, marks: Sequence[CriterionMark]
) -> list[Difference]:
    """The points of the levels and their total."""
    by_key = {criterion.key: criterion for criterion in task.criteria}
    found = [
        difference
        for mark in marks
        for difference in compare(
            f"{place}, points for {mark.criterion_key}",
            _worth(mark.level_id, mark.points, mark.maximum, mark.weight),
            _worth_again(row, mark, by_key.get(mark.criterion_key)),
        )
    ]
    score, weight = total(task, [_as_verdict(mark) for mark in marks])
    stored = f"{_places(row.score)} of {_places(row.scored_weight)}"
    return found + compare(f"{place}, essay total", stored, f"{_places(score)} of {_places(weight)}")


def _worth_again(row: EssayScore, mark: CriterionMark, criterion: Criterion | None) -> str | None:
    if criterion is None:
        return None
    waits = mark.status != MarkStatus.SCORED
    if not waits and criterion.level(mark.level_id) is None:
        return None
    # A blank answer earns nothing, whatever the lowest level is worth.
    blank = row.response_payload.get("reason_code") == "blank"
    earned = None if waits else Decimal(0) if blank else points(criterion, mark.level_id)
    return _worth(mark.level_id, earned, criterion.maximum, criterion.weight)


def _worth(level: str, earned: Decimal | None, maximum: Decimal, weight: Decimal) -> str:
    said = "waits" if earned is None else f"level {level} for {_places(earned)}"
    return f"{said} of {_places(maximum)}, weight {_places(weight)}"


def _quotes(place: str, task: EssayTask, marks: Sequence[CriterionMark]) -> list[Difference]:
    """Quotes that do not stand in the answer where they are said to stand."""
    return [
        Difference(
            "different", f"{place}, quote for {mark.criterion_key}", "in the answer", "not in the answer"
        )
        for mark in marks
        for quote in mark.quotes
        if task.answer[quote["start"] : quote["end"]] != quote["text"]
    ]


def _figures(
    place: str, task: EssayTask, row: EssayScore, marks: Sequence[CriterionMark]
) -> list[Difference]:
    """The levels that the local scorer's figures stand for."""
    figures = row.response_payload.get("raw", {}).get("criteria", {})
    by_key = {criterion.key: criterion for criterion in task.criteria}
    return [
        difference
        for mark in marks
        if mark.criterion_key in figures and mark.criterion_key in by_key and mark.status == MarkStatus.SCORED
        for difference in _level(place, by_key[mark.criterion_key], mark, figures[mark.criterion_key])
    ]


def _level(
    place: str, criterion: Criterion, mark: CriterionMark, figures: Mapping[str, Any]
) -> list[Difference]:
    steps = len(criterion.levels)
    near = [int((figures["quality"] + aside) * steps) for aside in (0.0, -_HALF_A_PLACE, _HALF_A_PLACE)]
    # Without a sentence to show for it no level above the lowest is given.
    levels = [criterion.levels[min(steps - 1, max(0, step)) if mark.quotes else 0].id for step in near]
    # What has no quote may stand at the lowest level because nothing was found to quote.
    if mark.level_id in levels:
        return []
    return compare(f"{place}, figures for {criterion.key}", f"level {mark.level_id}", f"level {levels[0]}")


def _mark(mark: CriterionMark) -> dict[str, Any]:
    return {
        "level": mark.level_id or None,
        "status": str(mark.status),
        "points": _places(mark.points),
        "reason": _hash(mark.reason),
        "absence": mark.absence,
        "quotes": [f"{quote['start']}-{quote['end']}" for quote in mark.quotes],
    }


def _verdict(verdict: CriterionVerdict) -> dict[str, Any]:
    return {
        "level": verdict.level_id or None,
        "status": verdict.status,
        "points": _places(verdict.points),
        "reason": _hash(verdict.reason),
        "absence": verdict.absence,
        "quotes": [f"{quote.start}-{quote.end}" for quote in verdict.quotes],
    }


def _as_verdict(mark: CriterionMark) -> CriterionVerdict:
    status: Literal["scored", "needs_review"] = (
        "scored" if mark.status == MarkStatus.SCORED else "needs_review"
    )
    return CriterionVerdict(
        mark.criterion_key, mark.level_id, "", (), mark.absence, status, mark.points, mark.maximum
    )


def _hash(reason: str) -> str:
    """Reasons may repeat a student's words, and differences hold none."""
    return hashlib.sha256(reason.encode()).hexdigest()


def _flags(judgement: Judgement) -> list[str]:
    return sorted([*(["injection_suspected"] if judgement.injection_suspected else []), *judgement.flags])


def _band(low: Decimal | None, high: Decimal | None) -> str | None:
    return None if low is None or high is None else f"{_places(low)} to {_places(high)}"


def _places(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:.2f}"
