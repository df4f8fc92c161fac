"""What a webhook says: that something happened and where to read it, never the thing itself."""

import datetime as dt
import json
import uuid
from collections.abc import Mapping
from typing import Any, Final

MAX_BODY_BYTES: Final = 20_000
MESSAGE_PREFIX: Final = "msg_"


class PayloadTooLarge(ValueError):
    """A payload of 20 kB or more tells too much."""


def payload(
    event_type: str,
    *,
    at: dt.datetime,
    sequence: int,
    assessment_id: uuid.UUID,
    recommendation_id: uuid.UUID | None,
    status: str,
    degraded: bool,
) -> dict[str, Any]:
    """Return the payload of an event: ids and states, without names, answers or scores.

    ``sequence`` is its place among the events of the assessment, for receivers to whom they come in another order.
    """
    return {
        "type": event_type,
        "timestamp": _moment(at),
        "data": {
            "assessment_id": str(assessment_id),
            "recommendation_id": str(recommendation_id) if recommendation_id else None,
            "sequence": sequence,
            "status": status,
            "degraded": degraded,
            "result_url": f"/api/v1/assessments/{assessment_id}/result",
        },
    }


def test_payload(*, at: dt.datetime, endpoint_id: uuid.UUID) -> dict[str, Any]:
    """Return the payload of a test: nothing has happened."""
    return {"type": "endpoint.test", "timestamp": _moment(at), "data": {"endpoint_id": str(endpoint_id)}}


def body(payload: Mapping[str, Any]) -> bytes:
    """Return the bytes that are signed and sent: the same bytes for the same payload, at every try."""
    written = json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    if len(written) >= MAX_BODY_BYTES:
        raise PayloadTooLarge(f"{len(written)} bytes")
    return written


def message_id(event_id: uuid.UUID) -> str:
    """Return the ``webhook-id`` of an event, which it keeps over all tries, endpoints and replays."""
    return f"{MESSAGE_PREFIX}{event_id.hex}"


def _moment(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
