"""Curating practice items in the admin."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.enums import Role
from accounts.models import User
from catalog.models import Skill
from ops.models import AuditLog
from practice.admin import PracticeItemAdmin
from practice.models import PracticeItem
from tests.factories.accounts import AdminFactory, UserFactory
from tests.factories.catalog import SkillFactory
from tests.factories.practice import NOW, PracticeAssignmentFactory, PracticeItemFactory

pytestmark = pytest.mark.django_db
LIST = "admin:practice_practiceitem_changelist"
ADD = "admin:practice_practiceitem_add"
CHANGE = "admin:practice_practiceitem_change"
DELETE = "admin:practice_practiceitem_delete"
NUMBER: dict[str, str] = {
    "key": "tins-per-box", "question_type": "numeric", "prompt": "4 rows of 6 tins.\r\nHow many tins?",
    "choices": "", "answer_format": "{}", "rules": '{"kind": "numeric", "value": "24"}',
    "hints": "Rows times tins in a row.\r\n\r\n  Add a row at a time. ", "solution": "4 × 6 = 24.",
    "difficulty": "3", "seconds": "30",
}  # fmt: skip


@pytest.fixture
def curator() -> User:
    user: User = AdminFactory()
    return user


@pytest.fixture
def client(curator: User) -> Client:
    browser = Client()
    browser.force_login(curator)
    return browser


@pytest.fixture
def skill() -> Skill:
    found: Skill = SkillFactory(key="counting")
    return found


def shown(client: Client, item: PracticeItem) -> dict[str, str]:
    """Return what a browser would send if the form were submitted as it is."""
    form = client.get(reverse(CHANGE, args=[item.pk])).context["adminform"].form
    values = {bound.html_name: bound.value() for bound in form}
    return {name: "" if value is None else str(value).replace("\n", "\r\n") for name, value in values.items()}


def change(client: Client, item: PracticeItem, **entered: str) -> Any:
    return client.post(reverse(CHANGE, args=[item.pk]), shown(client, item) | entered)


def run_action(client: Client, name: str, *items: PracticeItem) -> str:
    body = {"action": name, "_selected_action": [str(item.pk) for item in items]}
    return client.post(reverse(LIST), body, follow=True).content.decode()


def listed(client: Client, **asked: str) -> list[str]:
    return [row.key for row in client.get(reverse(LIST), asked).context["cl"].result_list]


def trail() -> list[tuple[str, dict[str, Any]]]:
    rows = AuditLog.objects.filter(resource_type="practice_item").order_by("created_at", "pk")
    return list(rows.values_list("action", "metadata"))


class TestWriting:
    def test_a_new_item_begins_at_the_difficulty_that_its_author_says(
        self, client: Client, curator: User, skill: Skill
    ) -> None:
        answer = client.post(reverse(ADD), NUMBER | {"skill": str(skill.pk)})

        assert answer.status_code == 302
        item = PracticeItem.objects.get()
        assert (item.key, item.skill, item.question_type) == ("tins-per-box", skill, "numeric")
        assert item.prompt == "4 rows of 6 tins.\nHow many tins?"
        assert (item.choices, item.answer_format) == (None, {})
        assert item.hints == ["Rows times tins in a row.", "Add a row at a time."]
        assert (item.rating, item.deviation, item.answers) == (800.0, 150.0, 0)
        assert (item.generator, item.seed, item.active) == ("", None, True)
        assert item.created_at == item.updated_at
        assert trail() == [("practice_item.created", {"skill": str(skill.pk)})]
        assert AuditLog.objects.get(action="practice_item.created").actor_id == curator.pk

    def test_saving_what_is_shown_changes_nothing(self, client: Client) -> None:
        item = PracticeItemFactory(prompt="One.\nTwo?")

        assert change(client, item).status_code == 302

        assert PracticeItem.objects.get().updated_at == item.updated_at
        assert trail() == []

    def test_another_wording_keeps_what_answers_have_shown(self, client: Client) -> None:
        item = PracticeItemFactory(rating=1310.0, deviation=59.0, answers=41)

        change(client, item, prompt="Which one filters groups?")

        item.refresh_from_db()
        assert item.prompt == "Which one filters groups?"
        assert (item.rating, item.deviation, item.answers) == (1310.0, 59.0, 41)
        assert item.updated_at > item.created_at
        assert trail() == [("practice_item.changed", {"fields": ["prompt"]})]

    def test_another_difficulty_starts_the_rating_anew(self, client: Client) -> None:
        item = PracticeItemFactory(rating=1300.0, deviation=60.0, answers=40)

        change(client, item, difficulty="8")

        item.refresh_from_db()
        assert (item.difficulty, item.rating, item.deviation, item.answers) == (8, 1600.0, 150.0, 0)
        assert trail() == [("practice_item.changed", {"fields": ["difficulty"]})]

    def test_what_was_given_stays_as_it_was(self, client: Client) -> None:
        given = PracticeAssignmentFactory()

        change(client, given.item, prompt="Another?")

        given.refresh_from_db()
        assert given.question["prompt"] == "Which clause filters groups?"

    def test_the_key_stays(self, client: Client) -> None:
        item = PracticeItemFactory(key="kept")

        change(client, item, key="changed", solution="Because.")

        assert list(PracticeItem.objects.values_list("key", "solution")) == [("kept", "Because.")]

    @pytest.mark.parametrize(
        ("field", "entered", "said"),
        [
            ("key", "Tins_Box", ["Write small letters and digits, with single hyphens between them."]),
            ("key", "taken", ["Practice item with this Key already exists."]),
            ("question_type", "multiple_choice", None),
            ("choices", '["Alpha"]', ["choices.0: 'Alpha' is not of type 'object'"]),
            ("answer_format", '{"unit": "tins"}', None),
            ("rules", '{"kind": "numeric", "value": "24", "unit_factors": {"g": "0.001"}}',
             ["rules.unit_factors: say in rules.unit which unit they count in"]),
            ("rules", "[", None),
            ("rules", "", ["This field is required."]),
            ("hints", " \n", ["This field is required."]),
            ("hints", "a\nb\nc\nd\ne", ["These are 5 hints; write at most 4."]),
            ("hints", "Count.\nCount.", ["One of them stands here twice."]),
            (
                "hints", "Rows times tins.\nIt is 24.",
                ["Hint 2 gives the answer away: it names the number 24"],
            ),
            ("solution", " ", ["This field is required."]),
            ("difficulty", "11", ["Ensure this value is less than or equal to 10."]),
            ("seconds", "9", ["Ensure this value is greater than or equal to 10."]),
        ],
    )  # fmt: skip
    def test_what_cannot_be_practised_with_is_refused_at_its_place(
        self, client: Client, skill: Skill, field: str, entered: str, said: list[str] | None
    ) -> None:
        PracticeItemFactory(key="taken", skill=skill)

        answer = client.post(reverse(ADD), NUMBER | {"skill": str(skill.pk), field: entered})

        errors = answer.context["adminform"].form.errors
        place = {"question_type": "rules", "answer_format": "rules"}.get(field, field)
        assert list(errors) == [place]
        assert said is None or errors[place] == said
        assert PracticeItem.objects.count() == 1
        assert trail() == []

    def test_choices_that_are_there_are_shown_and_read_again(self, client: Client) -> None:
        item = PracticeItemFactory()
        choices = [*item.choices, {"id": "c4", "text": "ORDER BY"}]

        change(client, item, choices=json.dumps(choices))

        item.refresh_from_db()
        assert item.choices == choices


class TestKeeping:
    def test_items_are_retired_and_given_again(self, client: Client) -> None:
        item, other = PracticeItemFactory(), PracticeItemFactory(active=False)

        assert "1 item retired." in run_action(client, "retire", item, other)
        assert not PracticeItem.objects.filter(active=True).exists()

        assert "2 items given to students again." in run_action(client, "activate", item, other)
        assert [action for action, _ in trail()] == [
            "practice_item.retired", "practice_item.activated", "practice_item.activated",
        ]  # fmt: skip

    def test_whether_it_is_given_is_no_field_of_the_form(self, client: Client) -> None:
        item = PracticeItemFactory(active=False)

        change(client, item, active="on", solution="Because.")

        assert list(PracticeItem.objects.values_list("active", "solution")) == [(False, "Because.")]

    def test_an_item_that_reports_hold_can_be_retired(self, client: Client) -> None:
        item = PracticeItemFactory(active=False, held_at=NOW)

        assert "1 item retired." in run_action(client, "retire", item)

        item.refresh_from_db()
        assert (item.active, item.held_at) == (False, None)

    def test_a_generated_item_can_be_looked_at_and_retired_only(self, client: Client) -> None:
        item = PracticeItemFactory(generator="mean", seed=7)
        where = reverse(CHANGE, args=[item.pk])

        page = client.get(where).content.decode()

        assert "Made by the generator mean from the seed 7" in page
        assert "_save" not in page
        assert client.post(where, {"prompt": "Another?"}).status_code == 403
        assert "1 item retired." in run_action(client, "retire", item)

    def test_nothing_is_deleted(self, client: Client) -> None:
        item = PracticeItemFactory()

        assert client.post(reverse(DELETE, args=[item.pk]), {"post": "yes"}).status_code == 403
        assert "delete_selected" not in client.get(reverse(LIST)).content.decode()

    @pytest.mark.parametrize("role", [Role.STUDENT, Role.ADVISOR, Role.GUARDIAN])
    def test_others_are_sent_away(self, role: Role) -> None:
        browser = Client()
        browser.force_login(UserFactory(role=role))

        answer = browser.get(reverse(LIST))

        assert (answer.status_code, answer["Location"].startswith("/admin/login/")) == (302, True)


class TestLooking:
    def test_items_are_found_by_key_prompt_and_what_they_are(self, client: Client, skill: Skill) -> None:
        PracticeItemFactory(key="joins")
        PracticeItemFactory(
            key="mean-of-4", generator="mean", seed=4, skill=skill, prompt="What is the mean?"
        )
        PracticeItemFactory(key="old", question_type="ordering", active=False)

        assert listed(client) == ["joins", "mean-of-4", "old"]
        assert listed(client, q="join") == ["joins"]
        assert listed(client, q="the mean") == ["mean-of-4"]
        assert listed(client, made="generated") == ["mean-of-4"]
        assert listed(client, made="written") == ["joins", "old"]
        assert listed(client, active__exact="0") == ["old"]
        assert listed(client, question_type__exact="ordering") == ["old"]
        assert listed(client, skill__id__exact=str(skill.pk)) == ["mean-of-4"]

    def test_a_longer_list_asks_no_more_of_the_database(self, client: Client) -> None:
        PracticeItemFactory()
        client.get(reverse(LIST))
        with CaptureQueriesContext(connection) as one:
            client.get(reverse(LIST))
        for key in ("html", "css"):
            PracticeItemFactory(skill__key=key)
        with CaptureQueriesContext(connection) as three:
            client.get(reverse(LIST))

        assert len(three) == len(one)

    @pytest.mark.parametrize(
        ("rating", "deviation", "answers", "said"),
        [
            (1200.0, 150.0, 0, "6, not answered yet"),
            (1190.0, 150.0, 1, "5, give or take 2"),
            (1590.0, 80.0, 30, "8, give or take 1"),
            (2000.0, 30.0, 400, "10, well known"),
        ],
    )
    def test_the_difficulty_that_answers_made_of_it_says_how_far_it_may_be_off(
        self, rating: float, deviation: float, answers: int, said: str
    ) -> None:
        item = PracticeItemFactory.build(rating=rating, deviation=deviation, answers=answers)

        assert PracticeItemAdmin.difficulty_shown(None, item) == said  # type: ignore[arg-type]
