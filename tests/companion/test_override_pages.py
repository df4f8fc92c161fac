"""Staff sees how often what is overridden, what came of it, and the latest."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from tests.clients import client_of
from tests.companion.overridden import KINDS, OVERRIDES, Scene, scene
from tests.factories.accounts import AdminFactory, AdvisorAssignmentFactory, AdvisorFactory
from tests.factories.catalog import SkillFactory
from tests.factories.practice import PracticeOverrideFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def there() -> Scene:
    return scene()


def shown(reader: User, **query: str) -> str:
    client = Client()
    client.force_login(reader)
    answer = client.get(reverse("advisor:overrides"), query)
    assert answer.status_code == 200
    return answer.content.decode()


def rows(page: str, caption: str) -> list[list[str]]:
    """Return the cells of a table by its caption, in words."""
    table = page[page.index(f">{caption}</caption>") :].split("</table>")[0]
    body = table[table.index("<tbody") :]
    return [
        [re.sub(r"<[^>]+>|\s+", " ", cell).strip() for cell in re.findall(r"<t[hd].*?>(.*?)</t[hd]>", row, re.S)]
        for row in re.findall(r"<tr.*?</tr>", body, re.S)
    ]  # fmt: skip


def test_overrides_are_counted_by_kind_unless_something_else_is_chosen(there: Scene) -> None:
    for kind in KINDS:
        there.override(kind)
    there.override("practice", difficulty=5)

    page = shown(there.advisor)

    assert rows(page, "Overrides by kind") == [
        ["Practice", "2"], ["Goal", "1"], ["Recommendation", "1"], ["Score", "1"], ["Summary", "1"],
    ]  # fmt: skip
    assert "6 found" in page
    assert "How practice went on" not in page


def test_by_difficulty_each_kind_has_its_column_and_levels_what_came_of_them(there: Scene) -> None:
    for kind in KINDS:
        there.override(kind)

    page = shown(there.advisor, by="difficulty")

    assert rows(page, "Overrides by difficulty") == [
        ["None", "–", "–", "1", "–", "1", "2"],
        ["3", "1", "–", "–", "–", "–", "1"],
        ["4", "–", "1", "–", "–", "–", "1"],
        ["6", "–", "–", "–", "1", "–", "1"],
    ]
    ((difficulty, levels, _, followed, surprise),) = rows(page, "Levels set, by difficulty")
    assert (difficulty, levels, followed, surprise) == ("3", "1", "0", "–")


def test_the_latest_say_what_was_changed_by_whom_and_why(there: Scene) -> None:
    for kind in KINDS:
        there.override(kind)

    page = shown(there.advisor)

    for told in (
        "difficulty 6 → difficulty 3", "difficulty 7 → difficulty 4", "corrected", "0 of 1 → 1 of 1",
        "taken off the list",
    ):  # fmt: skip
        assert told in page
    assert page.count("We talked about it.") == 5
    assert page.count(str(there.advisor)) >= 5
    assert reverse("advisor:session", args=[there.summary.pk]) in page
    address = reverse("advisor:assessment", args=[there.assessment.pk])
    assert page.count(f'href="{address}"') == 2
    assert page.count(f'<a href="{address}#practice">{there.student}</a>') == 2


def test_practice_of_who_has_no_assessment_is_looked_at_by_weeks(there: Scene) -> None:
    student = AdvisorAssignmentFactory(advisor=there.advisor).student
    PracticeOverrideFactory(student=student)

    address = reverse("advisor:student-weeks", args=[student.pk])
    assert f'<a href="{address}">{student}</a>' in shown(there.advisor)


def test_a_page_takes_as_many_statements_however_many_students_it_names(
    there: Scene, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for link in AdvisorAssignmentFactory.create_batch(5, advisor=there.advisor):
        PracticeOverrideFactory(student=link.student)
    for kind in KINDS:
        there.override(kind)
    shown(there.advisor)
    client = Client()
    client.force_login(there.advisor)

    with django_assert_max_num_queries(25):
        assert client.get(reverse("advisor:overrides")).status_code == 200


def test_figures_of_many_say_how_many_are_not_shown(there: Scene) -> None:
    assert "with as many or fewer" not in shown(there.advisor, by="skill")
    for number in range(23):
        PracticeOverrideFactory(student=there.student, skill=SkillFactory(key=f"skill-{number}"))

    page = shown(there.advisor, by="skill")

    assert len(rows(page, "Overrides by skill")) == len(rows(page, "Levels set, by skill")) == 20
    assert page.count("And 3 more, with as many or fewer.") == 2


def test_a_level_of_a_criterion_that_was_changed_is_named(there: Scene) -> None:
    body = there.body("score", question_id=str(_essay(there)), criterion="evidence", level="Full")
    del body["score"]
    assert client_of(there.advisor).post(OVERRIDES, body, format="json").status_code == 201

    assert re.search(r"Evidence: .* → Full \(.* of 4\)", shown(there.advisor))


def test_what_is_taken_back_is_said_so(there: Scene) -> None:
    there.override("recommendation")
    body = there.body("recommendation", action="take_back")
    del body["credential_id"]
    client_of(there.advisor).post(OVERRIDES, body, format="json")

    assert "all changes taken back" in shown(there.advisor)


def test_the_page_is_narrowed_by_kind_and_period(there: Scene) -> None:
    there.override("goal")
    PracticeOverrideFactory(student=there.student)  # in March

    assert "2 found" in shown(there.advisor)
    assert rows(shown(there.advisor, kind="practice"), "Overrides by kind") == [["Practice", "1"]]
    recent = shown(there.advisor, days="30", by="advisor")
    assert rows(recent, "Overrides by advisor") == [[str(there.advisor), "–", "1", "–", "–", "–", "1"]]
    assert "How practice went on" not in recent


def test_levels_of_the_period_alone_are_told_of(there: Scene) -> None:
    PracticeOverrideFactory(student=there.student)
    PracticeOverrideFactory(student=there.student, made_at=timezone.now())

    assert rows(shown(there.advisor, by="student"), "Levels set, by student")[0][1] == "2"
    assert rows(shown(there.advisor, by="student", days="30"), "Levels set, by student")[0][1] == "1"


def test_advisors_see_those_of_their_students_alone(there: Scene) -> None:
    there.override("goal")

    assert "Nothing was overridden" in shown(AdvisorFactory())
    assert "1 found" in shown(AdminFactory())


def test_long_lists_come_in_pages(there: Scene) -> None:
    PracticeOverrideFactory.create_batch(26, student=there.student)

    assert "Page 2 of 2" in shown(there.advisor, page="2")


def _essay(there: Scene) -> object:
    return there.assessment.snapshots.get(question_type="essay").question_id
