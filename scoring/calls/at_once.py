"""Model calls that do not wait for one another: all under way at once, each settled as soon as it comes back.

Only sending and receiving happens in threads of their own; the database stays with whoever asks.
"""

import contextvars
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass

from microcred.ai.base import ChatReply, ProviderError
from microcred.ai.breaker import beside_another

Ask = Callable[[], ChatReply]


@dataclass(frozen=True, slots=True)
class Came:
    """What came of a call, and how long that took."""

    reply: ChatReply | ProviderError
    latency_ms: int


def ask(one: Ask) -> Came:
    """Make a call; only what no provider does is raised."""
    started = time.monotonic()
    try:
        reply: ChatReply | ProviderError = one()
    except ProviderError as error:
        reply = error
    return Came(reply, round((time.monotonic() - started) * 1000))


def ask_all(asks: Sequence[Ask]) -> Iterator[tuple[int, Came]]:
    """Make the calls side by side; yield the place of each and what came of it, in the order in which they end.

    Together they count as one failure at most: what keeps one of them from its reply keeps the others too. What is
    raised otherwise is raised after the last has ended.
    """
    if not asks:
        return
    broken: BaseException | None = None
    with ThreadPoolExecutor(len(asks), thread_name_prefix="call") as pool:
        # What is logged in a thread names the job, too; a context can be entered by one thread only.
        under_way = {
            pool.submit(contextvars.copy_context().run, _beside if place else ask, one): place
            for place, one in enumerate(asks)
        }
        for ended in as_completed(under_way):
            error = ended.exception()
            if error is None:
                yield under_way[ended], ended.result()
            else:
                broken = broken or error
    if broken is not None:
        raise broken


def _beside(one: Ask) -> Came:
    with beside_another():
        return ask(one)
