"""Asking for drafts, deciding on them, and drafting where items do not last."""

import datetime as dt
from typing import Any

import pytest
from pytest_django.fixtures import DjangoAssertNumQueries, Settings

from accounts.models import User
from catalog.models import Skill
from microcred.db import database_now
from ops.models import AsyncJob, AuditLog
from practice import queries, services
from practice.enums import DraftStatus
from practice.models import PracticeDraft, PracticeItem
from practice.services.drafting import DraftDecided, DraftingInvalid, DraftOutOfUse, NoModel
from practice.services.items import ItemDeclined
from scoring.models import ModelCall
from tests.factories.accounts import AdminFactory, UserFactory
from tests.factories.catalog import SkillFactory
from tests.factories.practice import (
    NOW,
    PracticeAssignmentFactory,
    PracticeDraftFactory,
    PracticeItemFactory,
    SkillRatingFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def curator() -> User:
    user: User = AdminFactory()
    return user


@pytest.fixture
def model(settings: Settings) -> None:
    settings.OPENAI_API_KEY = "sk-test"


def used_up(skill: Skill, *, items: int = 2, rating: float = 1200.0) -> User:
    """Return a student who was given every item of a skill."""
    student: User = UserFactory()
    for item in PracticeItem.objects.filter(skill=skill) or PracticeItemFactory.create_batch(
        items, skill=skill
    ):
        PracticeAssignmentFactory(
            user=student, item=item, status="solved", completed_at=NOW, performance=1, rating_before=rating,
            rating_after=rating, assigned_at=NOW,
        )  # fmt: skip
    SkillRatingFactory(user=student, skill=skill, rating=rating)
    return student


class TestAsking:
    def test_a_job_is_announced_and_recorded(self, curator: User, model: None) -> None:
        SkillFactory(key="sql")

        job_id = services.request_drafts(by=curator, skill_key="sql", count=3, difficulty=7)

        job = AsyncJob.objects.get(pk=job_id)
        assert (job.kind, job.payload) == (
            "practice.draft_items",
            {"skill": "sql", "count": 3, "difficulty": 7},
        )
        line = AuditLog.objects.get(action="practice_drafts.requested")
        assert (line.actor_id, line.metadata) == (curator.pk, {"skill": "sql", "count": 3, "difficulty": 7})

    def test_without_a_model_nothing_is_asked(self, settings: Settings) -> None:
        settings.OPENAI_API_KEY = ""
        SkillFactory(key="sql")

        with pytest.raises(NoModel):
            services.request_drafts(by=None, skill_key="sql", count=3)
        assert AsyncJob.objects.count() == 0

    def test_a_skill_that_is_not_there_is_missing(self, model: None) -> None:
        with pytest.raises(queries.SkillMissing):
            services.request_drafts(by=None, skill_key="none", count=3)

    @pytest.mark.parametrize(("count", "difficulty"), [(0, None), (11, None), (1, 0), (1, 11)])
    def test_too_many_and_no_difficulty_are_refused(
        self, model: None, count: int, difficulty: int | None
    ) -> None:
        SkillFactory(key="sql")

        with pytest.raises(DraftingInvalid):
            services.request_drafts(by=None, skill_key="sql", count=count, difficulty=difficulty)


class TestDeciding:
    def test_an_approved_draft_is_an_item_that_begins_at_the_models_word(self, curator: User) -> None:
        draft = PracticeDraftFactory()

        services.approve_draft(by=curator, draft_id=draft.pk, now=NOW)

        draft.refresh_from_db()
        item = PracticeItem.objects.get(key=draft.key)
        assert (draft.status, draft.item, draft.decided_by, draft.decided_at) == (
            DraftStatus.APPROVED, item, curator, NOW,
        )  # fmt: skip
        assert (item.rating, item.deviation, item.answers, item.active) == (1280.0, 250.0, 0, True)
        assert (item.author_model, item.generator, item.rules) == ("writer-1", "", draft.content["rules"])
        lines = AuditLog.objects.filter(resource_type__startswith="practice").order_by("created_at", "pk")
        assert [line.action for line in lines] == [
            "practice_item.created", "practice_draft.approved",
        ]  # fmt: skip

    def test_a_declined_draft_is_given_to_nobody(self, curator: User) -> None:
        draft = PracticeDraftFactory()

        services.decline_draft(by=curator, draft_id=draft.pk, now=NOW)

        draft.refresh_from_db()
        assert (draft.status, draft.item, draft.decided_by) == (DraftStatus.DECLINED, None, curator)
        assert PracticeItem.objects.count() == 0

    @pytest.mark.parametrize("decide", [services.approve_draft, services.decline_draft])
    def test_what_failed_or_was_decided_stays(self, curator: User, decide: Any) -> None:
        failed = PracticeDraftFactory(status=DraftStatus.REJECTED)
        decided = PracticeDraftFactory(status=DraftStatus.DECLINED, decided_by=curator, decided_at=NOW)

        for draft in (failed, decided):
            with pytest.raises(DraftDecided):
                decide(by=curator, draft_id=draft.pk, now=NOW)
        assert PracticeItem.objects.count() == 0

    def test_an_item_on_trial_keeps_its_rating_when_it_is_approved(self, curator: User) -> None:
        item = PracticeItemFactory(author_model="writer-1", rating=1310.0, deviation=90.0, answers=9)
        draft = PracticeDraftFactory(status=DraftStatus.TRIAL, item=item)

        services.approve_draft(by=curator, draft_id=draft.pk, now=NOW)

        item.refresh_from_db()
        assert (item.rating, item.deviation, item.answers, item.active) == (1310.0, 90.0, 9, True)
        assert PracticeDraft.objects.get().status == DraftStatus.APPROVED

    @pytest.mark.parametrize(
        ("held_at", "why"),
        [
            (NOW, "students have reported it; look it over first"),
            (None, "it was retired; put it back first"),
        ],
    )
    def test_an_item_on_trial_that_nobody_is_given_is_not_approved(
        self, curator: User, held_at: dt.datetime | None, why: str
    ) -> None:
        item = PracticeItemFactory(key="new", author_model="writer-1", active=False, held_at=held_at)
        draft = PracticeDraftFactory(status=DraftStatus.TRIAL, item=item)

        with pytest.raises(DraftOutOfUse) as refused:
            services.approve_draft(by=curator, draft_id=draft.pk, now=NOW)

        assert refused.value.message == f"new cannot be approved: nobody is given it, {why}."
        assert PracticeDraft.objects.get().status == DraftStatus.TRIAL

    def test_once_looked_over_it_is_approved(self, curator: User) -> None:
        item = PracticeItemFactory(author_model="writer-1", active=False, held_at=NOW)
        draft = PracticeDraftFactory(status=DraftStatus.TRIAL, item=item)
        services.look_over(by=curator, item=item, now=NOW)

        services.approve_draft(by=curator, draft_id=draft.pk, now=NOW)

        assert PracticeDraft.objects.get().status == DraftStatus.APPROVED
        assert PracticeItem.objects.get().active is True

    def test_an_item_that_was_declined_is_not_given_out_again(self, curator: User) -> None:
        item = PracticeItemFactory(author_model="writer-1")
        draft = PracticeDraftFactory(status=DraftStatus.TRIAL, item=item)
        services.decline_draft(by=curator, draft_id=draft.pk, now=NOW)

        with pytest.raises(ItemDeclined):
            services.set_item_active(by=curator, item=item, active=True)
        assert PracticeItem.objects.get().active is False

    def test_an_item_on_trial_is_retired_when_it_is_declined(self, curator: User) -> None:
        draft = PracticeDraftFactory(
            status=DraftStatus.TRIAL, item=PracticeItemFactory(author_model="writer-1")
        )

        services.decline_draft(by=curator, draft_id=draft.pk, now=NOW)

        assert PracticeItem.objects.get().active is False

    def test_students_are_told_that_a_model_wrote_it(self, curator: User) -> None:
        services.approve_draft(by=curator, draft_id=PracticeDraftFactory().pk, now=NOW)

        given = services.assign(by=UserFactory(), skill_key="sql", now=NOW)

        assert given.question["by_model"] is True


class TestShortage:
    def test_a_skill_is_short_when_a_student_has_had_all_its_items(self) -> None:
        skill, enough = SkillFactory(key="sql", name="SQL"), SkillFactory(key="seo")
        used_up(skill, rating=1400.0)
        student = UserFactory()
        PracticeAssignmentFactory(user=student, item=PracticeItemFactory(skill=enough), assigned_at=NOW)
        PracticeItemFactory(skill=enough)

        assert queries.shortage(now=NOW) == [
            queries.Shortage(key="sql", name="SQL", students=1, items=2, difficulty=6)
        ]

    def test_items_rest_and_are_then_there_again(self) -> None:
        used_up(SkillFactory(key="sql"))

        assert queries.shortage(now=NOW + dt.timedelta(days=31)) == []

    def test_retired_items_do_not_count(self) -> None:
        skill = SkillFactory(key="sql")
        used_up(skill)
        PracticeItemFactory(skill=skill, active=False)

        assert [one.items for one in queries.shortage(now=NOW)] == [2]


class TestDraftingWhereShort:
    def test_it_is_off_unless_a_number_a_day_is_set(self, model: None) -> None:
        used_up(SkillFactory(key="sql"))

        assert services.draft_where_short(now=NOW) == 0
        assert AsyncJob.objects.count() == 0

    def test_no_more_than_the_number_is_asked_for(self, model: None, settings: Settings) -> None:
        settings.PRACTICE_DRAFTS_A_DAY = 12
        for key in ("seo", "sql"):
            used_up(SkillFactory(key=key))

        assert services.draft_where_short(now=NOW) == 12
        wanted = [
            (job.payload["skill"], job.payload["count"])
            for job in AsyncJob.objects.order_by("queued_at", "pk")
        ]
        assert wanted == [("seo", 10), ("sql", 2)]

    def test_a_second_run_on_the_same_day_asks_for_nothing_more(
        self, model: None, settings: Settings
    ) -> None:
        settings.PRACTICE_DRAFTS_A_DAY = 3
        used_up(SkillFactory(key="sql"))

        assert [services.draft_where_short(now=NOW) for _ in range(2)] == [3, 0]
        assert AsyncJob.objects.count() == 1
        assert AuditLog.objects.filter(action="practice_drafts.requested").count() == 1

    def test_what_came_of_the_morning_counts_in_the_evening(self, model: None, settings: Settings) -> None:
        settings.PRACTICE_DRAFTS_A_DAY = 12
        skills = [SkillFactory(key=key) for key in ("kanban", "seo", "sql")]
        for skill in skills:
            used_up(skill)

        assert services.draft_where_short(now=NOW) == 12
        PracticeDraftFactory.create_batch(10, skill=skills[0])
        settings.PRACTICE_DRAFTS_A_DAY = 15

        assert services.draft_where_short(now=NOW + dt.timedelta(hours=6)) == 3
        wanted = AsyncJob.objects.order_by("queued_at", "pk").values_list("payload__skill", "payload__count")
        assert list(wanted) == [("kanban", 10), ("seo", 2), ("sql", 3)]
        assert services.draft_where_short(now=NOW + dt.timedelta(days=1)) == 15

    def test_a_job_that_is_there_is_not_recorded_again(self, model: None) -> None:
        SkillFactory(key="sql")

        jobs = [
            services.request_drafts(by=None, skill_key="sql", count=3, unique_key="draft") for _ in range(2)
        ]

        assert jobs == [AsyncJob.objects.get().pk] * 2
        assert AuditLog.objects.filter(action="practice_drafts.requested").count() == 1

    def test_waiting_drafts_are_counted_by_the_database(
        self, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        skills = [SkillFactory(key=key) for key in ("kanban", "seo", "sql")]
        for skill, number in zip(skills, (1, 2, 3), strict=True):
            PracticeDraftFactory.create_batch(number, skill=skill)
        PracticeDraftFactory(skill=skills[0], status=DraftStatus.REJECTED)

        with django_assert_num_queries(1) as asked:
            assert queries.waiting_drafts(["kanban", "sql", "none"]) == {"kanban": 1, "sql": 3}
        assert "COUNT(" in asked.captured_queries[0]["sql"]

    def test_drafts_that_wait_for_staff_hold_up_more(self, model: None, settings: Settings) -> None:
        settings.PRACTICE_DRAFTS_A_DAY = 20
        skill = SkillFactory(key="sql")
        used_up(skill)
        PracticeDraftFactory.create_batch(8, skill=skill)

        assert services.draft_where_short(now=NOW) == 2

    def test_without_money_nothing_is_asked(self, model: None, settings: Settings) -> None:
        settings.PRACTICE_DRAFTS_A_DAY, settings.MODEL_BUDGET_MONTH_CENTS = 5, 2.0
        used_up(SkillFactory(key="sql"))
        ModelCall.objects.create(
            purpose="practice", provider="openai", host="api.example.org", model="small", prompt_version="items-1",
            prompt_sha256="0" * 64, input_sha256="0" * 64, month=database_now().date().replace(day=1),
            reserved_microcents=2_000_000, started_at=NOW,
        )  # fmt: skip

        assert services.draft_where_short(now=NOW) == 0
        settings.MODEL_BUDGET_MONTH_CENTS = 2.5
        assert services.draft_where_short(now=NOW) == 5

    def test_without_a_key_nothing_is_asked(self, settings: Settings) -> None:
        settings.PRACTICE_DRAFTS_A_DAY, settings.OPENAI_API_KEY = 5, ""
        used_up(SkillFactory(key="sql"))

        assert services.draft_where_short(now=NOW) == 0
