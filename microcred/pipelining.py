"""Several statements in one round trip to the database, by psycopg's pipeline mode.

A statement that finds a row by its key takes PostgreSQL less time than the way there and back, after which the process
waits for its turn on a core. What is known beforehand to be read is therefore asked together, where the reading begins;
what reads it stays as it is, and is given the answer that has come.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections

Row = TypeVar("Row")
Rows = list[tuple[Any, ...]]
Values = Sequence[Any] | Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PipelinedQuery(Generic[Row]):
    """A statement with its values, and what each of its rows becomes; nothing is asked yet."""

    sql: str
    values: Values
    made: Callable[[tuple[Any, ...]], Row]

    def rows(self) -> list[Row]:
        """Return what has come with the trip that asked for it, else ask now."""
        found = _taken(self)
        return list(map(self.made, fetch_rows(self.sql, self.values) if found is None else found))


class Statement:
    """A statement written by hand, with values by name."""

    def __init__(self, sql: str) -> None:
        self._sql = sql

    def read(self, **values: Any) -> PipelinedQuery[tuple[Any, ...]]:
        """Return the statement with these values, to be asked."""
        return PipelinedQuery(self._sql, values, _as_it_is)

    def rows(self, **values: Any) -> Rows:
        """Return what it finds with these values."""
        return self.read(**values).rows()


@dataclass(slots=True)
class Prefetch:
    """What has come, until it is taken."""

    answers: list[tuple[PipelinedQuery[Any], Rows]]


_under_way: Final[ContextVar[Prefetch | None]] = ContextVar("prefetch", default=None)


@contextmanager
def prefetched(*reads: PipelinedQuery[Any]) -> Iterator[Prefetch]:
    """Ask these in their order in one round trip; within the block, who asks one of them is given its answer, once.

    For blocks that change nothing of what is read: an answer is as of the beginning.
    """
    prefetch = Prefetch(list(zip(reads, _sent(reads), strict=True)))
    token = _under_way.set(prefetch)
    try:
        yield prefetch
    finally:
        _under_way.reset(token)


def pipelined(*reads: PipelinedQuery[Any]) -> list[list[Any]]:
    """Return what each of these finds, asked in their order in one round trip."""
    return [list(map(read.made, rows)) for read, rows in zip(reads, _sent(reads), strict=True)]


def fetch_rows(sql: str, values: Values | None = None) -> Rows:
    """Return the rows of one statement, none where it returns none."""
    own = _ready()
    with own.wrap_database_errors:
        cursor = _cursor(own)
        cursor.execute(sql, values)
        return _rows(cursor)


def _sent(reads: Sequence[PipelinedQuery[Any]]) -> list[Rows]:
    own = _ready()
    with own.wrap_database_errors:
        cursors = [_cursor(own) for _ in reads]
        with own.connection.pipeline():
            for cursor, one in zip(cursors, reads, strict=True):
                cursor.execute(one.sql, one.values)
        return [_rows(cursor) for cursor in cursors]


def _ready() -> Any:
    """The thread's connection itself: by the name that stands for it, each of its parts would be looked up anew."""
    own = connections[DEFAULT_DB_ALIAS]
    own.close_if_health_check_failed()
    own.ensure_connection()
    own.validate_no_broken_transaction()
    return own


def _cursor(own: Any) -> Any:
    """The driver's own where nobody listens: what Django's adds to it takes as long again, and is done above."""
    watched = own.queries_logged or own.execute_wrappers
    return own.cursor() if watched else own.connection.cursor()


def _rows(cursor: Any) -> Rows:
    """Asked of the result: a cursor describes every column to say whether there are any."""
    return cursor.fetchall() if cursor.pgresult.nfields else []


def _taken(read: PipelinedQuery[Any]) -> Rows | None:
    prefetch = _under_way.get()
    if prefetch is None:
        return None
    for place, (one, rows) in enumerate(prefetch.answers):
        if one.sql == read.sql and one.values == read.values:
            del prefetch.answers[place]
            return rows
    return None


def _as_it_is(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return row
