"""Loading practice items: all or nothing, the second time nothing, and ratings stay what students have made of them."""

import datetime as dt
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from ops.models import AuditLog
from practice.generators import GENERATORS, make
from practice.importing import bank
from practice.importing.bank import BankInvalid, read_bank
from practice.importing.storing import LoadReport, store
from practice.management.commands.load_practice import SEED_DATA
from practice.models import PracticeItem
from practice.rating import AUTHOR_DEVIATION, rating_of
from tests.factories.catalog import NOW, SkillFactory

LATER = NOW + dt.timedelta(days=9)
SUM: dict[str, Any] = {
    "key": "counting-sum",
    "type": "numeric",
    "prompt": "What is 2 + 2?",
    "rules": {"kind": "numeric", "value": "4"},
    "hints": ["Use your fingers."],
    "solution": "2 + 2 = 4.",
    "difficulty": 2,
    "seconds": 20,
}
WORD: dict[str, Any] = {
    "key": "counting-word",
    "type": "multiple_choice",
    "prompt": "Which number comes after three?",
    "choices": [{"id": "c1", "text": "two"}, {"id": "c2", "text": "four"}],
    "answer_format": {"max_choices": 1},
    "rules": {"kind": "choice", "correct": ["c2"]},
    "hints": ["It is even."],
    "solution": "After three comes four.",
    "difficulty": 5,
    "seconds": 15,
}

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    SkillFactory(key="counting")
    write(tmp_path, SUM, WORD)
    return tmp_path


def write(folder: Path, *items: dict[str, Any], skill: str = "counting") -> None:
    (folder / f"{skill}.json").write_text(json.dumps({"skill": skill, "items": items}))


def loaded(folder: Path, *, generated: int = 0, now: dt.datetime = NOW) -> LoadReport:
    return store(read_bank(folder, generated=generated), by=None, now=now)


def problems_of(folder: Path, *, generated: int = 0) -> list[str]:
    with pytest.raises(BankInvalid) as caught:
        read_bank(folder, generated=generated)
    return caught.value.problems


def test_a_folder_is_loaded_once_and_then_left_alone(folder: Path) -> None:
    assert loaded(folder) == LoadReport(created=2, changed=0, unchanged=0)
    assert loaded(folder, now=LATER) == LoadReport(created=0, changed=0, unchanged=2)

    item = PracticeItem.objects.get(key="counting-word")
    assert (item.skill.key, item.question_type, item.prompt) == (
        "counting",
        "multiple_choice",
        "Which number comes after three?",
    )
    assert (item.choices, item.answer_format) == (WORD["choices"], {"max_choices": 1})
    assert (item.rules, item.hints, item.solution) == (
        WORD["rules"],
        ["It is even."],
        "After three comes four.",
    )
    assert (item.difficulty, item.seconds, item.generator, item.seed) == (5, 15, "", None)
    assert (item.rating, item.deviation, item.answers) == (rating_of(5), AUTHOR_DEVIATION, 0)
    assert (item.active, item.created_at, item.updated_at) == (True, NOW, NOW)


def test_each_load_that_changes_something_leaves_one_line_in_the_trail(folder: Path) -> None:
    loaded(folder)
    loaded(folder)
    write(folder, SUM | {"seconds": 25}, WORD)
    loaded(folder)

    lines = AuditLog.objects.filter(action="practice.items_loaded").order_by("created_at", "id")
    assert [line.metadata for line in lines] == [{"created": 2, "updated": 0}, {"created": 0, "updated": 1}]


def test_a_changed_item_keeps_its_rating_and_whether_it_is_given(folder: Path) -> None:
    loaded(folder)
    PracticeItem.objects.filter(key="counting-sum").update(rating=777, deviation=60, answers=31, active=False)
    write(folder, SUM | {"prompt": "What is two and two?"}, WORD)

    assert loaded(folder, now=LATER) == LoadReport(created=0, changed=1, unchanged=1)

    item = PracticeItem.objects.get(key="counting-sum")
    assert (item.prompt, item.updated_at, item.created_at) == ("What is two and two?", LATER, NOW)
    assert (item.rating, item.deviation, item.answers, item.active) == (777, 60, 31, False)
    assert PracticeItem.objects.get(key="counting-word").updated_at == NOW


def test_an_item_of_another_difficulty_is_rated_anew(folder: Path) -> None:
    loaded(folder)
    PracticeItem.objects.update(rating=777, deviation=60, answers=31)
    write(folder, SUM | {"difficulty": 8}, WORD)

    loaded(folder)

    item = PracticeItem.objects.get(key="counting-sum")
    assert (item.rating, item.deviation, item.answers) == (rating_of(8), AUTHOR_DEVIATION, 0)
    assert PracticeItem.objects.get(key="counting-word").answers == 31


def test_an_item_that_is_gone_from_the_folder_stays(folder: Path) -> None:
    loaded(folder)
    write(folder, WORD)

    assert loaded(folder) == LoadReport(created=0, changed=0, unchanged=1)
    assert PracticeItem.objects.filter(key="counting-sum", active=True).exists()


def test_every_problem_is_named_with_file_and_item_and_nothing_is_stored(folder: Path) -> None:
    write(folder, SUM | {"hints": ["It is 4."]}, WORD | {"seconds": 0, "difficulty": 0}, SUM)
    write(folder, SUM | {"key": "reading-sum"}, skill="reading")
    (folder / "sewing.json").write_text("{")
    (folder / "singing.json").write_text(json.dumps({"skill": "counting", "items": [SUM]}))
    (folder / "skating.json").write_text(json.dumps({"skill": "skating"}))

    with pytest.raises(CommandError) as caught:
        call_command("load_practice", folder, generated=0)

    assert str(caught.value).splitlines() == [
        "Nothing was loaded; the practice items are not valid:",
        "  counting.json: counting-sum: hints[0]: gives the answer away: it names the number 4",
        "  counting.json: counting-word: difficulty: 0 is less than the minimum of 1",
        "  counting.json: counting-word: seconds: 0 is less than the minimum of 10",
        "  reading.json: the catalog has no skill 'reading'",
        "  sewing.json: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)",
        "  singing.json: is for the skill 'counting', so it must be called counting.json",
        "  skating.json: (whole): 'items' is a required property",
        "  item counting-sum: stands 2 times",
    ]
    assert not PracticeItem.objects.exists()


def test_variants_are_made_of_each_generator_whose_skill_is_there(tmp_path: Path) -> None:
    SkillFactory(key="budgeting")

    assert loaded(tmp_path, generated=2).created == 2 * sum(
        len(one.levels) for one in GENERATORS.values() if one.skill == "budgeting"
    )

    item = PracticeItem.objects.get(key="break-even-6-2")
    made = make("break-even", 6, 2)
    assert (item.skill.key, item.generator, item.difficulty, item.seed) == ("budgeting", "break-even", 6, 2)
    assert (item.prompt, item.rules, item.choices) == (made["prompt"], made["rules"], None)
    assert (item.rating, item.deviation) == (rating_of(6), AUTHOR_DEVIATION)


def test_more_variants_begin_where_students_have_put_their_siblings(tmp_path: Path) -> None:
    SkillFactory(key="budgeting")
    loaded(tmp_path, generated=3)
    siblings = PracticeItem.objects.filter(generator="break-even", difficulty=6)
    siblings.filter(seed=1).update(rating=1500, deviation=80, answers=9)
    siblings.filter(seed=2).update(rating=1300, deviation=60, answers=4)

    report = loaded(tmp_path, generated=4)

    assert report.unchanged == 3 * report.created
    fourth, third = siblings.get(seed=4), siblings.get(seed=3)
    assert (fourth.rating, fourth.deviation, fourth.answers) == (1400, 70, 0)
    assert (third.rating, third.deviation) == (rating_of(6), AUTHOR_DEVIATION)
    other = PracticeItem.objects.get(generator="break-even", difficulty=7, seed=4)
    assert other.rating == rating_of(7)


def test_a_generator_that_fails_stops_the_load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    SkillFactory(key="budgeting")
    monkeypatch.setattr("practice.generators.agrees", lambda answer: answer.formula != "plain.whole_of")

    problems = problems_of(tmp_path, generated=1)

    assert [problem.partition(": ")[0] for problem in problems] == ["generator break-even-6-1"]


def test_a_made_item_is_looked_through_like_a_written_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    SkillFactory(key="web-analytics")
    monkeypatch.setattr(bank, "make", lambda *which: make(*which) | {"hints": []})

    assert "generator funnel-4-1: hints: [] should be non-empty" in problems_of(tmp_path, generated=1)


def test_a_file_and_a_generator_cannot_have_the_same_key(folder: Path) -> None:
    SkillFactory(key="budgeting")
    write(folder, SUM | {"key": "break-even-6-1"})

    assert problems_of(folder, generated=1) == ["item break-even-6-1: stands 2 times"]


def test_all_is_stored_or_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("ops.audit.record")

    with pytest.raises(AttributeError):
        loaded(folder)

    assert not PracticeItem.objects.exists()


def test_the_command_loads_what_comes_along_and_keeps_what_is_there(tmp_path: Path) -> None:
    call_command("load_catalog", stdout=StringIO())
    out = StringIO()

    call_command("load_practice", generated=1, stdout=out)
    call_command("load_practice", if_empty=True, stdout=out)
    call_command("load_practice", generated=1, stdout=out)

    count = PracticeItem.objects.count()
    written = sum(len(json.loads(path.read_text())["items"]) for path in SEED_DATA.glob("*.json"))
    assert count == written + sum(len(one.levels) for one in GENERATORS.values())
    assert out.getvalue().splitlines() == [
        f"Loaded practice items: {count} new, 0 changed, 0 unchanged",
        "There are practice items already; they are kept as they are.",
        f"Loaded practice items: 0 new, 0 changed, {count} unchanged",
    ]


@pytest.mark.parametrize("number", ["-1", "1001", "many"])
def test_the_command_refuses_numbers_of_variants_that_make_no_sense(tmp_path: Path, number: str) -> None:
    with pytest.raises(CommandError, match="must be a whole number from 0 to 1000"):
        call_command("load_practice", str(tmp_path), "--generated", number)


def test_the_command_needs_a_folder(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="is not a folder"):
        call_command("load_practice", tmp_path / "nowhere")
