"""Whether the product can do its work."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from django.utils.module_loading import import_string

from ops import queries, repairs

log = structlog.get_logger(__name__)
LATE_SECONDS = 60.0
REPAIRED_WITHIN = dt.timedelta(hours=1)
_migrated = False


@dataclass(frozen=True)
class Readiness:
    """``ready`` says whether requests can be answered; ``checks`` names what is well and what is not.

    Late jobs, and whatever one of the setting ``HEALTH`` says is not well, degrade the product but do not make this
    process unfit for requests.
    """

    ready: bool
    status: str
    checks: dict[str, Any] = field(default_factory=dict)


def readiness() -> Readiness:
    """Look at the database, its schema, the queue and the configured model providers."""
    checks: dict[str, Any] = {"models": _models()}
    try:
        age = round(queries.oldest_due_seconds(), 1) if _is_migrated() else None
    except (DatabaseError, InterfaceError) as error:
        log.warning("database_unreachable", error=type(error).__name__)
        return Readiness(False, "unavailable", {"database": "unreachable"} | checks)
    if age is None:
        return Readiness(False, "unavailable", {"database": "ok", "migrations": "missing"} | checks)
    checks |= {name: import_string(function)() for name, function in settings.HEALTH.items()}
    checks["jobs"] = {"status": "late" if age > LATE_SECONDS else "ok", "oldest_due_seconds": age}
    recently = timezone.now() - REPAIRED_WITHIN
    checks["repairs"] = {"last_hour": {name: n for name, n in repairs.mended_since(recently).items() if n}}
    is_well = all(checks[name]["status"] == "ok" for name in ("jobs", *settings.HEALTH))
    return Readiness(True, "ok" if is_well else "degraded", {"database": "ok", "migrations": "ok"} | checks)


def _models() -> dict[str, str]:
    """Name the providers by configuration alone: the web process never loads a model."""
    return {
        "chat": "openai" if settings.OPENAI_API_KEY else "local",
        "embeddings": settings.EMBEDDING_PROVIDER,
    }


def _is_migrated() -> bool:
    """Say whether every migration of this code is applied; once true it stays true for this process."""
    global _migrated
    if not _migrated:
        executor = MigrationExecutor(connection)
        _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _migrated
