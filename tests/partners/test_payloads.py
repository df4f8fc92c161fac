"""What a webhook says."""

import datetime as dt
import uuid

import pytest

from partners import payloads

ASSESSMENT = uuid.UUID("0199e0c0-0000-7000-8000-000000000001")
RUN = uuid.UUID("0199e0c0-0000-7000-8000-000000000002")
AT = dt.datetime(2026, 3, 2, 10, 0, 0, 123456, tzinfo=dt.timezone(dt.timedelta(hours=1)))


def test_a_payload_holds_ids_and_states_only() -> None:
    payload = payloads.payload(
        "recommendation.ready", at=AT, sequence=2, assessment_id=ASSESSMENT, recommendation_id=RUN,
        status="completed", degraded=True,
    )  # fmt: skip

    assert payload == {
        "type": "recommendation.ready",
        "timestamp": "2026-03-02T09:00:00.123Z",
        "data": {
            "assessment_id": "0199e0c0-0000-7000-8000-000000000001",
            "recommendation_id": "0199e0c0-0000-7000-8000-000000000002",
            "sequence": 2,
            "status": "completed",
            "degraded": True,
            "result_url": "/api/v1/assessments/0199e0c0-0000-7000-8000-000000000001/result",
        },
    }


def test_the_body_does_not_depend_on_the_order_of_keys() -> None:
    assert (
        payloads.body({"b": 1, "a": "é"}) == payloads.body({"a": "é", "b": 1}) == '{"a":"é","b":1}'.encode()
    )


def test_a_body_stays_under_20_kb() -> None:
    assert len(payloads.body({"a": "x" * (20_000 - 9)})) == 19_999
    with pytest.raises(payloads.PayloadTooLarge):
        payloads.body({"a": "x" * (20_000 - 8)})


def test_the_message_id_follows_from_the_event() -> None:
    assert payloads.message_id(ASSESSMENT) == "msg_0199e0c0000070008000000000000001"
