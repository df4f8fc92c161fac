"""How recommendations are received, and what of the index waits."""

import datetime as dt
from collections.abc import Iterator
from typing import Final

from django.db.models import Count, Q
from django.urls import reverse

from microcred.admin_dashboard import Alert, Figure, pluralize
from recommendations.enums import Acceptance, NotProven
from recommendations.models import BadgeIssuer, CredentialClaim, EmbeddingIndex, RecommendationFeedback
from recommendations.queries.embeddings import embedding_counts
from recommendations.queries.feedback import standing
from recommendations.queries.indexes import active_key

_MOST_ISSUERS: Final = 3
_PERIOD: Final = dt.timedelta(days=28)


def signs(*, now: dt.datetime) -> Iterator[Alert]:
    """Yield passages that cannot be found by meaning, an index that is built beside the one in use, and badges that
    cannot be checked."""
    yield from _of_index()
    yield from _of_badges()


def _of_index() -> Iterator[Alert]:
    key = active_key()
    if key is None:
        yield Alert("Nothing of the catalog is embedded: run manage.py embeddings refresh.", is_fault=True)
        return
    counts = embedding_counts(key)
    if counts.passages_without_vector:
        said = pluralize(counts.passages_without_vector, "passage has", "passages have")
        yield Alert(f"{said} no vector yet; manage.py embeddings status says more.")
    if EmbeddingIndex.objects.filter(active=False, overlap__isnull=False, switched_at=None).exists():
        yield Alert("An index of another model is ready: manage.py embeddings status compares the two.")


def _of_badges() -> Iterator[Alert]:
    """What an issuer is called here stands in badges that nobody has checked."""
    listed = reverse("admin:recommendations_badgeissuer_changelist")
    without_key = BadgeIssuer.objects.filter(active=True).exclude(keys__active=True).order_by("name")
    for name in without_key.values_list("name", flat=True):
        yield Alert(f"{name} is listed without a key in use: its badges are refused.", listed, is_fault=True)
    unknown = CredentialClaim.objects.filter(not_proven=NotProven.ISSUER_UNKNOWN, decision="")
    named = unknown.order_by().values_list("badge_issuer").annotate(number=Count("pk"))
    for identifier, number in named.order_by("-number", "badge_issuer")[:_MOST_ISSUERS]:
        said = pluralize(number, "badge names", "badges name")
        yield Alert(f"{said} {identifier} as issuer, who is not listed.", listed)


def figures(*, now: dt.datetime) -> Iterator[Figure]:
    """Yield which part of what people decided about recommended credentials was to take them."""
    decided = Q(acceptance_status__in=[Acceptance.ACCEPTED, Acceptance.REJECTED])
    lately = RecommendationFeedback.objects.filter(submitted_at__gte=now - _PERIOD)
    said = standing(lately).aggregate(
        decided=Count("pk", filter=decided),
        accepted=Count("pk", filter=Q(acceptance_status=Acceptance.ACCEPTED)),
    )
    share = f"{said['accepted'] / said['decided']:.0%}" if said["decided"] else "–"
    note = f"of {pluralize(said['decided'], 'decision', 'decisions')} in four weeks"
    yield Figure("Accepted recommendations", share, note, reverse("advisor:quality-recommendations"))
