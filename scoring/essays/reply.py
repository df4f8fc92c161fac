"""Reading a model's reply, which is as untrusted as the answer it judges.

A reply that is not a JSON object with at least one of the essays is useless as a whole: a
retryable `ProviderError` of kind ``bad_reply``. Anything wrong with one criterion makes
that criterion ``needs_review`` and leaves the others alone. Fields nobody asked for, points
above all, are ignored and noted.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from microcred.ai.base import ProviderError
from microcred.ai.code_fences import strip_code_fences
from scoring.essays.confidential import Confidential
from scoring.essays.evidence import is_substantial, locate
from scoring.essays.judgement import CriterionVerdict, Quote
from scoring.essays.marks import points
from scoring.essays.task import Criterion, EssayTask
from scoring.essays.text import clean

MOST_CHARACTERS: Final = 400_000
MOST_REASON: Final = 600
MOST_QUOTES: Final = 10
MOST_DEPTH: Final = 12
_FIELDS: Final = frozenset({"reason", "quotes", "absent", "level"})


@dataclass(frozen=True, slots=True)
class EssayReply:
    """What a reply says about one essay. `raw` can be stored as JSON by any database."""

    verdicts: tuple[CriterionVerdict, ...]
    instructions_noted: bool
    raw: Mapping[str, Any]
    notes: tuple[str, ...]


class _Object(dict[str, Any]):
    """A JSON object that remembers which of its names came twice."""

    repeated: frozenset[str] = frozenset()


def read_reply(content: str, tasks: Sequence[EssayTask], labels: Sequence[str]) -> list[EssayReply]:
    """One `EssayReply` per task, in order; raises `ProviderError` for a useless reply."""
    body = _parse(content)
    if not any(isinstance(body.get(label), dict) for label in labels):
        raise _bad_reply("the reply names none of the essays")
    return [
        _essay(task, body.get(label), label in body.repeated)
        for task, label in zip(tasks, labels, strict=True)
    ]


def _parse(content: str) -> _Object:
    if len(content) > MOST_CHARACTERS:
        raise _bad_reply("the reply is too long")
    try:
        body = json.loads(strip_code_fences(content), object_pairs_hook=_object)
    except (ValueError, RecursionError) as error:
        raise _bad_reply("the reply is not JSON") from error
    if not isinstance(body, _Object):
        raise _bad_reply("the reply is not a JSON object")
    return body


def _object(pairs: list[tuple[str, Any]]) -> _Object:
    found = _Object(pairs)
    names = [name for name, _ in pairs]
    found.repeated = (
        frozenset(name for name in found if names.count(name) > 1) if len(found) < len(names) else frozenset()
    )
    return found


def _bad_reply(message: str) -> ProviderError:
    return ProviderError(message, retryable=True, kind="bad_reply")


def _essay(task: EssayTask, body: object, repeated: bool) -> EssayReply:
    known = body if isinstance(body, _Object) and not repeated else _Object()
    criteria = known.get("criteria")
    criteria = criteria if isinstance(criteria, _Object) else _Object()
    confidential = Confidential.of(task)
    keys = {criterion.key for criterion in task.criteria}
    unknown = len(set(criteria) - keys)
    return EssayReply(
        verdicts=tuple(
            _verdict(
                task, criterion, criteria.get(criterion.key), criterion.key in criteria.repeated, confidential
            )
            for criterion in task.criteria
        ),
        instructions_noted=known.get("instructions_in_answer") is True,
        raw=_storable(known, MOST_DEPTH),
        notes=(f"{unknown} verdicts on unknown criteria ignored",) if unknown else (),
    )


def _verdict(
    task: EssayTask, criterion: Criterion, body: object, repeated: bool, confidential: Confidential
) -> CriterionVerdict:
    if repeated:
        return _held(criterion, "the reply judges this criterion twice")
    if not isinstance(body, dict):
        return _held(criterion, "the reply has no verdict on this criterion")
    level_id = body.get("level")
    if not isinstance(level_id, str) or criterion.level(level_id) is None:
        return _held(criterion, "the reply names no level of this criterion")
    reason, leaked = _reason(criterion, level_id, body.get("reason"), confidential)
    quotes, missing = _quotes(task, body.get("quotes"))
    problem = missing or _contradiction(criterion, level_id, quotes, body.get("absent"))
    if reason is None:
        problem = problem or "the reply gives no reason"
    notes = [note for note in (problem, leaked, _extras(body)) if note]
    return CriterionVerdict(
        criterion_key=criterion.key,
        level_id=level_id,
        reason=reason or "",
        quotes=quotes,
        absence=body.get("absent") is True,
        status="needs_review" if problem else "scored",
        points=None if problem else points(criterion, level_id),
        maximum=criterion.maximum,
        note="; ".join(notes),
    )


def _held(criterion: Criterion, note: str) -> CriterionVerdict:
    return CriterionVerdict(criterion.key, None, "", (), False, "needs_review", None, criterion.maximum, note)


def _reason(
    criterion: Criterion, level_id: str, raw: object, confidential: Confidential
) -> tuple[str | None, str]:
    """The reason as the student may read it, and a note when it had to be withheld."""
    if not isinstance(raw, str) or not (reason := " ".join(clean(raw).split())):
        return None, ""
    if confidential.is_in(reason):
        level = criterion.level(level_id)
        name = level.name if level else level_id
        return f"{criterion.name} was judged “{name}”.", "reason withheld: it repeats text that is for staff"
    return (reason if len(reason) <= MOST_REASON else f"{reason[: MOST_REASON - 1].rstrip()}…"), ""


def _quotes(task: EssayTask, raw: object) -> tuple[tuple[Quote, ...], str]:
    """The quotes that stand in the answer, and what is wrong if any does not."""
    if not isinstance(raw, list) or not all(isinstance(quoted, str) for quoted in raw):
        return (), "the reply gives no list of quotes"
    if len(raw) > MOST_QUOTES:
        return (), "the reply gives too many quotes"
    stated = [quoted for quoted in raw if quoted.strip()]
    found = [locate(task.answer, quoted) for quoted in stated]
    there = tuple(dict.fromkeys(quote for quote in found if quote is not None))
    if len([quote for quote in found if quote is None]):
        return there, "a quote is not in the answer"
    if not all(is_substantial(quote.text, task.answer) for quote in there):
        return there, "a quote is too short to be evidence"
    return there, ""


def _contradiction(criterion: Criterion, level_id: str, quotes: tuple[Quote, ...], absent: object) -> str:
    if not isinstance(absent, bool):
        return "the reply does not say whether the criterion is absent"
    if absent and level_id != criterion.levels[0].id:
        return "the criterion is said to be absent, but not at the lowest level"
    if not absent and not quotes:
        return "the verdict rests on no quote"
    return ""


def _extras(body: Mapping[str, Any]) -> str:
    extra = len(set(body) - _FIELDS)
    return f"{extra} unknown fields ignored" if extra else ""


def _storable(value: Any, depth: int) -> Any:
    """`value` without what a JSON column refuses: NUL, surrogates, infinities, great depth."""
    if isinstance(value, str):
        return "".join(c for c in value if c != "\x00" and not "\ud800" <= c <= "\udfff")
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, dict | list) and not depth:
        return "…"
    if isinstance(value, dict):
        return {_storable(name, depth): _storable(inner, depth - 1) for name, inner in value.items()}
    if isinstance(value, list):
        return [_storable(inner, depth - 1) for inner in value]
    return value
