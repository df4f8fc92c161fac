"""A model that is away for an hour: every result is there within a minute without it, and whole when it is back."""

import datetime as dt
import time
from functools import cache
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from assessments.models import Assessment
from microcred.ai import providers
from microcred.db import database_now
from ops import jobs
from partners.models import WebhookEvent
from recommendations import healing
from recommendations.models import Recommendation
from scoring import pending
from tests.factories.assessments import RIGHT_ANSWERS, submitted_assessment
from tests.factories.recommendations import WordEmbedder, embed_all, offered
from tests.factories.scoring import role_with_essay
from tests.fakes.openai_server import FakeOpenAI, faulty, html, huge, status, truncated
from tests.scoring.replies import second_level

pytestmark = pytest.mark.django_db
STUDENTS = 3
AWAY = {
    "500": lambda _: status(500),
    "429 without a time": lambda _: status(429),
    "429 for an hour": lambda _: status(429, retry_after="3600"),
    "out of credit": lambda _: status(429, error="insufficient_quota"),
    "a page": lambda _: html(),
    "cut in the middle": lambda _: faulty("cut"),
    "silent": lambda _: faulty("hang"),
    "a byte at a time": lambda _: faulty("drip"),
    "too much": lambda _: huge(),
    "truncated": lambda _: truncated(),
}
# What the product notices by its own clock alone.
SILENT = {"silent", "a byte at a time"}


@pytest.fixture(autouse=True)
def _embedder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(providers, "embedder", cache(WordEmbedder))


def work_until_completed(assessments: list[Assessment]) -> float:
    """Do what is due until all have a result, and return the seconds that took."""
    began = time.monotonic()
    while Assessment.objects.filter(pk__in=[one.pk for one in assessments]).exclude(status="completed"):
        jobs.drain()
        time.sleep(0.01)
        assert time.monotonic() - began < 60, "a result was not there within a minute"
    return time.monotonic() - began


def events(assessment: Assessment) -> list[str]:
    rows = WebhookEvent.objects.filter(assessment=assessment).order_by("pk")
    return list(rows.values_list("event_type", flat=True))


@pytest.mark.parametrize("fault", AWAY)
def test_results_are_there_in_a_minute_and_heal(openai: FakeOpenAI, settings: Settings, fault: str) -> None:
    settings.MODEL_WORDS = True
    patience = settings.AI_TIMEOUT_SECONDS, settings.AI_CONNECT_TIMEOUT_SECONDS
    if fault in SILENT:
        settings.AI_TIMEOUT_SECONDS, settings.AI_CONNECT_TIMEOUT_SECONDS = 0.5, 0.5
        providers.reset()
    openai.script = AWAY[fault]
    role = role_with_essay()
    offered("course", analysis=4.0)
    embed_all()
    answers: list[dict[str, Any]] = [
        RIGHT_ANSWERS | {"essay": f"{RIGHT_ANSWERS['essay']} So say I, number {number}."}
        for number in range(STUDENTS)
    ]
    students = [submitted_assessment(role=role, answers=one) for one in answers]

    work_until_completed(students)

    for one in students:
        one.refresh_from_db()
        assert (one.degraded, "essay_scores" in one.missing) == (True, True)
        assert events(one) == ["assessment.completed", "recommendation.ready"]

    openai.script = second_level
    settings.AI_TIMEOUT_SECONDS, settings.AI_CONNECT_TIMEOUT_SECONDS = patience
    providers.reset()
    for minutes in (60, 120):
        later = database_now() + dt.timedelta(minutes=minutes)
        pending.score_due(now=later)
        jobs.drain(skip_waits=True)
        healing.heal_due(now=later)
        jobs.drain(skip_waits=True)

    for one in students:
        one.refresh_from_db()
        assert (one.degraded, one.missing) == (False, [])
        told = events(one)
        assert told[:2] == ["assessment.completed", "recommendation.ready"]
        assert set(told[2:]) == {"recommendation.updated"}
        effective = Recommendation.objects.get(assessment=one, effective=True)
        assert (effective.degraded, effective.missing) == (False, [])
