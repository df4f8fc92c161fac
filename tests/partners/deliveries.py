"""Making deliveries to listeners, and looking at what came of them."""

from ops import jobs
from partners import services
from partners.enums import EventType
from partners.models import WebhookDelivery
from tests.factories.assessments import started_assessment
from tests.microcred.listeners import Behaviour, Listener, listening, replying
from tests.partners.conftest import registered


def status_reply(status: int, *headers: str, body: bytes = b"") -> Behaviour:
    """Answer with a status, headers and a body."""
    lines = [f"HTTP/1.1 {status} Status", *headers, f"Content-Length: {len(body)}", "", ""]
    return replying("\r\n".join(lines).encode() + body)


def delivery_to(port: int) -> tuple[WebhookDelivery, str]:
    """Announce one event to one endpoint on this port; return the delivery and the endpoint's secret."""
    endpoint, secret = registered(f"http://127.0.0.1:{port}/hook")
    assessment = started_assessment()
    services.announce(
        EventType.ASSESSMENT_FAILED,
        assessment_id=assessment.pk,
        subject_id=assessment.pk,
        now=assessment.created_at,
    )
    return endpoint.deliveries.get(), secret


def try_once(behave: Behaviour) -> tuple[WebhookDelivery, Listener, str]:
    """Deliver one event to a listener that behaves like that, one try only."""
    with listening(behave) as listener:
        delivery, secret = delivery_to(listener.port)
        assert jobs.drain(limit=1) == 1
    delivery.refresh_from_db()
    return delivery, listener, secret


def headers_and_body(raw: bytes) -> tuple[dict[str, str], bytes]:
    """Take a request apart."""
    head, _, body = raw.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")[1:]
    return {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}, body


def wait_of(delivery: WebhookDelivery) -> float:
    """Return the seconds from the end of the latest try to the next one."""
    latest = delivery.tries.order_by("-number")[0]
    assert delivery.next_attempt_at is not None
    return (delivery.next_attempt_at - latest.at).total_seconds() - latest.duration_ms / 1000
