"""Recommended credentials as their student reads them: laid out from what the API answers, and nothing else."""

import datetime as dt
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.utils.dateparse import parse_datetime

from catalog import queries as catalog
from catalog.queries import other_language
from companion.charts import Bar, stacked
from companion.cited import Piece, Source, facts_of, pieces
from companion.highlight import Segment, Span, segments
from companion.student.result_words import DONE_TO_LISTS, PARTS, hundredths, levels_in_words
from companion.student.sources import place_at, sources_in, sources_on
from recommendations.enums import Part

_QUOTED = re.compile(r"“(.+?)”", re.DOTALL)
SKILLS: Final = "#skills"


@dataclass(frozen=True, slots=True)
class PartLine:
    """One part of a confidence, in percent."""

    key: str
    name: str
    explanation: str
    value: str


@dataclass(frozen=True, slots=True)
class Passage:
    """What was found in a description; ``document_id`` is None where it can no longer be read there."""

    number: int
    segments: tuple[Segment, ...]
    source_uri: str
    start: int
    end: int
    document_id: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class Act:
    """What a person did to the list, and why."""

    what: str
    title: str
    reason: str
    made_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class ListedCredential:
    """A recommended credential; without ``confidence`` where a person added it and none was worked out.

    ``accepted`` is how many of a hundred like it are taken up, None while too little is known. ``builds_on`` are the
    titles of what should come before. ``opinion`` is what the student thinks of it, ``form`` where they say so.
    """

    credential_id: uuid.UUID
    position: int
    title: str
    provider: str
    uri: str
    level: int
    hours: int
    language: str
    is_retired: bool
    description: str
    builds_on: tuple[str, ...]
    confidence: str
    parts: tuple[PartLine, ...]
    bars: tuple[Bar, ...]
    accepted: int | None
    override: Act | None
    rationale: tuple[Piece, ...]
    passages: tuple[Passage, ...]
    opinion: Any = None
    form: forms.Form | None = None

    @property
    def place(self) -> str:
        """Where on the page it stands."""
        return place_at(self.position)


@dataclass(frozen=True, slots=True)
class List:
    """A list of recommendations; ``facts`` are the sources of its sentences that are no passages."""

    summary: tuple[Piece, ...]
    facts: Sequence[Source]
    credentials: tuple[ListedCredential, ...]


def listed(body: Mapping[str, Any], *, skills: str = SKILLS) -> List:
    """Lay out the list of a result or of one run; reads what the catalog says of credentials still on offer.

    ``skills`` is where the student's levels stand.
    """
    items = body["recommendation_items"]
    wanted = [one["credential_id"] for one in items]
    offered = catalog.credentials().filter(pk__in=wanted).prefetch_related("documents", "prerequisites")
    known = {str(row.pk): row for row in offered}
    passages = {one["trace_id"]: one for one in body["traces"]}
    sources = sources_on(body, skills=skills)
    return List(
        summary=pieces(levels_in_words(body["summary"]), sources),
        facts=facts_of(sources),
        credentials=tuple(
            _credential(one, known.get(one["credential_id"]), passages, sources) for one in items
        ),
    )


def acts_of(body: Mapping[str, Any]) -> tuple[Act, ...]:
    """Return what people did to the list, the oldest first."""
    return tuple(_act(one, one["title"]) for one in body["overrides"])


def _act(one: Mapping[str, Any], title: str) -> Act:
    return Act(DONE_TO_LISTS[one["action"]], title, one["reason"], parse_datetime(str(one["made_at"])))


def _credential(
    one: Mapping[str, Any],
    offered: Any,
    traces: Mapping[str, Mapping[str, Any]],
    sources: Mapping[str, Source],
) -> ListedCredential:
    parts = one["parts"] or {}
    before = offered.prerequisites.all() if offered else ()
    return ListedCredential(
        credential_id=uuid.UUID(one["credential_id"]),
        position=one["position"],
        title=one["title"],
        provider=one["provider"],
        uri=one["uri"],
        level=one["level"],
        hours=one["hours"],
        language=other_language(one["language"]),
        is_retired=not one["available"],
        description=offered.description if offered else "",
        builds_on=tuple(sorted(row.title for row in before if row.active)),
        confidence="" if one["confidence"] is None else hundredths(one["confidence"]),
        parts=tuple(PartLine(key, *PARTS[key], hundredths(parts[key])) for key in Part.values)
        if parts
        else (),
        bars=tuple(stacked({key: Decimal(str(parts[key])) for key in Part.values})) if parts else (),
        accepted=_accepted(one["acceptance"]),
        override=_act(one["override"], one["title"]) if one["override"] else None,
        rationale=pieces(levels_in_words(one["rationale"]), sources_in(sources, one)),
        passages=_passages(one, offered, traces),
    )


def _accepted(acceptance: Mapping[str, Any] | None) -> int | None:
    if not acceptance or acceptance["basis"] == "prior":
        return None
    return int(acceptance["of_hundred"])


def _passages(
    one: Mapping[str, Any], offered: Any, traces: Mapping[str, Mapping[str, Any]]
) -> tuple[Passage, ...]:
    documents = {row.uri: row for row in offered.documents.all()} if offered else {}
    quoted: Sequence[str] = _QUOTED.findall(one["rationale"])
    found = (traces[key] for key in one["source_trace_ids"])
    return tuple(_passage(trace, documents.get(trace["source_uri"]), quoted) for trace in found)


def _passage(trace: Mapping[str, Any], document: Any, quoted: Sequence[str]) -> Passage:
    snippet, start, end = trace["snippet"], trace["start"], trace["end"]
    places = [(snippet.find(text), len(text)) for text in quoted]
    stands_there = document is not None and document.text[start:end] == snippet
    return Passage(
        number=trace["rank"],
        segments=tuple(segments(snippet, [Span(at, at + length) for at, length in places if at >= 0])),
        source_uri=trace["source_uri"],
        start=start,
        end=end,
        document_id=document.pk if stands_there else None,
    )
