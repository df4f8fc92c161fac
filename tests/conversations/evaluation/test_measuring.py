"""What is counted of questions whose answers are known, and how thresholds are chosen."""

import json
from collections import Counter
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from conversations.evaluation.datasets import read
from conversations.evaluation.measuring import parting, sure
from tests.conversations.scenes import ABOUT_JOINS, ABOUT_RAIN, catalog


def test_the_questions_are_about_credentials_that_come_along() -> None:
    cases = read()
    there = {path.stem for path in (settings.BASE_DIR / "catalog/seed_data/credentials").glob("*.md")}

    assert {key for case in cases for key in case.right} <= there
    assert Counter(case.kind for case in cases) == {
        "answerable": 40, "follow_up": 20, "new_topic": 16, "ambiguous": 10, "out_of_scope": 36,
    }  # fmt: skip
    assert Counter(case.half for case in cases) == {"choose": 61, "report": 61}
    assert len({(case.question, case.earlier) for case in cases}) == len(cases)


@pytest.mark.parametrize(
    ("rows", "threshold"),
    [
        ([(0.1, False), (0.3, True)], 0.2),
        ([(0.1, False), (0.2, True), (0.3, False), (0.5, True), (0.6, True)], 0.15),
        ([(0.1, True)], None),
        ([], None),
    ],
)
def test_a_threshold_parts_as_many_as_can_be(rows: list[tuple[float, bool]], threshold: float | None) -> None:
    assert parting(rows) == (None if threshold is None else pytest.approx(threshold))


def test_from_where_on_nearly_all_are_good() -> None:
    assert sure([(0.1, True), (0.2, False), (0.3, True), (0.4, True)]) == 0.3
    assert sure([(0.1, False)]) is None


@pytest.mark.django_db
def test_the_command_counts_what_is_right(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    catalog(monkeypatch)
    rows = [
        {
            "kind": "answerable", "question": ABOUT_JOINS, "right": ["outer-joins-in-practice"],
            "section": 1,
        },
        {"kind": "answerable", "question": ABOUT_JOINS, "right": ["kanban-for-teams"]},
        {"kind": "out_of_scope", "question": ABOUT_RAIN, "right": []},
        {"kind": "ambiguous", "question": "What about it?", "right": []},
        {
            "kind": "follow_up", "question": "What does it cover?", "earlier": [ABOUT_JOINS],
            "right": ["outer-joins-in-practice"], "section": 2,
        },
    ]  # fmt: skip
    file = tmp_path / "questions.json"
    file.write_text(json.dumps(rows), encoding="utf-8")
    out = StringIO()

    call_command("qa", "evaluate", questions=file, json=True, stdout=out)

    found = json.loads(out.getvalue())
    assert found["questions"] == 5
    assert found["choose"]["right_credential"] == {"of": 1, "held": 1, "share": 1.0}
    assert found["report"]["right_credential"] == {"of": 1, "held": 0, "share": 0.0}
    assert found["choose"]["out_of_scope_refused"] == {"of": 1, "held": 1, "share": 1.0}
    assert found["choose"]["ambiguous_recognised"] == {"of": 1, "held": 1, "share": 1.0}
    assert found["choose"]["follow_ups_told_from_new_topics"] == {"of": 1, "held": 1, "share": 1.0}
    assert found["choose"]["opens_with_the_section_asked_for"] == {"of": 2, "held": 1, "share": 0.5}
    written = StringIO()
    call_command("qa", "evaluate", questions=file, stdout=written)
    assert "right credential                             1/1           0/1" in written.getvalue()


@pytest.mark.django_db
def test_questions_about_another_catalog_are_not_put(tmp_path: Path) -> None:
    file = tmp_path / "questions.json"
    file.write_text('[{"kind": "answerable", "question": "SQL?", "right": ["gone"]}]', encoding="utf-8")

    with pytest.raises(CommandError, match="has no credential gone"):
        call_command("qa", "evaluate", questions=file)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("{}", "holds no question"),
        ("[]", "holds no question"),
        ("SQL?", r"is no file of questions \(JSONDecodeError\)"),
        ("[1]", r"is no file of questions \(TypeError\)"),
        ('[{"kind": "answerable"}]', r"is no file of questions \(KeyError\)"),
        ("[" * 100_000, r"is no file of questions \(RecursionError\)"),
    ],
)
def test_a_file_of_something_else_is_refused(content: str, why: str, tmp_path: Path) -> None:
    file = tmp_path / "questions.json"
    file.write_text(content, encoding="utf-8")

    with pytest.raises(CommandError, match=why):
        call_command("qa", "evaluate", questions=file)
