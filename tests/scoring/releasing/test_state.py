"""Which scorer the settings ask for, and which one essays are scored by."""

from dataclasses import replace
from typing import Any

import pytest

from scoring import releasing
from scoring.essays import prompt
from scoring.essays.local import VERSION
from scoring.releasing import Scorer
from tests.factories.releases import gated, released

pytestmark = pytest.mark.django_db
LOCAL = Scorer("local", VERSION, "sentence-transformers", "", "all-MiniLM-L6-v2")


@pytest.fixture
def key(settings: Any) -> Scorer:
    settings.OPENAI_API_KEY = "sk-test"
    settings.OPENAI_BASE_URL = "https://models.example.org/v1"
    settings.AI_MODELS = settings.AI_MODELS | {"scoring": "a-model"}
    return Scorer("model", prompt.PROMPT_VERSION, "openai", "models.example.org", "a-model")


def using() -> Scorer | None:
    release = releasing.released()
    return None if release is None else releasing.scorer_of(release)


def test_without_a_key_the_local_scorer_is_asked_for_and_comes_released(settings: Any) -> None:
    settings.OPENAI_API_KEY = ""

    assert releasing.configured_scorer() == using() == LOCAL
    assert str(LOCAL) == f"{VERSION} with all-MiniLM-L6-v2"


def test_with_a_key_nothing_is_released_before_a_gate_was_passed(key: Scorer) -> None:
    assert releasing.configured_scorer() == key
    assert str(key) == f"{prompt.PROMPT_VERSION} with a-model at models.example.org"
    assert using() is None

    gated()
    assert using() is None
    released()
    assert using() == key


def test_another_model_is_not_used_before_it_has_passed(key: Scorer, settings: Any) -> None:
    released()
    settings.AI_MODELS = settings.AI_MODELS | {"scoring": "another"}

    gated(passed=False)

    assert releasing.configured_scorer().model == "another"
    assert using() == key


def test_another_prompt_is_not_used_before_it_has_passed(key: Scorer) -> None:
    earlier = next(version for version in prompt.AVAILABLE if version != prompt.PROMPT_VERSION)

    released(replace(key, version=earlier))

    assert using() == replace(key, version=earlier)


def test_a_prompt_that_this_code_no_longer_has_is_not_used(
    key: Scorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    released()
    monkeypatch.setattr(prompt, "AVAILABLE", {})

    assert using() is None


def test_a_model_of_the_same_name_on_another_machine_is_another_scorer(key: Scorer, settings: Any) -> None:
    released()
    settings.OPENAI_BASE_URL = "http://127.0.0.1:9/v1"

    assert using() is None


def test_another_embedding_model_makes_another_local_scorer(settings: Any) -> None:
    settings.OPENAI_API_KEY = ""
    settings.EMBEDDING_MODEL = "another"

    assert releasing.configured_scorer() == replace(LOCAL, model="another")
    assert using() is None
