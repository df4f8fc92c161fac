"""A student says something of a list at the moment in which somebody changes it."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections, transaction

from microcred.ai import providers
from recommendations import queries
from recommendations.models import RecommendationOverride
from recommendations.services import override, record_feedback
from tests.factories.accounts import AdminFactory
from tests.factories.catalog import NOW
from tests.factories.recommendations import WordEmbedder
from tests.ops.harness import PATIENCE_SECONDS
from tests.recommendations.results import completed
from tests.waiting import waits_or_ends


@pytest.mark.django_db(transaction=True)
def test_who_says_something_and_who_changes_the_list_do_not_wait_for_each_other_in_a_circle(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    embedder = WordEmbedder()
    monkeypatch.setattr(providers, "embedder", lambda: embedder)
    assessment, admin = completed(), AdminFactory()
    run = queries.effective(assessment.pk)
    assert run is not None
    second = run.items.all()[1].credential_id

    def put_first() -> RecommendationOverride:
        try:
            return override(
                by=admin, recommendation_id=run.pk, action="first", credential_id=second,
                reason="You begin a job in reporting.", now=NOW,
            )  # fmt: skip
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            said = record_feedback(
                by=assessment.user, recommendation_id=run.pk, relevance_score=3,
                acceptance_status="accepted", now=NOW,
            )  # fmt: skip
            other = pool.submit(put_first)
            waits_or_ends(other)
        act = other.result(PATIENCE_SECONDS)

    now = queries.effective(assessment.pk)
    assert now is not None
    assert (now.pk, now.items.all()[0].credential_id) == (act.recommendation_id, second)
    assert (said.recommendation_id, act.overridden_id) == (run.pk, run.pk)
