"""Deleting personal rows whose time is over, by the lists of all apps."""

import datetime as dt

from django.apps import apps
from django.conf import settings
from django.db import transaction

from microcred.privacy import Table, tables
from ops import erasure

# So many at a time, so that no transaction holds its locks for long.
BATCH = 500


def expire(*, now: dt.datetime) -> dict[str, int]:
    """Delete what is older than ``RETENTION_DAYS`` allows its purpose; return how many rows of each table.

    0 days keep rows until erasure. Append-only tables are opened as erasure opens them, with a line in the trail.
    """
    gone: dict[str, int] = {}
    for table in tables():
        days = settings.RETENTION_DAYS[table.keep] if table.keep else 0
        if days:
            gone[table.model] = _older_than(table, now - dt.timedelta(days=days))
    return gone


def _older_than(table: Table, limit: dt.datetime) -> int:
    total = 0
    while deleted := _batch(table, limit):
        total += deleted
    return total


@transaction.atomic
def _batch(table: Table, limit: dt.datetime) -> int:
    rows = apps.get_model(table.model)._base_manager
    chosen = list(rows.filter(**{f"{table.ages_by}__lt": limit}).values_list("pk", flat=True)[:BATCH])
    if not chosen:
        return 0
    erasure.begin(
        by=None, subject_type=table.model[:32], subject_id=None, reason=f"older than {limit:%Y-%m-%d}"
    )
    rows.filter(pk__in=chosen).delete()
    erasure.end()
    return len(chosen)
