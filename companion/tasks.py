"""Handlers of this app's jobs."""

from django.utils import timezone

from companion import kept_figures
from ops.jobs import Claim


def work_out(claim: Claim) -> None:
    """Work out the figures of a quality page anew."""
    kept_figures.work_out(claim, now=timezone.now())
