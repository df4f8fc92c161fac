"""Feedback is kept, counts for what it is about, and only students decide for themselves."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from ops.models import AuditLog
from recommendations.enums import Acceptance, LearnerCredentialSource, LearnerCredentialStatus
from recommendations.events import feedback_recorded
from recommendations.models import CredentialReception, LearnerCredential, RecommendationFeedback
from recommendations.priors import Reception, prior
from recommendations.queries import RecommendationMissing, feedback_of, offers, receptions, said_by
from recommendations.services import (
    CredentialNotRecommended,
    NothingToTakeBack,
    RoleMismatch,
    record_feedback,
    recount_receptions,
    take_back_feedback,
)
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


def take_back(
    item: Any, *, by: User | None = None, minutes: int = 10, **about: Any
) -> RecommendationFeedback:
    return take_back_feedback(
        by=by or item.recommendation.assessment.user,
        recommendation_id=item.recommendation_id,
        now=NOW + dt.timedelta(minutes=minutes),
        **{"credential_id": item.credential_id, **about},
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


def test_an_advisor_who_accepts_a_list_decides_for_no_credential() -> None:
    item = RecommendationItemFactory()
    advisor = AdvisorAssignmentFactory(student=item.recommendation.assessment.user).advisor

    feedback = say(item, by=advisor, credential_id=None, acceptance_status=Acceptance.ACCEPTED)

    assert (feedback.item, feedback.taken_for) == (None, None)
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


def prior_of(item: Any, *, role: Any = None, user: User | None = None) -> float:
    """The prior of the item's credential for somebody, by default a stranger in the item's role."""
    role_id = (role or item.recommendation.assessment.role).pk
    user_id = (user or UserFactory()).pk
    found = receptions(role_id=role_id, user_id=user_id, offers=offers())
    return prior(found.get(item.credential_id, Reception()))


def sums() -> dict[uuid.UUID, tuple[float, float]]:
    rows = CredentialReception.objects.values_list("credential_id", "accepted", "rejected")
    return {key: (float(yes), float(no)) for key, yes, no in rows}


def test_acceptance_moves_the_prior_of_the_credential_for_strangers() -> None:
    liked, disliked, silent = RecommendationItemFactory.create_batch(3)
    say(liked, acceptance_status=Acceptance.ACCEPTED)
    say(disliked, acceptance_status=Acceptance.REJECTED)
    say(silent)

    assert [prior_of(item) for item in (liked, disliked, silent)] == pytest.approx([0.6, 0.4, 0.5])


def test_it_moves_the_prior_in_another_role_less_once_that_role_has_voices_of_its_own() -> None:
    item = RecommendationItemFactory()
    elsewhere = RecommendationItemFactory(credential=item.credential)
    say(item, acceptance_status=Acceptance.ACCEPTED)
    assert prior_of(elsewhere) == pytest.approx(0.6)

    say(elsewhere, acceptance_status=Acceptance.REJECTED)

    assert prior_of(elsewhere) == pytest.approx((0 + 4 * 0.6) / 5)
    assert prior_of(item) == pytest.approx((1 + 4 * 0.4) / 5)


def test_it_moves_the_prior_for_the_person_further_and_for_what_is_like_it() -> None:
    item, alike = RecommendationItemFactory.create_batch(2)
    student = item.recommendation.assessment.user
    say(item, acceptance_status=Acceptance.REJECTED)
    role = item.recommendation.assessment.role

    own = prior_of(item, user=student)

    assert own == pytest.approx((0 + 4 * 0.4) / 5)
    # The same band of hours, and where a factory says so the same provider.
    shared = 0.25 + 0.25 * (
        bool(item.credential.provider) and item.credential.provider == alike.credential.provider
    )
    assert prior_of(alike, user=student, role=role) == pytest.approx(4 * 0.5 / (4 + shared))
    assert prior_of(alike, role=role) == 0.5


def test_an_advisor_moves_the_prior_as_the_student_does() -> None:
    item = RecommendationItemFactory()
    student = item.recommendation.assessment.user
    advisor = AdvisorAssignmentFactory(student=student).advisor

    say(item, by=advisor, acceptance_status=Acceptance.ACCEPTED)

    assert prior_of(item) == pytest.approx(0.6)
    assert prior_of(item, user=student) == pytest.approx((1 + 4 * 0.6) / 5)


def test_of_several_by_one_person_the_newest_counts() -> None:
    item = RecommendationItemFactory()
    say(item, acceptance_status=Acceptance.ACCEPTED)
    say(item, acceptance_status=Acceptance.REJECTED, minutes=1)

    assert sums() == {item.credential_id: (0.0, 1.0)}


def made_anew(item: Any) -> Any:
    """The same credential on the next list of the same assessment, which is now the one in effect."""
    former = item.recommendation
    type(former).objects.filter(pk=former.pk).update(effective=False)
    anew = RecommendationFactory(assessment=former.assessment, run=former.run + 1)
    return RecommendationItemFactory(recommendation=anew, credential=item.credential)


def test_a_list_made_anew_gives_nobody_a_second_voice() -> None:
    item = RecommendationItemFactory()
    student = item.recommendation.assessment.user
    say(item, acceptance_status=Acceptance.REJECTED)
    again = made_anew(item)
    say(again, acceptance_status=Acceptance.REJECTED, minutes=1)

    assert sums() == {item.credential_id: (0.0, 1.0)}
    assert prior_of(item, user=student) == pytest.approx((4 * 0.4) / 5)
    recount_receptions(now=NOW)
    assert sums() == {item.credential_id: (0.0, 1.0)}

    say(again, acceptance_status=Acceptance.ACCEPTED, minutes=2)
    assert sums() == {item.credential_id: (1.0, 0.0)}

    take_back(again)
    assert sums() == {item.credential_id: (0.0, 0.0)}
    recount_receptions(now=NOW)
    assert sums() == {}  # nobody says anything any more


def test_of_words_about_the_lists_of_an_assessment_the_newest_counts_for_what_that_list_held() -> None:
    one = RecommendationItemFactory()
    other = RecommendationItemFactory(recommendation=one.recommendation)
    again = made_anew(one)
    say(one, credential_id=None, acceptance_status=Acceptance.ACCEPTED)
    assert sums() == {one.credential_id: (0.5, 0.0), other.credential_id: (0.5, 0.0)}

    say(again, credential_id=None, acceptance_status=Acceptance.REJECTED, minutes=1)

    assert sums() == {one.credential_id: (0.0, 1.0), other.credential_id: (0.0, 0.0)}
    recount_receptions(now=NOW)
    assert sums() == {one.credential_id: (0.0, 1.0)}


def test_two_people_and_two_assessments_are_so_many_voices() -> None:
    item = RecommendationItemFactory()
    advisor = AdvisorAssignmentFactory(student=item.recommendation.assessment.user).advisor
    elsewhere = RecommendationItemFactory(credential=item.credential)
    say(item, acceptance_status=Acceptance.ACCEPTED)
    say(made_anew(item), by=advisor, acceptance_status=Acceptance.ACCEPTED, minutes=1)
    say(elsewhere, acceptance_status=Acceptance.ACCEPTED)

    assert sorted(
        float(one.accepted) for one in CredentialReception.objects.filter(credential=item.credential)
    ) == [1.0, 2.0]


def test_the_word_that_is_written_last_counts_whatever_the_clock_said_when_it_was_asked() -> None:
    item = RecommendationItemFactory()
    first = say(item, acceptance_status=Acceptance.ACCEPTED, minutes=2)
    last = say(item, acceptance_status=Acceptance.REJECTED, minutes=1)

    assert sums() == {item.credential_id: (0.0, 1.0)}
    assert last.submitted_at == first.submitted_at + dt.timedelta(microseconds=1)
    assert not LearnerCredential.objects.exists()


def test_a_voice_about_a_list_counts_for_its_credentials_by_equal_shares() -> None:
    recommendation = RecommendationFactory()
    one, other = RecommendationItemFactory.create_batch(2, recommendation=recommendation)

    say(one, credential_id=None, acceptance_status=Acceptance.ACCEPTED)

    assert sums() == {one.credential_id: (0.5, 0.0), other.credential_id: (0.5, 0.0)}
    assert prior_of(other) == pytest.approx(2.5 / 4.5)


def test_what_is_taken_back_no_longer_counts_and_stays_on_file() -> None:
    item = RecommendationItemFactory()
    student = item.recommendation.assessment.user
    say(item, acceptance_status=Acceptance.ACCEPTED, comments="Just right.")

    taken = take_back(item)

    assert (taken.withdrawn, taken.relevance_score, taken.acceptance_status) == (
        True,
        None,
        Acceptance.PENDING,
    )
    assert sums() == {item.credential_id: (0.0, 0.0)}
    assert prior_of(item, user=student) == 0.5
    assert not LearnerCredential.objects.exists()
    assert RecommendationFeedback.objects.count() == 2
    assert feedback_of(by=student, recommendation_id=item.recommendation_id) == []
    assert AuditLog.objects.filter(action="recommendation.feedback_withdrawn").count() == 1


def test_what_somebody_says_is_read_over_all_lists_of_the_assessment() -> None:
    item, other = RecommendationItemFactory(), RecommendationItemFactory()
    assessment = item.recommendation.assessment
    again = RecommendationItemFactory(
        recommendation=RecommendationFactory(assessment=assessment, run=2, effective=False),
        credential=item.credential,
    )
    say(item, relevance_score=2)
    say(again, relevance_score=5, minutes=1)
    say(item, credential_id=None, relevance_score=3)
    say(other)
    AdvisorAssignmentFactory(student=assessment.user)
    say(item, by=assessment.user.advisor_links.get().advisor, relevance_score=1, minutes=2)

    found = said_by(assessment.user, assessment_id=assessment.pk)

    assert {about: row.relevance_score for about, row in found.items()} == {item.credential_id: 5, None: 3}
    take_back(again)
    assert set(said_by(assessment.user, assessment_id=assessment.pk)) == {None}


def test_taking_back_about_a_list_leaves_what_was_said_of_a_credential() -> None:
    item = RecommendationItemFactory()
    say(item, acceptance_status=Acceptance.ACCEPTED)
    say(item, credential_id=None, acceptance_status=Acceptance.REJECTED)
    assert sums() == {item.credential_id: (1.0, 1.0)}

    take_back(item, credential_id=None)

    assert sums() == {item.credential_id: (1.0, 0.0)}
    assert LearnerCredential.objects.count() == 1


def test_what_was_not_said_or_is_taken_back_cannot_be_taken_back() -> None:
    item = RecommendationItemFactory()
    with pytest.raises(NothingToTakeBack):
        take_back(item)

    say(item, acceptance_status=Acceptance.ACCEPTED)
    take_back(item)

    with pytest.raises(NothingToTakeBack):
        take_back(item, minutes=20)


def test_an_advisor_takes_back_only_their_own_word() -> None:
    item = RecommendationItemFactory()
    advisor = AdvisorAssignmentFactory(student=item.recommendation.assessment.user).advisor
    say(item, acceptance_status=Acceptance.ACCEPTED)

    with pytest.raises(NothingToTakeBack):
        take_back(item, by=advisor)

    assert sums() == {item.credential_id: (1.0, 0.0)}
    assert LearnerCredential.objects.count() == 1


def test_one_may_change_ones_mind_again() -> None:
    item = RecommendationItemFactory()
    say(item, acceptance_status=Acceptance.ACCEPTED)
    take_back(item)

    say(item, acceptance_status=Acceptance.REJECTED, minutes=20)

    assert sums() == {item.credential_id: (0.0, 1.0)}


def test_counting_anew_brings_the_same_sums_and_forgets_what_was_erased() -> None:
    recommendation = RecommendationFactory()
    one, other, third = RecommendationItemFactory.create_batch(3, recommendation=recommendation)
    advisor = AdvisorAssignmentFactory(student=recommendation.assessment.user).advisor
    say(one, acceptance_status=Acceptance.ACCEPTED)
    say(one, acceptance_status=Acceptance.REJECTED, minutes=1)
    say(other, by=advisor, acceptance_status=Acceptance.ACCEPTED)
    say(third, credential_id=None, by=advisor, acceptance_status=Acceptance.REJECTED)
    kept = sums()
    assert kept[one.credential_id] == (0.0, 1.3333)

    recount_receptions(now=NOW)
    assert sums() == kept

    RecommendationFeedback.objects.filter(submitted_by=advisor).delete()
    recount_receptions(now=NOW)
    assert sums() == {one.credential_id: (0.0, 1.0)}


@pytest.mark.parametrize(
    "said", [{"relevance_score": 3}, {"comments": "No."}, {"acceptance_status": "accepted"}]
)
def test_the_database_lets_nothing_be_said_by_taking_back(said: dict[str, Any]) -> None:
    item = RecommendationItemFactory()
    row = {"relevance_score": None, "withdrawn": True, "submitted_at": NOW, "submitted_by_role": "student"}

    with pytest.raises(IntegrityError), transaction.atomic():
        RecommendationFeedback.objects.create(
            recommendation=item.recommendation,
            item=item,
            submitted_by=item.recommendation.assessment.user,
            **{**row, **said},
        )


def test_the_sums_are_read_in_as_many_queries_for_one_row_as_for_many() -> None:
    def queries_of(item: Any) -> int:
        student, role = item.recommendation.assessment.user, item.recommendation.assessment.role
        found = offers()
        with CaptureQueriesContext(connection) as asked:
            receptions(role_id=role.pk, user_id=student.pk, offers=found)
        return len(asked)

    items = RecommendationItemFactory.create_batch(3, recommendation=RecommendationFactory())
    say(items[0], acceptance_status=Acceptance.ACCEPTED)
    first = queries_of(items[0])
    for item in items:
        say(item, acceptance_status=Acceptance.REJECTED, minutes=1)

    assert queries_of(items[0]) == first
