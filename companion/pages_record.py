"""The page on which staff reads what a result rests on, and keeps a copy to check it by."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from assessments import queries as assessments
from catalog import queries as catalog
from companion import words
from companion.facts import assessment_facts
from companion.pages import caller, staff_page
from recommendations import queries as recommendations
from recommendations.queries import RecordOfResult
from recommendations.queries.records import QuestionUsed

SOURCES: Final[Mapping[str, str]] = words.SOURCES | {"rule": "Rules"}


@dataclass(frozen=True, slots=True)
class QuestionLine:
    """What one score rests on, in words; ``by`` is the version of whatever gave the score."""

    used: QuestionUsed
    type: str
    points: str
    outcome: words.Label
    source: str
    by: str


@dataclass(frozen=True, slots=True)
class CredentialLine:
    """A recommended credential by its title of today, with the parts of its confidence, by name, as they were."""

    title: str
    confidence: Decimal | None
    parts: tuple[tuple[str, Decimal | None], ...]


@dataclass(frozen=True, slots=True)
class RecordPage:
    """One record, ready for the page; ``weights`` in percent."""

    record: RecordOfResult
    missing: tuple[str, ...]
    questions: tuple[QuestionLine, ...]
    weights: tuple[tuple[str, int], ...]
    parts: tuple[str, ...]
    credentials: tuple[CredentialLine, ...]


@require_safe
@staff_page
def record(request: HttpRequest, assessment_id: uuid.UUID) -> HttpResponse:
    """Show what each result of an assessment rests on, the newest first."""
    by = caller(request)
    records = recommendations.records_of(by=by, assessment_id=assessment_id)
    assessment = assessments.get_visible(by=by, assessment_id=assessment_id)
    facts = assessment_facts(assessment, assessments.progress(assessment_id), now=timezone.now())
    titles = catalog.credential_titles(
        [credential["key"] for one in records for credential in one.ranking.credentials]
    )
    pages = [_page(one, titles) for one in records]
    return render(request, "advisor/record.html", {"facts": facts, "pages": pages})


@require_safe
@staff_page
def record_file(request: HttpRequest, assessment_id: uuid.UUID) -> HttpResponse:
    """Hand out the records as they are chained, to be kept and checked elsewhere."""
    records = recommendations.exported_records(by=caller(request), assessment_id=assessment_id)
    response = JsonResponse({"assessment_id": str(assessment_id), "records": records})
    response["Content-Disposition"] = f'attachment; filename="decision-record-{assessment_id}.json"'
    return response


def _page(found: RecordOfResult, titles: Mapping[str, str]) -> RecordPage:
    return RecordPage(
        record=found,
        missing=tuple(words.MISSING[part] for part in found.missing),
        questions=tuple(_question(used) for used in found.questions),
        weights=tuple(
            (words.PARTS[part][0], round(100 * weight)) for part, weight in found.ranking.weights.items()
        ),
        parts=tuple(name for name, _ in words.PARTS.values()),
        credentials=tuple(
            _credential(one, titles.get(one["key"], one["key"])) for one in found.ranking.credentials
        ),
    )


def _question(used: QuestionUsed) -> QuestionLine:
    scored = used.score is not None and used.status != "unscored"
    scorer = f"scorer {used.scorer_version}" if used.scorer_version else None
    versions = (used.model, used.prompt_version, scorer) if used.provider else (used.rule_version,)
    is_person = used.scored_by == "human"
    return QuestionLine(
        used=used,
        type=words.QUESTION_TYPES[used.type],
        points=f"{used.score} of {used.maximum}" if scored else "",
        outcome=words.OUTCOMES[used.status],
        source=SOURCES.get(used.scored_by or "", ""),
        by="" if is_person else ", ".join(version for version in versions if version),
    )


def _credential(one: Mapping[str, Any], title: str) -> CredentialLine:
    """Without figures where a person added what was not ranked."""
    stored: Mapping[str, str] = one["parts"] or {}
    parts = tuple(
        (name, Decimal(stored[part]) if part in stored else None) for part, (name, _) in words.PARTS.items()
    )
    return CredentialLine(title, Decimal(one["confidence"]) if one["confidence"] else None, parts)
