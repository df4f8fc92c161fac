"""Handlers of this app's own jobs."""

import structlog
from django.utils import timezone
from django.utils.module_loading import import_string

from ops import schedules
from ops.jobs import Claim

log = structlog.get_logger(__name__)


def sweep(claim: Claim) -> None:
    """Call the function of one schedule. The payload names the schedule, never the function."""
    schedule = schedules.BY_NAME[claim.payload["schedule"]]
    outcome = import_string(schedule.function)(now=timezone.now())
    log.info("sweep_done", schedule=schedule.name, outcome=outcome)
