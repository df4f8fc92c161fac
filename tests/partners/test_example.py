"""``examples/receive_webhook.py``, run as a partner would run it."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from django.conf import settings

from ops import jobs
from partners import services, signing
from tests.microcred.listeners import listening
from tests.partners.deliveries import delivery_to, headers_and_body, status_reply

EXAMPLE = Path(settings.BASE_DIR) / "examples" / "receive_webhook.py"
SECRET = signing.encode_secret(bytes(range(32)))
BODY = b'{"type":"assessment.completed","data":{"assessment_id":"1"}}'


@dataclass
class Receiver:
    """The example at work: where it listens, and after its end what it printed."""

    url: str
    printed: list[str] = field(default_factory=list)

    def post(self, headers: dict[str, str], body: bytes = BODY) -> int:
        """Send a request as it is; return the status."""
        return httpx.post(self.url, content=body, headers=headers, trust_env=False, timeout=60).status_code


@contextmanager
def receiving(secret: str, **environment: str) -> Iterator[Receiver]:
    """Run the example while the block runs."""
    process = subprocess.Popen(
        [sys.executable, str(EXAMPLE), "--port", "0"],
        env={"WEBHOOK_SECRET": secret, **environment},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    receiver = Receiver(process.stdout.readline().removeprefix("listening on ").strip())
    try:
        yield receiver
    finally:
        process.terminate()
        receiver.printed += process.communicate(timeout=60)[0].splitlines()


def signed(
    *, message_id: str = "msg_1", late: int = 0, secret: str = SECRET, body: bytes = BODY
) -> dict[str, str]:
    """Return the headers of a body, signed so many seconds from now."""
    return signing.headers(signing.Message(message_id, int(time.time()) + late, body), [secret])


def test_the_example_stays_short() -> None:
    assert len(EXAMPLE.read_text().splitlines()) <= 100


@pytest.mark.django_db
def test_a_real_delivery_is_taken_once_and_shown() -> None:
    delivery, secret = delivery_to(9)
    with receiving(secret) as receiver:
        services.change_endpoint(
            by=None,
            endpoint_id=delivery.endpoint_id,
            name="Partner",
            url=receiver.url,
            event_types=["assessment.failed"],
        )
        jobs.drain()
        services.replay(by=None, delivery_id=delivery.pk, now=delivery.created_at)
        jobs.drain()

    delivery.refresh_from_db()
    codes = list(delivery.tries.order_by("number").values_list("response_code", flat=True))
    assert (delivery.status, codes) == ("delivered", [204, 204])
    assert len(receiver.printed) == 1
    assert receiver.printed[0].startswith(f"assessment.failed msg_{delivery.event_id.hex} ")
    assert str(delivery.event.assessment_id) in receiver.printed[0]


def test_only_genuine_messages_are_taken() -> None:
    other = signing.encode_secret(b"x" * 32)
    good = signed()
    with receiving(SECRET) as receiver:
        answers = {
            "genuine": receiver.post(good),
            "again": receiver.post(good),
            "240 s old": receiver.post(signed(message_id="msg_2", late=-240)),
            "no headers": receiver.post({}),
            "no comma": receiver.post({**good, "webhook-signature": "v1"}),
            "no base64": receiver.post({**good, "webhook-signature": "v1,a"}),
            "another secret": receiver.post(signed(secret=other)),
            "another body": receiver.post(good, BODY + b" "),
            "no text": receiver.post(good, b"\xff\xfe"),
            "too old": receiver.post(signed(late=-310)),
            "too new": receiver.post(signed(late=600)),
            "too large": receiver.post(good, b"x" * 20_001),
        }

    assert answers == {"genuine": 204, "again": 204, "240 s old": 204} | dict.fromkeys(list(answers)[3:], 400)
    assert [line.split(" ")[1] for line in receiver.printed] == ["msg_1", "msg_2"]


@pytest.mark.parametrize(
    ("status", "printed"),
    [
        (200, "result /api/v1/assessments/1/result ['SQL joins']"),
        (202, 'no result: 202 {"recommendation_items": [{"title": "SQL joins"}]}'),
    ],
)
def test_with_a_key_it_reads_the_result_that_an_event_tells_of(status: int, printed: str) -> None:
    event = BODY.replace(b'"1"', b'"1","result_url":"/api/v1/assessments/1/result"')
    result = b'{"recommendation_items": [{"title": "SQL joins"}]}'
    with listening(status_reply(status, body=result)) as api:
        address = f"http://127.0.0.1:{api.port}/"
        with receiving(SECRET, MICROCRED_URL=address, MICROCRED_KEY="mc_test_1") as receiver:
            answers = [receiver.post(signed(body=event), event) for _ in range(2)]

    asked, _ = headers_and_body(bytes(api.received))
    assert bytes(api.received).startswith(b"GET /api/v1/assessments/1/result HTTP/1.1\r\n")
    assert (answers, api.connections, asked["x-api-key"]) == ([204, 204], 1, "mc_test_1")
    assert receiver.printed[1:] == [printed]


def test_during_rotation_it_knows_both_secrets() -> None:
    other = signing.encode_secret(b"x" * 32)
    with receiving(f"{SECRET},{other}") as receiver:
        answers = [receiver.post(signed()), receiver.post(signed(message_id="msg_2", secret=other))]

    assert answers == [204, 204]


def test_it_says_that_it_needs_a_secret() -> None:
    result = subprocess.run(
        [sys.executable, str(EXAMPLE)], env={}, capture_output=True, text=True, timeout=60, check=False
    )

    assert result.returncode == 2
    assert "WEBHOOK_SECRET" in result.stderr


def test_it_says_that_it_checks_no_public_keys_instead_of_refusing_every_message() -> None:
    key = signing.public_key(signing.new_private_key())

    result = subprocess.run(
        [sys.executable, str(EXAMPLE)], env={"WEBHOOK_SECRET": key}, capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip

    assert result.returncode == 2
    assert "endpoints of the scheme hmac" in result.stderr
