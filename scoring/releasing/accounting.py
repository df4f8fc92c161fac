"""The calls of a release gate in the ledger of model calls, under the budget of the month.

They are asked side by side, and only the thread of the run writes rows: when the run is over, however it ended. What
a killed process had asked is not in the ledger.
"""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from microcred.ai import providers
from microcred.ai.base import ChatModel, ChatReply, ProviderError
from scoring.calls import ledger
from scoring.calls.limits import month_limit
from scoring.calls.outgoing import Outgoing
from scoring.enums import CallPurpose
from scoring.essays.prompt import Instructions


@dataclass(frozen=True, slots=True)
class _Made:
    outgoing: Outgoing
    came_of_it: ChatReply | ProviderError
    latency_ms: int


@dataclass
class Accounting:
    """Passes calls on and remembers each, with what came of it, until it is written down."""

    chat: ChatModel
    instructions: Instructions
    _made: list[_Made] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def provider(self) -> str:
        """The provider that answers."""
        return self.chat.provider

    @property
    def model(self) -> str:
        """The model that answers."""
        return self.chat.model

    def complete(self, *, system: str, user: str, **asked: Any) -> ChatReply:
        """Ask. Raises ProviderError."""
        started = time.monotonic()
        outgoing = self._outgoing(system, user, asked)
        try:
            reply = self.chat.complete(system=system, user=user, **asked)
        except ProviderError as error:
            self._keep(outgoing, error, started)
            raise
        self._keep(outgoing, reply, started)
        return reply

    @contextmanager
    def written(self) -> Iterator[None]:
        """Write down at the end of the block what was asked in it. Raises BudgetExceeded before, if the month's budget
        is used up."""
        ledger.ensure_month_has_room()
        try:
            yield
        finally:
            for made in self._made:
                ledger.note(made.outgoing, made.came_of_it, latency_ms=made.latency_ms)
            self._made.clear()

    def _keep(self, outgoing: Outgoing, came_of_it: ChatReply | ProviderError, started: float) -> None:
        made = _Made(outgoing, came_of_it, round((time.monotonic() - started) * 1000))
        with self._lock:
            self._made.append(made)

    def _outgoing(self, system: str, user: str, asked: Mapping[str, Any]) -> Outgoing:
        return Outgoing(
            purpose=CallPurpose.GATE,
            reading=1,
            provider=self.provider,
            host=providers.chat_host(),
            model=self.model,
            prompt_version=self.instructions.version,
            prompt_sha256=self.instructions.sha256,
            prompt=user,
            answers=(),
            highest_microcents=providers.highest_chat_cost(
                self.model,
                sent=system + user + json.dumps(asked["schema"]),
                max_tokens=asked["max_tokens"],
                assume_price=bool(month_limit()),
            ),
        )
