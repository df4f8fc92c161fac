"""The tables of this app."""

from ops.models.audit import AuditLink, AuditLog
from ops.models.figures import KeptFigures
from ops.models.idempotency import IdempotencyRecord
from ops.models.jobs import AsyncJob
from ops.models.metrics import MetricSnapshot
from ops.models.volatile import CacheEntry, RateBucket

__all__ = [
    "AsyncJob",
    "AuditLink",
    "AuditLog",
    "CacheEntry",
    "IdempotencyRecord",
    "KeptFigures",
    "MetricSnapshot",
    "RateBucket",
]
