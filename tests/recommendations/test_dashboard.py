"""What recommendations and the index tell an administrator."""

import datetime as dt
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from microcred.admin_dashboard import Alert, Figure
from recommendations import dashboard
from recommendations.enums import Acceptance
from recommendations.models import DocumentChunk, EmbeddingArtifact, EmbeddingIndex, RecommendationFeedback
from tests.factories.catalog import NOW
from tests.factories.recommendations import (
    BadgeIssuerFactory,
    BadgeIssuerKeyFactory,
    CredentialClaimFactory,
    RecommendationItemFactory,
    WordEmbedder,
    embed_all,
    offered,
)

pytestmark = pytest.mark.django_db


def said() -> list[str]:
    return [sign.text for sign in dashboard.signs(now=timezone.now())]


def index(**fields: Any) -> None:
    EmbeddingIndex.objects.create(provider=WordEmbedder.provider, dimension=384, **fields)


def accepted() -> tuple[str, str]:
    (figure,) = dashboard.figures(now=timezone.now())
    assert isinstance(figure, Figure)
    return figure.value, figure.note


def test_passages_without_vectors_are_told_of() -> None:
    assert said() == ["Nothing of the catalog is embedded: run manage.py embeddings refresh."]
    offered("joins", text="# Joins\n\nJoins combine tables by the keys that they share.\n")
    embed_all()
    index(model="words", active=True)
    assert said() == []

    EmbeddingArtifact.objects.filter(chunk=DocumentChunk.objects.order_by("pk").first()).delete()

    assert said() == ["1 passage has no vector yet; manage.py embeddings status says more."]


def test_an_index_that_is_ready_to_be_switched_to_is_told_of_and_a_former_one_is_not() -> None:
    index(model="words", active=True)
    index(model="former", switched_at=timezone.now(), overlap=0.9)
    index(model="begun")
    assert said() == []

    index(model="next", overlap=0.9)

    assert said() == ["An index of another model is ready: manage.py embeddings status compares the two."]


def test_of_several_words_of_one_person_about_one_credential_the_last_counts() -> None:
    assert accepted() == ("–", "of 0 decisions in four weeks")
    items = [RecommendationItemFactory() for _ in range(3)]
    now = timezone.now()
    for days_ago, item, word in (
        (3, items[0], Acceptance.REJECTED),
        (2, items[0], Acceptance.ACCEPTED),
        (1, items[1], Acceptance.REJECTED),
        (1, items[2], Acceptance.PENDING),
        (40, items[2], Acceptance.ACCEPTED),
    ):
        RecommendationFeedback.objects.create(
            recommendation=item.recommendation, item=item, submitted_by=item.recommendation.assessment.user,
            submitted_by_role="student",
            relevance_score=3, acceptance_status=word, submitted_at=now - dt.timedelta(days=days_ago),
        )  # fmt: skip

    assert accepted() == ("50%", "of 2 decisions in four weeks")


def test_badges_that_cannot_be_checked_are_pointed_out() -> None:
    listed = reverse("admin:recommendations_badgeissuer_changelist")
    BadgeIssuerKeyFactory()
    BadgeIssuerFactory(name="Harbour")
    BadgeIssuerFactory(name="Closed", active=False)
    BadgeIssuerKeyFactory(issuer=BadgeIssuerFactory(name="Locked"), active=False)
    for name, number in (("urn:a", 1), ("urn:b", 2), ("urn:c", 1), ("urn:d", 1)):
        CredentialClaimFactory.create_batch(number, not_proven="issuer_unknown", badge_issuer=name)
    CredentialClaimFactory(not_proven="achievement_unknown", badge_issuer="urn:e")

    shown = [sign for sign in dashboard.signs(now=NOW) if sign.where == listed]

    assert shown == [
        Alert("Harbour is listed without a key in use: its badges are refused.", listed, is_fault=True),
        Alert("Locked is listed without a key in use: its badges are refused.", listed, is_fault=True),
        Alert("2 badges name urn:b as issuer, who is not listed.", listed),
        Alert("1 badge names urn:a as issuer, who is not listed.", listed),
        Alert("1 badge names urn:c as issuer, who is not listed.", listed),
    ]
