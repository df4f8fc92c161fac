"""What is asked of a model on behalf of somebody who is being erased."""

import pytest
from django.utils import timezone

from accounts.models import User
from accounts.personal_data import erasing
from microcred.ai.base import ProviderError
from microcred.ids import uuid7
from scoring.models import ModelCall
from scoring.services import GenerationRequest, answers_model
from tests.factories.accounts import UserFactory
from tests.fakes.openai_server import FakeOpenAI

WORDING = GenerationRequest(
    "answers-1", "a" * 64, "Answer.", "Which course?", "answer", {"type": "object"}, 100
)


@pytest.mark.django_db
def test_nothing_of_who_is_erased_while_a_job_is_at_it_is_sent_or_kept(openai: FakeOpenAI) -> None:
    person: User = UserFactory()
    model = answers_model(person, job_id=uuid7(), attempt=1)
    assert model is not None
    request = erasing.request_erasure(by=person, person=person, now=timezone.now())
    erasing.erase(request.pk, now=request.due_at)

    with pytest.raises(ProviderError) as refused:
        model.ask(WORDING)

    assert refused.value.kind == "refusal"
    assert not openai.requests
    assert not ModelCall.objects.exists()
