"""What a student may choose to practise."""

import pytest

from practice.queries import ChoosableSkill, skills_to_choose
from tests.companion.scenes import advised_student, finished_assessment
from tests.factories.accounts import UserFactory
from tests.factories.catalog import SkillFactory
from tests.factories.practice import (
    NOW,
    PracticeGoalFactory,
    PracticeItemFactory,
    SkillRatingFactory,
    TaughtSkillFactory,
)

pytestmark = pytest.mark.django_db


def test_gaps_come_first_and_the_rest_by_name_whatever_its_capitals() -> None:
    _, student = advised_student()
    finished_assessment(student)
    PracticeItemFactory()
    for key, name in (("art", "Art"), ("ios", "iOS"), ("writing", "Writing")):
        PracticeItemFactory(skill=SkillFactory(key=key, name=name))
    SkillFactory(key="nothing-there")

    found = skills_to_choose(student.pk, now=NOW)

    assert [(one.name, one.is_gap) for one in found] == [
        ("SQL", True), ("Art", False), ("iOS", False), ("Writing", False),
    ]  # fmt: skip


def test_each_says_where_the_student_is_and_what_speaks_for_it() -> None:
    student = UserFactory()
    PracticeItemFactory()
    SkillRatingFactory(user=student, rating=1400.0, updated_at=NOW)
    PracticeGoalFactory(user=student)
    TaughtSkillFactory(user=student, held_at=NOW)

    assert skills_to_choose(student.pk, now=NOW) == [
        ChoosableSkill(key="sql", name="Sql", difficulty=7, is_gap=False, is_goal=True, is_taught=True)
    ]


def test_what_is_retired_is_not_there() -> None:
    PracticeItemFactory(active=False)

    assert skills_to_choose(UserFactory().pk, now=NOW) == []
