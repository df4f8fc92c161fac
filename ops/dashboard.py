"""What of background work waits for an administrator."""

import datetime as dt
from collections.abc import Iterator
from typing import Final

from django.conf import settings
from django.urls import reverse
from django.utils.module_loading import import_string

from microcred.admin_dashboard import Alert, Figure, pluralize
from ops import queries
from ops.enums import JobStatus
from ops.health import LATE_SECONDS
from ops.models import AsyncJob

LATELY: Final = dt.timedelta(days=7)


def alerts(*, now: dt.datetime) -> Iterator[Alert]:
    """Yield what was given up lately, what waits too long, and what the health page says is not well."""
    jobs = reverse("admin:ops_asyncjob_changelist")
    waits = queries.oldest_due_seconds()
    if waits > LATE_SECONDS:
        minutes = pluralize(round(waits / 60), "minute", "minutes")
        yield Alert(
            f"Background work has been waiting for {minutes}. Does a worker run?", jobs, is_fault=True
        )
    dead = AsyncJob.objects.filter(status=JobStatus.DEAD, completed_at__gte=now - LATELY).count()
    if dead:
        what = pluralize(dead, "job was", "jobs were")
        yield Alert(
            f"{what} given up in the last seven days.",
            f"{jobs}?status__exact={JobStatus.DEAD}",
            is_fault=True,
        )
    for name, function in settings.HEALTH.items():
        told = import_string(function)()
        if told["status"] != "ok":
            yield Alert(_sentence(name, told), is_fault=True)


def figures(*, now: dt.datetime) -> Iterator[Figure]:
    """Yield how long background work waits."""
    waits = round(queries.oldest_due_seconds())
    yield Figure(
        "Background work",
        f"{waits:,} s late" if waits else "On time",
        where=reverse("admin:ops_asyncjob_changelist"),
    )


def _sentence(name: str, told: dict[str, str]) -> str:
    why, run = told.get("why", ""), told.get("run", "")
    parts = (
        f"{name.capitalize()}: {told['status']}.",
        f"{why}." if why else "",
        f"Run {run}." if run else "",
    )
    return " ".join(filter(None, parts))
