"""Streams over real sockets, from the process that serves them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from accounts import services as accounts
from accounts import tokens
from accounts.models import User
from assessments.enums import Stage
from assessments.models import Assessment
from assessments.services import advance, fail
from tests.factories.accounts import UserFactory
from tests.factories.assessments import submitted_assessment
from tests.served import Server, serving_streams

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE_SECONDS = 60.0


@pytest.fixture(scope="module")
def server(django_db_setup: None) -> Iterator[Server]:
    with serving_streams() as running:
        yield running


@contextmanager
def followed(server: Server, assessment: Assessment, person: User, **headers: str) -> Iterator[Iterator[str]]:
    """The lines of a stream, as they come."""
    bearer = {"Authorization": f"Bearer {tokens.issue(person).access}", **headers}
    address = f"{server.url}/api/v1/assessments/{assessment.pk}/events"
    with httpx.stream("GET", address, headers=bearer, timeout=PATIENCE_SECONDS, trust_env=False) as reply:
        assert reply.status_code == 200
        assert reply.headers["content-type"] == "text/event-stream"
        yield reply.iter_lines()


def stages(lines: Iterator[str], number: int) -> list[str]:
    """The stages that the next events tell of."""
    data = (json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: "))
    return [next(data)["stage"] for _ in range(number)]


def test_every_change_is_told_while_the_stream_is_open_and_it_ends_with_the_last(server: Server) -> None:
    assessment = submitted_assessment()

    with followed(server, assessment, assessment.user) as lines:
        assert stages(lines, 1) == ["scoring"]
        advance(assessment_id=assessment.pk, stage=Stage.RETRIEVAL)
        assert stages(lines, 1) == ["retrieval"]
        fail(assessment_id=assessment.pk, reason="It broke.")
        rest = [json.loads(line[6:]) for line in lines if line.startswith("data: ")]

    assert [(body["status"], body["stage"]) for body in rest] == [("failed", "done")]


def test_who_is_disabled_is_told_no_more(server: Server) -> None:
    assessment = submitted_assessment()

    with followed(server, assessment, assessment.user) as lines:
        assert stages(lines, 1) == ["scoring"]
        accounts.disable(by=None, person=assessment.user)
        advance(assessment_id=assessment.pk, stage=Stage.RETRIEVAL)

        assert [line for line in lines if line.startswith("data: ")] == []


def test_with_too_many_streams_open_one_event_is_told(server: Server) -> None:
    assessment = submitted_assessment()
    person = assessment.user

    def whole() -> list[str]:
        with followed(server, assessment, person) as lines:
            return [line for line in lines if line]

    with (
        followed(server, assessment, person) as one, followed(server, assessment, person) as two,
        followed(server, assessment, person) as three, followed(server, assessment, person) as four,
        followed(server, assessment, person) as five, followed(server, assessment, person) as six,
    ):  # fmt: skip
        assert [stages(lines, 1) for lines in (one, two, three, four, five, six)] == [["scoring"]] * 6
        seventh = whole()

    assert [line.partition(":")[0] for line in seventh] == ["retry", "id", "event", "data"]


def test_nothing_but_streams_is_served_there(server: Server) -> None:
    bearer = {"Authorization": f"Bearer {tokens.issue(UserFactory()).access}"}

    elsewhere = httpx.get(f"{server.url}/api/v1/me", headers=bearer, trust_env=False)
    posted = httpx.post(f"{server.url}/health", content=b"x", trust_env=False)

    assert (elsewhere.status_code, posted.status_code) == (404, 405)
    assert elsewhere.json()["error_code"] == "NOT_FOUND_404"
