"""Racing edits of what programs change over the API: each made from the version before, none lost."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from accounts.enums import Scope
from ops.models import AuditLog
from partners import services
from partners.models import WebhookEndpoint
from tests.factories.service_keys import program, service_key

pytestmark = pytest.mark.django_db(transaction=True)
RACERS = 5


@pytest.mark.parametrize(
    "edits", [pytest.param(40, id="some"), pytest.param(1_000, id="a-thousand", marks=pytest.mark.long)]
)
def test_of_racing_edits_none_is_lost(edits: int) -> None:
    """Everybody counts one further in the name of an endpoint; with a lost edit the count falls behind."""
    key, token = service_key(Scope.WEBHOOKS_READ, Scope.WEBHOOKS_WRITE)
    endpoint, _ = services.register_endpoint(
        by=None, name="0", url="https://example.org/hook", event_types=["assessment.completed"],
        service_key_id=key.pk,
    )  # fmt: skip
    all_have_read = threading.Barrier(RACERS)
    address = f"/api/v1/webhooks/endpoints/{endpoint.pk}"

    def count_on(_: int) -> int:
        client, made, refused = program(token), 0, 0
        while made < edits // RACERS:
            read = client.get(address)
            if not made + refused:
                all_have_read.wait(60)
            body, asked = {"name": str(int(read.json()["name"]) + 1)}, {"If-Match": read.headers["ETag"]}
            reply = client.patch(address, body, format="json", headers=asked)
            assert reply.status_code in (200, 412)
            made, refused = made + (reply.status_code == 200), refused + (reply.status_code == 412)
        connections.close_all()
        return refused

    with ThreadPoolExecutor(RACERS) as pool:
        refused = sum(pool.map(count_on, range(RACERS)))

    assert WebhookEndpoint.objects.get().name == str(edits)
    assert AuditLog.objects.filter(action="webhook_endpoint.changed").count() == edits
    # Of those who read the first version together, one was the first to change it.
    assert refused >= RACERS - 1
