"""The pages about quality, as each kind of user meets them."""

import html
import re
import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.enums import Role
from accounts.models import User
from catalog.models import JobRole, Question
from scoring.enums import ScoreSource
from scoring.statistics import LEAST_PAIRS, LEAST_PEOPLE, SMALLEST_GROUP
from tests.factories.accounts import AdminFactory, UserFactory
from tests.factories.statistics import completed, role_with_three_questions, score_essay

pytestmark = pytest.mark.django_db


@pytest.fixture
def role() -> JobRole:
    return role_with_three_questions()


@pytest.fixture
def admin() -> Client:
    return browser_of(AdminFactory())


def browser_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(name: str, *parts: object) -> str:
    return reverse(f"advisor:{name}", args=parts)


def comparison_of(role: JobRole) -> str:
    return page("quality-comparison", role.pk, Question.objects.get(role=role, question_type="essay").pk)


def text_of(client: Client, address: str, **query: str) -> str:
    response = client.get(address, query)
    assert response.status_code == 200
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode())))


def pages_of(role: JobRole) -> list[str]:
    names = ("quality-items", "quality-agreement", "quality-fairness")
    return [page("quality"), *(page(name, role.pk) for name in names), comparison_of(role)]


def scored_twice(role: JobRole, person: User, *, model: int, level: int, **fields: str) -> None:
    assessment = completed(role, profile=fields)
    score_essay(assessment, ScoreSource.MODEL, reasoning=model, evidence=1)
    score_essay(assessment, ScoreSource.HUMAN, reasoning=level, evidence=1, by=person)


class TestWhoSeesWhat:
    @pytest.mark.parametrize("kind", [Role.STUDENT, Role.ADVISOR, Role.GUARDIAN])
    def test_for_everybody_but_admins_there_are_no_pages(self, role: JobRole, kind: Role) -> None:
        completed(role)
        client = browser_of(UserFactory(role=kind))

        assert [client.get(address).status_code for address in pages_of(role)] == [404] * 5

    def test_visitors_are_sent_to_the_log_in_page(self, role: JobRole) -> None:
        assert {Client().get(address).status_code for address in pages_of(role)} == {302}

    def test_admins_find_them_in_the_navigation_and_advisors_do_not(self, admin: Client) -> None:
        advisor = browser_of(UserFactory(role=Role.ADVISOR))
        link = f'href="{page("quality")}"'

        assert link in admin.get(page("assessments")).content.decode()
        assert link not in advisor.get(page("assessments")).content.decode()

    def test_only_one_place_of_the_navigation_is_current(self, admin: Client) -> None:
        bar = admin.get(page("quality")).content.decode().split("</nav>")[0]

        assert re.findall(r'aria-current="page">(\w+)<', bar) == ["Quality"]

    def test_roles_and_questions_that_are_not_there_are_not_found(self, admin: Client, role: JobRole) -> None:
        completed(role)

        for name in ("quality-items", "quality-agreement", "quality-fairness"):
            assert admin.get(page(name, uuid.uuid4())).status_code == 404
        assert admin.get(page("quality-comparison", role.pk, uuid.uuid4())).status_code == 404
        assert admin.get(comparison_of(role), {"criterion": "nothing"}).status_code == 404

    def test_a_post_asks_for_figures_that_are_kept_and_is_refused_elsewhere(
        self, admin: Client, role: JobRole
    ) -> None:
        assert [admin.post(address).status_code for address in pages_of(role)] == [405, 302, 302, 302, 405]


class TestEmpty:
    def test_every_page_says_how_much_it_needs(self, admin: Client, role: JobRole) -> None:
        items = text_of(admin, page("quality-items", role.pk))
        agreement = text_of(admin, page("quality-agreement", role.pk))
        fairness = text_of(admin, page("quality-fairness", role.pk))

        assert (
            f"need the answers of {LEAST_PEOPLE} students who completed the role; so far there are those of 0"
            in items
        )
        assert (
            f"once {LEAST_PAIRS} essays of a question have been scored by a model and marked blind by a person"
            in agreement
        )
        assert f"figures need {SMALLEST_GROUP} students in a group" in fairness

    def test_roles_are_listed_before_anybody_has_taken_them(self, admin: Client, role: JobRole) -> None:
        assert role.name in text_of(admin, page("quality"))

    def test_an_essay_scored_by_nobody_twice_has_nothing_to_compare(
        self, admin: Client, role: JobRole
    ) -> None:
        completed(role)

        assert "Nothing to compare yet" in text_of(admin, comparison_of(role))
        assert "marked blind by two people" in text_of(admin, comparison_of(role), between="reviewers")
        assert f"needs {LEAST_PAIRS} essays with both" in text_of(admin, page("quality-agreement", role.pk))


class TestItems:
    def test_enough_students_make_figures_flags_and_choices(self, admin: Client, role: JobRole) -> None:
        for number in range(LEAST_PEOPLE):
            # The able take the wrong choice: there is something wrong with this question.
            able = number % 2 == 0
            completed(role, multiple_choice="c1" if able else "c2", numeric=42.5 if able else 7)
        completed(role)

        shown = text_of(admin, page("quality-items", role.pk))

        assert "Cronbach’s alpha" in shown
        assert "The able do worse" in shown
        assert "A wrong choice draws the able" in shown
        assert "A choice hardly anybody takes" in shown
        assert "Beta Right 11 0.52 10 0 1 -0.91" in shown
        assert f"needs {LEAST_PEOPLE} students" in shown  # the essays, which nobody has scored

    def test_made_up_learners_count_while_there_are_no_others(self, admin: Client, role: JobRole) -> None:
        completed(role, synthetic=True)

        shown = text_of(admin, page("quality-items", role.pk))

        assert "1 student " in shown
        assert "Made-up learners are counted" in shown
        assert "0 students" in text_of(admin, page("quality-items", role.pk), synthetic="off")

    def test_made_up_learners_beside_others_come_in_when_asked_for(
        self, admin: Client, role: JobRole
    ) -> None:
        completed(role, synthetic=True)
        completed(role)

        shown = text_of(admin, page("quality-items", role.pk))

        assert "1 student " in shown
        assert "Made-up learners are left out." in shown
        assert "2 students" in text_of(admin, page("quality-items", role.pk), synthetic="on")


class TestAgreement:
    def test_a_cell_leads_to_its_essays(self, admin: Client, role: JobRole) -> None:
        person = AdminFactory()
        scored_twice(role, person, model=1, level=1)
        assessment = completed(role)
        score_essay(assessment, ScoreSource.MODEL, reasoning=2, evidence=1)
        score_essay(assessment, ScoreSource.HUMAN, reasoning=0, evidence=1, by=person)

        table = admin.get(comparison_of(role), {"criterion": "reasoning"}).content.decode()
        address = next(
            html.unescape(found)
            for found in re.findall(r'href="(\?[^"#]+)#cases"', table)
            if "first=2" in found
        )
        listed = admin.get(comparison_of(role) + address).content.decode()

        assert "criterion=reasoning" in address
        assert "1 essay: model Full, person Missing" in re.sub(r"\s+", " ", listed)
        (link,) = re.findall(r'<th role="rowheader" scope="row"><a href="([^"#]+)#question-\d+"', listed)
        assert link == page("assessment", assessment.pk)
        assert admin.get(link).status_code == 200

    def test_enough_pairs_make_figures_by_question_and_criterion(self, admin: Client, role: JobRole) -> None:
        person = AdminFactory()
        for number in range(LEAST_PAIRS):
            scored_twice(role, person, model=number % 3, level=number % 3)

        shown = text_of(admin, page("quality-agreement", role.pk))

        assert "Reasoning 10 1.00 good 1.00 to 1.00 1.00, 1.00 0.00 SD 1.00 (10) – (0)" in shown
        assert "Evidence 10 – no spread" in shown

    @pytest.mark.parametrize(
        "query", [{"first": "9", "second": "0"}, {"first": "x", "second": "0"}, {"first": "1"}]
    )
    def test_cells_that_are_not_there_show_no_essays(
        self, admin: Client, role: JobRole, query: dict[str, str]
    ) -> None:
        scored_twice(role, AdminFactory(), model=1, level=1)

        assert 'id="cases"' not in admin.get(comparison_of(role), query).content.decode()

    def test_more_essays_take_no_more_queries(self, admin: Client, role: JobRole) -> None:
        person = AdminFactory()
        scored_twice(role, person, model=1, level=1)
        one = queries_of(admin, comparison_of(role))
        scored_twice(role, person, model=1, level=2)
        scored_twice(role, person, model=0, level=2)

        assert queries_of(admin, comparison_of(role)) == one


class TestFairness:
    def test_groups_are_chosen_from_the_profiles(self, admin: Client, role: JobRole) -> None:
        for number in range(2 * SMALLEST_GROUP + 2):
            name = "North" if number % 2 else "South"
            right = number % 3 > 0
            completed(role, profile={"campus": name}, multiple_choice="c2" if right else "c1")

        unchosen = text_of(admin, page("quality-fairness", role.pk))
        shown = text_of(admin, page("quality-fairness", role.pk), key="campus")

        assert "Choose the groups" in unchosen
        assert "Campus" in unchosen
        assert "North reference 11" in shown
        assert "South 11" in shown

    def test_small_groups_are_neither_named_nor_counted(self, admin: Client, role: JobRole) -> None:
        for number in range(SMALLEST_GROUP + 3):
            completed(role, profile={"campus": "North" if number < SMALLEST_GROUP else "Tiny"})

        shown = text_of(admin, page("quality-fairness", role.pk), key="campus")

        assert "Too few students" in shown
        assert "Tiny" not in shown
        assert "North" not in shown

    def test_the_model_is_held_against_people(self, admin: Client, role: JobRole) -> None:
        person = AdminFactory()
        for number in range(2 * SMALLEST_GROUP):
            name = "North" if number % 2 else "South"
            scored_twice(role, person, model=2, level=number % 3, campus=name)

        shown = text_of(admin, page("quality-fairness", role.pk), key="campus")

        assert re.search(r"North reference 10 \S+ – – \d\.\d\d SD \(10\)", shown)

    def test_a_key_that_makes_no_groups_is_not_understood(self, admin: Client, role: JobRole) -> None:
        completed(role, profile={"campus": "North"})

        assert "No groups to compare" in text_of(admin, page("quality-fairness", role.pk), key="campus")


def queries_of(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)
