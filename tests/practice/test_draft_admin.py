"""Staff looks at drafts, approves and declines them, has more written, and looks items over."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from accounts.models import User
from ops.models import AsyncJob
from practice import services
from practice.enums import DraftStatus
from practice.models import PracticeDraft, PracticeItem, PracticeReport
from tests.factories.accounts import AdminFactory
from tests.factories.catalog import SkillFactory
from tests.factories.practice import NOW, PracticeDraftFactory, PracticeItemFactory, PracticeReportFactory

pytestmark = pytest.mark.django_db
LIST = "admin:practice_practicedraft_changelist"
CHANGE = "admin:practice_practicedraft_change"
ITEMS = "admin:practice_practiceitem_changelist"
ITEM = "admin:practice_practiceitem_change"
SKILLS = "admin:catalog_skill_changelist"


@pytest.fixture
def curator() -> User:
    user: User = AdminFactory(email="curator@example.org")
    return user


@pytest.fixture
def client(curator: User) -> Client:
    browser = Client()
    browser.force_login(curator)
    return browser


def act(client: Client, address: str, name: str, *rows: Any, **more: str) -> str:
    body = {"action": name, "_selected_action": [str(row.pk) for row in rows], **more}
    return client.post(reverse(address), body, follow=True).content.decode()


def press(client: Client, button: str, draft: PracticeDraft) -> str:
    path = reverse(CHANGE, args=[draft.pk])
    return client.post(path, {f"practice_practicedraft_{button}": ""}, follow=True).content.decode()


def stands(draft: PracticeDraft) -> str:
    return PracticeDraft.objects.get(pk=draft.pk).status


class TestDrafts:
    def test_the_page_shows_what_a_student_would_see_and_every_check(self, client: Client) -> None:
        draft = PracticeDraftFactory(
            status=DraftStatus.REJECTED,
            checks=[
                {"name": "schema", "problems": []},
                {"name": "giveaways", "problems": ["hints[0]: tells"]},
            ],
        )

        page = client.get(reverse(CHANGE, args=[draft.pk])).content.decode()

        for told in (
            "Written by a model", "Which clause filters groups?", "GROUP BY", "HAVING filters groups.",
            "✓ Can be shown and scored", "✗ Prompt and hints do not hold the answer", "hints[0]: tells",
            "– A second call without the key answers it rightly, twice: not looked at",
        ):  # fmt: skip
            assert told in page
        assert "practice_practicedraft_approve" not in page

    def test_an_address_that_names_none_leads_back_with_a_message(self, client: Client) -> None:
        answer = client.get(reverse(CHANGE, args=["zz"]), follow=True)

        said = [str(one) for one in answer.context["messages"]]
        assert answer.redirect_chain == [("/admin/", 302)]
        assert said == ["draft of a practice item with ID “zz” doesn’t exist. Perhaps it was deleted?"]

    def test_one_click_approves(self, client: Client, curator: User) -> None:
        draft = PracticeDraftFactory()

        page = press(client, "approve", draft)

        assert "1 draft approved." in page
        assert "successfully" not in page
        draft.refresh_from_db()
        assert (draft.status, draft.decided_by) == (DraftStatus.APPROVED, curator)
        assert PracticeItem.objects.get().key == draft.key

    def test_one_click_declines(self, client: Client) -> None:
        draft = PracticeDraftFactory()

        press(client, "decline", draft)

        assert stands(draft) == DraftStatus.DECLINED

    def test_a_post_without_a_button_changes_nothing(self, client: Client) -> None:
        draft = PracticeDraftFactory()

        client.post(reverse(CHANGE, args=[draft.pk]), {"_save": "", "status": "approved"})

        assert stands(draft) == DraftStatus.WAITING

    def test_several_are_approved_at_once_and_others_named(self, client: Client) -> None:
        sound, failed = PracticeDraftFactory(), PracticeDraftFactory(status=DraftStatus.REJECTED)

        page = act(client, LIST, "approve_chosen", sound, failed)

        assert "1 draft approved." in page
        assert f"{failed.key} cannot be decided on: it is rejected." in page
        assert [stands(one) for one in (sound, failed)] == [DraftStatus.APPROVED, DraftStatus.REJECTED]

    def test_several_are_declined_at_once(self, client: Client) -> None:
        drafts = PracticeDraftFactory.create_batch(2)

        assert "2 drafts declined." in act(client, LIST, "decline_chosen", *drafts)

    def test_the_list_says_what_failed(self, client: Client) -> None:
        PracticeDraftFactory(
            status=DraftStatus.REJECTED, checks=[{"name": "numbers", "problems": ["rules: no unit"]}]
        )

        assert "Failed: Numbers, units and rounding are clear" in client.get(reverse(LIST)).content.decode()

    @pytest.mark.parametrize(
        "content",
        [
            {},
            {"type": "matching", "choices": [{"id": "l1", "side": "left"}], "rules": {}},
            {"type": "numeric", "rules": {"kind": "numeric", "value": 400, "unit": 3}},
            {"type": "multiple_choice", "rules": {"kind": "choice", "correct": [3, 4]}},
            {"type": "multiple_choice", "rules": {"kind": "choice", "correct": [["c1"]]}},
            {"type": "matching", "rules": {"kind": "matching", "pairs": {"l1": ["r1"]}}},
        ],
    )
    def test_one_that_is_hardly_an_item_is_shown_all_the_same(
        self, client: Client, content: dict[str, Any]
    ) -> None:
        draft = PracticeDraftFactory(content=content, status=DraftStatus.REJECTED)

        assert client.get(reverse(CHANGE, args=[draft.pk])).status_code == 200


class TestAskingForDrafts:
    def test_the_action_on_skills_asks_how_many_first(self, client: Client, settings: Settings) -> None:
        settings.OPENAI_API_KEY = "sk-test"
        skill = SkillFactory(key="sql", name="SQL")

        page = act(client, SKILLS, "draft_items", skill)
        assert "Items of each skill" in page
        assert AsyncJob.objects.count() == 0

    def test_it_announces_a_job_for_each_skill(self, client: Client, settings: Settings) -> None:
        settings.OPENAI_API_KEY = "sk-test"
        skills = [SkillFactory(key="sql"), SkillFactory(key="seo")]

        act(client, SKILLS, "draft_items", *skills, count="4", difficulty="")

        wanted = [job.payload for job in AsyncJob.objects.order_by("payload__skill")]
        assert wanted == [{"skill": key, "count": 4, "difficulty": None} for key in ("seo", "sql")]

    def test_without_a_model_it_says_so(self, client: Client, settings: Settings) -> None:
        settings.OPENAI_API_KEY = ""

        page = act(client, SKILLS, "draft_items", SkillFactory(key="sql"), count="4")

        assert "No model is configured" in page
        assert AsyncJob.objects.count() == 0

    def test_a_number_that_cannot_be_is_asked_for_again(self, client: Client, settings: Settings) -> None:
        settings.OPENAI_API_KEY = "sk-test"

        page = act(client, SKILLS, "draft_items", SkillFactory(key="sql"), count="11")

        assert "less than or equal to 10" in page
        assert AsyncJob.objects.count() == 0


class TestItems:
    def test_the_origin_names_model_prompt_and_who_approved(self, client: Client, curator: User) -> None:
        draft = services.approve_draft(by=curator, draft_id=PracticeDraftFactory().pk, now=NOW)
        assert draft.item is not None

        page = client.get(reverse(ITEM, args=[draft.item.pk])).content.decode()

        assert "Written by the model writer-1, prompt items-1@000000000000; approved by" in page

    @pytest.mark.parametrize(
        ("asked", "found"), [("held", ["held"]), ("reported", ["held", "said"]), ("trial", ["new"])]
    )
    def test_what_needs_a_look_is_found(self, client: Client, asked: str, found: list[str]) -> None:
        held = PracticeItemFactory(key="held", active=False, held_at=NOW)
        for item in (held, PracticeItemFactory(key="said")):
            PracticeReportFactory(assignment__item=item)
        PracticeDraftFactory(status=DraftStatus.TRIAL, item=PracticeItemFactory(key="new"))
        PracticeItemFactory(key="fine")

        rows = client.get(reverse(ITEMS), {"look": asked}).context["cl"].result_list

        assert [row.key for row in rows] == found

    def test_the_page_says_what_students_report(self, client: Client) -> None:
        told = PracticeReportFactory(comment="It is c1.")

        page = client.get(reverse(ITEM, args=[told.assignment.item_id])).content.decode()

        assert "The right answer is not accepted: It is c1." in page

    def test_looking_over_gives_out_again_what_was_held(self, client: Client) -> None:
        item = PracticeItemFactory(active=False, held_at=NOW)
        PracticeReportFactory(assignment__item=item)

        act(client, ITEMS, "look_over", item)

        item.refresh_from_db()
        assert (item.active, item.held_at, item.looked_at is not None) == (True, None, True)
        assert PracticeReport.objects.filter(looked_at=None).count() == 0

    def test_a_declined_item_is_not_given_out_again_and_it_says_so(
        self, client: Client, curator: User
    ) -> None:
        declined, retired = PracticeItemFactory(key="declined"), PracticeItemFactory(active=False)
        draft = PracticeDraftFactory(status=DraftStatus.TRIAL, item=declined)
        services.decline_draft(by=curator, draft_id=draft.pk, now=NOW)

        page = act(client, ITEMS, "activate", declined, retired)

        assert "declined cannot be given to students: its draft was declined." in page
        assert "1 item given to students again." in page
        assert [PracticeItem.objects.get(pk=one.pk).active for one in (declined, retired)] == [False, True]

    def test_approving_what_reports_hold_says_what_comes_first(self, client: Client) -> None:
        item = PracticeItemFactory(key="held", active=False, held_at=NOW)
        draft = PracticeDraftFactory(status=DraftStatus.TRIAL, item=item)

        page = press(client, "approve", draft)

        assert "look it over first" in page
        assert "0 drafts approved." in page
        assert stands(draft) == DraftStatus.TRIAL

    def test_looking_over_leaves_a_retired_item_retired(self, client: Client) -> None:
        item = PracticeItemFactory(active=False)

        act(client, ITEMS, "look_over", item)

        item.refresh_from_db()
        assert item.active is False
