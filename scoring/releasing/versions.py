"""Versions of scorers that were trained on one question: what their gate said, and which one is in use."""

import datetime as dt
import uuid
from typing import Final

from django.db import transaction

from accounts.models import User
from microcred.errors import Conflict, Missing
from ops import audit
from scoring.golden.gate import Figure
from scoring.models import ScorerActivation, ScorerVersion
from scoring.releasing.activation import checked_reason, figure_rows

# The kind of job that runs the gate of a version.
CHECK: Final = "scoring.check_scorer"


class VersionMissing(Missing):
    """There is no such version of a scorer, or none to go back to."""

    default_code = "SCORER_404"


class VersionRefused(Conflict):
    """This version has not passed its gate, or cannot be used any more."""

    default_code = "SCORER_409"


def of_question(question_id: uuid.UUID) -> list[ScorerVersion]:
    """Return the versions of a question's scorer, the newest first."""
    return list(ScorerVersion.objects.filter(question_id=question_id).defer("artefact").order_by("-version"))


def chosen(question_id: uuid.UUID, number: int | None) -> ScorerVersion:
    """Return a version of a question's scorer by its number, without one the newest. Raises VersionMissing."""
    rows = of_question(question_id)
    found = next((row for row in rows if number in (None, row.version)), None)
    if found is None:
        raise VersionMissing("There is no such version of a scorer.")
    return found


@transaction.atomic
def record(
    *, version_id: uuid.UUID, figures: tuple[Figure, ...], by: User | None, now: dt.datetime
) -> ScorerVersion:
    """Store what the gate said of a version. Raises VersionRefused for the one in use, which has passed."""
    row = ScorerVersion.objects.select_for_update().get(pk=version_id)
    if row.active:
        raise VersionRefused(f"Version {row.version} is in use: it has passed.")
    row.gate, row.gated_at = figure_rows(figures), now
    row.passed = all(one.passed for one in figures)
    row.save(update_fields=["gate", "gated_at", "passed"])
    audit.record(
        by=by, action="scorer.gated", resource_type="scorer_version", resource_id=row.pk,
        metadata={"question": str(row.question_id), "version": row.version, "passed": row.passed},
    )  # fmt: skip
    return row


@transaction.atomic
def activate(*, version_id: uuid.UUID, reason: str, by: User | None, now: dt.datetime) -> ScorerVersion:
    """Let a version score its question from now on, in place of the one before.

    Raises:
        VersionMissing: if there is none of that id.
        VersionRefused: if it has not passed its gate.
        ReasonMissing: without a reason.
    """
    chosen = ScorerVersion.objects.filter(pk=version_id).first()
    if chosen is None:
        raise VersionMissing("There is no such version of a scorer.")
    rows = ScorerVersion.objects.select_for_update().filter(question_id=chosen.question_id).order_by("pk")
    versions = {row.pk: row for row in rows.defer("artefact")}
    row = versions[version_id]
    if not row.passed:
        raise VersionRefused(f"Version {row.version} has not passed its gate.")
    if not row.active:
        before = next((one for one in versions.values() if one.active), None)
        _switch(row, before, checked_reason(reason), by, now)
    return row


def roll_back(*, question_id: uuid.UUID, reason: str, by: User | None, now: dt.datetime) -> ScorerVersion:
    """Let the version score again that did before the active one.

    Raises:
        VersionMissing: if there is none.
        ReasonMissing: without a reason.
    """
    past = ScorerActivation.objects.filter(
        scorer_version__question_id=question_id, scorer_version__passed=True
    ).exclude(scorer_version__active=True)
    newest = past.first()
    if newest is None or newest.scorer_version_id is None:
        raise VersionMissing("There is no earlier version that was in use.")
    return activate(version_id=newest.scorer_version_id, reason=reason, by=by, now=now)


def _switch(
    row: ScorerVersion, before: ScorerVersion | None, reason: str, by: User | None, now: dt.datetime
) -> None:
    if before is not None:
        before.active = False
        before.save(update_fields=["active"])
    row.active = True
    row.save(update_fields=["active"])
    ScorerActivation.objects.create(
        scorer_version=row, replaced=before.pk if before else None, reason=reason, made_by=by, made_at=now
    )
    audit.record(
        by=by, action="scorer.activated", resource_type="scorer_version", resource_id=row.pk,
        metadata={"question": str(row.question_id), "version": row.version,
                  "replaced": before.version if before else None},
    )  # fmt: skip
