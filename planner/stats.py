"""The figures of a person's tasks, by one statement."""

import datetime as dt
import json
import uuid
from typing import Any, Final

from django.db import DataError

from microcred.pipelining import fetch_rows
from microcred.zones import unknown_zone, zone_named
from planner.enums import Priority, TaskStatus

# A day without a finished task ends a streak; today may still bring one. Days that follow each other have the same
# number once their place, counted from the latest, is added.
_STATS: Final = """
WITH mine AS (
    SELECT status, priority, due_at, completed_at, status IN ('todo', 'in_progress') AS is_open
      FROM tasks WHERE user_id = %(user)s
), days AS (
    SELECT DISTINCT (completed_at AT TIME ZONE %(zone)s)::date AS day
      FROM mine WHERE completed_at IS NOT NULL
), runs AS (
    SELECT day, day + (row_number() OVER (ORDER BY day DESC))::integer AS run FROM days
), streak AS (
    SELECT count(*) AS days FROM runs
     WHERE run = (SELECT max(run) FROM runs) AND (SELECT max(day) FROM runs) >= %(today)s::date - 1
)
SELECT count(*),
       jsonb_build_object('todo', count(*) FILTER (WHERE status = 'todo'),
                          'in_progress', count(*) FILTER (WHERE status = 'in_progress'),
                          'done', count(*) FILTER (WHERE status = 'done'),
                          'cancelled', count(*) FILTER (WHERE status = 'cancelled')),
       jsonb_build_object('low', count(*) FILTER (WHERE priority = 'low'),
                          'medium', count(*) FILTER (WHERE priority = 'medium'),
                          'high', count(*) FILTER (WHERE priority = 'high'),
                          'urgent', count(*) FILTER (WHERE priority = 'urgent')),
       count(*) FILTER (WHERE is_open AND due_at < %(now)s),
       count(*) FILTER (WHERE is_open AND due_at >= %(midnight)s AND due_at < %(tomorrow)s),
       count(*) FILTER (WHERE is_open AND due_at >= %(monday)s AND due_at < %(next_monday)s),
       count(*) FILTER (WHERE completed_at > %(week_ago)s),
       (SELECT days FROM streak)
  FROM mine
"""

# These time zones have a summer time, but PostgreSQL takes their names for fixed offsets.
_PLACES: Final = {
    "CET": "Europe/Brussels",
    "EET": "Europe/Athens",
    "MET": "Europe/Brussels",
    "WET": "Europe/Lisbon",
}


def stats_of(user_id: uuid.UUID, *, zone: str, now: dt.datetime) -> dict[str, Any]:
    """Return the figures of a person's tasks; ``zone`` is the time zone in which their days begin.

    Raises:
        ZoneUnknown: if there is no such time zone.
    """
    values = {"user": user_id, "zone": _PLACES.get(zone, zone), "now": now} | _days(zone, now)
    try:
        ((total, statuses, priorities, overdue, today, week, lately, streak),) = fetch_rows(_STATS, values)
    except DataError:  # a name that this machine knows and the database does not
        raise unknown_zone() from None
    by_status, by_priority = json.loads(statuses), json.loads(priorities)
    wanted = total - by_status[TaskStatus.CANCELLED]
    return {
        "user_id": user_id,
        "total": total,
        "by_status": {status: by_status[status] for status in TaskStatus.values},
        "by_priority": {priority: by_priority[priority] for priority in Priority.values},
        "overdue": overdue,
        "due_today": today,
        "due_this_week": week,
        "completed_last_7_days": lately,
        "completion_rate": round(by_status[TaskStatus.DONE] / wanted, 4) if wanted else 0.0,
        "current_streak_days": streak,
        "generated_at": now,
    }


def _days(zone: str, now: dt.datetime) -> dict[str, Any]:
    """When today and this week begin and end; the week begins on Monday."""
    here = zone_named(zone)
    today = now.astimezone(here).date()
    monday = today - dt.timedelta(days=today.weekday())

    def begins(day: dt.date) -> dt.datetime:
        return dt.datetime.combine(day, dt.time(), here)

    return {
        "today": today,
        "midnight": begins(today),
        "tomorrow": begins(today + dt.timedelta(days=1)),
        "monday": begins(monday),
        "next_monday": begins(monday + dt.timedelta(days=7)),
        "week_ago": now - dt.timedelta(days=7),
    }
