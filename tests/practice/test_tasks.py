"""A job has a model write items; what every check lets through waits for staff."""

import json
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from catalog.models import Skill
from microcred.ai import providers
from microcred.db import database_now
from ops import jobs
from ops.enums import JobStatus
from ops.models import AsyncJob, AuditLog
from practice import services
from practice.drafting import solving, writing
from practice.enums import DraftStatus
from practice.models import PracticeDraft, PracticeItem
from scoring.enums import CallPurpose
from scoring.models import ModelCall
from tests.factories.accounts import AdminFactory
from tests.factories.catalog import SkillFactory, published_question
from tests.factories.practice import NOW, PracticeDraftFactory, PracticeItemFactory
from tests.factories.recommendations import WordEmbedder
from tests.fakes.item_writer import ItemWriter, written
from tests.fakes.openai_server import FakeOpenAI, status

pytestmark = pytest.mark.django_db
OTHER = written(
    prompt="Two tables are joined so that rows without a partner stay in the result. What is such a join called?",
    choices=[
        {"id": "c1", "text": "Inner", "side": ""}, {"id": "c2", "text": "Outer", "side": ""},
        {"id": "c3", "text": "Crossed", "side": ""},
    ],
    correct=["c2"], hints=["Nothing that stands alone is lost."], solution="Outer joins keep rows without a partner.",
)  # fmt: skip


@pytest.fixture(autouse=True)
def embedder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(providers, "embedder", cache(WordEmbedder))


@pytest.fixture
def skill() -> Skill:
    found: Skill = SkillFactory(key="sql", name="SQL", description="Query data.")
    return found


def drafted(
    openai: FakeOpenAI, script: Callable[[Any], Any], *, count: int = 1, **wanted: Any
) -> list[PracticeDraft]:
    openai.script = script
    services.request_drafts(by=None, skill_key="sql", count=count, **wanted)
    jobs.drain()
    return list(PracticeDraft.objects.order_by("number"))


def failed(draft: PracticeDraft) -> list[str]:
    return [one["name"] for one in draft.failed]


def test_a_sound_item_waits_for_staff_with_all_that_was_looked_at(openai: FakeOpenAI, skill: Skill) -> None:
    writer = ItemWriter(written())

    (draft,) = drafted(openai, writer, difficulty=4)

    assert (draft.status, draft.item, draft.skill, draft.failed) == (DraftStatus.WAITING, None, skill, [])
    assert (draft.model, draft.prompt_version) == ("gpt-4o-mini", writing.VERSION)
    assert [one["name"] for one in draft.checks] == [
        "schema", "key_solves", "wrong_earns_less", "solution_agrees", "giveaways", "distinct_choices", "lengths",
        "readable", "numbers", "new_in_bank", "not_in_assessments", "about_its_skill", "answered_blindly",
    ]  # fmt: skip
    assert draft.key == f"sql-model-{str(draft.job_id)[-12:]}-1"
    assert len(writer.asked) == solving.READINGS
    assert PracticeItem.objects.count() == 0
    assert AuditLog.objects.get(action="practice_drafts.kept").metadata["waiting"] == 1


def test_calls_are_in_the_ledger_as_nobodys(openai: FakeOpenAI, skill: Skill) -> None:
    drafted(openai, ItemWriter(written()))

    calls = ModelCall.objects.order_by("pk")
    assert [(call.purpose, call.assessment_id, call.person_id, call.outcome) for call in calls] == [
        (CallPurpose.PRACTICE, None, None, "answered")
    ] * 3
    assert [call.prompt_version for call in calls] == [writing.VERSION, solving.VERSION, solving.VERSION]


def test_each_task_has_its_model(openai: FakeOpenAI, skill: Skill, settings: Settings) -> None:
    settings.AI_MODELS = settings.AI_MODELS | {"practice": "writer-1", "practice_check": "reader-1"}
    providers.reset()

    (draft,) = drafted(openai, ItemWriter(written()))

    assert [request.body["model"] for request in openai.requests] == ["writer-1", "reader-1", "reader-1"]
    assert draft.model == "writer-1"


def test_a_wrong_key_is_found_by_who_does_not_see_it(openai: FakeOpenAI, skill: Skill) -> None:
    writer = ItemWriter(written(correct=["c1"]))
    writer.knows = {one["prompt"]: one for one in [written()]}

    (draft,) = drafted(openai, writer)

    assert draft.status == DraftStatus.REJECTED
    assert draft.failed == [
        {
            "name": "answered_blindly",
            "problems": [
                'reading 1: the second call answers ["HAVING count(*) > 5"], which earns 0 of the points'
            ],
        }
    ]
    assert len(writer.asked) == 1


def test_a_second_reading_that_finds_a_fault_is_enough(openai: FakeOpenAI, skill: Skill) -> None:
    asked: list[object] = []

    def problem(question: object) -> str:
        asked.append(question)
        return "several" if len(asked) == 2 else "none"

    (draft,) = drafted(openai, ItemWriter(written(), problem=problem))

    assert draft.failed[0]["problems"] == ["reading 2: the second call finds that another answer is as right"]


def test_what_fails_a_cheap_check_is_not_asked_about(openai: FakeOpenAI, skill: Skill) -> None:
    writer = ItemWriter(written(hints=["HAVING count(*) > 5"]), written(correct=["c9"]))

    drafts = drafted(openai, writer, count=2)

    assert [failed(one) for one in drafts] == [["giveaways"], ["schema"]]
    assert writer.asked == []


def test_an_item_of_the_bank_or_of_the_same_job_is_not_written_again(
    openai: FakeOpenAI, skill: Skill
) -> None:
    PracticeItemFactory(
        skill=skill,
        prompt=OTHER["prompt"],
        choices=[{"id": one["id"], "text": one["text"]} for one in OTHER["choices"]],
    )

    drafts = drafted(openai, ItemWriter(OTHER, written(), written()), count=3)

    assert [failed(one) for one in drafts] == [["new_in_bank"], [], ["new_in_bank"]]


@pytest.mark.parametrize("stands", [DraftStatus.WAITING, DraftStatus.DECLINED])
def test_what_waits_or_was_declined_is_not_written_again(
    openai: FakeOpenAI, skill: Skill, stands: DraftStatus
) -> None:
    decided = {"decided_by": AdminFactory(), "decided_at": NOW} if stands == DraftStatus.DECLINED else {}
    content = PracticeDraftFactory.build().content | {"prompt": OTHER["prompt"], "choices": OTHER["choices"]}
    PracticeDraftFactory(skill=skill, status=stands, content=content, number=9, **decided)

    made = drafted(openai, ItemWriter(OTHER))

    assert failed(made[0]) == ["new_in_bank"]


def test_a_question_of_an_assessment_is_no_item(openai: FakeOpenAI, skill: Skill) -> None:
    item = written()
    published_question(
        question_type="multiple_choice", prompt=item["prompt"],
        choices=[{"id": one["id"], "text": one["text"]} for one in item["choices"]],
    )  # fmt: skip

    (draft,) = drafted(openai, ItemWriter(item))

    assert failed(draft) == ["not_in_assessments"]


def test_an_item_about_another_skill_is_rejected(openai: FakeOpenAI, skill: Skill) -> None:
    SkillFactory(
        key="joins", name="joined join tables rows partner", description="without stay result called such"
    )

    (draft,) = drafted(openai, ItemWriter(OTHER))

    assert failed(draft) == ["about_its_skill"]


def test_prompts_that_are_there_are_shown_to_the_writer(openai: FakeOpenAI, skill: Skill) -> None:
    PracticeItemFactory(skill=skill, prompt="Which clause sorts rows?")

    drafted(openai, ItemWriter(written()))

    assert '"Which clause sorts rows?"' in openai.requests[0].prompt


def test_three_items_take_two_calls_and_the_second_shows_the_first_ones(
    openai: FakeOpenAI, skill: Skill
) -> None:
    drafts = drafted(
        openai, ItemWriter(written(hints=["HAVING count(*) > 5"]), written(correct=["c9"]), OTHER), count=3
    )

    asked = [one.prompt for one in openai.requests if "ITEMS THAT ARE THERE" in one.prompt]
    assert [json.loads(one.splitlines()[0])["items"] for one in asked] == [2, 1]
    assert written()["prompt"] not in asked[0]
    assert written()["prompt"] in asked[1]
    assert len(drafts) == 3


def test_a_reply_that_cannot_be_read_costs_its_items_alone(openai: FakeOpenAI, skill: Skill) -> None:
    writer = ItemWriter(written())
    replies = iter(["no JSON"])

    drafts = drafted(openai, lambda request: next(replies, None) or writer(request), count=3)

    assert [one.status for one in drafts] == [DraftStatus.WAITING]


def test_what_was_paid_for_is_read_again_by_the_next_attempt(openai: FakeOpenAI, skill: Skill) -> None:
    writer = ItemWriter(written())
    failures = iter([status(500)])

    def script(request: Any) -> Any:
        if "QUESTION" in request.prompt and (failure := next(failures, None)):
            return failure
        return writer(request)

    drafted(openai, script)
    AsyncJob.objects.update(next_run_at=database_now())
    jobs.drain()

    assert AsyncJob.objects.get().status == JobStatus.SUCCEEDED
    assert PracticeDraft.objects.get().status == DraftStatus.WAITING
    writes = ModelCall.objects.filter(prompt_version=writing.VERSION)
    assert writes.count() == 1


def test_without_money_nothing_is_written(openai: FakeOpenAI, skill: Skill, settings: Settings) -> None:
    settings.MODEL_BUDGET_MONTH_CENTS = 0.0001

    assert drafted(openai, ItemWriter(written())) == []
    assert openai.requests == []


def test_unattended_items_are_used_at_once_and_hardly_trusted(
    openai: FakeOpenAI, skill: Skill, settings: Settings
) -> None:
    settings.PRACTICE_ITEMS_UNATTENDED = True

    sound, broken = drafted(openai, ItemWriter(written(), written(correct=["c9"])), count=2)

    item = PracticeItem.objects.get()
    assert (sound.status, sound.item, broken.status) == (DraftStatus.TRIAL, item, DraftStatus.REJECTED)
    assert (item.active, item.rating, item.deviation, item.author_model) == (
        True,
        960.0,
        350.0,
        "gpt-4o-mini",
    )
