"""Writing decision records."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Final

import structlog
from django.db import DEFAULT_DB_ALIAS, transaction

from microcred.compiled_queries import CompiledQuery
from microcred.pipelining import Statement, fetch_rows, pipelined
from ops import audit
from recommendations.chain import FIRST, linked
from recommendations.drafts import Draft
from recommendations.facts import calls_behind, question_facts, shown_facts
from recommendations.models import DecisionRecord, RagTrace, Recommendation, RecommendationItem
from scoring import queries as scoring
from scoring.replay import PROFILE_EDITION, writer_of

log = structlog.get_logger(__name__)

FORMAT: Final = 2
RECORDED: Final = "decision.recorded"
# Held until the transaction ends: records are numbered without gaps, one at a time. The database's own guard of the
# chain takes the same lock.
LOCK: Final = 0x6D63_7265_636F_7264
_COLUMNS: Final = ", ".join(str(one.column) for one in DecisionRecord._meta.local_concrete_fields)
_INSERT: Final = f"INSERT INTO decision_records ({_COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"  # noqa: S608
_TURN: Final = Statement("SELECT pg_advisory_xact_lock(%(lock)s)")
_NEWEST: Final = CompiledQuery(
    lambda: DecisionRecord.objects.order_by("-sequence").values_list("sequence", "digest")[:1]
)


def append(
    recommendation: Recommendation,
    draft: Draft,
    *,
    role_id: uuid.UUID,
    items: Sequence[tuple[RecommendationItem, Sequence[RagTrace]]],
    now: dt.datetime,
    override: Mapping[str, Any] | None = None,
) -> DecisionRecord:
    """Append the record of a run, in the transaction that stores the run with these ``items`` and their passages.

    Of a list that a person overrode, ``override`` has the parts of the body that say what they did to which list.

    The number and hash are also noted in the audit trail and in the log, so that records cut off the end are missed.
    """
    shown = shown_facts(recommendation, items)
    body = _body(recommendation, draft, role_id) | {"shown": shown} | dict(override or {})
    _, newest = pipelined(_TURN.read(lock=LOCK), _NEWEST.read())
    sequence, previous = newest[0] if newest else (0, FIRST)
    link = linked(
        sequence=sequence + 1,
        made_at=now.astimezone(dt.UTC).isoformat(),
        assessment_id=str(recommendation.assessment_id),
        body=body,
        previous=previous,
    )
    record = DecisionRecord(
        sequence=link.sequence,
        assessment_id=recommendation.assessment_id,
        recommendation_id=recommendation.pk,
        body=link.body,
        previous=link.previous,
        digest=link.digest,
        made_at=now,
    )
    _insert(record)
    audit.record(
        by=None, action=RECORDED, resource_type="decision_record", resource_id=record.pk,
        metadata={"sequence": record.sequence, "digest": record.digest},
    )  # fmt: skip
    transaction.on_commit(
        lambda: log.info("decision_recorded", sequence=record.sequence, digest=record.digest)
    )
    return record


def _insert(record: DecisionRecord) -> None:
    """Not as JSON in JSON, as other rows: the body is long."""
    fields = record._meta.local_concrete_fields
    fetch_rows(_INSERT, [getattr(record, one.attname) for one in fields])
    record._state.adding, record._state.db = False, DEFAULT_DB_ALIAS


def _body(recommendation: Recommendation, draft: Draft, role_id: uuid.UUID) -> dict[str, Any]:
    assessment_id = recommendation.assessment_id
    newest = scoring.next_run(assessment_id) - 1
    rests_on = draft.parameters.get("profile_run", newest)
    results = scoring.question_results(assessment_id)
    calls = calls_behind(results)
    writer = writer_of(assessment_id) if calls else None
    return {
        "format": FORMAT,
        "recommendation": str(recommendation.pk),
        "run": recommendation.run,
        "role": str(role_id),
        # Scores may have moved on since the profile was drawn; then another run follows.
        "profile_run": rests_on if rests_on == newest else None,
        "profile_edition": PROFILE_EDITION,
        "questions": [question_facts(result, calls=calls, writer=writer) for result in results],
        "inputs": dict(draft.inputs),
        "passages": _passages(draft),
    }


def _passages(draft: Draft) -> dict[str, str]:
    """The content hash of every passage shown, by the id of its vector."""
    return {str(one.artifact_id): one.content_hash for item in draft.items for one in item.passages}
