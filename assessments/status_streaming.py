"""Following assessments: streams that stay open until nothing more is waited for.

Only in the process that serves streams. One query in a while asks for all that are followed, however many they are.
Whoever follows is looked at again before they are told anything, and in between: a token that has expired or was
revoked, or an assessment that is out of sight, ends the stream.
"""

import asyncio
import datetime as dt
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Final, TypeVar

import structlog
from asgiref.sync import sync_to_async
from django.db import DatabaseError, InterfaceError, connections

from assessments.event_stream import HEARTBEAT, StatusSnapshot
from assessments.models import Assessment

log = structlog.get_logger(__name__)
LOOK_SECONDS: Final = 0.5
HEARTBEAT_SECONDS: Final = 15.0
# Clients begin anew, with a token that is good for longer.
LONGEST_SECONDS: Final = 3600.0
MOST_STREAMS: Final = 500
MOST_OF_ONE: Final = 6
T = TypeVar("T")
# Each keeps a database connection.
_threads: Final = ThreadPoolExecutor(4, thread_name_prefix="streams")


class StreamLimiter:
    """How many streams there may be, of all and of each."""

    def __init__(self, most: int, most_of_one: int) -> None:
        self._most, self._most_of_one = most, most_of_one
        self._taken: Counter[uuid.UUID] = Counter()

    def is_free(self, person: uuid.UUID) -> bool:
        """Whether a person can follow one more assessment."""
        return self._taken.total() < self._most and self._taken[person] < self._most_of_one

    @contextmanager
    def taken(self, person: uuid.UUID) -> Iterator[None]:
        """Count a stream for as long as it lasts."""
        self._taken[person] += 1
        try:
            yield
        finally:
            self._taken[person] -= 1
            if not self._taken[person]:
                del self._taken[person]


class ChangePoller:
    """Notices when assessments change; ``changed_at`` returns when each last did."""

    def __init__(self, changed_at: Callable[[list[uuid.UUID]], Mapping[uuid.UUID, dt.datetime]]) -> None:
        self._changed_at = changed_at
        self._waiting: dict[asyncio.Future[None], tuple[uuid.UUID, dt.datetime]] = {}
        self._looking: asyncio.Task[None] | None = None

    async def change(self, known: StatusSnapshot, *, seconds: float) -> None:
        """Wait until an assessment is no more as it was, at most so many seconds."""
        noticed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[noticed] = (known.assessment_id, known.changed_at)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        try:
            await asyncio.wait([noticed], timeout=seconds)
        finally:
            self._waiting.pop(noticed, None)

    async def _look(self) -> None:
        while self._waiting:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                followed = list({one for one, _ in self._waiting.values()})
                found = await in_thread(partial(self._changed_at, followed))
            except (DatabaseError, InterfaceError) as error:
                log.warning("streams_wait", error=type(error).__name__)
                continue
            for noticed, (assessment_id, since) in list(self._waiting.items()):
                if found.get(assessment_id, since) != since and not noticed.done():
                    noticed.set_result(None)


def changed_at(assessment_ids: list[uuid.UUID]) -> dict[uuid.UUID, dt.datetime]:
    """Return when assessments changed last, by id."""
    rows = Assessment.objects.filter(pk__in=assessment_ids).order_by()
    return dict(rows.values_list("pk", "updated_at"))


seats: Final = StreamLimiter(MOST_STREAMS, MOST_OF_ONE)
_watch: Final = ChangePoller(changed_at)


def at_once(standing: StatusSnapshot, seen: str) -> str:
    """Return the whole answer for who cannot follow: one event, unless it was ``seen``."""
    return standing.opening + (standing.event if standing.event_id != seen else "")


async def follow(
    *,
    person: uuid.UUID,
    first: StatusSnapshot,
    seen: str,
    look: Callable[[], StatusSnapshot | None],
    watch: ChangePoller = _watch,
) -> AsyncIterator[str]:
    """Yield events from ``first`` on, which is left out if it is the one ``seen``, until nothing more is waited for.

    ``look`` returns where the assessment stands now, None for who may not know any more.
    """
    # That of the request is not needed again, and would be kept for as long as the stream.
    await sync_to_async(connections.close_all, thread_sensitive=True)()
    until = time.monotonic() + LONGEST_SECONDS
    # Others may have come since it was asked for.
    if not seats.is_free(person):
        yield at_once(first, seen)
        return
    with seats.taken(person):
        yield first.opening
        standing: StatusSnapshot | None = first
        while standing is not None:
            yield HEARTBEAT if standing.event_id == seen else standing.event
            seen = standing.event_id
            if standing.is_last or time.monotonic() > until:
                return
            await watch.change(standing, seconds=HEARTBEAT_SECONDS)
            standing = await _looked(look)


async def _looked(look: Callable[[], StatusSnapshot | None]) -> StatusSnapshot | None:
    try:
        return await in_thread(look)
    except (DatabaseError, InterfaceError) as error:
        # The client asks again.
        log.warning("stream_ended", error=type(error).__name__)
        return None


async def in_thread(work: Callable[[], T]) -> T:
    """Do what asks the database in one of the threads that have a connection."""

    def done() -> T:
        try:
            return work()
        except (DatabaseError, InterfaceError):
            connections.close_all()
            raise

    return await asyncio.get_running_loop().run_in_executor(_threads, done)
