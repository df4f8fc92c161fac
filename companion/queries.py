"""What the advisor's list of assessments and the document page read."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet

from accounts.models import User
from assessments import queries as assessments
from catalog import queries as catalog
from companion.documents import Block, blocks
from companion.facts import AssessmentFacts, assessment_facts
from microcred.errors import Missing

PAGE_SIZE = 25


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list of assessments is narrowed by; empty parts narrow nothing.

    Made-up learners are left out unless ``synthetic`` asks for them.
    """

    search: str = ""
    status: str = ""
    role_id: uuid.UUID | None = None
    synthetic: bool = False


@dataclass(frozen=True, slots=True)
class TopItem:
    """The first credential of an assessment's effective recommendation."""

    title: str
    confidence: Decimal | None


@dataclass(frozen=True, slots=True)
class AssessmentRow:
    """A line of the list."""

    facts: AssessmentFacts
    top: TopItem | None


@dataclass(frozen=True, slots=True)
class DocumentPage:
    """A credential's source document in blocks; ``has_passage`` says whether one of them is marked."""

    title: str
    uri: str
    language: str
    credential: str
    provider: str
    blocks: list[Block]
    has_passage: bool


def roles_in_sight(by: User) -> list[tuple[uuid.UUID, str]]:
    """Return the roles that the caller's students have been assessed for, by name."""
    rows = assessments.visible_to(by).order_by().values_list("role_id", "role__name")
    return sorted(rows.distinct(), key=lambda role: role[1].casefold())


def assessment_page(*, by: User, filters: Filters, number: str, now: dt.datetime) -> "Page[Any]":
    """Return a page of the assessments that the caller may see, newest first; an odd ``number`` is mended."""
    rows = _narrowed(assessments.visible_to(by).order_by("-pk"), filters, now)
    return Paginator(rows, PAGE_SIZE).get_page(number)


def assessment_rows(shown: Sequence[Any], *, by: User, now: dt.datetime) -> list[AssessmentRow]:
    """Return the lines for a page of assessments, in as many queries whatever their number."""
    rows = assessments.visible_to(by).filter(pk__in=[row.pk for row in shown]).order_by()
    progress = assessments.progress_of(rows)
    top = _top_items(rows)
    return [
        AssessmentRow(
            assessment_facts(row, progress[row.pk], now=now),
            top.get(row.pk),
        )
        for row in shown
    ]


def document_page(*, document_id: uuid.UUID, start: int, end: int) -> DocumentPage:
    """Return a document with characters ``start`` to ``end`` marked.

    Raises:
        DocumentMissing: if there is none.
    """
    document = catalog.document(document_id)
    laid_out = blocks(document.text, start=start, end=end)
    return DocumentPage(
        title=document.title,
        uri=document.uri,
        language=document.language,
        credential=document.credential.title,
        provider=document.credential.provider,
        blocks=laid_out,
        has_passage=any(block.is_cited for block in laid_out),
    )


def came_from(*, by: User, assessment_id: str, now: dt.datetime) -> AssessmentFacts | None:
    """Return the assessment that a reader came from; None where there is none of this id for them to see."""
    try:
        found = assessments.get_visible(by=by, assessment_id=uuid.UUID(assessment_id))
    except (ValueError, Missing):
        return None
    return assessment_facts(found, assessments.progress(found.pk), now=now)


def _narrowed(rows: QuerySet[Any], filters: Filters, now: dt.datetime) -> QuerySet[Any]:
    rows = assessments.narrow(rows, now=now, status=filters.status, role_id=filters.role_id)
    if filters.search:
        rows = rows.filter(Q(user__name__icontains=filters.search) | Q(user__email__icontains=filters.search))
    return rows if filters.synthetic else rows.exclude(metadata__contains={"synthetic": True})


def _top_items(rows: QuerySet[Any]) -> dict[uuid.UUID, TopItem]:
    first = rows.filter(recommendations__effective=True, recommendations__items__position=1)
    found = first.values_list("pk", "recommendations__items__title", "recommendations__items__confidence")
    return {pk: TopItem(title, confidence) for pk, title, confidence in found}
