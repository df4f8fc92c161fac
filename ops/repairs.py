"""Finding states that wait for work which nobody does, and results that nobody was told of.

Work and state change in one transaction, so no crash leaves such a thing behind. A restored table, a row deleted by
hand or an error in the code does. Each app registers what it looks for in ``settings.REPAIRS``: functions of ``now``
and ``since`` that mend what they find and return how many that was. Those that read ended rows go back to ``since``.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Final

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Sum
from django.utils.module_loading import import_string

from ops.models import MetricSnapshot

log = structlog.get_logger(__name__)
LAPSED_CLAIMS: Final = "lapsed-claims"
# Retention keeps rows for a day at least, so what was told and then expired is not taken for untold.
LONGEST_LOOK_BACK: Final = dt.timedelta(hours=23)
_PREFIX: Final = "repaired:"


def repair_states(*, now: dt.datetime, since: dt.datetime) -> dict[str, int]:
    """Make every look once, each in a transaction of its own; return what was mended, by name.

    A look that another process is making is left to it. One that fails does not keep the others from being made.
    """
    mended: dict[str, int] = {}
    for name, function in settings.REPAIRS.items():
        try:
            number = _look(name, function, now, since)
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:
            log.exception("repair_failed", repair=name, error=type(error).__name__)
            continue
        if number:
            mended[name] = number
            log.warning("state_repaired", repair=name, number=number)
    return mended


def note(name: str, number: int) -> None:
    """Keep that so many were mended, in the caller's transaction."""
    MetricSnapshot.objects.create(metric_type=f"{_PREFIX}{name}", value=number)


def mended_since(since: dt.datetime) -> Mapping[str, int]:
    """Return how many were mended since then, by name; every name is there."""
    names = [LAPSED_CLAIMS, *settings.REPAIRS]
    rows = MetricSnapshot.objects.filter(
        metric_type__in=[f"{_PREFIX}{name}" for name in names], captured_at__gte=since
    )
    sums = rows.order_by().values_list("metric_type").annotate(number=Sum("value"))
    found = {metric.removeprefix(_PREFIX): int(number) for metric, number in sums}
    return dict.fromkeys(names, 0) | found


@transaction.atomic
def _look(name: str, function: str, now: dt.datetime, since: dt.datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"repair:{name}"])
        (is_mine,) = cursor.fetchone()
    if not is_mine:
        return 0
    number: int = import_string(function)(now=now, since=since)
    if number:
        note(name, number)
    return number
