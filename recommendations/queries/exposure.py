"""Reading across all recommendations: what was shown to whom, and what became of it."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Final

from django.db.models import Exists, F, Func, IntegerField, OuterRef, Q

from accounts.enums import Role
from accounts.models import User
from accounts.policy import sees_student
from catalog import queries as catalog
from recommendations.enums import Acceptance, Origin, RecommendationStatus
from recommendations.exposure import Exposure, Shown, Verdict, exposure
from recommendations.models import Recommendation, RecommendationFeedback, RecommendationItem
from scoring.statistics import SMALLEST_GROUP

# Newer ones first; beyond that the figures are of the newest.
MOST_PLACES = 100_000
# How many skills of a run have a level. Counted here, since a profile comes with each of its run's places.
_MEASURED: Final = Func(
    F("recommendation__parameters"),
    template="jsonb_array_length(jsonb_path_query_array(%(expressions)s, '$.profile[*] ? (@.level != null)'))",
    output_field=IntegerField(),
)


@dataclass(frozen=True, slots=True)
class Span:
    """Which runs are looked at: for a role or all, made from one moment on, with made-up learners or without."""

    role_id: uuid.UUID | None = None
    since: dt.datetime | None = None
    synthetic: bool = False


def exposure_of(*, by: User, span: Span) -> tuple[Exposure, dict[uuid.UUID, str]]:
    """Return the figures over the newest runs worked out that ``by`` may see, and the titles of what they list."""
    places, verdicts = _places(by, span), _verdicts(by, span)
    offered = catalog.credentials(role_id=span.role_id)
    providers = dict(offered.order_by().values_list("pk", "provider"))
    figures = exposure(places, verdicts, providers, smallest=SMALLEST_GROUP)
    listed = [one.credential for one in figures.popular]
    titles = RecommendationItem.objects.filter(credential_id__in=listed).order_by()
    return figures, dict(titles.values_list("credential_id", "credential__title").distinct())


def _places(by: User, span: Span) -> list[Shown]:
    """What the recommender listed; beside a list that a person changed, it is the newest that was worked out."""
    rows = RecommendationItem.objects.filter(_in_span("recommendation", by, span))
    fields = rows.order_by("-recommendation__generated_at", "pk").values_list(
        "recommendation_id", "recommendation__assessment__user_id", "credential_id", "position", "confidence", _MEASURED
    )[:MOST_PLACES]  # fmt: skip
    return [
        Shown(run, learner, credential, position, float(confidence), measured)
        for run, learner, credential, position, confidence, measured in fields
        if confidence is not None
    ]


def _verdicts(by: User, span: Span) -> list[Verdict]:
    """Decisions about single credentials, the newest of each person about each, on whichever list of the assessment:
    a list made anew leaves out what was accepted."""
    said = RecommendationFeedback.objects.filter(
        _in_span("recommendation", by, span, earlier=True), item__isnull=False, item__override=None
    )
    about = ("recommendation__assessment_id", "item__credential_id", "submitted_by_id")
    standing = said.order_by(*about, "-submitted_at", "-pk").distinct(*about).values("pk")
    decided = RecommendationFeedback.objects.filter(pk__in=standing).order_by("pk")
    fields = decided.exclude(acceptance_status=Acceptance.PENDING).values_list(
        "recommendation_id", "recommendation__assessment__user_id", "item__credential_id", "submitted_by_role",
        "acceptance_status",
    )  # fmt: skip
    return [
        Verdict(run, learner, credential, role == Role.STUDENT, status == Acceptance.ACCEPTED)
        for run, learner, credential, role, status in fields
    ]


def _in_span(path: str, by: User, span: Span, *, earlier: bool = False) -> Q:
    """Which runs are asked for: the newest that was worked out for each assessment, or ``earlier`` and people's too."""
    asked = Q(**{f"{path}__status": RecommendationStatus.READY})
    if not earlier:
        worked_out = Recommendation.objects.filter(origin=Origin.ENGINE)
        later = worked_out.filter(
            assessment=OuterRef(f"{path}__assessment"), run__gt=OuterRef(f"{path}__run")
        )
        asked &= Q(~Exists(later), **{f"{path}__origin": Origin.ENGINE})
    asked &= sees_student(by, path=f"{path}__assessment__user")
    if span.role_id is not None:
        asked &= Q(**{f"{path}__assessment__role_id": span.role_id})
    if span.since is not None:
        asked &= Q(**{f"{path}__generated_at__gte": span.since})
    if not span.synthetic:
        asked &= ~Q(**{f"{path}__assessment__metadata__contains": {"synthetic": True}})
    return asked
