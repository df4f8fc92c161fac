"""Figures for Prometheus, read from the database when asked, so that every process gives the same."""

import datetime as dt
from collections.abc import Iterator, Mapping

import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.utils import timezone
from django.utils.module_loading import import_string
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from microcred import request_metrics
from ops import health, queries, repairs
from ops.enums import JobStatus

log = structlog.get_logger(__name__)


class DatabaseCollector(Collector):
    """Jobs, and whatever other apps name in settings.GAUGES."""

    def collect(self) -> Iterator[Metric]:
        """Yield every gauge; when the database is away only ``microcred_up`` 0 is left."""
        up = GaugeMetricFamily("microcred_up", "Whether the database answered.")
        try:
            gauges = [*_readiness_gauges(), *_job_gauges(), _repair_gauge(), *_named_gauges()]
        except (DatabaseError, InterfaceError) as error:
            log.warning("metrics_unreadable", error=type(error).__name__)
            gauges = []
        up.add_metric([], 1 if gauges else 0)
        yield up
        yield from gauges


def _readiness_gauges() -> Iterator[Metric]:
    found = health.readiness()
    yield GaugeMetricFamily(
        "microcred_ready", "Whether requests can be answered, as /health/ready says.", value=found.ready
    )
    checks = GaugeMetricFamily("microcred_check", "Whether a part is well.", labels=["check"])
    for name, check in found.checks.items():
        if isinstance(check, dict) and "status" in check:
            checks.add_metric([name], check["status"] == "ok")
    yield checks


def _job_gauges() -> Iterator[Metric]:
    counts = queries.counts()
    jobs = GaugeMetricFamily("microcred_jobs", "Background jobs.", labels=["kind", "status"])
    for (kind, status), count in counts.items():
        jobs.add_metric([kind, status], count)
    yield jobs
    dead = sum(count for (_, status), count in counts.items() if status == JobStatus.DEAD)
    yield GaugeMetricFamily("microcred_jobs_dead", "Jobs in the dead letter list.", value=dead)
    yield GaugeMetricFamily(
        "microcred_jobs_oldest_due_seconds",
        "For how long the most overdue job has been due.",
        value=queries.oldest_due_seconds(),
    )
    yield GaugeMetricFamily(
        "microcred_jobs_oldest_ready_seconds",
        "For how long the most overdue job has been due that no limit of its kind holds back.",
        value=max(queries.oldest_ready_seconds(alone=alone) for alone in (False, True)),
    )


def _repair_gauge() -> Metric:
    gauge = GaugeMetricFamily(
        "microcred_repairs_last_day", "What was left behind and mended within a day.", labels=["repair"]
    )
    for name, number in repairs.mended_since(timezone.now() - dt.timedelta(days=1)).items():
        gauge.add_metric([name], number)
    return gauge


def _named_gauges() -> Iterator[Metric]:
    for name, entry in settings.GAUGES.items():
        gauge = GaugeMetricFamily(name, entry["help"], labels=entry["labels"])
        values: Mapping[str | tuple[str, ...], float] = import_string(entry["function"])()
        for of, value in values.items():
            gauge.add_metric([of] if isinstance(of, str) else of, value)
        yield gauge


def exposition() -> bytes:
    """Return all figures in Prometheus' text format."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(DatabaseCollector())
    return generate_latest(request_metrics.registry()) + generate_latest(registry)
