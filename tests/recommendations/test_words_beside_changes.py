"""A student says something of a list at the moment in which it is changed, or in which they speak of another."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections, transaction

from accounts.models import User
from microcred.ai import providers
from planner.models import Task
from recommendations import queries
from recommendations.models import LearnerCredential, RecommendationFeedback, RecommendationOverride
from recommendations.services import override, record_feedback
from tests.factories.accounts import AdminFactory
from tests.factories.assessments import submitted_assessment
from tests.factories.catalog import NOW, CredentialFactory
from tests.factories.recommendations import RecommendationFactory, RecommendationItemFactory, WordEmbedder
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


def lists_of_one_student(credentials: list[Any]) -> list[Any]:
    """Lists with the same credentials for two assessments of a student, the other way round in the second."""
    first = RecommendationFactory()
    second = RecommendationFactory(assessment=submitted_assessment(user=first.assessment.user))
    for run, listed in ((first, credentials), (second, credentials[::-1])):
        for position, credential in enumerate(listed, start=1):
            RecommendationItemFactory(recommendation=run, credential=credential, position=position)
    return [first, second]


def say_of_list(run: Any, acceptance: str) -> RecommendationFeedback:
    student: User = run.assessment.user
    return record_feedback(
        by=student, recommendation_id=run.pk, relevance_score=4, acceptance_status=acceptance, now=NOW
    )


def say_at_once(runs: list[Any], acceptance: str) -> list[Any]:
    """Say the same of both lists, of the second while nobody knows yet of the first; return what each is taken for."""

    def say_apart() -> RecommendationFeedback:
        try:
            return say_of_list(runs[1], acceptance)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            first = say_of_list(runs[0], acceptance)
            other = pool.submit(say_apart)
            waits_or_ends(other)
        words = [first, other.result(PATIENCE_SECONDS)]
    return [word.taken_for and word.taken_for.credential for word in words]


@pytest.mark.django_db(transaction=True)
def test_who_accepts_two_lists_at_once_takes_up_one_credential_and_lets_go_of_it_with_the_last() -> None:
    credentials = CredentialFactory.create_batch(2)
    runs = lists_of_one_student(credentials)

    assert say_at_once(runs, "accepted") == [credentials[0]] * 2
    assert list(LearnerCredential.objects.values_list("credential", flat=True)) == [credentials[0].pk]
    assert Task.objects.count() == 1

    assert say_at_once(runs, "rejected") == [None, credentials[0]]
    assert not LearnerCredential.objects.exists()
    assert Task.objects.get().status == "cancelled"
