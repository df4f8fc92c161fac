"""Personal rows go when the time that their purpose gives them is over."""

import datetime as dt
import uuid

import pytest
from django.conf import settings as django_settings
from pytest_django.fixtures import Settings

from microcred.privacy import Table, tables
from ops import retention
from ops.models import AuditLog, MetricSnapshot
from partners.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint, WebhookEvent

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
GUIDE = (django_settings.BASE_DIR / "docs/guides/privacy.md").read_text("utf-8")


def event(age: dt.timedelta) -> WebhookEvent:
    endpoint, _ = WebhookEndpoint.objects.get_or_create(
        name="P", url="https://p.example.org", event_types=["assessment.completed"]
    )
    made = WebhookEvent.objects.create(
        event_type="assessment.completed",
        subject_id=uuid.uuid4(),
        payload={},
        status="delivered",
        created_at=NOW - age,
    )
    delivery = WebhookDelivery.objects.create(
        event=made, endpoint=endpoint, status="delivered", attempts=1, created_at=NOW - age
    )
    WebhookAttempt.objects.create(
        delivery=delivery, number=1, at=NOW - age, response_code=200, duration_ms=1, excerpt="ok"
    )
    return made


def test_old_deliveries_go_with_their_tries_and_young_ones_stay(settings: Settings) -> None:
    settings.RETENTION_DAYS = settings.RETENTION_DAYS | {"WEBHOOKS": 30}
    event(dt.timedelta(days=31))
    young = event(dt.timedelta(0))

    assert retention.expire(now=NOW)["partners.WebhookEvent"] == 1

    assert WebhookEvent.objects.get() == young
    assert WebhookAttempt.objects.get().delivery.event_id == young.pk
    line = AuditLog.objects.get(action="erasure.begun")
    assert (line.resource_type, line.metadata["reason"]) == ("partners.WebhookEvent", "older than 2026-01-31")
    assert retention.expire(now=NOW)["partners.WebhookEvent"] == 0


def test_zero_days_keep_rows_until_erasure(settings: Settings) -> None:
    settings.RETENTION_DAYS = dict.fromkeys(settings.RETENTION_DAYS, 0)
    event(dt.timedelta(days=9999))

    assert retention.expire(now=NOW) == {}
    assert WebhookEvent.objects.exists()


def test_rows_go_in_batches(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    MetricSnapshot.objects.bulk_create(MetricSnapshot(metric_type="seconds", value=1) for _ in range(5))

    gone = retention.expire(now=NOW + dt.timedelta(days=36_500))

    assert gone["ops.MetricSnapshot"] == 5
    assert AuditLog.objects.filter(resource_type="ops.MetricSnapshot").count() == 3


@pytest.mark.parametrize("table", [one for one in tables() if one.keep], ids=lambda one: one.model)
def test_the_guide_tells_how_long_each_purpose_stays(table: Table) -> None:
    days = django_settings.RETENTION_DAYS[table.keep]

    assert f"RETENTION_{table.keep}_DAYS" in GUIDE
    assert not days or f"{days} days, `RETENTION_{table.keep}_DAYS`" in GUIDE
