"""The gate over a provider's model, and over replies on file."""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from microcred.ai import providers
from microcred.ai.base import ChatReply, ProviderError
from scoring.calls import limits
from scoring.essays import prompt
from scoring.essays.safeguards import PlainSafeguards
from scoring.golden import gate, replies
from scoring.models import ModelCall
from scoring.releasing import Scorer, configured_scorer, gate_runs
from scoring.releasing.gate_runs import NoModel, NoMoney, RetryingChat
from tests.factories.releases import gate_result
from tests.fakes.openai_server import FakeOpenAI, faulty, status
from tests.scoring.replies import second_level, second_level_but_golden

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def plain_safeguards(monkeypatch: pytest.MonkeyPatch) -> None:
    """No embedder: the demonstration's test runs the gate with all safeguards."""
    monkeypatch.setattr(gate_runs, "_safeguards", PlainSafeguards)


@pytest.fixture
def openai(openai: FakeOpenAI, settings: Any) -> FakeOpenAI:
    """A model server with as much time as in production: it is asked several times at once."""
    settings.AI_TIMEOUT_SECONDS = 20.0
    providers.reset()
    return openai


class TestModel:
    """The configured model, over HTTP."""

    def test_that_rates_like_people_passes_and_its_replies_can_be_used_again(
        self, openai: FakeOpenAI, tmp_path: Path
    ) -> None:
        openai.script = second_level_but_golden

        run = gate_runs.run_model(now=NOW)

        assert run.scorer == configured_scorer()
        assert [figure.misses for figure in run.result.figures if not figure.passed] == []
        assert len(openai.requests) >= gate.calls()
        rows = ModelCall.objects.filter(purpose="gate", state="settled", outcome="answered")
        assert rows.count() == ModelCall.objects.count() == len(openai.requests)
        assert {row.prompt_version for row in rows} == {run.scorer.version}
        assert sum(row.contents.filter(kind="reply").count() for row in rows) == len(openai.requests)
        assert run.recorded is not None
        assert (run.recorded.recorded_at, run.recorded.host) == ("2026-11-20", run.scorer.host)
        assert len(run.recorded.replies) == len(openai.requests)

        replies.write(tmp_path / "replies.json", run.recorded)
        again = gate_runs.run_recorded(tmp_path / "replies.json")

        assert (again.scorer, again.replies, again.recorded) == (run.scorer, "recorded", run.recorded)
        assert again.result.figures == run.result.figures

    def test_that_gives_everybody_the_same_fails(self, openai: FakeOpenAI) -> None:
        openai.script = second_level

        assert not gate_runs.run_model(now=NOW).result.passed

    def test_that_is_away_ends_the_run_after_a_few_calls(self, openai: FakeOpenAI) -> None:
        openai.script = lambda request: status(500)

        with pytest.raises(ProviderError):
            gate_runs.run_model(now=NOW)

        assert len(openai.requests) < 20
        assert ModelCall.objects.filter(purpose="gate", outcome="server").count() == len(openai.requests)

    def test_is_not_asked_when_the_budget_of_the_month_is_used_up(
        self, openai: FakeOpenAI, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings.MODEL_BUDGET_MONTH_CENTS = Decimal(1)
        monkeypatch.setattr(limits, "spent", lambda **_: (1_000_000, 0))

        with pytest.raises(NoMoney):
            gate_runs.run_model(now=NOW)

        assert openai.requests == []

    def test_is_missing_without_a_key(self, settings: Any) -> None:
        settings.OPENAI_API_KEY = ""

        with pytest.raises(NoModel, match="set OPENAI_API_KEY"):
            gate_runs.run_model(now=NOW)


class Once:
    """A model that fails once in a way, then answers."""

    provider = model = "once"

    def __init__(self, *kinds: str, retry_after: float | None = None) -> None:
        self.errors = [
            ProviderError("no", retryable=True, kind=kind, retry_after=retry_after)  # type: ignore[arg-type]
            for kind in kinds
        ]

    def complete(self, **asked: Any) -> ChatReply:
        if self.errors:
            raise self.errors.pop(0)
        return ChatReply("{}", "once", 0, 0, 0, 0, "stop")


class TestPatience:
    """What may be over in a moment does not spoil a whole run."""

    def test_a_passing_failure_is_waited_for(self) -> None:
        waits: list[float] = []

        reply = RetryingChat(Once("rate_limit", "timeout", retry_after=7), waits.append).complete()

        assert (reply.content, waits) == ("{}", [7, 7])

    def test_a_third_one_ends_it(self) -> None:
        with pytest.raises(ProviderError):
            RetryingChat(Once("server", "server", "server"), lambda seconds: None).complete()

    @pytest.mark.parametrize("kind", ["circuit_open", "auth", "refusal"])
    def test_what_a_moment_does_not_mend_is_not_waited_for(self, kind: str) -> None:
        with pytest.raises(ProviderError):
            RetryingChat(Once(kind), lambda seconds: pytest.fail("it waits")).complete()


class TestRecorded:
    """Replies on file."""

    def test_to_a_prompt_that_this_code_does_not_have_are_refused(
        self, openai: FakeOpenAI, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        openai.script = second_level
        kept = gate_runs.run_model(now=NOW).recorded
        assert kept is not None
        replies.write(tmp_path / "replies.json", kept)
        monkeypatch.setattr(prompt, "AVAILABLE", {})

        with pytest.raises(replies.RepliesUnfit, match="which this code does not have"):
            gate_runs.run_recorded(tmp_path / "replies.json")


def test_without_a_key_the_local_scorer_is_run(local_judge: None, monkeypatch: pytest.MonkeyPatch) -> None:
    result = gate_result()
    monkeypatch.setattr(gate, "run", lambda judge, kind: result if kind == "local" else None)

    run = gate_runs.run_wanted(now=NOW)

    assert (run.scorer, run.result, run.replies) == (configured_scorer(), result, "live")
    assert run.scorer == Scorer("local", "local-2", "sentence-transformers", "", "all-MiniLM-L6-v2")


def test_a_connection_that_breaks_once_is_made_again(
    openai: FakeOpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate_runs, "SIDE_BY_SIDE", 1)
    openai.queue(faulty("cut"))
    openai.script = second_level_but_golden

    assert gate_runs.run_model(now=NOW).result.passed
