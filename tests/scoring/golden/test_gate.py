"""A scorer is released only when it passes the golden set."""

from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError

from microcred.ai.base import Embedder, ProviderError
from ops import health
from scoring import releasing
from scoring.attacks.fakes import HonestModel, ObedientModel
from scoring.essays.judge import ModelJudge
from scoring.essays.local import LocalJudge
from scoring.essays.prompt import PROMPT_VERSION
from scoring.essays.text import clean
from scoring.golden import essays, gate, replies
from scoring.golden.gate import GateResult
from scoring.golden.replies import Recorded, RecordedChat, RecordingChat, RepliesUnfit
from scoring.models import ScorerRelease
from scoring.releasing import ScorerInUse, check_release, is_released, record_gate, scorer_in_use
from tests.factories.catalog import NOW
from tests.scoring.essays.conftest import minilm as minilm

MODEL = ScorerInUse("model", PROMPT_VERSION, "a-model")


def recorded_result() -> GateResult:
    return gate.run(ModelJudge(RecordedChat(replies.recorded("essay-1"))), "model")


def test_the_replies_on_file_pass() -> None:
    result = recorded_result()

    assert {figure.name: (figure.value, figure.misses) for figure in result.figures} == {
        "in_band": (1.0, ()),
        "held": (0.0, ()),
        "ordered": (1.0, ()),
        "metamorphic": (1.0, ()),
    }
    assert result.passed


def test_the_local_scorer_reaches_its_figures(minilm: Embedder) -> None:
    result = gate.run(LocalJudge(minilm), "local")

    assert [figure for figure in result.figures if not figure.passed] == []


def test_a_model_that_gives_everybody_the_best_level_fails() -> None:
    class Generous(ObedientModel):
        def _wanted(self, answers: Any, label: str) -> list[str]:
            return ["raise"]

    result = gate.run(ModelJudge(Generous()), "model")

    assert {figure.name for figure in result.figures if not figure.passed} >= {"in_band", "ordered"}
    assert not result.passed


def test_a_model_that_likes_words_in_disorder_fails_the_metamorphic_checks() -> None:
    known = {clean(essay.task.answer) for essay in essays.golden_essays()}

    class Confused(ObedientModel):
        def _wanted(self, answers: Any, label: str) -> list[str]:
            return [] if any(" ".join(one.split()) == answers[label] for one in known) else ["raise"]

    result = gate.run(ModelJudge(Confused()), "model")

    metamorphic = next(figure for figure in result.figures if figure.name == "metamorphic")
    assert metamorphic.value == 0.8
    assert [miss.split(":")[0] for miss in metamorphic.misses] == [
        "orders-middling/shuffled",
        "rooms-strong/shuffled",
    ]


def test_every_criterion_of_every_golden_essay_has_a_band() -> None:
    for essay in essays.golden_essays():
        steps = {criterion.key: len(criterion.levels) for criterion in essay.task.criteria}
        assert essay.bands.keys() == steps.keys()
        assert all(0 <= low <= high < steps[key] for key, (low, high) in essay.bands.items())


def test_a_call_that_is_not_on_file_and_a_changed_prompt_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    task = replace(essays.golden_essays()[1].task, prompt="Another question altogether?")
    with pytest.raises(ProviderError, match="no reply"):
        ModelJudge(RecordedChat(replies.recorded("essay-1"))).judge([task])

    monkeypatch.setattr(replies, "PROMPT_VERSION", "essay-9@0")
    with pytest.raises(RepliesUnfit):
        replies.recorded("essay-1")


def test_what_is_recorded_can_be_given_again(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replies, "FOLDER", tmp_path)
    recording = RecordingChat(HonestModel())
    first = gate.run(ModelJudge(recording), "model")
    replies.write("mine", Recorded(PROMPT_VERSION, recording.model, "recorded", recording.replies))

    again = gate.run(ModelJudge(RecordedChat(replies.recorded("mine"))), "model")

    assert again == first


@pytest.mark.django_db
class TestReleases:
    """The rows that say which scorer may score."""

    def test_a_passed_gate_releases_and_a_failed_one_takes_back(self) -> None:
        passed = recorded_result()
        failed = replace(passed, figures=(replace(passed.figures[0], value=0.1), *passed.figures[1:]))

        record_gate(scorer=MODEL, result=passed, replies="essay-1", now=NOW)
        assert is_released(MODEL)
        record_gate(scorer=MODEL, result=failed, replies="live", now=NOW)

        assert not is_released(MODEL)
        assert not is_released(replace(MODEL, version="essay-2@0"))
        assert ScorerRelease.objects.count() == 2

    def test_the_database_keeps_a_failed_version_from_being_active(self) -> None:
        with pytest.raises(IntegrityError, match="active_has_passed"):
            ScorerRelease.objects.create(
                kind="model", version="x", model="y", golden_version="g", replies="live",
                passed=False, active=True, figures=[], made_at=NOW,
            )  # fmt: skip

    def test_the_check_and_the_health_page_name_a_scorer_without_a_gate(self, settings: Any) -> None:
        settings.OPENAI_API_KEY = "sk-test"
        scorer = scorer_in_use()

        assert [message.id for message in check_release(databases=["default"])] == ["scoring.W001"]
        assert check_release(databases=None) == []
        assert health.readiness().checks["scorer"] == {
            "status": "no passed release gate",
            "version": PROMPT_VERSION,
            "model": settings.AI_MODELS["scoring"],
        }
        record_gate(scorer=scorer, result=recorded_result(), replies="live", now=NOW)
        assert check_release(databases=["default"]) == []
        assert releasing.health()["status"] == "ok"

    def test_the_command_prints_the_table_and_stores_the_release(self) -> None:
        out = StringIO()

        call_command("release_gate", "--judge", "model", stdout=out)

        assert "| in_band | 1.000 | 0.900 | passed |" in out.getvalue()
        release = ScorerRelease.objects.get()
        assert (release.kind, release.model, release.active) == ("model", "handwritten", True)

    def test_the_command_fails_where_the_scorer_does(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(
            essays,
            "thresholds",
            lambda scorer: dict.fromkeys(["in_band", "ordered", "metamorphic"], 1.1) | {"held": 0},
        )

        with pytest.raises(CommandError, match="did not pass"):
            call_command("release_gate", "--judge", "model", stdout=StringIO())
        assert not ScorerRelease.objects.get().active

    def test_recording_needs_a_model(self, settings: Any) -> None:
        settings.OPENAI_API_KEY = ""

        with pytest.raises(CommandError, match="No model is configured"):
            call_command("release_gate", "--judge", "model", "--record", stdout=StringIO())
