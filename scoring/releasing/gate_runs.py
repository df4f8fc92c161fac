"""Running the gate: over the local scorer, over the configured model, or over replies that a model gave earlier.

For workers and commands: it loads the embedder or calls the provider.
"""

import datetime as dt
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from microcred.ai import providers
from microcred.ai.base import ChatModel, ChatReply, FailureKind, ProviderError
from microcred.ai.caching import CachingEmbedder
from microcred.errors import Conflict
from scoring.calls.limits import BudgetExceeded
from scoring.essays import local, prompt
from scoring.essays.judge import ModelJudge
from scoring.essays.judgement import Judgement
from scoring.essays.local import LocalJudge
from scoring.essays.safeguards import EmbeddedSafeguards, Safeguards
from scoring.essays.task import EssayTask
from scoring.golden import essays, gate, replies
from scoring.golden.gate import GateResult
from scoring.golden.replies import Recorded, RecordedChat, RecordingChat, RepliesUnfit
from scoring.releasing.accounting import Accounting
from scoring.releasing.state import Scorer, configured_scorer
from scoring.safeguarding import local_embedder

SIDE_BY_SIDE: Final = 6
MOST_TRIES: Final = 3
# What may be over a moment later; an open circuit is not, and ends the run.
PASSING: Final[frozenset[FailureKind]] = frozenset({"timeout", "connection", "rate_limit", "server"})
LONGEST_PAUSE: Final = 20.0


class NoModel(Conflict):
    """No model is configured whose gate could be run."""

    default_code = "RELEASE_409"


class NoMoney(Conflict):
    """The gate cannot be run before there is money for its calls."""

    default_code = "RELEASE_409"


@dataclass(frozen=True, slots=True)
class GateRun:
    """What a gate said, of which scorer, on which replies (live or recorded); ``recorded`` are those of a live run."""

    scorer: Scorer
    result: GateResult
    replies: str
    recorded: Recorded | None = None


def run_wanted(*, now: dt.datetime) -> GateRun:
    """Run the gate over the scorer that the settings ask for. Raises what `run_model` does."""
    return run_local() if configured_scorer().kind == "local" else run_model(now=now)


def run_local() -> GateRun:
    """Run the gate over the local scorer and the embedder of this machine."""
    embedder = providers.local_embedder()
    scorer = Scorer("local", local.VERSION, embedder.provider, "", embedder.model)
    judge = LocalJudge(CachingEmbedder(embedder), essays.other_prompts)
    return GateRun(scorer, gate.run(judge, "local"), "live")


def run_model(*, now: dt.datetime) -> GateRun:
    """Ask the configured model about every golden essay, several at a time, and keep its replies.

    Raises:
        NoModel: without a key.
        NoMoney: if the month's budget is used up.
        ProviderError: if the provider is away.
    """
    chat = providers.chat_model()
    scorer = configured_scorer()
    if chat is None or scorer.kind != "model":
        raise NoModel("No model is configured: set OPENAI_API_KEY.")
    accounting = Accounting(chat, prompt.CURRENT)
    recording = RecordingChat(RetryingChat(accounting))
    judge = ModelJudge(recording, safeguards=_safeguards())
    try:
        with accounting.written(), ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            result = gate.run(judge, "model", each=_until_it_fails(pool))
    except BudgetExceeded as error:
        raise NoMoney("The month's budget for model calls is used up.") from error
    kept = Recorded(
        scorer.version, scorer.provider, scorer.host, scorer.model, result.golden_version,
        now.date().isoformat(), recording.replies,
    )  # fmt: skip
    return GateRun(scorer, result, "live", kept)


def run_recorded(path: Path) -> GateRun:
    """Run the gate over the replies in a file, which another run wrote.

    Raises:
        RepliesUnfit: if the file is none, or belongs to a prompt or golden set that this code does not have.
        ProviderError: if a reply is missing.
    """
    kept = replies.read(path)
    if kept.prompt_version not in prompt.AVAILABLE:
        raise RepliesUnfit(
            f"{path.name} holds replies to {kept.prompt_version}, which this code does not have."
        )
    instructions = prompt.AVAILABLE[kept.prompt_version]
    judge = ModelJudge(RecordedChat(kept), instructions=instructions, safeguards=_safeguards())
    scorer = Scorer("model", kept.prompt_version, kept.provider, kept.host, kept.model)
    return GateRun(scorer, gate.run(judge, "model"), "recorded", kept)


@dataclass
class RetryingChat:
    """Asks again after what may be over in a moment, so that one slow reply does not spoil a whole run."""

    chat: ChatModel
    wait: Callable[[float], None] = time.sleep

    @property
    def provider(self) -> str:
        """The provider that answers."""
        return self.chat.provider

    @property
    def model(self) -> str:
        """The model that answers."""
        return self.chat.model

    def complete(self, **asked: Any) -> ChatReply:
        """Ask up to three times. Raises ProviderError."""
        for attempt in range(1, MOST_TRIES):
            try:
                return self.chat.complete(**asked)
            except ProviderError as error:
                if error.kind not in PASSING:
                    raise
                self.wait(min(error.retry_after or attempt, LONGEST_PAUSE))
        return self.chat.complete(**asked)


def _safeguards() -> Safeguards:
    """The safeguards of production, over an embedder that remembers."""
    return EmbeddedSafeguards(CachingEmbedder(local_embedder()))


def _until_it_fails(pool: ThreadPoolExecutor) -> gate.Each:
    """A map over the threads of a pool; the first failure ends it, and what has not begun is not begun."""

    def each(judge: Callable[[EssayTask], Judgement], tasks: Sequence[EssayTask]) -> list[Judgement]:
        waiting = [pool.submit(judge, task) for task in tasks]
        try:
            return [one.result() for one in waiting]
        except ProviderError:
            pool.shutdown(wait=False, cancel_futures=True)
            raise

    return each
