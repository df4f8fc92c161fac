"""Two words about the same recommendation at the same moment, and a word about one that is being erased."""

import datetime as dt
from typing import Any

import pytest

from ops import erasure
from recommendations import erasing, queries
from recommendations.enums import Acceptance
from recommendations.models import CredentialReception, LearnerCredential, RecommendationFeedback
from recommendations.queries import RecommendationMissing
from recommendations.services import record_feedback
from tests.factories.accounts import AdvisorAssignmentFactory
from tests.factories.catalog import NOW
from tests.factories.recommendations import RecommendationItemFactory
from tests.waiting import beside

pytestmark = pytest.mark.django_db(transaction=True)


def say(item: Any, acceptance: str, *, seconds: int) -> RecommendationFeedback:
    return record_feedback(
        by=item.recommendation.assessment.user, recommendation_id=item.recommendation_id, relevance_score=4,
        credential_id=item.credential_id, acceptance_status=acceptance, now=NOW + dt.timedelta(seconds=seconds),
    )  # fmt: skip


def test_of_two_words_the_one_that_is_written_last_counts_in_everything() -> None:
    item = RecommendationItemFactory()
    student = item.recommendation.assessment.user

    accepted = beside(
        lambda: say(item, Acceptance.REJECTED, seconds=1),
        lambda: say(item, Acceptance.ACCEPTED, seconds=0),
    ).result()

    (standing,) = queries.feedback_of(by=student, recommendation_id=item.recommendation_id)
    assert standing == accepted
    assert LearnerCredential.objects.get().credential_id == item.credential_id
    reception = CredentialReception.objects.get()
    assert (float(reception.accepted), float(reception.rejected)) == (1.0, 0.0)


def test_who_speaks_of_a_list_that_is_being_erased_finds_none() -> None:
    item = RecommendationItemFactory()
    student = item.recommendation.assessment.user
    advisor = AdvisorAssignmentFactory(student=student).advisor

    def erase() -> None:
        erasure.begin(by=None, subject_type="user", subject_id=student.pk, reason="the person asked for it")
        erasing.erase(student.pk)

    said = beside(
        erase,
        lambda: record_feedback(
            by=advisor, recommendation_id=item.recommendation_id, relevance_score=4, now=NOW
        ),
    )

    with pytest.raises(RecommendationMissing):
        said.result()
    assert not RecommendationFeedback.objects.exists()
