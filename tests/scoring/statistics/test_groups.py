"""Fairness between groups of a role's students, from rows to figures, and what is never shown."""

import datetime as dt

import pytest

from accounts.models import User
from catalog import services as catalog
from catalog.models import JobRole, Question
from scoring.enums import ScoreSource
from scoring.statistics import Fairness, fairness, profile_keys
from tests.factories.accounts import AdminFactory
from tests.factories.assessments import GOOD_ESSAY
from tests.factories.catalog import NOW
from tests.factories.statistics import completed, role_with_three_questions, score_essay

pytestmark = pytest.mark.django_db
RIGHT, WRONG = "c2", "c1"


@pytest.fixture
def role() -> JobRole:
    return role_with_three_questions()


@pytest.fixture
def admin() -> User:
    user: User = AdminFactory()
    return user


def campus(role: JobRole, name: str, *choices: str) -> None:
    for choice in choices:
        completed(role, profile={"campus": name}, multiple_choice=choice)


def found_by(admin: User, role: JobRole, *, smallest: int = 3) -> Fairness:
    return fairness(by=admin, role_id=role.pk, key="campus", smallest=smallest)


class TestGroups:
    def test_groups_are_held_against_the_largest(self, admin: User, role: JobRole) -> None:
        campus(role, "North", RIGHT, RIGHT, RIGHT, WRONG)
        campus(role, "South", RIGHT, WRONG, WRONG)

        found = found_by(admin, role)

        assert found.reference == "North"
        assert [(line.name, line.people) for line in found.groups] == [("North", 4), ("South", 3)]
        north, south = found.groups
        # The number question is right for all: shares are 1 and 1/2.
        assert (north.mean, north.gap) == (0.875, None)
        assert south.gap is not None
        assert south.gap.difference == pytest.approx(2 / 3 - 0.875)

    def test_a_small_group_and_what_subtraction_would_show_of_it_are_left_out(
        self, admin: User, role: JobRole
    ) -> None:
        campus(role, "North", RIGHT, RIGHT, RIGHT, WRONG)
        campus(role, "South", RIGHT, WRONG, WRONG)
        campus(role, "East", RIGHT)

        found = found_by(admin, role)

        assert [line.name for line in found.groups] == ["North"]
        assert (found.people, found.pooled) == (8, 4)
        assert "East" not in str(found)
        assert "South" not in str(found)

    def test_with_one_group_large_enough_and_one_not_nothing_is_shown(
        self, admin: User, role: JobRole
    ) -> None:
        campus(role, "North", RIGHT, RIGHT, RIGHT)
        campus(role, "South", RIGHT)

        found = found_by(admin, role)

        assert (found.groups, found.reference, found.items, found.pooled) == ((), None, (), 4)

    def test_students_whose_profile_does_not_say_are_a_group_without_a_name(
        self, admin: User, role: JobRole
    ) -> None:
        campus(role, "North", RIGHT, RIGHT, WRONG)
        for _ in range(3):
            completed(role)

        found = found_by(admin, role)

        assert [(line.name, line.gap) for line in found.groups] == [("", None), ("North", None)]
        assert found.reference == "North"


class TestItems:
    def test_questions_are_examined_among_people_of_equal_ability(self, admin: User, role: JobRole) -> None:
        """Everybody has one of two questions right: the choice mostly in the north, the number in the south."""
        for name, choices in (("North", 3), ("South", 1)):
            for number in range(4):
                first, second = (RIGHT, 7) if number < choices else (WRONG, 42.5)
                completed(role, profile={"campus": name}, multiple_choice=first, numeric=second)

        choice, number_question = found_by(admin, role).items

        assert (choice.item.question_type, choice.group) == ("multiple_choice", "South")
        assert (choice.functioning.reference, choice.functioning.focal) == (4, 4)
        assert choice.functioning.odds_ratio == pytest.approx(9)
        assert choice.functioning.delta < 0
        assert number_question.functioning.odds_ratio == pytest.approx(1 / 9)

    def test_a_question_that_too_few_of_a_group_were_asked_is_not_examined(
        self, admin: User, role: JobRole
    ) -> None:
        """The choice question changes half-way: two of each group were asked each of its versions."""
        question = Question.objects.get(role=role, question_type="multiple_choice")
        for number in range(8):
            first, second = (RIGHT, 7) if number % 2 else (WRONG, 42.5)
            completed(
                role,
                profile={"campus": ("North", "South")[number % 4 // 2]},
                multiple_choice=first,
                numeric=second,
            )
            if number == 3:
                question.prompt = "Another prompt?"
                question.save()
                catalog.publish_question(by=None, question=question, now=NOW + dt.timedelta(hours=1))

        found = found_by(admin, role)

        assert [line.people for line in found.groups] == [4, 4]
        assert [line.item.question_type for line in found.items] == ["numeric"]


class TestEssays:
    def test_the_model_is_held_against_people_group_by_group(self, admin: User, role: JobRole) -> None:
        for name, model, person in (("North", 1, 1), ("North", 2, 1), ("North", 1, 2)) + (
            ("South", 2, 0),
        ) * 3:
            assessment = completed(role, profile={"campus": name}, essay=GOOD_ESSAY + " more" * person)
            score_essay(assessment, ScoreSource.MODEL, reasoning=model, evidence=model)
            score_essay(assessment, ScoreSource.HUMAN, reasoning=person, evidence=person, by=admin)

        found = found_by(admin, role)

        errors = {line.name: line.model_error for line in found.groups}
        assert errors["North"] is not None
        assert errors["South"] is not None
        assert errors["North"].error == pytest.approx(0)
        assert errors["South"].error > 1
        assert set(found.slopes) == {"model", "person", "error"}
        assert found.slopes["person"].per_hundred_words > 0

    def test_a_group_with_few_essays_scored_twice_has_no_error(self, admin: User, role: JobRole) -> None:
        campus(role, "South", RIGHT, RIGHT, WRONG)
        for name, model, person in (("North", 1, 1), ("North", 2, 1), ("North", 1, 2), ("South", 2, 0)):
            assessment = completed(role, profile={"campus": name})
            score_essay(assessment, ScoreSource.MODEL, reasoning=model, evidence=1)
            score_essay(assessment, ScoreSource.HUMAN, reasoning=person, evidence=1, by=admin)

        found = found_by(admin, role)

        assert [(line.name, line.model_error) for line in found.groups] == [("South", None), ("North", None)]


class TestKeys:
    def test_keys_that_make_a_few_groups_are_offered(self, admin: User, role: JobRole) -> None:
        for number in range(22):
            profile = {
                "campus": ("North", "South")[number % 2],
                "first_in_family": number % 2 == 0,
                "student_number": f"S{number}",
                "language": "en",
                "skills": ["a", "b"],
                "essay": "x" * 100,
            }
            completed(role, profile=profile)

        assert profile_keys(by=admin, role_id=role.pk) == ["campus", "first_in_family"]
