"""How well questions are answered, and the thresholds that one half of them would choose.

Every question is put as a student would, after the earlier ones of its row, by passages alone: a model's sentences
would cost money and differ from day to day. An answer is right if it cites one of the credentials named for its
question; a question that nothing answers is handled rightly if it is refused or given an overview alone.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final
from uuid import UUID

from conversations.analysis import Analysis, analyse
from conversations.answering import AnsweringContext, Draft, Earlier, answer
from conversations.confidence import HIGH, IN_SCOPE, MEDIUM
from conversations.enums import Band, Outcome
from conversations.evaluation.datasets import Case, Half
from conversations.retrieving import GAIN, searches
from microcred.ai.base import Embedder

SURE: Final = 0.95
_HEADING: Final = re.compile(r"^## (.+)$", re.MULTILINE)
_MARK: Final = re.compile(r"\[(\d+)\]")
REFUSED: Final = frozenset({Outcome.OUT_OF_SCOPE, Outcome.OVERVIEW, Outcome.UNCLEAR})
HALVES: Final[tuple[Half, ...]] = ("choose", "report")


@dataclass(frozen=True, slots=True)
class Offered:
    """A credential by its key, and the headings of its document's sections in order."""

    key: str
    headings: tuple[str, ...]

    @staticmethod
    def of(key: str, text: str | None) -> "Offered":
        """Return a credential with the headings of its document."""
        return Offered(key, tuple(one.strip() for one in _HEADING.findall(text or "")))


@dataclass(frozen=True, slots=True)
class Tried:
    """A question with what came of it, how near the catalog comes to it alone, and how much nearer after others.

    ``opens_rightly`` says whether the first sentence is of the section that is asked for; None where none is.
    """

    case: Case
    analysis: Analysis
    draft: Draft
    cosine: float
    gain: float | None
    cited: frozenset[str]
    would_cite: frozenset[str]
    opens_rightly: bool | None

    @property
    def is_right(self) -> bool:
        """Whether it was handled as it should be."""
        if self.case.kind == "ambiguous":
            return self.draft.outcome == Outcome.UNCLEAR
        if self.case.kind == "out_of_scope":
            return self.draft.outcome in REFUSED
        return bool(self.cited & self.case.right)

    @property
    def follows_rightly(self) -> bool:
        """Whether it was taken for a follow-up exactly if it is one."""
        return (self.draft.follows is not None) == (self.case.kind == "follow_up")


def measure(cases: Sequence[Case], embedder: Embedder, offered: Mapping[UUID, Offered]) -> list[Tried]:
    """Put every question about what is offered, by id."""
    return [_tried(case, embedder, offered) for case in cases]


def _tried(case: Case, embedder: Embedder, offered: Mapping[UUID, Offered]) -> Tried:
    topics = list(reversed(case.earlier))
    alone, *joined = searches([case.question, *(f"{topic} {case.question}" for topic in topics)], embedder)
    before = [Earlier(one, "", one) for one in topics]
    draft = answer(case.question, before, AnsweringContext(embedder))
    candid = answer(case.question, before, AnsweringContext(embedder, least=Decimal(0)))
    return Tried(
        case,
        analyse(case.question),
        draft,
        alone.cosine,
        max((one.cosine - alone.cosine for one in joined), default=None),
        _cited(draft, offered),
        _cited(candid, offered),
        _opens_rightly(case, draft, offered),
    )


def _cited(draft: Draft, offered: Mapping[UUID, Offered]) -> frozenset[str]:
    return frozenset(offered[UUID(one["credential_id"])].key for one in draft.citations)


def _opens_rightly(case: Case, draft: Draft, offered: Mapping[UUID, Offered]) -> bool | None:
    if case.section is None:
        return None
    mark = _MARK.search(draft.answer)
    first = next((one for one in draft.citations if mark and one["mark"] == mark[1]), None)
    if first is None:
        return False
    found = offered[UUID(first["credential_id"])]
    return found.key in case.right and found.headings[case.section - 1 : case.section] == (first["heading"],)


def report(tried: Sequence[Tried]) -> dict[str, Any]:
    """Return the figures of both halves, and the thresholds that the first would choose beside those in use."""
    chosen = thresholds([one for one in tried if one.case.half == "choose"])
    in_use = {"in_scope": IN_SCOPE, "gain": GAIN, "medium": float(MEDIUM), "high": float(HIGH)}
    halves: dict[str, Any] = {
        half: _figures([one for one in tried if one.case.half == half]) for half in HALVES
    }
    return {"questions": len(tried), "in_use": in_use, "chosen": chosen, **halves}


def thresholds(tried: Sequence[Tried]) -> dict[str, float | None]:
    """Return the thresholds that part best what is to be parted, each in the middle of the gap; None without both.

    Overviews count by the passages that they keep back.
    """
    scope = [
        (one.cosine, one.case.kind != "out_of_scope")
        for one in tried
        if one.case.kind in ("answerable", "new_topic", "out_of_scope") and not one.case.earlier
    ]
    gains = [
        (one.gain, one.case.kind == "follow_up")
        for one in tried
        if one.gain is not None and one.case.kind in ("follow_up", "new_topic")
        if not one.analysis.is_vague and not one.analysis.refers_back
    ]
    scores = [
        (float(one.draft.confidence.score), bool(one.would_cite & one.case.right))
        for one in tried
        if one.draft.outcome in (Outcome.ANSWER, Outcome.OVERVIEW)
    ]
    return {
        "in_scope": parting(scope),
        "gain": parting(gains),
        "medium": parting(scores),
        "high": sure(scores),
    }


def parting(rows: Sequence[tuple[float, bool]]) -> float | None:
    """Return the threshold by which most rows are on their side, the lowest of equals."""
    values = sorted({value for value, _ in rows})
    middles = [(low + high) / 2 for low, high in pairwise(values)]
    if not middles:
        return None
    return max(middles, key=lambda least: (sum((value >= least) == good for value, good in rows), -least))


def sure(rows: Sequence[tuple[float, bool]]) -> float | None:
    """Return the lowest value from which on 95 of 100 are good; None if there is none."""
    for least in sorted({value for value, _ in rows}):
        above = [good for value, good in rows if value >= least]
        if sum(above) >= SURE * len(above):
            return least
    return None


def _figures(tried: Sequence[Tried]) -> dict[str, Any]:
    def part(kind: str, holds: Callable[[Tried], bool]) -> dict[str, Any]:
        own = [one for one in tried if one.case.kind == kind]
        return _share([holds(one) for one in own])

    asked = [one for one in tried if one.case.earlier and one.case.kind in ("follow_up", "new_topic")]
    return {
        "right_credential": part("answerable", lambda one: one.is_right),
        "follow_up_right_credential": part("follow_up", lambda one: one.is_right),
        "new_topic_right_credential": part("new_topic", lambda one: one.is_right),
        "follow_ups_told_from_new_topics": _share([one.follows_rightly for one in asked]),
        "opens_with_the_section_asked_for": _share(
            [one.opens_rightly for one in tried if one.opens_rightly is not None]
        ),
        "ambiguous_recognised": part("ambiguous", lambda one: one.is_right),
        "out_of_scope_not_answered": part("out_of_scope", lambda one: one.is_right),
        "out_of_scope_refused": part("out_of_scope", lambda one: one.draft.outcome == Outcome.OUT_OF_SCOPE),
        "bands": {band.value: _band(tried, band) for band in Band},
    }


def _band(tried: Sequence[Tried], band: Band) -> dict[str, Any]:
    """How many of the questions with a subject would have this band by their score, and how many were right."""
    own = [one for one in tried if one.case.kind != "ambiguous" and _by_score(one.draft) == band]
    answers = [bool(one.case.right and one.cited & one.case.right) for one in own]
    mean = sum((one.draft.confidence.score for one in own), Decimal(0)) / len(own) if own else None
    return {**_share(answers), "mean_confidence": None if mean is None else round(float(mean), 4)}


def _by_score(draft: Draft) -> Band:
    """The band by the score alone, as if the model's part had been there."""
    if draft.outcome != Outcome.ANSWER:
        return Band.LOW
    return Band.HIGH if draft.confidence.score >= HIGH else Band.MEDIUM


def _share(held: Sequence[bool]) -> dict[str, Any]:
    return {"of": len(held), "held": sum(held), "share": round(sum(held) / len(held), 4) if held else None}
