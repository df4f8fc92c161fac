"""Embeddings of a provider are in the ledger and under the limits; those of this machine are not."""

import numpy as np
import pytest
import structlog
from pytest_django.fixtures import Settings

from catalog.models import JobRole
from microcred.ai import providers
from microcred.ai.base import Embedder, ProviderError
from ops import jobs
from recommendations.queries.results import Result, result_of
from recommendations.serializers import result_body
from recommendations.services import refresh_embeddings
from scoring.calls import ledger, receipts
from scoring.calls.limits import spent
from scoring.enums import CallPurpose
from scoring.models import ModelCall
from tests.factories.assessments import started_assessment, submitted_assessment
from tests.factories.catalog import NOW, RoleSkillFactory
from tests.factories.recommendations import offered
from tests.factories.scoring import role_with_essay
from tests.fakes.openai_server import FakeOpenAI, status, word_vector
from tests.scoring.calls.entries import outgoing, payer
from tests.scoring.replies import second_level

pytestmark = pytest.mark.django_db

DEAR = {"text-embedding-3-small": {"input": "1000"}}
TEXTS = [f"text number {number}" for number in range(40)]


@pytest.fixture
def embedder(openai: FakeOpenAI, settings: Settings) -> Embedder:
    """The embedder of the provider."""
    settings.EMBEDDING_PROVIDER = "openai"
    settings.AI_PRICES = DEAR
    return providers.embedder()


def role_with_offer(embedder: Embedder) -> JobRole:
    """A role with an essay and a need that a credential serves, the catalog embedded."""
    role = role_with_essay()
    RoleSkillFactory(role=role, skill__key="sql")
    offered("course", text="Queries with SQL, step by step.", roles=[role], sql=4)
    refresh_embeddings(embedder=embedder)
    return role


def test_each_request_is_a_row_with_what_it_took_and_without_its_texts(
    openai: FakeOpenAI, embedder: Embedder
) -> None:
    vectors = embedder.embed(TEXTS)

    assert np.abs(vectors - np.stack([word_vector(text, 384) for text in TEXTS])).max() < 1e-6
    first, second = ModelCall.objects.order_by("pk")
    assert (first.purpose, first.provider, first.model) == ("embedding", "openai", "text-embedding-3-small")
    assert first.host == openai.base_url.removeprefix("http://").removesuffix("/v1")
    assert (first.texts, second.texts) == (32, 8)
    assert (first.outcome, first.input_tokens, first.output_tokens) == ("answered", 110, 0)
    assert first.cost_microcents == 110 * 100_000
    assert 0 < first.cost_microcents <= first.reserved_microcents
    assert first.latency_ms is not None
    assert (first.assessment_id, first.job_id, first.contents.count()) == (None, None, 0)


def test_the_assessment_whose_job_is_under_way_pays(embedder: Embedder) -> None:
    assessment = started_assessment()
    work = {"assessment_id": str(assessment.pk), "job_id": str(assessment.pk), "correlation_id": "request-7"}

    with structlog.contextvars.bound_contextvars(**work):
        embedder.embed(["what is looked for"])

    call = ModelCall.objects.get()
    assert (call.assessment_id, call.job_id, call.correlation_id) == (
        assessment.pk,
        assessment.pk,
        "request-7",
    )
    (receipt,) = receipts.receipts_of(assessment.pk)
    assert (receipt.purpose, receipt.answers, receipt.is_erased) == ("embedding", (), False)


def test_a_failure_is_settled_and_passed_on(openai: FakeOpenAI, embedder: Embedder) -> None:
    openai.queue(status(429, retry_after="2"))

    with pytest.raises(ProviderError) as raised:
        embedder.embed(["a text"])

    assert (raised.value.kind, raised.value.retry_after) == ("rate_limit", 2.0)
    assert [(call.outcome, call.cost_microcents) for call in ModelCall.objects.all()] == [("rate_limit", 0)]


def test_without_money_nothing_is_sent_and_retrying_would_not_help(
    openai: FakeOpenAI, embedder: Embedder, settings: Settings
) -> None:
    settings.MODEL_BUDGET_MONTH_CENTS = 0.1

    with pytest.raises(ProviderError) as raised:
        embedder.embed(["a text that costs more than that"])

    assert (raised.value.kind, raised.value.retryable, openai.requests) == ("budget", False, [])
    assert not ModelCall.objects.exists()


def test_essays_and_embeddings_share_the_month(embedder: Embedder, settings: Settings) -> None:
    embedder.embed(["a text"])
    call = ModelCall.objects.get()
    so_far = spent(assessment_id=None, month=call.month)[0]
    settings.MODEL_BUDGET_MONTH_CENTS = (so_far + 10) / 1_000_000

    assert so_far == call.cost_microcents
    with pytest.raises(ledger.BudgetExceeded):
        ledger.reserve(outgoing(11), payer=payer(started_assessment()))


def test_what_is_nobodys_counts_against_no_assessment(embedder: Embedder, settings: Settings) -> None:
    settings.MODEL_CAP_ASSESSMENT_CENTS = 0.000_1

    embedder.embed(["a text of the catalog"])

    assert ModelCall.objects.get().purpose == CallPurpose.EMBEDDING


def test_the_cost_in_the_result_is_that_of_every_call_for_it(openai: FakeOpenAI, embedder: Embedder) -> None:
    openai.script = second_level
    role = role_with_offer(embedder)
    assessment = submitted_assessment(role=role)

    jobs.drain()

    calls = ModelCall.objects.filter(assessment=assessment)
    assert set(calls.values_list("purpose", flat=True)) >= {"scoring", "embedding"}
    cents = sum(call.spent_microcents for call in calls) / 1_000_000
    result = result_of(by=assessment.user, assessment_id=assessment.pk, now=NOW)
    assert isinstance(result, Result)
    assert result_body(result)["metrics"]["token_cost_cents"] == pytest.approx(cents)
    assert ModelCall.objects.filter(assessment=None).exists()


def test_a_recommendation_without_money_goes_without_its_search(
    openai: FakeOpenAI, embedder: Embedder, settings: Settings
) -> None:
    role = role_with_offer(embedder)
    settings.MODEL_BUDGET_MONTH_CENTS = 0.000_1
    assessment = submitted_assessment(role=role)

    jobs.drain()

    assessment.refresh_from_db()
    assert assessment.status == "completed"
    assert assessment.missing == ["essay_scores", "retrieval"]


def test_no_texts_need_no_row(embedder: Embedder) -> None:
    assert embedder.embed([]).shape == (0, 384)
    assert not ModelCall.objects.exists()


def test_the_embedder_of_this_machine_makes_no_rows(local_judge: None) -> None:
    providers.embedder().embed(["a text"])

    assert not ModelCall.objects.exists()
