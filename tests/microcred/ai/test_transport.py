"""A call has one deadline for everything it does, in every thread and after a fork."""

import os
import threading
import time

import httpx2
import pytest

from microcred.ai.transport import BoundedClient, ReplyTooLargeError
from tests.fakes.openai_server import FakeOpenAI, Received, Reply


@pytest.fixture
def client() -> BoundedClient:
    return BoundedClient(timeout=50, connect_timeout=10, max_reply_bytes=1000)


def post(client: BoundedClient, fake: FakeOpenAI) -> bytes:
    with client.deadline():
        return client.http.post(f"{fake.base_url}/chat/completions", json={}).content


def test_the_deadline_is_that_of_connecting_and_of_the_reply_together(client: BoundedClient) -> None:
    assert client.seconds == 60


def test_no_redirect_is_followed(client: BoundedClient) -> None:
    assert client.http.follow_redirects is False


def test_a_reply_of_the_allowed_size_passes_and_one_byte_more_does_not(
    client: BoundedClient, fake: FakeOpenAI
) -> None:
    fake.queue(Reply("x" * 1000), Reply("x" * 1001))

    assert post(client, fake) == b"x" * 1000
    with pytest.raises(ReplyTooLargeError):
        post(client, fake)


def test_the_deadline_ends_a_dripping_reply_that_no_read_timeout_would(
    client: BoundedClient, fake: FakeOpenAI
) -> None:
    fake.queue(Reply(b"x" * 900, fault="drip"))
    client.seconds = 0.6
    started = time.monotonic()

    with client.deadline() as call, pytest.raises(httpx2.HTTPError):
        client.http.post(f"{fake.base_url}/chat/completions", json={})

    assert call.expired
    assert time.monotonic() - started >= 0.6


def test_one_call_out_of_time_does_not_end_another(client: BoundedClient, fake: FakeOpenAI) -> None:
    fake.queue(Reply(b"x" * 900, fault="drip"))
    failures: list[BaseException] = []
    is_called, has_ended = threading.Event(), threading.Event()

    def slow() -> None:
        try:
            with client.deadline():
                is_called.set()
                client.http.post(f"{fake.base_url}/chat/completions", json={})
        except httpx2.HTTPError as error:
            failures.append(error)
        finally:
            has_ended.set()

    def once_the_other_has_ended(_: Received) -> Reply:
        has_ended.wait(60)
        return Reply("in time")

    fake.script, client.seconds = once_the_other_has_ended, 0.6
    thread = threading.Thread(target=slow)
    thread.start()
    assert is_called.wait(60)
    client.seconds = 60
    # The first takes the reply that is queued.
    while not fake.requests:
        time.sleep(0.01)

    assert post(client, fake) == b"in time"
    thread.join()
    assert len(failures) == 1


def test_a_client_used_before_a_fork_works_in_the_child(client: BoundedClient, fake: FakeOpenAI) -> None:
    fake.queue(Reply("parent"), Reply("child"))
    assert post(client, fake) == b"parent"

    child = os.fork()
    if child == 0:
        os._exit(0 if post(client, fake) == b"child" else 1)

    assert os.waitpid(child, 0)[1] == 0
