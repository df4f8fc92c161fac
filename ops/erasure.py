"""Opening the append-only tables to erasure, for one transaction and never without a line in the trail."""

import uuid
from collections.abc import Collection
from typing import Final

from django.db import connection

from ops import audit
from ops.audit import Actor
from ops.models import AuditLog

BEGUN: Final = "erasure.begun"


class NotInTransaction(RuntimeError):
    """Erasure is opened inside the transaction that erases, so that it ends with it."""


def begin(*, by: Actor | None, subject_type: str, subject_id: uuid.UUID | None, reason: str) -> AuditLog:
    """Let the rest of this transaction change and delete rows of append-only tables.

    The guards ask for the very line of the trail that is written here and for its transaction, so that a setting
    alone, in whatever session, opens nothing. ``reason`` is kept in the trail: no names in it.

    Raises:
        NotInTransaction: outside of one.
    """
    if not connection.in_atomic_block:
        raise NotInTransaction("erasure is opened in the transaction that erases")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text")
        (transaction_id,) = cursor.fetchone()
        line = audit.record(
            by=by, action=BEGUN, resource_type=subject_type, resource_id=subject_id,
            metadata={"reason": reason, "transaction": transaction_id},
        )  # fmt: skip
        cursor.execute("SELECT set_config('microcred.erasure', %s, true)", [str(line.pk)])
    return line


def was_begun(*, subject_ids: Collection[uuid.UUID]) -> bool:
    """Whether the trail says that something of one of these subjects was erased."""
    return AuditLog.objects.filter(action=BEGUN, resource_id__in=subject_ids).exists()


def end() -> None:
    """Close what :func:`begin` opened before the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('microcred.erasure', '', true)")
