"""A result that went without a part is worked out anew when that can be had again, and completed once all the same."""

import datetime as dt
from functools import cache
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from assessments.models import Assessment
from microcred.ai import providers
from microcred.db import database_now
from ops import jobs
from partners.models import WebhookEvent
from recommendations import drafting, healing, prompting
from recommendations.models import Recommendation
from scoring.enums import CallPurpose
from scoring.models import ModelCall
from tests.factories.assessments import submitted_assessment
from tests.factories.recommendations import FailingEmbedder, WordEmbedder, embed_all
from tests.fakes.openai_server import FakeOpenAI, Received, status
from tests.recommendations.results import completed
from tests.scoring.replies import second_level

pytestmark = pytest.mark.django_db
ONCE_AND_UPDATED = ["assessment.completed", "recommendation.ready", "recommendation.updated"]


@pytest.fixture(autouse=True)
def _scores(openai: FakeOpenAI) -> None:
    openai.script = second_level


def let_search(monkeypatch: pytest.MonkeyPatch, embedder: WordEmbedder) -> None:
    monkeypatch.setattr(providers, "embedder", cache(lambda: embedder))


def heal(minutes: int = 0) -> int:
    number = healing.heal_due(now=database_now() + dt.timedelta(minutes=minutes))
    jobs.drain(skip_waits=True)
    return number


def standing(assessment: Assessment) -> tuple[int, list[str]]:
    """The number of the run in effect, and what it goes without."""
    run = Recommendation.objects.get(assessment=assessment, effective=True)
    assessment.refresh_from_db()
    assert assessment.missing == run.missing
    return run.run, run.missing


def events(assessment: Assessment) -> list[str]:
    rows = WebhookEvent.objects.filter(assessment=assessment).order_by("pk")
    return list(rows.values_list("event_type", flat=True))


def test_a_search_that_failed_is_made_when_the_provider_is_back(monkeypatch: pytest.MonkeyPatch) -> None:
    let_search(monkeypatch, FailingEmbedder())
    assessment = completed()
    assert standing(assessment) == (1, ["retrieval"])

    let_search(monkeypatch, embed_all())

    assert heal() == 1
    assert standing(assessment) == (2, [])
    assert events(assessment) == ONCE_AND_UPDATED
    assert (heal(), healing.lacking()) == (0, [])


def test_a_try_in_vain_changes_and_announces_nothing_and_each_waits_longer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    let_search(monkeypatch, FailingEmbedder())
    assessment = completed()

    tried = [heal(minutes) for minutes in (0, 19, 21, 39, 41)]

    assert tried == [1, 0, 1, 0, 1]
    assert standing(assessment) == (1, ["retrieval"])
    assert events(assessment) == ONCE_AND_UPDATED[:2]


def test_while_tries_are_in_vain_one_result_finds_out(monkeypatch: pytest.MonkeyPatch) -> None:
    let_search(monkeypatch, FailingEmbedder())
    several = [completed()]
    several += [submitted_assessment(role=several[0].role) for _ in range(2)]
    jobs.drain(skip_waits=True)
    assert heal() == 3
    submitted_assessment(role=several[0].role)
    jobs.drain(skip_waits=True)

    assert heal() == 1

    let_search(monkeypatch, embed_all())
    assert heal(60) == 4
    assert [standing(one)[1] for one in several] == [[], [], []]


def test_recommendations_that_were_given_up_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    let_search(monkeypatch, embed_all())
    conclude = drafting.conclude

    def broken(*arguments: Any, **named: Any) -> Any:
        raise RuntimeError("an error in the code")

    monkeypatch.setattr(drafting, "conclude", broken)
    assessment = completed()
    assert standing(assessment) == (1, ["recommendations"])

    monkeypatch.setattr(drafting, "conclude", conclude)

    assert heal() == 1
    assert standing(assessment) == (2, [])
    assert Recommendation.objects.get(assessment=assessment, effective=True).status == "ready"
    assert events(assessment) == ONCE_AND_UPDATED


def words_fail(request: Received) -> Any:
    is_words = request.body["response_format"]["json_schema"]["name"] == prompting.SCHEMA_NAME
    return status(503) if is_words else second_level(request)


def test_a_summary_that_could_not_be_written_is_written(
    openai: FakeOpenAI, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MODEL_WORDS = True
    let_search(monkeypatch, embed_all())
    openai.script = words_fail
    assessment = completed()
    assert standing(assessment) == (1, ["summary"])

    openai.script = second_level

    assert heal() == 1
    assert standing(assessment) == (2, [])
    assert events(assessment) == ONCE_AND_UPDATED


def test_a_model_that_was_silent_a_moment_ago_is_not_asked_for_words(
    openai: FakeOpenAI, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MODEL_WORDS = True
    let_search(monkeypatch, embed_all())
    openai.script = lambda _: status(503)

    assessment = completed()

    assert standing(assessment)[1] == ["essay_scores", "summary"]
    assert not ModelCall.objects.filter(purpose=CallPurpose.WORDS).exists()
