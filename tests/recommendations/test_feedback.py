"""Feedback is kept, counts for what it is about, and only students decide for themselves."""

import datetime as dt
import uuid
from typing import Any

import pytest

from accounts.models import User
from ops.models import AuditLog
from recommendations.enums import Acceptance, LearnerCredentialSource, LearnerCredentialStatus
from recommendations.events import feedback_recorded
from recommendations.models import LearnerCredential, RecommendationFeedback
from recommendations.queries import RecommendationMissing, acceptance_rates
from recommendations.services import CredentialNotRecommended, RoleMismatch, record_feedback
from tests.factories.accounts import AdvisorAssignmentFactory, UserFactory
from tests.factories.catalog import NOW
from tests.factories.recommendations import (
    LearnerCredentialFactory,
    RecommendationFactory,
    RecommendationItemFactory,
    heard,
)

pytestmark = pytest.mark.django_db


def say(item: Any, *, by: User | None = None, minutes: int = 0, **said: Any) -> RecommendationFeedback:
    return record_feedback(
        by=by or item.recommendation.assessment.user,
        recommendation_id=item.recommendation_id,
        now=NOW + dt.timedelta(minutes=minutes),
        **{"relevance_score": 4, "credential_id": item.credential_id, **said},
    )


def test_feedback_is_recorded_with_the_role_of_the_token_and_announced() -> None:
    item = RecommendationItemFactory()

    with heard(feedback_recorded) as announced:
        feedback = say(item, relevance_score=5, comments="Just right.", submitted_by_role="student")

    stored = RecommendationFeedback.objects.get()
    assert stored == feedback
    assert (stored.item, stored.relevance_score, stored.acceptance_status) == (item, 5, Acceptance.PENDING)
    assert (stored.submitted_by_role, stored.comments, stored.submitted_at) == ("student", "Just right.", NOW)
    assert [sent["feedback_id"] for sent in announced] == [feedback.pk]
    line = AuditLog.objects.get(action="recommendation.feedback")
    assert (line.resource_id, line.actor_role) == (item.recommendation_id, "student")
    assert "Just right." not in str(line.metadata)


def test_a_student_who_accepts_has_taken_the_credential_up() -> None:
    item = RecommendationItemFactory()

    say(item, acceptance_status=Acceptance.ACCEPTED)
    say(item, acceptance_status=Acceptance.ACCEPTED, minutes=1)

    held = LearnerCredential.objects.get()
    assert (held.user, held.credential) == (item.recommendation.assessment.user, item.credential)
    assert (held.status, held.source) == (LearnerCredentialStatus.ACCEPTED, LearnerCredentialSource.FEEDBACK)
    assert held.recorded_at == NOW


def test_one_who_rejects_later_no_longer_holds_it_unless_it_was_completed() -> None:
    accepted, completed = RecommendationItemFactory(), RecommendationItemFactory()
    say(accepted, acceptance_status=Acceptance.ACCEPTED)
    LearnerCredentialFactory(user=completed.recommendation.assessment.user, credential=completed.credential)

    say(accepted, acceptance_status=Acceptance.REJECTED, minutes=1)
    say(completed, acceptance_status=Acceptance.REJECTED)

    assert [held.credential for held in LearnerCredential.objects.all()] == [completed.credential]


def test_an_advisor_does_not_decide_for_the_student() -> None:
    item = RecommendationItemFactory()
    advisor = AdvisorAssignmentFactory(student=item.recommendation.assessment.user).advisor

    feedback = say(item, by=advisor, acceptance_status=Acceptance.ACCEPTED)

    assert feedback.submitted_by_role == "advisor"
    assert not LearnerCredential.objects.exists()


def test_a_whole_list_decides_for_no_credential() -> None:
    item = RecommendationItemFactory()

    say(item, credential_id=None, acceptance_status=Acceptance.ACCEPTED)

    assert RecommendationFeedback.objects.get().item is None
    assert not LearnerCredential.objects.exists()


def test_another_role_than_the_token_has_is_refused() -> None:
    with pytest.raises(RoleMismatch):
        say(RecommendationItemFactory(), submitted_by_role="advisor")

    assert not RecommendationFeedback.objects.exists()


def test_a_credential_that_was_not_recommended_is_refused() -> None:
    with pytest.raises(CredentialNotRecommended):
        say(RecommendationItemFactory(), credential_id=uuid.uuid4())


def test_what_one_may_not_see_is_not_there() -> None:
    with pytest.raises(RecommendationMissing):
        say(RecommendationItemFactory(), by=UserFactory())


def test_acceptance_moves_the_rate_of_the_credential() -> None:
    liked, disliked, silent = RecommendationItemFactory.create_batch(3)
    say(liked, acceptance_status=Acceptance.ACCEPTED)
    say(disliked, acceptance_status=Acceptance.REJECTED)
    say(silent)

    assert acceptance_rates() == pytest.approx({liked.credential_id: 0.6, disliked.credential_id: 0.4})


def test_of_several_by_one_person_the_newest_counts() -> None:
    item = RecommendationItemFactory()
    say(item, acceptance_status=Acceptance.ACCEPTED)
    say(item, acceptance_status=Acceptance.REJECTED, minutes=1)

    assert acceptance_rates() == pytest.approx({item.credential_id: 0.4})


def test_a_voice_about_a_list_counts_for_its_credentials_by_equal_shares() -> None:
    recommendation = RecommendationFactory()
    one, other = RecommendationItemFactory.create_batch(2, recommendation=recommendation)

    say(one, credential_id=None, acceptance_status=Acceptance.ACCEPTED)

    share = 2.5 / 4.5
    assert acceptance_rates() == pytest.approx({one.credential_id: share, other.credential_id: share})
