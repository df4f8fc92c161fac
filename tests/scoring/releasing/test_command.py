"""manage.py release_gate."""

import json
import uuid
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from microcred.ai import providers
from scoring import releasing
from scoring.essays.safeguards import PlainSafeguards
from scoring.golden import replies
from scoring.management.commands import release_gate
from scoring.models import ScorerRelease
from scoring.releasing import gate_runs, shipped
from scoring.releasing.gate_runs import GateRun
from tests.factories.releases import forget_releases, gate_result, gated, released
from tests.fakes.openai_server import FakeOpenAI, status
from tests.scoring.replies import second_level_but_golden

pytestmark = pytest.mark.django_db
ESSENTIAL = {
    "release",
    "scorer",
    "golden_version",
    "thresholds_version",
    "replies",
    "passed",
    "active",
    "figures",
}


@pytest.fixture(autouse=True)
def model(openai: FakeOpenAI, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeOpenAI:
    """A configured model that nothing has released yet."""
    forget_releases(kind="model")
    monkeypatch.setattr(gate_runs, "_safeguards", PlainSafeguards)
    settings.STATE_DIR = tmp_path
    settings.AI_TIMEOUT_SECONDS = 20.0
    providers.reset()
    openai.script = second_level_but_golden
    return openai


def gate_says(monkeypatch: pytest.MonkeyPatch, *, passed: bool) -> None:
    run = GateRun(releasing.configured_scorer(), gate_result(passed=passed), "live")
    monkeypatch.setattr(gate_runs, "run_model", lambda *, now: run)


def run(**options: Any) -> str:
    out = StringIO()
    call_command("release_gate", stdout=out, stderr=StringIO(), **options)
    return out.getvalue()


def test_a_model_that_passes_is_released_by_one_command(model: FakeOpenAI) -> None:
    said = run(activate=True)

    release = ScorerRelease.objects.get(kind="model")
    assert (release.passed, release.active, release.replies, release.model) == (
        True,
        True,
        "live",
        "gpt-4o-mini",
    )
    assert "| agreement | 1.000 (1.000 to 1.000) | 0.700 | 144 | passed |" in said
    assert "Passed: in use." in said
    assert releasing.health()["status"] == "ok"

    asked = len(model.requests)
    assert "is released already" in run(activate=True, if_needed=True)
    assert len(model.requests) == asked


def test_without_activate_nothing_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    gate_says(monkeypatch, passed=True)

    said = run()

    release = ScorerRelease.objects.get(kind="model")
    assert not release.active
    assert f"manage.py release_gate --use {release.pk} --reason" in said


def test_one_that_fails_is_stored_shown_and_ends_with_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    gate_says(monkeypatch, passed=False)
    out = StringIO()

    with pytest.raises(CommandError, match="did not pass its release gate"):
        call_command("release_gate", activate=True, stdout=out)

    assert not ScorerRelease.objects.get(kind="model").passed
    assert "| agreement | 0.300 | 0.750 | 144 | FAILED |" in out.getvalue()
    assert "agreement: essay/clarity: 3, not 0" in out.getvalue()


def test_json_is_all_there_is_on_standard_output(monkeypatch: pytest.MonkeyPatch) -> None:
    gate_says(monkeypatch, passed=True)

    found = json.loads(run(json=True))

    assert found.keys() >= ESSENTIAL
    assert (found["passed"], found["figures"][0]["passed"], found["scorer"]["kind"]) == (True, True, "model")


def test_a_provider_that_is_away_is_a_sentence(model: FakeOpenAI) -> None:
    model.script = lambda request: status(401)

    with pytest.raises(CommandError, match="The gate could not be run"):
        run(activate=True)

    assert not ScorerRelease.objects.filter(kind="model").exists()


def test_replies_are_recorded_and_used_again_without_the_model(model: FakeOpenAI, tmp_path: Path) -> None:
    said = run(record=str(tmp_path / "mine.json"))
    asked = len(model.requests)

    again = json.loads(run(recorded=tmp_path / "mine.json", json=True, activate=True))

    assert f"Replies written to {tmp_path / 'mine.json'}" in said
    assert len(model.requests) == asked
    assert (again["replies"], again["passed"], again["active"]) == ("recorded", True, True)


def test_replies_that_could_not_be_kept_are_not_asked_for(model: FakeOpenAI, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="is a folder"):
        run(record=str(tmp_path))

    assert model.requests == []


def test_replies_go_to_the_state_folder_by_default(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    gate_says(monkeypatch, passed=True)
    found = gate_runs.run_model(now=None)  # type: ignore[arg-type]
    kept = replies.Recorded("p", "openai", "h", "m", "g", "2026-11-20", {})
    monkeypatch.setattr(gate_runs, "run_model", lambda *, now: replace(found, recorded=kept))

    run(record="")

    (written,) = (tmp_path / "releases").iterdir()
    assert "gpt-4o-mini" in written.name


def test_a_file_of_something_else_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "deep.json").write_text("[" * 100_000)

    with pytest.raises(CommandError, match="is not a file of recorded replies"):
        run(recorded=tmp_path / "deep.json")
    with pytest.raises(CommandError, match="is not a file of recorded replies"):
        run(recorded=tmp_path / "missing.json")


def test_replies_of_another_model_release_nothing_here(tmp_path: Path, settings: Any) -> None:
    run(record=str(tmp_path / "mine.json"))
    settings.OPENAI_BASE_URL = "https://elsewhere.example.org/v1"

    with pytest.raises(CommandError, match="not what this code and these settings can use"):
        run(recorded=tmp_path / "mine.json", activate=True)


def test_an_earlier_run_can_be_used_and_gone_back_from() -> None:
    first = released(replace(releasing.configured_scorer(), model="first"))
    second = gated(replace(releasing.configured_scorer(), model="second"))

    with pytest.raises(CommandError, match="Say why"):
        run(use=second.pk)
    assert "with second" in run(use=second.pk, reason="Cheaper.")
    assert "with first" in run(roll_back=True, reason="Too generous.")

    first.refresh_from_db()
    assert first.active
    with pytest.raises(CommandError, match="no such release"):
        run(use=uuid.uuid4(), reason="Why")


def test_the_runs_are_listed(settings: Any) -> None:
    release = released()
    gated(passed=False)
    settings.OPENAI_BASE_URL = "https://elsewhere.example.org/v1"

    lines = run(list=True).splitlines()

    assert any(str(release.pk) in line and " active " in line and "not usable" in line for line in lines)
    assert any(" failed " in line for line in lines)


def test_figures_are_shipped_by_maintainers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    scorer, result = shipped.shipped()
    monkeypatch.setattr(gate_runs, "run_local", lambda: GateRun(scorer, result, "live"))
    monkeypatch.setattr(shipped, "FILE", tmp_path / "shipped.json")

    run(ship=True)

    assert shipped.shipped() == (scorer, result)


def test_the_place_for_replies_names_prompt_model_and_host() -> None:
    found = GateRun(
        replace(releasing.configured_scorer(), host="models.example.org:8000"), gate_result(), "live"
    )

    name = release_gate._place(found).name

    assert "gpt-4o-mini-modelsexampleorg8000" in name
    assert name.startswith("essay-")
