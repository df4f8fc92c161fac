"""A recommendation as it is shown: the confidence in its parts, the rationale, and the passages behind it."""

import datetime as dt
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import prefetch_related_objects

from catalog.queries import other_language
from companion import words
from companion.charts import Bar, stacked
from companion.cited import Piece, Source, facts_of, moved, pieces, sources_of
from companion.highlight import Segment, Span, segments
from companion.steps import StepLine, steps_of
from recommendations import queries as recommendations
from recommendations.enums import Part

_QUOTED = re.compile(r"“(.+?)”", re.DOTALL)
SKILLS, ABOUT = "#skills", "#about-run"


@dataclass(frozen=True, slots=True)
class PartLine:
    """One part of a confidence."""

    key: str
    name: str
    explanation: str
    value: Decimal


@dataclass(frozen=True, slots=True)
class Passage:
    """What was found in a document, the sentences that the rationale quotes marked.

    ``number`` is what sentences cite it by, ``ranks`` its places in the lists of the search, by name. ``document_id``
    is None where the document no longer says the same at that place.
    """

    number: int
    segments: tuple[Segment, ...]
    ranks: tuple[tuple[str, int], ...]
    similarity: Decimal
    source_uri: str
    start: int
    end: int
    provider: str
    model: str
    document_id: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class Item:
    """A recommended credential; ``bars`` draw ``parts``, whose sum is ``confidence``; nothing of it where a person
    added what has none. ``override`` is what a person did last about its place.

    ``accepted`` is how many of a hundred of its confidence are accepted; None while feedback does not say. ``steps``
    are what the student who takes it up has set out to do.
    """

    credential_id: uuid.UUID
    position: int
    title: str
    provider: str
    level: int
    hours: int
    language: str
    is_retired: bool
    confidence: Decimal | None
    accepted: int | None
    override: Any
    parts: tuple[PartLine, ...]
    bars: tuple[Bar, ...]
    rationale: tuple[Piece, ...]
    passages: tuple[Passage, ...]
    steps: Sequence[StepLine]

    @property
    def steps_done(self) -> int:
        """How many of the steps are done."""
        return sum(step.is_done for step in self.steps)


@dataclass(frozen=True, slots=True)
class Opinion:
    """Feedback that somebody gave; ``about`` is empty for the whole list, ``taken_for`` what was decided on by it."""

    who: str
    role: str
    about: str
    taken_for: str
    relevance: int | None
    acceptance: words.Label
    comments: str
    submitted_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Recommended:
    """A run; ``neighbours`` of ``learners`` past learners were compared, None where none were.

    ``histories`` says whether others' credentials were compared too. ``moved`` says in words what it rests on that has
    moved since, ``acts`` are what people did to it, the oldest first, ``what_if`` what would put another
    credential first. ``facts`` are the sources of its sentences that are no passages.
    """

    pk: uuid.UUID
    run: int
    generated_at: dt.datetime | None
    summary: tuple[Piece, ...]
    facts: Sequence[Source]
    items: tuple[Item, ...]
    neighbours: int | None
    learners: int | None
    histories: str
    feedback: tuple[Opinion, ...]
    moved: tuple[str, ...]
    acts: Sequence[Any]
    what_if: str
    others: tuple[tuple[int, uuid.UUID], ...]

    @property
    def next_run(self) -> int:
        """The number that another run will have; the one in effect need not be the newest."""
        return max(self.run, *(number for number, _ in self.others), 0) + 1

    @property
    def credentials(self) -> list[tuple[uuid.UUID, str]]:
        """The recommended credentials by id and numbered title, in order."""
        return [(item.credential_id, f"{item.position}. {item.title}") for item in self.items]


def recommended(run: Any, *, levels: str = SKILLS) -> Recommended:
    """Lay out a run whose items, credentials and traces have been fetched; ``levels`` is where the skills stand."""
    items = run.items.all()
    prefetch_related_objects([item.credential for item in items], "documents")
    sources = _sources(run, items, levels)
    around = run.parameters.get("neighbours") or {}
    skills = {need["skill_key"]: need["skill_name"] for need in run.parameters.get("needs", [])}
    steps = steps_of(run.assessment.user_id, skills)
    what_if = recommendations.what_if_of(run)
    said = recommendations.overridden(run)
    prefetch_related_objects(list(said.acts), "made_by")
    others = run.assessment.recommendations.exclude(pk=run.pk).order_by("-run").values_list("run", "pk")
    return Recommended(
        pk=run.pk,
        run=run.run,
        generated_at=run.generated_at,
        summary=pieces(run.summary, sources),
        facts=facts_of(sources),
        items=tuple(_item(item, sources, steps.get(str(item.credential_id), ())) for item in items),
        neighbours=around.get("size"),
        learners=around.get("learners"),
        histories=words.histories(run.parameters.get("histories")),
        feedback=tuple(
            _opinion(row) for row in run.feedback.select_related("submitted_by", "item", "taken_for")
        ),
        moved=tuple(words.MOVED[name] for name in recommendations.stale_parts(run, said)),
        acts=said.acts,
        what_if=what_if.sentence if what_if else "",
        others=tuple(others),
    )


def _sources(run: Any, items: Sequence[Any], levels: str) -> dict[str, Source]:
    first = f"#{_place(items[0])}" if items else ABOUT
    return sources_of(
        [run.summary, *(item.rationale for item in items)],
        {trace.rank for item in items for trace in item.traces.all()},
        {
            "profile": (levels, "the student’s levels"),
            "catalog": (first, "the catalog’s entry"),
            "neighbours": (ABOUT, "the comparison with past learners"),
            "run": (ABOUT, "what the list went without"),
        },
    )


def _place(item: Any) -> str:
    return f"item-{item.position}"


def _item(item: Any, sources: Mapping[str, Source], steps: Sequence[StepLine]) -> Item:
    credential = item.credential
    parts: dict[str, Decimal] = item.decimal_parts
    documents = {document.uri: document for document in credential.documents.all()}
    quoted = _QUOTED.findall(item.rationale)
    return Item(
        credential_id=credential.pk,
        position=item.position,
        title=item.title,
        provider=credential.provider,
        level=credential.level,
        hours=credential.hours,
        language=other_language(credential.language),
        is_retired=not credential.active,
        confidence=item.confidence,
        accepted=_accepted(item),
        override=item.override,
        parts=tuple(PartLine(part.value, *words.PARTS[part], parts[part]) for part in Part) if parts else (),
        bars=tuple(stacked(parts)) if parts else (),
        rationale=pieces(item.rationale, moved(sources, {"catalog": f"#{_place(item)}"})),
        passages=tuple(
            _passage(trace, documents.get(trace.source_uri), quoted) for trace in item.traces.all()
        ),
        steps=steps,
    )


def _accepted(item: Any) -> int | None:
    known = item.recommendation.parameters.get("calibration")
    if not known or known["basis"] == "prior" or item.confidence is None:
        return None
    return round(100 * recommendations.Calibration(**known).acceptance(float(item.confidence)))


def _passage(trace: Any, document: Any, quoted: Sequence[str]) -> Passage:
    places = [(trace.snippet.find(text), len(text)) for text in quoted]
    spans = [Span(start, start + length) for start, length in places if start >= 0]
    places_in = [
        ("by vector", trace.vector_rank),
        ("by words", trace.text_rank),
        ("by both", trace.fused_rank),
    ]
    stands_there = document is not None and document.text[trace.start : trace.end] == trace.snippet
    return Passage(
        number=trace.rank,
        segments=tuple(segments(trace.snippet, spans)),
        ranks=tuple((name, place) for name, place in places_in if place is not None),
        similarity=trace.similarity,
        source_uri=trace.source_uri,
        start=trace.start,
        end=trace.end,
        provider=trace.provider,
        model=trace.model,
        document_id=document.pk if stands_there else None,
    )


def _opinion(feedback: Any) -> Opinion:
    return Opinion(
        who=str(feedback.submitted_by),
        role=feedback.submitted_by_role,
        about=feedback.item.title if feedback.item else "",
        taken_for=feedback.taken_for.title if feedback.taken_for else "",
        relevance=feedback.relevance_score,
        acceptance=words.TAKEN_BACK if feedback.withdrawn else words.ACCEPTANCES[feedback.acceptance_status],
        comments=feedback.comments,
        submitted_at=feedback.submitted_at,
    )
