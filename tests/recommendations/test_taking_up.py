"""Which credential a student's word about a whole list is taken for: the first that is left to take up, and that one
again until they let go of it."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from recommendations.enums import Acceptance, LearnerCredentialStatus
from recommendations.models import (
    CredentialReception,
    LearnerCredential,
    Recommendation,
    RecommendationFeedback,
)
from recommendations.services import take_back_feedback
from tests.factories.catalog import NOW
from tests.factories.recommendations import (
    LearnerCredentialFactory,
    RecommendationFactory,
    RecommendationItemFactory,
)
from tests.recommendations.test_feedback import say, take_back

pytestmark = pytest.mark.django_db
ACCEPTED, REJECTED, PENDING = Acceptance.ACCEPTED, Acceptance.REJECTED, Acceptance.PENDING


@pytest.fixture
def items() -> list[Any]:
    run: Recommendation = RecommendationFactory()
    return [RecommendationItemFactory(recommendation=run, position=place) for place in (1, 2, 3)]


def of_list(items: list[Any], acceptance: str, *, minutes: int = 0) -> Any:
    """What a word about the list is taken for."""
    return say(items[0], credential_id=None, acceptance_status=acceptance, minutes=minutes).taken_for


def held() -> set[Any]:
    return set(LearnerCredential.objects.values_list("credential_id", "status"))


def test_accepting_a_list_takes_up_its_first_credential(items: list[Any]) -> None:
    assert of_list(items, ACCEPTED) == items[0]

    assert held() == {(items[0].credential_id, "accepted")}
    assert RecommendationFeedback.objects.get().item is None


def test_accepting_it_again_takes_up_nothing_more_even_once_the_credential_is_retired(
    items: list[Any],
) -> None:
    of_list(items, ACCEPTED)
    items[0].credential.active = False
    items[0].credential.save()

    assert of_list(items, ACCEPTED, minutes=1) == items[0]
    assert held() == {(items[0].credential_id, "accepted")}


def test_what_is_retired_completed_or_turned_down_is_passed_over(items: list[Any]) -> None:
    student = items[0].recommendation.assessment.user
    items[0].credential.active = False
    items[0].credential.save()
    LearnerCredentialFactory(
        user=student, credential=items[1].credential, status=LearnerCredentialStatus.COMPLETED
    )
    assert of_list(items, ACCEPTED) == items[2]

    say(items[2], acceptance_status=REJECTED, minutes=1)
    assert of_list(items, ACCEPTED, minutes=2) is None
    assert held() == {(items[1].credential_id, "completed")}


def test_one_that_was_accepted_by_its_name_is_what_accepting_the_list_is_taken_for(items: list[Any]) -> None:
    say(items[1], acceptance_status=ACCEPTED)

    assert of_list(items, ACCEPTED, minutes=1) == items[1]
    assert held() == {(items[1].credential_id, "accepted")}


def test_a_word_about_a_list_of_which_nothing_was_taken_up_decides_about_no_credential(
    items: list[Any],
) -> None:
    assert [of_list(items, PENDING), of_list(items, REJECTED, minutes=1)] == [None, None]
    assert held() == set()


@pytest.mark.parametrize("between", [(), (PENDING,)])
def test_rejecting_the_list_lets_go_of_what_accepting_it_took_up(items: list[Any], between: Any) -> None:
    of_list(items, ACCEPTED)
    for minutes, acceptance in enumerate(between, start=1):
        assert of_list(items, acceptance, minutes=minutes) == items[0]

    assert of_list(items, REJECTED, minutes=5) == items[0]
    assert held() == set()
    assert of_list(items, REJECTED, minutes=6) is None


def test_taking_the_word_back_lets_go_too_and_accepting_after_all_takes_it_up_again(items: list[Any]) -> None:
    of_list(items, ACCEPTED)

    taken = take_back(items[0], credential_id=None)
    assert (taken.taken_for, held()) == (items[0], set())

    assert of_list(items, ACCEPTED, minutes=20) == items[0]
    assert held() == {(items[0].credential_id, "accepted")}


@pytest.mark.parametrize("how", ["rejected", "taken back"])
def test_what_was_accepted_by_its_name_too_is_kept(items: list[Any], how: str) -> None:
    of_list(items, ACCEPTED)
    say(items[0], acceptance_status=ACCEPTED, minutes=1)

    if how == "rejected":
        assert of_list(items, REJECTED, minutes=2) is None
    else:
        assert take_back(items[0], credential_id=None).taken_for is None

    assert held() == {(items[0].credential_id, "accepted")}


def test_who_turns_the_credential_down_by_its_name_lets_go_of_it(items: list[Any]) -> None:
    of_list(items, ACCEPTED)

    say(items[0], acceptance_status=REJECTED, minutes=1)

    assert held() == set()
    assert of_list(items, ACCEPTED, minutes=2) == items[1]


def test_the_list_stays_one_voice_by_equal_shares(items: list[Any]) -> None:
    of_list(items, ACCEPTED)

    assert {float(row.accepted) for row in CredentialReception.objects.all()} == {0.3333}


def test_the_database_knows_no_word_about_a_credential_that_is_taken_for_another(items: list[Any]) -> None:
    with (
        pytest.raises(IntegrityError, match="recommendation_feedback_taken_for_of_lists"),
        transaction.atomic(),
    ):
        RecommendationFeedback.objects.create(
            recommendation=items[0].recommendation, item=items[0], taken_for=items[1], relevance_score=3,
            submitted_by=items[0].recommendation.assessment.user, submitted_by_role="student", submitted_at=NOW,
        )  # fmt: skip


def test_an_undecided_word_that_is_taken_back_lets_go_of_nothing(items: list[Any]) -> None:
    of_list(items, ACCEPTED)
    of_list(items, PENDING, minutes=1)

    take_back_feedback(
        by=items[0].recommendation.assessment.user, recommendation_id=items[0].recommendation_id, now=NOW
    )

    assert held() == {(items[0].credential_id, "accepted")}
