"""Model calls that do not wait for one another: all under way at once, each settled as soon as it comes back.

Only sending and receiving happens in threads of their own; the database stays with whoever asks.
"""

import contextvars
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from queue import SimpleQueue

from microcred.ai.base import ChatReply, ProviderError
from microcred.ai.breaker import not_counting_failures
from microcred.ai.stored_responses import Hear, on_response_id

Ask = Callable[[], ChatReply]
# What happens to the call at a place: the name under which its answer is kept, or its end.
Event = tuple[int, "str | Future[CallResult]"]


@dataclass(frozen=True, slots=True)
class CallResult:
    """What came of a call, and how long that took."""

    reply: ChatReply | ProviderError
    latency_ms: int


def ask(one: Ask, *, hear: Hear | None = None) -> CallResult:
    """Make a call; only what no provider does is raised. ``hear`` is told under which name the answer is kept."""
    started = time.monotonic()
    try:
        with on_response_id(hear):
            reply: ChatReply | ProviderError = one()
    except ProviderError as error:
        reply = error
    return CallResult(reply, round((time.monotonic() - started) * 1000))


def ask_all(
    asks: Sequence[Ask], *, hear: Callable[[int, str], None] | None = None
) -> Iterator[tuple[int, CallResult]]:
    """Make the calls side by side; yield the place of each and what came of it, in the order in which they end.

    ``hear`` is told, by whoever asks and not in a thread, the place of a call and the name under which its answer is
    kept. Together they count as one failure at most: what keeps one of them from its reply keeps the others too. What
    is raised otherwise is raised after the last has ended.
    """
    if not asks:
        return
    broken: BaseException | None = None
    events: SimpleQueue[Event] = SimpleQueue()
    with ThreadPoolExecutor(len(asks), thread_name_prefix="call") as pool:
        for place, one in enumerate(asks):
            # What is logged in a thread names the job, too; a context can be entered by one thread only.
            run = contextvars.copy_context().run
            begun = pool.submit(run, _beside if place else ask, one, hear=partial(_put, events, place))
            begun.add_done_callback(partial(_put, events, place))
        under_way = len(asks)
        while under_way:
            place, happened = events.get()
            if isinstance(happened, str):
                if hear is not None:
                    hear(place, happened)
                continue
            under_way -= 1
            error = happened.exception()
            if error is None:
                yield place, happened.result()
            else:
                broken = broken or error
    if broken is not None:
        raise broken


def _put(events: SimpleQueue[Event], place: int, happened: "str | Future[CallResult]") -> None:
    events.put((place, happened))


def _beside(one: Ask, *, hear: Hear | None = None) -> CallResult:
    with not_counting_failures():
        return ask(one, hear=hear)
