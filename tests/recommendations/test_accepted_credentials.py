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
from recommendations.services import NothingToTakeBack, take_back_feedback
from tests.factories.assessments import submitted_assessment
from tests.factories.catalog import NOW
from tests.factories.recommendations import (
    LearnerCredentialFactory,
    RecommendationFactory,
    RecommendationItemFactory,
)
from tests.recommendations.test_feedback import made_anew, say, take_back

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


class TestListsOfOneAssessment:
    """A word about the lists of an assessment is one, on whichever of them it was said."""

    @pytest.fixture
    def anew(self, items: list[Any]) -> Any:
        """The only item of the list that was made anew, without what was on the one before."""
        before = items[0].recommendation
        Recommendation.objects.filter(pk=before.pk).update(effective=False)
        return RecommendationItemFactory(
            recommendation=RecommendationFactory(assessment=before.assessment, run=2), position=1
        )

    @pytest.mark.parametrize("how", ["rejected", "taken back"])
    def test_what_the_list_before_took_up_is_let_go_of_with_the_new_one(
        self, items: list[Any], anew: Any, how: str
    ) -> None:
        of_list(items, ACCEPTED)

        if how == "rejected":
            assert of_list([anew], REJECTED, minutes=1) == items[0]
        else:
            of_list([anew], ACCEPTED, minutes=1)
            assert take_back(anew, credential_id=None).taken_for == items[0]

        assert held() == set()

    def test_accepting_the_new_one_takes_up_nothing_more(self, items: list[Any], anew: Any) -> None:
        of_list(items, ACCEPTED)

        assert of_list([anew], ACCEPTED, minutes=1) == items[0]
        assert held() == {(items[0].credential_id, "accepted")}

    def test_once_it_is_completed_accepting_the_new_one_takes_up_the_next(
        self, items: list[Any], anew: Any
    ) -> None:
        of_list(items, ACCEPTED)
        LearnerCredential.objects.update(status=LearnerCredentialStatus.COMPLETED)

        assert of_list([anew], ACCEPTED, minutes=1) == anew


class TestSeveralAssessments:
    @pytest.fixture
    def other(self, items: list[Any]) -> Any:
        """The same credential on the list of another assessment of the student."""
        student = items[0].recommendation.assessment.user
        run = RecommendationFactory(assessment=submitted_assessment(user=student))
        return RecommendationItemFactory(recommendation=run, credential=items[0].credential, position=1)

    @pytest.mark.parametrize("by_name", [True, False])
    @pytest.mark.parametrize("how", ["rejected", "taken back"])
    def test_what_was_accepted_on_another_is_kept(
        self, items: list[Any], other: Any, by_name: bool, how: str
    ) -> None:
        say(items[0], acceptance_status=ACCEPTED) if by_name else of_list(items, ACCEPTED)
        of_list([other], ACCEPTED, minutes=1)

        if how == "rejected":
            assert of_list([other], REJECTED, minutes=2) is None
        else:
            assert take_back(other, credential_id=None).taken_for is None

        assert held() == {(items[0].credential_id, "accepted")}

    def test_what_was_turned_down_on_another_since_is_let_go_of(self, items: list[Any], other: Any) -> None:
        say(items[0], acceptance_status=ACCEPTED)
        say(items[0], acceptance_status=REJECTED, minutes=1)
        of_list([other], ACCEPTED, minutes=2)

        assert of_list([other], REJECTED, minutes=3) == other
        assert held() == set()

    @pytest.mark.parametrize("by_name", [True, False])
    def test_what_is_taken_back_by_its_name_is_kept_while_another_accepts_it(
        self, items: list[Any], other: Any, by_name: bool
    ) -> None:
        say(items[0], acceptance_status=ACCEPTED)
        say(other, acceptance_status=ACCEPTED, minutes=1) if by_name else of_list(
            [other], ACCEPTED, minutes=1
        )

        take_back(items[0])
        assert held() == {(items[0].credential_id, "accepted")}

        take_back(other, minutes=20)
        assert held() == set()

    def test_what_was_turned_down_by_its_name_since_is_not_accepted_with_a_list(
        self, items: list[Any], other: Any
    ) -> None:
        of_list(items, ACCEPTED)
        say(items[0], acceptance_status=REJECTED, minutes=1)
        of_list([other], ACCEPTED, minutes=2)

        take_back(other, credential_id=None)

        assert held() == set()

    @pytest.mark.parametrize("first_by_name", [True, False])
    @pytest.mark.parametrize("then_by_name", [True, False])
    @pytest.mark.parametrize("how", ["rejected", "taken back"])
    def test_what_was_accepted_on_another_is_kept_by_who_was_undecided_about_it_since(
        self, items: list[Any], other: Any, first_by_name: bool, then_by_name: bool, how: str
    ) -> None:
        first = items[0].credential_id if first_by_name else None
        say(items[0], credential_id=first, acceptance_status=ACCEPTED)
        say(items[0], credential_id=first, acceptance_status=PENDING, minutes=1)
        then = other.credential_id if then_by_name else None
        say(other, credential_id=then, acceptance_status=ACCEPTED, minutes=2)

        if how == "taken back":
            take_back(other, credential_id=then)
        else:
            say(other, credential_id=then, acceptance_status=REJECTED, minutes=3)

        # Who turns it down by its name lets go of it, whatever was said elsewhere.
        kept = not (then_by_name and how == "rejected")
        assert held() == ({(items[0].credential_id, "accepted")} if kept else set())

    @pytest.mark.parametrize("by_name", [True, False])
    def test_who_is_undecided_after_turning_it_down_has_not_accepted_it(
        self, items: list[Any], other: Any, by_name: bool
    ) -> None:
        of_list(items, ACCEPTED)
        say(items[0], acceptance_status=REJECTED, minutes=1)
        say(other, acceptance_status=ACCEPTED, minutes=2)
        undecided = items[0].credential_id if by_name else None
        say(items[0], credential_id=undecided, acceptance_status=PENDING, minutes=3)

        take_back(other)

        assert held() == set()

    def test_who_takes_back_that_they_are_undecided_has_not_accepted_it(
        self, items: list[Any], other: Any
    ) -> None:
        say(items[0], acceptance_status=ACCEPTED)
        say(items[0], acceptance_status=PENDING, minutes=1)
        say(other, acceptance_status=ACCEPTED, minutes=2)
        take_back(items[0])
        assert held() == {(items[0].credential_id, "accepted")}

        take_back(other, minutes=20)

        assert held() == set()


class TestTakingBackByName:
    def test_where_it_was_taken_up_with_the_list_it_is_the_word_about_the_list(
        self, items: list[Any]
    ) -> None:
        of_list(items, ACCEPTED)

        taken = take_back(items[0])

        assert (taken.item, taken.taken_for, taken.withdrawn) == (None, items[0], True)
        assert held() == set()
        with pytest.raises(NothingToTakeBack):
            take_back(items[0], minutes=20)

    def test_of_what_was_not_taken_up_with_the_list_there_is_nothing_to_take_back(
        self, items: list[Any]
    ) -> None:
        of_list(items, ACCEPTED)

        with pytest.raises(NothingToTakeBack):
            take_back(items[1])

    def test_the_word_about_the_credential_goes_first_and_the_list_holds_it_until_then(
        self, items: list[Any]
    ) -> None:
        of_list(items, ACCEPTED)
        say(items[0], acceptance_status=ACCEPTED, minutes=1)

        assert take_back(items[0]).item == items[0]
        assert held() == {(items[0].credential_id, "accepted")}

        assert take_back(items[0], minutes=20).taken_for == items[0]
        assert held() == set()

    @pytest.mark.parametrize("by_name", [True, False])
    def test_what_was_said_is_taken_back_on_a_list_that_was_made_anew_too(
        self, items: list[Any], by_name: bool
    ) -> None:
        say(items[0], acceptance_status=ACCEPTED) if by_name else of_list(items, ACCEPTED)

        anew = made_anew(items[0])
        taken = take_back(anew) if by_name else take_back(anew, credential_id=None)

        assert taken.recommendation.run == 2
        assert held() == set()
