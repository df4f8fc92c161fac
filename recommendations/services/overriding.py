"""Changing the list in effect as a person, with a reason and in effect at once; and taking such changes back."""

import datetime as dt
import json
import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from django.db import transaction

from accounts.models import User
from accounts.policy import Permission, allows
from assessments import queries as assessment_queries
from assessments import services as assessments
from catalog import queries as catalog
from microcred.errors import Conflict, Forbidden, Invalid
from ops import audit
from ops.jobs import enqueue
from recommendations import queries, ranking_record
from recommendations.drafts import Draft
from recommendations.enums import Origin, OverrideAction
from recommendations.facts import override_facts, stored_items
from recommendations.models import (
    LONGEST_REASON,
    SHORTEST_REASON,
    DecisionRecord,
    Recommendation,
    RecommendationItem,
    RecommendationOverride,
    WhatIf,
)
from recommendations.services import records
from recommendations.services.copying import Line, copied_run
from recommendations.services.feedback import CredentialNotRecommended
from recommendations.services.runs import OWN_PARTS, own_missing, tell
from scoring.oversight import checked_reason

MOST_ITEMS: Final = 10


class ReasonUnfit(Invalid):
    """An override needs a reason of 10 to 1000 characters."""

    default_code = "REASON_400"


class CredentialNotOffered(Invalid):
    """The catalog has no such credential, or has retired it."""

    default_code = "CREDENTIAL_400"


class ListReplaced(Conflict):
    """Another list has come into effect since the one that was to be changed."""

    default_code = "RECOMMENDATION_409"


class NothingToOverride(Conflict):
    """The list is like this already, or is as full as lists get."""

    default_code = "OVERRIDE_409"


@transaction.atomic
def override(
    *,
    by: User,
    recommendation_id: uuid.UUID,
    action: str,
    reason: str,
    credential_id: uuid.UUID | None = None,
    now: dt.datetime,
) -> RecommendationOverride:
    """Put a credential of the list in effect first, take one off or add one, as a new run that is in effect at once; or
    take all that was done to it back, so that the newest run that was worked out is.

    What was worked out stays with each credential. No run that is worked out later takes the place of a person's.

    Raises:
        RecommendationMissing: if it is not there or not for ``by`` to see.
        Forbidden: if ``by`` may see it but is not staff.
        ReasonUnfit, CredentialNotRecommended, CredentialNotOffered: if what is given cannot be taken.
        ResultMissing: if the assessment has no result (any more).
        ListReplaced: if it is not the list in effect.
        NothingToOverride: if nothing would change.
    """
    found = queries.get_visible(by=by, recommendation_id=recommendation_id)
    if not allows(by, Permission.REVIEW_SCORES):
        raise Forbidden("Only staff changes recommendations.")
    said = _checked_reason(reason)
    assessment = assessments.lock_result(found.assessment_id)
    standing = Recommendation.objects.get(pk=found.pk)
    if not standing.effective:
        raise ListReplaced("Another list has come into effect since. Look at that one.")
    is_back = action == OverrideAction.TAKE_BACK
    about = None if is_back else credential_id
    act = RecommendationOverride(
        overridden=standing, action=action, credential_id=about, reason=said, made_by=by, made_at=now
    )
    _take_back(act, assessment) if is_back else _change(act, assessment)
    audit.record(
        by=by, action="recommendation.overridden", resource_type="recommendation",
        resource_id=act.recommendation_id,
        metadata={"override_id": str(act.pk), "action": str(action), "overridden": str(standing.pk)},
    )  # fmt: skip
    if not assessment_queries.is_held(assessment):
        tell(act.recommendation, occasion_id=act.pk if is_back else act.recommendation_id)
    return act


def _checked_reason(reason: str) -> str:
    said = checked_reason(reason)
    if not SHORTEST_REASON <= len(said) <= LONGEST_REASON:
        raise ReasonUnfit(
            f"State a reason of {SHORTEST_REASON} to {LONGEST_REASON} characters.",
            details={"field": "reason"},
        )
    return said


def _change(act: RecommendationOverride, assessment: Any) -> None:
    """Store the list as it is after the act, in place of the one before."""
    standing = act.overridden
    written = _written(standing)
    lines = [Line(item, tuple(traces)) for item, traces in stored_items(standing)]
    Recommendation.objects.filter(pk=standing.pk).update(effective=False)
    newest = Recommendation.objects.filter(assessment=standing.assessment_id).order_by("-run").first()
    copied_run(act, _edited(lines, act, written), run=(newest or standing).run + 1)
    _record(act, written, assessment)


def _edited(lines: Sequence[Line], act: RecommendationOverride, written: dict[str, Any]) -> list[Line]:
    """The lines after the act, in order."""
    place = next(
        (place for place, line in enumerate(lines) if line.item.credential_id == act.credential_id), None
    )
    if act.action == OverrideAction.ADD:
        if place is not None:
            raise NothingToOverride("The credential is on the list already.")
        if len(lines) >= MOST_ITEMS:
            raise NothingToOverride(f"A list has at most {MOST_ITEMS} credentials. Take one off first.")
        return [*lines, Line(_added(act, written), (), touched=True)]
    if place is None:
        raise CredentialNotRecommended(
            "The recommendation does not name this credential.", details={"field": "credential_id"}
        )
    others = [*lines[:place], *lines[place + 1 :]]
    if act.action == OverrideAction.REMOVE:
        return others
    if place == 0:
        raise NothingToOverride("The credential is first already.")
    return [lines[place]._replace(touched=True), *others]


def _added(act: RecommendationOverride, written: dict[str, Any]) -> RecommendationItem:
    """A credential of the catalog, with the parts that the ranking would have come to, if it would have."""
    offered = catalog.credentials().filter(pk__in=[act.credential_id]).first()
    if offered is None:
        raise CredentialNotOffered(
            "The catalog offers no such credential.", details={"field": "credential_id"}
        )
    inputs = written.get("inputs")
    parts = ranking_record.parts_of(inputs, offered.pk) if inputs else None
    confidence = sum(map(Decimal, parts.values()), Decimal(0)) if parts else None
    return RecommendationItem(
        credential_id=offered.pk, title=offered.title, confidence=confidence, parts=parts, rationale=""
    )


def _take_back(act: RecommendationOverride, assessment: Any) -> None:
    """Put the newest run that was worked out into effect again, with what it went without."""
    if act.overridden.origin != Origin.PERSON:
        raise NothingToOverride("Nobody changed this list.")
    worked_out = queries.computed(assessment.pk)
    if worked_out is None:
        raise NothingToOverride("No list was worked out for this assessment.")
    Recommendation.objects.filter(pk=act.overridden_id).update(effective=False)
    worked_out.effective = True
    worked_out.save(update_fields=["effective"])
    assessments.complete(
        assessment_id=assessment.pk, now=act.made_at, missing=own_missing(worked_out), tried=OWN_PARTS,
        locked=assessment,
    )  # fmt: skip
    act.recommendation = worked_out
    act.save(force_insert=True)
    _record(act, _written(worked_out), assessment)
    if worked_out.items.exists() and not WhatIf.objects.filter(recommendation=worked_out).exists():
        enqueue(
            "recommendations.explore",
            payload={"recommendation_id": str(worked_out.pk)},
            assessment_id=assessment.pk,
            unique_key=f"explore:{worked_out.pk}:{act.pk}",
        )


def _written(run: Recommendation) -> dict[str, Any]:
    """What the record says that was made with a run; what it rests on is carried to the next."""
    record = DecisionRecord.objects.filter(recommendation_id=run.pk).order_by("sequence").first()
    return json.loads(record.body) if record else {}


def _record(act: RecommendationOverride, written: dict[str, Any], assessment: Any) -> None:
    run = act.recommendation
    keys = RecommendationItem.objects.filter(recommendation=run).order_by("position")
    records.append(
        run,
        Draft(profile=(), parameters=run.parameters, inputs=written.get("inputs", {})),
        role_id=assessment.role_id,
        items=stored_items(run),
        now=act.made_at,
        override={
            "override": override_facts(act),
            "keys": {str(pk): key for pk, key in keys.values_list("credential_id", "credential__key")},
            "passages": written.get("passages", {}),
        },
    )
