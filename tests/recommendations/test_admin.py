"""Staff read runs and feedback in the admin; nobody edits them there."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from recommendations.models import EmbeddingArtifact
from tests.factories.accounts import AdminFactory
from tests.factories.recommendations import (
    LearnerCredentialFactory,
    RecommendationItemFactory,
    embed_all,
    offered,
)

pytestmark = pytest.mark.django_db
MODELS = ["recommendation", "recommendationfeedback", "learnercredential", "embeddingartifact"]


@pytest.fixture
def admin() -> Client:
    client = Client()
    user: User = AdminFactory()
    client.force_login(user)
    return client


@pytest.mark.parametrize("model", MODELS)
def test_lists_open(model: str, admin: Client) -> None:
    LearnerCredentialFactory()
    RecommendationItemFactory()

    assert admin.get(reverse(f"admin:recommendations_{model}_changelist")).status_code == 200


def test_a_run_is_shown_with_its_items_and_cannot_be_changed(admin: Client) -> None:
    item = RecommendationItemFactory(rationale="Because of the gap.")
    address = reverse("admin:recommendations_recommendation_change", args=[item.recommendation_id])

    page = admin.get(address)

    assert "Because of the gap." in page.content.decode()
    assert admin.post(address, {"summary": "Another."}).status_code == 403


def test_a_vector_is_shown_without_its_numbers(admin: Client) -> None:
    offered("joins")
    embed_all()
    artifact = EmbeddingArtifact.objects.get()

    page = admin.get(reverse("admin:recommendations_embeddingartifact_change", args=[artifact.pk]))

    assert page.status_code == 200
    assert artifact.content_hash in page.content.decode()
    assert "raw_embedding" not in page.content.decode()
