"""manage.py practice: drafts, shortage, and what the checks catch."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from microcred.ai import providers
from ops.models import AsyncJob
from tests.factories.catalog import SkillFactory
from tests.factories.practice import PracticeItemFactory
from tests.factories.recommendations import WordEmbedder

pytestmark = pytest.mark.django_db


def run(*words: str) -> str:
    out = StringIO()
    call_command("practice", *words, stdout=out)
    return out.getvalue()


def test_drafts_are_asked_for(settings: Settings) -> None:
    settings.OPENAI_API_KEY = "sk-test"
    SkillFactory(key="sql")

    told = json.loads(run("draft", "--skill", "sql", "--count", "2", "--difficulty", "3", "--json"))

    job = AsyncJob.objects.get()
    assert told == {"job_id": str(job.pk), "skill": "sql", "count": 2}
    assert job.payload == {"skill": "sql", "count": 2, "difficulty": 3}


@pytest.mark.parametrize(
    ("key", "skill", "told"), [("", "sql", "No model"), ("sk-test", "none", "no such skill")]
)
def test_what_cannot_be_asked_for_is_said(settings: Settings, key: str, skill: str, told: str) -> None:
    settings.OPENAI_API_KEY = key
    SkillFactory(key="sql")

    with pytest.raises(CommandError, match=told):
        run("draft", "--skill", skill)


def test_where_nothing_is_short_it_says_so() -> None:
    assert run("shortage") == "No student has had every item of a skill.\n"
    assert json.loads(run("shortage", "--json")) == {"skills": []}


def test_the_checks_are_measured_on_the_bank(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(providers, "embedder", WordEmbedder)
    PracticeItemFactory(key="one")
    PracticeItemFactory(
        key="two", question_type="numeric", choices=None,
        prompt="A bill of 1,200 euros has 3 parts. How many euros is one?", answer_format={"unit": "euros"},
        rules={"kind": "numeric", "value": "400", "unit": "euros"}, solution="1,200 / 3 = 400 euros.",
    )  # fmt: skip

    found: dict[str, Any] = json.loads(run("check-drafts", "--json"))

    caught = {kind: (row["caught"], row["items"]) for kind, row in found["kinds"].items()}
    assert caught["hint tells"] == (2, 2)
    assert caught["unit is missing"] == (1, 1)
    assert caught["number that reads in two ways"] == (1, 1)
    assert caught["wrong choice is the key"] == (0, 1)
    assert found["kinds"]["wrong choice is the key"]["needs_second_call"] is True
    assert found["good"] == {"items": 2, "rejected": {}}
    lines = run("check-drafts").splitlines()
    assert lines[-1].split() == ["good", "items", "that", "are", "rejected", "0/2"]


def test_an_empty_bank_measures_nothing() -> None:
    with pytest.raises(CommandError, match="Run load_practice first"):
        run("check-drafts")
