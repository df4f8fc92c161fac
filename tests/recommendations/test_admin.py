"""Staff read runs and feedback in the admin; nobody edits them there."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from ops.models import AuditLog
from recommendations.models import EmbeddingArtifact, LearnerCredential
from tests.factories.accounts import AdminFactory, UserFactory
from tests.factories.catalog import CredentialFactory
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


def test_runs_and_assessments_lead_to_the_pages_made_for_reading(admin: Client) -> None:
    run = RecommendationItemFactory().recommendation

    for model, row, page in (
        ("recommendations_recommendation", run.pk, reverse("advisor:run", args=[run.pk])),
        (
            "assessments_assessment",
            run.assessment_id,
            reverse("advisor:assessment", args=[run.assessment_id]),
        ),
    ):
        shown = admin.get(reverse(f"admin:{model}_change", args=[row])).content.decode()
        assert f'href="{page}">The advisor’s page' in shown
        assert admin.get(page).status_code == 200


def test_what_is_not_degraded_is_not_shown_in_red(admin: Client) -> None:
    RecommendationItemFactory()

    shown = admin.get(reverse("admin:recommendations_recommendation_changelist")).content.decode()

    assert 'title="no"' in shown
    assert "bg-red-100" not in shown[shown.index("result_list") :]


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


def test_what_a_learner_holds_is_entered_changed_and_removed_on_the_record(admin: Client) -> None:
    learner, credential = UserFactory(), CredentialFactory()
    add = reverse("admin:recommendations_learnercredential_add")
    held = {"user": str(learner.pk), "credential": str(credential.pk), "status": "accepted"}

    admin.post(add, held)
    row = LearnerCredential.objects.get()
    assert (row.user, row.credential, row.status, row.source) == (learner, credential, "accepted", "import")

    address = reverse("admin:recommendations_learnercredential_change", args=[row.pk])
    assert admin.post(address, {"status": "completed"}).status_code == 302
    assert LearnerCredential.objects.get().status == "completed"

    admin.post(reverse("admin:recommendations_learnercredential_delete", args=[row.pk]), {"post": "yes"})
    assert not LearnerCredential.objects.exists()
    lines = AuditLog.objects.filter(resource_id=learner.pk).order_by("created_at", "pk")
    assert [(line.action, line.resource_id, line.metadata.get("status")) for line in lines] == [
        ("learner_credential.recorded", learner.pk, "accepted"),
        ("learner_credential.recorded", learner.pk, "completed"),
        ("learner_credential.removed", learner.pk, None),
    ]


def test_the_same_credential_is_not_entered_twice(admin: Client) -> None:
    held = LearnerCredentialFactory()
    body = {"user": str(held.user_id), "credential": str(held.credential_id), "status": "completed"}

    page = admin.post(reverse("admin:recommendations_learnercredential_add"), body)

    assert page.status_code == 200
    assert LearnerCredential.objects.get().status == held.status
