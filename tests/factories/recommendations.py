"""Embedders, embedded catalogs, recommendations and learners for tests."""

import datetime as dt
import re
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import factory
import numpy as np
from django.dispatch import Signal
from factory.django import DjangoModelFactory

from accounts.models import User
from assessments.enums import Stage
from assessments.models import Assessment
from catalog.models import Credential, JobRole
from microcred.ai.base import ProviderError, Vectors
from recommendations.badges.keys import read_key
from recommendations.enums import (
    LearnerCredentialSource,
    LearnerCredentialStatus,
    RecommendationStatus,
)
from recommendations.models import (
    BadgeIssuer,
    BadgeIssuerKey,
    CredentialClaim,
    LearnerCredential,
    LearnerProfile,
    RagTrace,
    Recommendation,
    RecommendationItem,
)
from recommendations.services import refresh_embeddings
from scoring import services as scoring
from tests.factories.accounts import UserFactory
from tests.factories.assessments import submitted_assessment
from tests.factories.catalog import (
    NOW,
    CredentialDocumentFactory,
    CredentialFactory,
    CredentialSkillFactory,
    SkillFactory,
)
from tests.recommendations.badges.making import ED25519
from tests.recommendations.badges.making import pem as pem_of

PARTS = {
    "gap_fit": "0.400",
    "retrieval": "0.150",
    "neighbours": "0.000",
    "feedback": "0.050",
    "diversity": "0.000",
}


class WordEmbedder:
    """Texts are near to each other when they share words; counts what it was asked to embed."""

    provider = "sentence-transformers"

    def __init__(self, model: str = "words", *, dimension: int = 384) -> None:
        self.model = model
        self.dimension = dimension
        self.embedded: list[str] = []

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return a unit vector for each text: every word adds one to a place of its own."""
        self.embedded.extend(texts)
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in re.findall(r"\w+", text.lower()):
                vectors[row, zlib.crc32(word.encode()) % self.dimension] += 1
        lengths = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)
        return np.asarray(vectors / lengths, dtype=np.float32)


class FailingEmbedder(WordEmbedder):
    """An embedder whose provider is away."""

    def __init__(self, *, retryable: bool = True) -> None:
        super().__init__()
        self.retryable = retryable

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Fail."""
        raise ProviderError("the provider is away", retryable=self.retryable, kind="server", retry_after=7.0)


class RecommendationFactory(DjangoModelFactory[Recommendation]):
    """A run that ended well, for an assessment whose work is still under way."""

    class Meta:
        model = Recommendation

    assessment = factory.LazyFunction(submitted_assessment)
    run = 1
    status = RecommendationStatus.READY
    summary = "A summary."
    generated_at = NOW


class RecommendationItemFactory(DjangoModelFactory[RecommendationItem]):
    """A recommended credential with a confidence of 0.6."""

    class Meta:
        model = RecommendationItem

    recommendation = factory.SubFactory(RecommendationFactory)
    credential = factory.SubFactory(CredentialFactory)
    title = factory.LazyAttribute(lambda item: item.credential.title)
    confidence = Decimal("0.600")
    parts = factory.LazyFunction(lambda: dict(PARTS))
    rationale = "A rationale."
    position = factory.Sequence(lambda number: number + 1)


class RagTraceFactory(DjangoModelFactory[RagTrace]):
    """A passage found."""

    class Meta:
        model = RagTrace

    recommendation = factory.SubFactory(RecommendationFactory)
    credential = factory.SubFactory(CredentialFactory)
    source_uri = factory.LazyAttribute(lambda trace: trace.credential.uri)
    snippet = "A paragraph."
    start = 10
    end = 22
    similarity = Decimal("0.612")
    rank = factory.Sequence(lambda number: number + 1)
    provider = "sentence-transformers"
    model = "words"


class LearnerCredentialFactory(DjangoModelFactory[LearnerCredential]):
    """A credential that a learner has completed."""

    class Meta:
        model = LearnerCredential

    user = factory.SubFactory(UserFactory)
    credential = factory.SubFactory(CredentialFactory)
    status = LearnerCredentialStatus.COMPLETED
    source = LearnerCredentialSource.SYNTHETIC
    recorded_at = NOW


class BadgeIssuerFactory(DjangoModelFactory[BadgeIssuer]):
    """An issuer whose badges count, without a key."""

    class Meta:
        model = BadgeIssuer

    name = "Example Academy"
    identifier = factory.Sequence(lambda number: f"https://issuer.example.org/{number}")


class BadgeIssuerKeyFactory(DjangoModelFactory[BadgeIssuerKey]):
    """A key of an issuer, in use since 2020."""

    class Meta:
        model = BadgeIssuerKey

    issuer = factory.SubFactory(BadgeIssuerFactory)
    algorithm = "EdDSA"
    pem = pem_of(ED25519)
    fingerprint = read_key(pem_of(ED25519)).fingerprint
    valid_from = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


class CredentialClaimFactory(DjangoModelFactory[CredentialClaim]):
    """A student's own word that they hold a credential."""

    class Meta:
        model = CredentialClaim

    user = factory.SubFactory(UserFactory)
    credential = factory.SubFactory(CredentialFactory)
    said_at = NOW


def offered(key: str, *, text: str = "", roles: Sequence[JobRole] = (), **levels: float) -> Credential:
    """Make an active credential that brings skills to levels, with a document of one section."""
    credential: Credential = CredentialFactory(key=key, title=key.replace("-", " ").capitalize())
    for skill, level in levels.items():
        CredentialSkillFactory(
            credential=credential, skill=SkillFactory(key=skill), level=Decimal(str(level))
        )
    credential.roles.set(roles)
    CredentialDocumentFactory(
        credential=credential,
        text=f"# {credential.title}\n\n## What it covers\n{text or credential.title}.\n",
    )
    return credential


def embed_all(embedder: WordEmbedder | None = None) -> WordEmbedder:
    """Embed the whole catalog with words; return the embedder."""
    chosen = embedder or WordEmbedder()
    refresh_embeddings(embedder=chosen)
    return chosen


def past_learner(
    role: JobRole, *, credentials: Sequence[Credential], now: dt.datetime = NOW, **levels: float
) -> User:
    """Make a learner with a profile for a role who completed credentials."""
    user: User = UserFactory()
    LearnerProfile.objects.create(user=user, role=role, levels=levels, recorded_at=now)
    for credential in credentials:
        LearnerCredentialFactory(user=user, credential=credential)
    return user


def scored_assessment(**skills: float) -> Assessment:
    """Make a submitted assessment that waits for recommendations, with a measured profile by skill key."""
    assessment = submitted_assessment()
    for key in skills:
        SkillFactory(key=key)
    scoring.record_profile(assessment_id=assessment.pk, levels=skills)
    Assessment.objects.filter(pk=assessment.pk).update(stage=Stage.RETRIEVAL)
    assessment.refresh_from_db()
    return assessment


@contextmanager
def heard(signal: Signal) -> Iterator[list[dict[str, Any]]]:
    """Collect what a signal is sent with meanwhile."""
    sent: list[dict[str, Any]] = []

    def listen(**arguments: Any) -> None:
        sent.append(arguments)

    signal.connect(listen)
    try:
        yield sent
    finally:
        signal.disconnect(listen)
