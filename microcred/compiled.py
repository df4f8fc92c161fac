"""Queries that the object mapper words once, and that are only filled in from then on.

Wording a query takes the mapper ten times as long as PostgreSQL takes to answer it. What is asked with every request is
said as a query set, as everywhere, with the values left open; a process words it once.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, models
from django.db.backends.utils import CursorWrapper
from django.db.models.query import ModelIterable, QuerySet, get_related_populators

Row = TypeVar("Row", bound=models.Model)
# What stands for a value that is not known yet, by its type; no real value is ever equal to one.
_STANDS_FOR: Final[Mapping[type, Callable[[int], Any]]] = {
    uuid.UUID: lambda place: uuid.UUID(int=(0xC0FFEE << 96) + place),
    dt.datetime: lambda place: dt.datetime(1, 1, 2, microsecond=place, tzinfo=dt.UTC),
}


class Compiled(Generic[Row]):
    """A query with open values.

    ``build`` is called with something for each value in ``kinds`` (name and type), and with what else the query depends
    on: it is worded once for each of those ``variants``. How many values there are must not depend on them: no lists.
    """

    def __init__(self, build: Callable[..., QuerySet[Row, Any]], **kinds: type) -> None:
        self._build = build
        self._kinds = kinds
        self._worded: dict[tuple[Hashable, ...], _Worded] = {}

    def rows(self, *variant: Hashable, **values: Any) -> list[Row]:
        """Return what the query finds with these values: models, with the related ones that it selects."""
        return self.ask(*variant, **values).rows()

    def first(self, *variant: Hashable, **values: Any) -> Row | None:
        """Return the first of them, None without any."""
        found = self.rows(*variant, **values)
        return found[0] if found else None

    def ask(self, *variant: Hashable, **values: Any) -> "Asked[Row]":
        """Ask, and leave the answer to be taken later; within :func:`one_trip` nothing is waited for before."""
        worded = self._worded.get(variant) or self._word(variant)
        return Asked(worded, worded.ask(values))

    def _word(self, variant: tuple[Hashable, ...]) -> "_Worded":
        open_values = {
            name: _STANDS_FOR[kind](place) for place, (name, kind) in enumerate(self._kinds.items())
        }
        worded = _Worded(self._build(*variant, **open_values), open_values)
        self._worded[variant] = worded
        return worded


class Asked(Generic[Row]):
    """What has been asked of the database; the answer is taken once."""

    def __init__(self, worded: "_Worded", cursor: CursorWrapper) -> None:
        self._worded = worded
        self._cursor = cursor

    def rows(self) -> list[Row]:
        """Return what was found."""
        return self._worded.take(self._cursor)

    def first(self) -> Row | None:
        """Return the first of it, None without any."""
        found = self.rows()
        return found[0] if found else None


@contextmanager
def one_trip() -> Iterator[None]:
    """Send what is asked meanwhile without waiting for answers in between; they are taken at the end, in order.

    The statements are done one after the other, each seeing what those before it have changed or waited for.
    """
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    with connection.connection.pipeline():
        yield


class _Worded:
    """The SQL of a query set, where its values go, and how its rows become models."""

    def __init__(self, rows: QuerySet[Any, Any], open_values: Mapping[str, Any]) -> None:
        if rows._iterable_class is not ModelIterable or rows._prefetch_related_lookups:  # type: ignore[attr-defined]
            raise TypeError("only models are compiled, without what is fetched in further queries")
        compiler = rows.query.get_compiler(DEFAULT_DB_ALIAS)
        self._sql, parameters = compiler.as_sql()
        names = {value: name for name, value in open_values.items()}
        self._parameters = [
            (names.get(value) if isinstance(value, Hashable) else None, value) for value in parameters
        ]
        info = compiler.klass_info
        self._model: type[models.Model] = info["model"]
        fields = info["select_fields"]
        self._own = slice(fields[0], fields[-1] + 1)
        self._names = [column[0].target.attname for column in compiler.select[self._own]]
        # The annotations are those of the next release, which takes one argument more.
        self._related = get_related_populators(info, compiler.select, DEFAULT_DB_ALIAS)  # type: ignore[call-arg]
        self._annotations = dict(compiler.annotation_col_map or {})
        self._converters = compiler.get_converters([column[0] for column in compiler.select])

    def ask(self, values: Mapping[str, Any]) -> CursorWrapper:
        cursor = connection.cursor()
        cursor.execute(self._sql, [values[name] if name else value for name, value in self._parameters])
        return cursor

    def take(self, cursor: CursorWrapper) -> list[Any]:
        with cursor:
            return [self._model_of(list(row)) for row in cursor.fetchall()]

    def _model_of(self, row: list[Any]) -> models.Model:
        for place, (converters, expression) in self._converters.items():
            for convert in converters:
                row[place] = convert(row[place], expression, connection)
        made = self._model.from_db(DEFAULT_DB_ALIAS, self._names, row[self._own])
        for name, place in self._annotations.items():
            setattr(made, name, row[place])
        for populator in self._related:
            populator.populate(row, made)
        return made
