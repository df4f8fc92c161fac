"""One key, many requests, on the product's own web server: one effect, whatever happens in between."""

import datetime as dt
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from django.db import connection, transaction

from accounts import tokens
from assessments.models import Assessment
from microcred.db import database_now
from ops.models import IdempotencyRecord
from tests.factories.accounts import UserFactory
from tests.factories.catalog import role_with_every_type
from tests.ops.harness import PATIENCE_SECONDS, wait_until
from tests.served import Server, serving

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def server(django_db_setup: None) -> Iterator[Server]:
    with serving() as running:
        yield running


class Student:
    """Somebody who starts an assessment, again and again."""

    def __init__(self, server: Server) -> None:
        self._access = tokens.issue(UserFactory()).access
        self._address = f"{server.url}/api/v1/assessments/start"
        self.role_id = str(role_with_every_type().pk)

    def start(self, key: str, **more: object) -> httpx.Response:
        """Send one request over a connection of its own."""
        return httpx.post(
            self._address,
            json={"role_id": self.role_id, **more},
            headers={"Idempotency-Key": key, "Authorization": f"Bearer {self._access}"},
            timeout=PATIENCE_SECONDS,
            trust_env=False,
        )


def test_of_50_at_once_one_acts_and_all_others_hear_the_same(server: Server) -> None:
    student, barrier = Student(server), threading.Barrier(50)

    def send(_: int) -> httpx.Response:
        barrier.wait()
        return student.start("once")

    with ThreadPoolExecutor(50) as pool:
        replies = list(pool.map(send, range(50)))
    afterwards = [student.start("once") for _ in range(3)]

    assert Assessment.objects.count() == 1
    assert {reply.status_code for reply in replies} <= {201, 409}
    assert {reply.json()["error_code"] for reply in replies if reply.status_code == 409} <= {
        "IDEMPOTENCY_409"
    }
    assert [reply.headers["Idempotency-Replayed"] for reply in afterwards] == ["true"] * 3
    acted = [
        reply for reply in replies if reply.status_code == 201 and "Idempotency-Replayed" not in reply.headers
    ]
    assert len(acted) == 1
    bodies = {reply.content for reply in [*replies, *afterwards] if reply.status_code == 201}
    assert bodies == {acted[0].content}
    assert student.start("once", metadata={"another": "body"}).status_code == 422


def test_a_key_whose_first_request_was_killed_midway_acts_once_after_its_lease(server: Server) -> None:
    student, lost = Student(server), threading.Event()

    def send_and_lose() -> None:
        try:
            student.start("killed")
        except httpx.TransportError:
            lost.set()

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE assessments IN EXCLUSIVE MODE")
        first = threading.Thread(target=send_and_lose)
        first.start()
        wait_until(IdempotencyRecord.objects.exists, PATIENCE_SECONDS, "the key is reserved")
        server.kill_workers()
        first.join()
    server.wait_until_it_answers()

    assert lost.is_set()
    # However long the start of the others took.
    IdempotencyRecord.objects.update(lease_expires_at=database_now() + dt.timedelta(minutes=1))
    assert student.start("killed").status_code == 409
    with connection.cursor() as cursor:
        cursor.execute("UPDATE idempotency_records SET lease_expires_at = now() - interval '1 second'")
    assert (student.start("killed").status_code, student.start("killed").status_code) == (201, 201)
    assert Assessment.objects.count() == 1


@pytest.mark.parametrize(
    ("key", "status"),
    [
        ("", 400),
        ("k", 201),
        ("k" * 255, 201),
        ("k" * 256, 400),
        ("k" * 8_000, 400),
        ("a b", 201),
        ("\x7f", 400),
    ],
    ids=["none", "1", "255", "256", "8000", "space inside", "delete"],
)
def test_a_key_has_1_to_255_printable_characters(server: Server, key: str, status: int) -> None:
    assert Student(server).start(key).status_code == status
