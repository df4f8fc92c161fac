"""The trail: what a line holds, and that no line changes."""

import uuid

import pytest
from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction

from ops import audit
from ops.models import AuditLog

pytestmark = pytest.mark.django_db


def test_line_names_actor_role_and_resource() -> None:
    actor = get_user_model().objects.create_user("ada@example.org", None, role="advisor")
    resource = uuid.uuid4()

    line = audit.record(
        by=actor,
        action="score.overridden",
        resource_type="score",
        resource_id=resource,
        metadata={"from": "2"},
    )

    stored = AuditLog.objects.get(pk=line.pk)
    assert (stored.actor_id, stored.actor_role) == (actor.pk, "advisor")
    assert (stored.action, stored.resource_type, stored.resource_id) == (
        "score.overridden",
        "score",
        resource,
    )
    assert stored.metadata == {"from": "2"}


def test_system_has_no_actor() -> None:
    line = audit.record(by=None, action="job.requeued", resource_type="async_job", resource_id=None)

    assert (line.actor_id, line.actor_role, line.metadata) == (None, "", {})


def test_no_line_can_be_changed_or_deleted() -> None:
    line = audit.record(by=None, action="job.requeued", resource_type="async_job", resource_id=None)

    with (
        pytest.raises(IntegrityError, match="audit_logs is append-only: UPDATE refused"),
        transaction.atomic(),
    ):
        AuditLog.objects.filter(pk=line.pk).update(action="nothing")
    with (
        pytest.raises(IntegrityError, match="audit_logs is append-only: DELETE refused"),
        transaction.atomic(),
    ):
        AuditLog.objects.filter(pk=line.pk).delete()

    assert AuditLog.objects.get(pk=line.pk).action == "job.requeued"
