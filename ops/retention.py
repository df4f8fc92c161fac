"""Deleting personal rows whose time is over, by the lists of all apps."""

import datetime as dt
from collections.abc import Iterator, Mapping

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
        for keep, rows in _rules(table):
            if days := settings.RETENTION_DAYS[keep]:
                limit = now - dt.timedelta(days=days)
                gone[table.model] = gone.get(table.model, 0) + _older_than(table, limit, rows)
    return gone


def _rules(table: Table) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Yield whose days hold for which rows."""
    if table.keep:
        yield table.keep, {}
    for one in table.sooner:
        yield one.keep, {one.path: one.value}


def _older_than(table: Table, limit: dt.datetime, rows: Mapping[str, str]) -> int:
    total = 0
    while deleted := _batch(table, limit, rows):
        total += deleted
    return total


@transaction.atomic
def _batch(table: Table, limit: dt.datetime, which: Mapping[str, str]) -> int:
    rows = apps.get_model(table.model)._base_manager
    old = rows.filter(**{f"{table.ages_by}__lt": limit}, **which)
    # Locked first: one that is being used again is not old any more once that is committed.
    chosen = list(old.select_for_update(of=("self",)).values_list("pk", flat=True)[:BATCH])
    if not chosen:
        return 0
    erasure.begin(
        by=None, subject_type=table.model[:32], subject_id=None, reason=f"older than {limit:%Y-%m-%d}"
    )
    rows.filter(pk__in=chosen).delete()
    erasure.end()
    return len(chosen)
