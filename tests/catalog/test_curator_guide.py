"""The keys in the curators' guide are valid, and every answer beside them earns what the guide says."""

import json
import re
from decimal import Decimal
from typing import Any, NamedTuple

import pytest
from django.conf import settings

from assessments.answers import normalise
from catalog.question_checks import rules_problems
from catalog.question_schema import RULES_SCHEMAS
from scoring.rules import is_scored_by_rules, score_answer

GUIDE = (settings.BASE_DIR / "docs/guides/curator.md").read_text("utf-8")
EXAMPLE = re.compile(r"```json\n(\{\"kind\".*)\n```\n((?:\n\|.*\n(?:\|.*\n)+)?)")
ROW = re.compile(r"^\| `(?P<answer>.+?)` \| (?P<points>[\d.]+) \| (?P<said>.+?) \|$", re.MULTILINE)
TYPES = {
    schema["properties"]["kind"]["const"]: name for name, schema in RULES_SCHEMAS.items() if name != "essay"
}
CHOICES = {
    "multiple_choice": [{"id": f"c{n}", "text": f"Option {n}"} for n in range(1, 5)],
    "ordering": [{"id": f"c{n}", "text": f"Item {n}"} for n in range(1, 4)],
    "matching": [
        {"id": f"{side[0]}{n}", "text": f"{side} {n}", "side": side}
        for side in ("left", "right")
        for n in (1, 2)
    ],
}


class Row(NamedTuple):
    """A line of the guide: an answer to a question with a key, its points of 1, and the sentence."""

    rules: dict[str, Any]
    answer: Any
    points: str
    said: str


KEYS = [json.loads(key) for key, _ in EXAMPLE.findall(GUIDE)]
ROWS = [
    Row(json.loads(key), json.loads(answer), points, said)
    for key, table in EXAMPLE.findall(GUIDE)
    for answer, points, said in ROW.findall(table)
]


def test_every_kind_of_key_has_an_example() -> None:
    assert {TYPES[key["kind"]] for key in KEYS} == RULES_SCHEMAS.keys() - {"essay"}
    assert {TYPES[row.rules["kind"]] for row in ROWS} == {
        name for name in RULES_SCHEMAS if is_scored_by_rules(name)
    }
    assert len(ROWS) == GUIDE.count("\n| `{") + GUIDE.count('\n| `"') + GUIDE.count("\n| `4")


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key["kind"])
def test_the_keys_are_valid(key: dict[str, Any]) -> None:
    assert rules_problems(TYPES[key["kind"]], key) == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.rules['kind']}-{row.answer}")
def test_the_answers_earn_what_the_guide_says(row: Row) -> None:
    question_type = TYPES[row.rules["kind"]]
    choices = CHOICES.get(question_type, [])
    answer = normalise(question_type, choices, {"max_choices": 3}, row.answer)

    scored = score_answer(question_type, row.rules, answer, Decimal("1"), choices)

    assert (str(scored.score), scored.explanation) == (row.points, row.said)
