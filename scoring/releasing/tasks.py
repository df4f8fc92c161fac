"""Gates that are run in the background, because somebody asked for it on a page."""

import uuid

import structlog
from django.utils import timezone

from accounts.models import User
from ops.jobs import Claim
from scoring.releasing import measuring, versions
from scoring.releasing.versions import VersionMissing, VersionRefused

log = structlog.get_logger(__name__)


def check_scorer(claim: Claim) -> None:
    """Run the gate of a trained scorer, and let it score if it passes. ``payload``: version, by, reason."""
    version_id = uuid.UUID(claim.payload["version"])
    try:
        figures = measuring.measure(version_id)
    except (VersionMissing, VersionRefused) as refusal:
        # Nothing that another try would change.
        log.warning("scorer_not_checked", version=str(version_id), reason=refusal.message)
        return
    by, now = User.objects.filter(pk=claim.payload["by"]).first(), timezone.now()
    with claim.finish():
        row = versions.record(version_id=version_id, figures=figures, by=by, now=now)
        if row.passed:
            versions.activate(version_id=row.pk, reason=claim.payload["reason"], by=by, now=now)
