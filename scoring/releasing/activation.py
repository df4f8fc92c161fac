"""Writing what the gate said, and letting a scorer that passed it score; the same way leads back to an earlier one."""

import datetime as dt
import uuid
from dataclasses import asdict
from typing import Any, Final

from django.db import transaction

from accounts.models import User
from microcred.errors import Conflict, Invalid, Missing
from ops import audit
from scoring import pending
from scoring.essay_runs import NOT_RELEASED
from scoring.golden.gate import Figure, GateResult
from scoring.models import ScorerActivation, ScorerRelease
from scoring.releasing.state import Scorer, is_available, scorer_of
from scoring.stated import clean_statement

LONGEST_REASON: Final = 500


class ReleaseMissing(Missing):
    """There is no such release, or none to go back to."""

    default_code = "RELEASE_404"


class ReleaseRefused(Conflict):
    """This scorer has not passed its gate, or this installation cannot use it."""

    default_code = "RELEASE_409"


class ReasonMissing(Invalid):
    """Who changes what scores are given by says why."""

    default_code = "RELEASE_400"


def figure_rows(figures: tuple[Figure, ...]) -> list[dict[str, Any]]:
    """Return figures as they are stored, each with whether it passed."""
    return [asdict(figure) | {"passed": figure.passed} for figure in figures]


@transaction.atomic
def record_gate(
    *, scorer: Scorer, result: GateResult, replies: str, by: User | None, now: dt.datetime
) -> ScorerRelease:
    """Store what the gate said of a scorer. It scores nothing yet."""
    release = ScorerRelease.objects.create(
        **asdict(scorer),
        golden_version=result.golden_version,
        thresholds_version=result.thresholds_version,
        replies=replies,
        passed=result.passed,
        figures=figure_rows(result.figures),
        cost_microcents=result.cost_microcents,
        made_by=by,
        made_at=now,
    )
    audit.record(
        by=by, action="scorer.gated", resource_type="scorer_release", resource_id=release.pk,
        metadata={**asdict(scorer), "passed": result.passed},
    )  # fmt: skip
    return release


@transaction.atomic
def activate(*, release_id: uuid.UUID, reason: str, by: User | None, now: dt.datetime) -> ScorerRelease:
    """Let a release score from now on, in place of the one before; essays that waited for one are scored.

    Raises:
        ReleaseMissing: if there is none of that id.
        ReleaseRefused: if it has not passed, or prompt, provider or model are not those of this installation.
        ReasonMissing: without a reason.
    """
    rows = {row.pk: row for row in ScorerRelease.objects.select_for_update().order_by("pk")}
    release = rows.get(release_id)
    if release is None:
        raise ReleaseMissing("There is no such release.")
    if not release.passed:
        raise ReleaseRefused(f"{release} has not passed its gate.")
    if not is_available(release):
        raise ReleaseRefused(f"{release} is not what this code and these settings can use.")
    if not release.active:
        before = next((row for row in rows.values() if row.active and row.kind == release.kind), None)
        _switch(release, before, checked_reason(reason), by, now)
    pending.score_again([one for one in pending.pending() if NOT_RELEASED in one.why], by=by)
    return release


@transaction.atomic
def roll_back(*, kind: str, reason: str, by: User | None, now: dt.datetime) -> ScorerRelease:
    """Let the release score again that did before the active one: the last of another scorer that can be used.

    Raises:
        ReleaseMissing: if there is none.
        ReasonMissing: without a reason.
    """
    active = ScorerRelease.objects.filter(kind=kind, active=True).first()
    past = ScorerActivation.objects.filter(release__kind=kind).select_related("release")
    for activation in past:
        earlier = activation.release
        if (
            earlier is None
            or not is_available(earlier)
            or (active and scorer_of(earlier) == scorer_of(active))
        ):
            continue
        return activate(release_id=earlier.pk, reason=reason, by=by, now=now)
    raise ReleaseMissing("There is no earlier release that could be used.")


def _switch(
    release: ScorerRelease, before: ScorerRelease | None, reason: str, by: User | None, now: dt.datetime
) -> None:
    if before is not None:
        before.active = False
        before.save(update_fields=["active"])
    release.active = True
    release.save(update_fields=["active"])
    replaced = before.pk if before else None
    ScorerActivation.objects.create(
        release=release, replaced=replaced, reason=reason, made_by=by, made_at=now
    )
    audit.record(
        by=by, action="scorer.activated", resource_type="scorer_release", resource_id=release.pk,
        metadata={"kind": release.kind, "version": release.version, "model": release.model, "replaced": str(replaced)},
    )  # fmt: skip


def checked_reason(reason: str) -> str:
    """Return a reason as it is stored. Raises ReasonMissing for none."""
    said = clean_statement(reason)
    if not said:
        raise ReasonMissing("Say why.")
    return said[:LONGEST_REASON]
