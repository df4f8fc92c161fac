"""Handlers of this app's jobs."""

from django.utils import timezone

from companion import digests, kept_figures
from ops.jobs import Claim


def send_digest(claim: Claim) -> None:
    """Tell an advisor by letter what waits for them."""
    digests.send(claim, now=timezone.now())


def give_up_digest(claim: Claim) -> None:
    """Do without a letter that no mail server took: the page says the same, and tomorrow there is another."""


def work_out(claim: Claim) -> None:
    """Work out the figures of a quality page anew."""
    kept_figures.work_out(claim, now=timezone.now())
