"""Following an assessment where streams are not served: one event, and come back."""

import json

import pytest

from assessments.models import Assessment
from assessments.services import fail
from tests.clients import client_of
from tests.factories.accounts import AdvisorAssignmentFactory, UserFactory
from tests.factories.assessments import started_assessment, submitted_assessment

pytestmark = pytest.mark.django_db


def events(assessment: Assessment) -> str:
    return f"/api/v1/assessments/{assessment.pk}/events"


def told(content: bytes) -> list[dict[str, str]]:
    """The fields of each block on the wire."""
    blocks = [block for block in content.decode().split("\n\n") if block]
    return [dict(line.split(": ", 1) for line in block.split("\n")) for block in blocks]


def test_one_event_holds_what_the_status_says() -> None:
    assessment = submitted_assessment()
    client = client_of(assessment.user)

    reply = client.get(events(assessment), headers={"accept": "text/event-stream"})

    assert reply.status_code == 200
    assert reply["Content-Type"] == "text/event-stream"
    assert reply["Cache-Control"] == "no-store"
    retry, event = told(reply.content)
    assert retry == {"retry": "2000"}
    assert event["event"] == "status"
    assert json.loads(event["data"]) == client.get(events(assessment).removesuffix("/events")).json()


def test_event_that_was_received_is_not_told_again() -> None:
    assessment = submitted_assessment()
    client = client_of(assessment.user)
    _, event = told(client.get(events(assessment)).content)

    again = client.get(events(assessment), headers={"last-event-id": event["id"]})

    assert told(again.content) == [{"retry": "2000"}]


def test_clients_are_told_to_ask_no_more_after_the_last_event() -> None:
    assessment = submitted_assessment()
    fail(assessment_id=assessment.pk, reason="It broke.")
    client = client_of(assessment.user)
    _, event = told(client.get(events(assessment)).content)

    again = client.get(events(assessment), headers={"last-event-id": event["id"]})

    assert json.loads(event["data"])["status"] == "failed"
    assert (again.status_code, again.content) == (204, b"")


def test_advisor_follows_and_strangers_are_told_in_json_that_there_is_none() -> None:
    assessment = started_assessment()
    advisor = AdvisorAssignmentFactory(student=assessment.user).advisor

    assert client_of(advisor).get(events(assessment)).status_code == 200
    refused = client_of(UserFactory()).get(events(assessment), headers={"accept": "text/event-stream"})
    assert refused.status_code == 404
    assert refused["Content-Type"] == "application/json"
    assert refused.json()["error_code"] == "ASSESSMENT_404"
