"""Changing what somebody else has changed meanwhile, and looking again at what has not changed."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from accounts.models import User
from assessments.models import AssessmentResponse
from ops.models import AuditLog
from recommendations.services import store
from tests.clients import client_of
from tests.factories.accounts import UserFactory
from tests.factories.assessments import question_id_of, started_assessment, submitted_assessment
from tests.recommendations.test_runs import draft

pytestmark = pytest.mark.django_db
ME = "/api/v1/me"


def patch(client: Any, allowed: bool, **headers: str) -> Any:
    return client.patch(ME, {"model_scoring": allowed}, format="json", headers=headers)


def test_a_change_made_from_the_present_version_is_made_and_says_the_next() -> None:
    client = client_of(UserFactory())
    read = client.get(ME)

    changed = patch(client, False, **{"If-Match": read.headers["ETag"]})

    assert (changed.status_code, changed.json()["model_scoring"]) == (200, False)
    assert changed.headers["ETag"] != read.headers["ETag"]
    assert changed.headers["ETag"] == client.get(ME).headers["ETag"]
    assert read.headers["ETag"].startswith('"')


def test_a_change_made_from_an_older_version_is_refused_and_changes_nothing() -> None:
    client = client_of(UserFactory())
    old = client.get(ME).headers["ETag"]
    patch(client, False)

    refused = patch(client, True, **{"If-Match": old})

    assert (refused.status_code, refused.json()["error_code"]) == (412, "VERSION_412")
    assert client.get(ME).json()["model_scoring"] is False


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ("*", 200),
        ('"other", {tag}', 200),
        ("W/{tag}", 412),
        ('"other"', 412),
        ("nonsense", 412),
        ("", 412),
        ('"', 412),
    ],
)
def test_if_match_compares_strongly(given: str, status: int) -> None:
    client = client_of(UserFactory())
    tag = client.get(ME).headers["ETag"]

    assert patch(client, False, **{"If-Match": given.replace("{tag}", tag)}).status_code == status


@pytest.mark.django_db(transaction=True)
def test_of_racing_changes_none_is_lost() -> None:
    user: User = UserFactory()
    all_have_read = threading.Barrier(6)

    def flip_ten_times(_: int) -> int:
        client, refused, made = client_of(user), 0, 0
        while made < 10:
            read = client.get(ME)
            if not made + refused:
                all_have_read.wait(60)
            reply = patch(client, not read.json()["model_scoring"], **{"If-Match": read.headers["ETag"]})
            assert reply.status_code in (200, 412)
            made, refused = made + (reply.status_code == 200), refused + (reply.status_code == 412)
        connections.close_all()
        return refused

    with ThreadPoolExecutor(6) as pool:
        refused = sum(pool.map(flip_ten_times, range(6)))

    chosen = AuditLog.objects.filter(action="user.model_scoring_chosen").order_by("id")
    # Each change turned round what the one before had made: none was made from anything older.
    lines = sorted(line.metadata["model_scoring"] for line in chosen)
    assert lines == [False] * 30 + [True] * 30
    assert User.objects.get(pk=user.pk).model_scoring is True
    assert refused >= 5


def test_answers_given_from_older_ones_are_refused() -> None:
    assessment = started_assessment(now=timezone.now())
    client, address = client_of(assessment.user), f"/api/v1/assessments/{assessment.pk}"
    old = client.get(f"{address}/questions").headers["ETag"]
    body = {"responses": [{"question_id": str(question_id_of(assessment, "numeric")), "answer": 41}]}

    first = client.post(f"{address}/responses", body, format="json", headers={"If-Match": old})
    body["responses"][0]["answer"] = 42
    second = client.post(f"{address}/responses", body, format="json", headers={"If-Match": old})
    now = client.get(f"{address}/questions").headers["ETag"]
    third = client.post(f"{address}/responses", body, format="json", headers={"If-Match": now})

    assert [reply.status_code for reply in (first, second, third)] == [202, 412, 202]
    assert AssessmentResponse.objects.count() == 2


@pytest.mark.parametrize("part", ["", "/result"])
def test_who_looks_again_at_what_has_not_changed_is_told_just_that(part: str) -> None:
    assessment = submitted_assessment()
    store(assessment_id=assessment.pk, draft=draft(), now=timezone.now())
    client, address = client_of(assessment.user), f"/api/v1/assessments/{assessment.pk}{part}"
    first = client.get(address)

    again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    other = client.get(address, headers={"If-None-Match": '"another"'})

    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    assert (other.status_code, other.json()) == (first.status_code, first.json())


def test_a_result_that_is_awaited_has_no_version() -> None:
    assessment = submitted_assessment()

    reply = client_of(assessment.user).get(f"/api/v1/assessments/{assessment.pk}/result")

    assert (reply.status_code, "ETag" in reply.headers) == (202, False)


def test_me_is_told_apart_by_its_version() -> None:
    client = client_of(UserFactory())
    tag = client.get(ME).headers["ETag"]

    assert client.get(ME, headers={"If-None-Match": tag}).status_code == 304
    patch(client, False)
    assert client.get(ME, headers={"If-None-Match": tag}).status_code == 200
