"""Weeks of a time zone, from Monday to Sunday, and figures by them."""

import datetime as dt
import zoneinfo
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import QuerySet
from django.db.models.functions import TruncWeek

from microcred.errors import Invalid
from microcred.query_plans import custom_plans

MOST: Final = 53
USUAL: Final = 12
_WEEK: Final = dt.timedelta(days=7)


class WeeksInvalid(Invalid):
    """These are no weeks, or too many."""

    default_code = "WEEKS_400"


@dataclass(frozen=True, slots=True)
class Weeks:
    """So many weeks from a Monday on, by the clock of a zone."""

    first: dt.date
    number: int
    zone: zoneinfo.ZoneInfo

    def __iter__(self) -> Iterator[dt.date]:
        """Yield the Mondays."""
        return (self.first + number * _WEEK for number in range(self.number))

    @property
    def since(self) -> dt.datetime:
        """When the first begins."""
        return dt.datetime.combine(self.first, dt.time(), self.zone)

    @property
    def until(self) -> dt.datetime:
        """When the last is over."""
        return dt.datetime.combine(self.first + self.number * _WEEK, dt.time(), self.zone)


def weeks_of(
    first: dt.date | None, last: dt.date | None, *, zone: zoneinfo.ZoneInfo, now: dt.datetime
) -> Weeks:
    """Return the weeks in which the days from first to last lie, by default the ``USUAL`` up to today's.

    Raises:
        WeeksInvalid: if the last day is before the first, they are more than ``MOST``, or in no calendar.
    """
    last = last or now.astimezone(zone).date()
    try:
        end = _monday(last)
        begin = _monday(first) if first else end - (USUAL - 1) * _WEEK
        found = Weeks(begin, (end - begin) // _WEEK + 1, zone)
        for edge in (found.since, found.until):
            edge.astimezone(dt.UTC)
    except OverflowError:
        raise WeeksInvalid("There are no such weeks.", details={"field": "from"}) from None
    if last < (first or last) or found.number > MOST:
        raise WeeksInvalid(f"From one day to a later one, {MOST} weeks at most.", details={"field": "from"})
    return found


def by_week(
    rows: QuerySet[Any], at: str, weeks: Weeks, *groups: str, **sums: Any
) -> Iterator[dict[str, Any]]:
    """Yield figures of rows by the ``week`` of their time ``at``, and by further fields; weeks without rows are left
    out. One statement."""
    during = rows.filter(**{f"{at}__gte": weeks.since, f"{at}__lt": weeks.until}).order_by()
    found = during.annotate(week=TruncWeek(at, tzinfo=weeks.zone)).values("week", *groups).annotate(**sums)
    with custom_plans():
        rows_of_weeks = list(found)
    for row in rows_of_weeks:
        yield {**row, "week": row["week"].date()}


def _monday(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=day.weekday())
