"""Operators are told which scorer is in use, and exactly what to run where it is not the one they asked for."""

from dataclasses import replace
from typing import Any

import pytest

from ops import health
from scoring import releasing
from tests.factories.releases import gated, released

pytestmark = pytest.mark.django_db
COMMAND = "manage.py release_gate --activate"


@pytest.fixture(autouse=True)
def key(settings: Any) -> None:
    settings.OPENAI_API_KEY = "sk-test"
    settings.OPENAI_BASE_URL = ""
    settings.AI_MODELS = settings.AI_MODELS | {"scoring": "a-model"}


def warnings() -> list[tuple[str | None, str | None]]:
    return [(message.id, message.hint) for message in releasing.check_release(databases=["default"])]


def test_nothing_is_wrong_without_a_key(settings: Any) -> None:
    settings.OPENAI_API_KEY = ""

    assert releasing.health()["status"] == "ok"
    assert warnings() == []


def test_before_the_first_gate_health_names_the_command() -> None:
    said = health.readiness()

    assert (said.ready, said.status) == (True, "degraded")
    assert said.checks["scorer"] == {
        "status": "no released scorer",
        "why": f"{releasing.configured_scorer()} has not been through its release gate",
        "run": COMMAND,
        "scorer": None,
        "wanted": {
            "kind": "model", "version": releasing.configured_scorer().version, "provider": "openai",
            "host": "api.openai.com", "model": "a-model",
        },
    }  # fmt: skip
    assert warnings() == [("scoring.W001", f"Run {COMMAND}.")]
    assert releasing.check_release(databases=None) == []


def test_a_failed_and_an_unused_gate_are_told_apart() -> None:
    gated(passed=False)
    assert "did not pass" in releasing.health()["why"]
    gated()
    assert "has passed its release gate, but has not been activated" in releasing.health()["why"]


def test_a_released_scorer_is_named() -> None:
    release = released()

    said = health.readiness()

    assert (said.status, said.checks["scorer"]["status"]) == ("ok", "ok")
    assert said.checks["scorer"]["scorer"]["model"] == "a-model"
    assert said.checks["scorer"]["scorer"]["release"] == str(release.pk)
    assert warnings() == []


def test_an_earlier_scorer_that_goes_on_is_named_beside_the_wanted_one() -> None:
    released(replace(releasing.configured_scorer(), model="the-one-before"))

    said = releasing.health()

    assert said["status"] == "not the scorer that the settings ask for"
    assert (said["scorer"]["model"], said["wanted"]["model"], said["run"]) == (
        "the-one-before",
        "a-model",
        COMMAND,
    )
    assert warnings() == [("scoring.W002", f"Run {COMMAND}.")]


def test_a_scorer_in_use_that_fails_later_is_reported() -> None:
    released()
    gated(passed=False)

    assert releasing.health()["status"] == "the scorer in use failed its last gate"
