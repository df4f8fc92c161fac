"""Queries that the object mapper words once, and that are only filled in from then on.

Wording a query takes the mapper ten times as long as PostgreSQL takes to answer it. What is asked with every request is
said as a query set, as everywhere, with the values left open; a process words it once.
"""

import datetime as dt
import secrets
import uuid
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, Final, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, models
from django.db.models.query import (
    FlatValuesListIterable,
    ModelIterable,
    QuerySet,
    ValuesIterable,
    ValuesListIterable,
    get_related_populators,
)

from microcred.pipelining import PipelinedQuery

Row = TypeVar("Row")
# What stands for a value that is not known yet, by its type; no real value is ever equal to one.
_STANDS_FOR: Final[Mapping[type, Callable[[int], Any]]] = {
    uuid.UUID: lambda place: uuid.UUID(int=(0xC0FFEE << 96) + place),
    dt.datetime: lambda place: dt.datetime(1, 1, 2, microsecond=place, tzinfo=dt.UTC),
    int: lambda place: 32_700 + place,  # what the smallest column takes
    str: lambda place: f"{secrets.token_hex(16)}{place}",
}
# Lists of values, of each row the only one, and by their names.
_LISTS: Final = (ValuesListIterable, FlatValuesListIterable, ValuesIterable)


class NotCompilable(TypeError):
    """More than a query with open values: a further query, or a value that is not sent as it is given."""


class CompiledQuery(Generic[Row]):
    """A query with open values.

    ``build`` is called with something for each value in ``kinds`` (name and type), and with what else the query depends
    on: it is worded once for each of those ``variants``. How many values there are must not depend on them: no lists.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Row]], **kinds: type) -> None:
        self._build = build
        self._kinds = kinds
        self._worded: dict[tuple[Hashable, ...], _Worded] = {}

    def rows(self, *variant: Hashable, **values: Any) -> list[Row]:
        """Return what the query finds with these values: models with what it selects beside, or what it
        lists."""
        return self.read(*variant, **values).rows()

    def read(self, *variant: Hashable, **values: Any) -> PipelinedQuery[Row]:
        """Return the query with these values, to be asked with others in one round trip."""
        worded = self._worded.get(variant) or self._word(variant)
        return worded.read(values)

    def first(self, *variant: Hashable, **values: Any) -> Row | None:
        """Return the first of them, None without any."""
        found = self.rows(*variant, **values)
        return found[0] if found else None

    def _word(self, variant: tuple[Hashable, ...]) -> "_Worded":
        open_values = {
            name: _STANDS_FOR[kind](place) for place, (name, kind) in enumerate(self._kinds.items())
        }
        worded = _Worded(self._build(*variant, **open_values), open_values)
        self._worded[variant] = worded
        return worded


class _Worded:
    """The SQL of a query set, where its values go, and how its rows become models."""

    def __init__(self, rows: QuerySet[Any, Any], open_values: Mapping[str, Any]) -> None:
        shape: Any = vars(rows)["_iterable_class"]
        if shape not in (ModelIterable, *_LISTS) or vars(rows)["_prefetch_related_lookups"]:
            raise NotCompilable("models and lists of values are compiled, without what further queries fetch")
        compiler = rows.query.get_compiler(DEFAULT_DB_ALIAS)
        self._sql, parameters = compiler.as_sql()
        self._parameters = _placed(parameters, open_values)
        self._converters = compiler.get_converters([column[0] for column in compiler.select])
        self._made: Callable[[list[Any]], Any] = _listed(shape, rows.query)
        if shape is ModelIterable:
            self._made = self._model_of
            self._read_models(compiler)

    def _read_models(self, compiler: Any) -> None:
        info = compiler.klass_info
        self._model: type[models.Model] = info["model"]
        fields = info["select_fields"]
        self._own = slice(fields[0], fields[-1] + 1)
        self._names = [column[0].target.attname for column in compiler.select[self._own]]
        # The annotations are those of the next release, which takes one argument more.
        self._related = get_related_populators(info, compiler.select, DEFAULT_DB_ALIAS)  # type: ignore[call-arg]
        self._annotations = dict(compiler.annotation_col_map or {})

    def read(self, values: Mapping[str, Any]) -> PipelinedQuery[Any]:
        given = [values[name] if name else value for name, value in self._parameters]
        return PipelinedQuery(self._sql, given, self._row)

    def _row(self, found: Sequence[Any]) -> Any:
        row = list(found)
        for place, (converters, expression) in self._converters.items():
            for convert in converters:
                row[place] = convert(row[place], expression, connection)
        return self._made(row)

    def _model_of(self, row: list[Any]) -> models.Model:
        made = self._model.from_db(DEFAULT_DB_ALIAS, self._names, row[self._own])
        for name, place in self._annotations.items():
            setattr(made, name, row[place])
        for populator in self._related:
            populator.populate(row, made)
        return made


def _placed(parameters: Sequence[Any], open_values: Mapping[str, Any]) -> list[tuple[str | None, Any]]:
    """The parameters, each with the name of the value that goes there."""
    names = {value: name for name, value in open_values.items()}
    placed = [(names.get(one) if isinstance(one, Hashable) else None, one) for one in parameters]
    fixed = str([one for name, one in placed if name is None])
    lost = [name for name, value in open_values.items() if str(value) in fixed]
    if lost:
        raise NotCompilable(f"not sent as given: {', '.join(lost)}")
    return placed


def _listed(shape: Any, query: Any) -> Callable[[list[Any]], Any]:
    if shape is FlatValuesListIterable:
        return lambda row: row[0]
    if shape is ValuesIterable:
        names = tuple(query.selected)
        return lambda row: dict(zip(names, row, strict=True))
    return tuple
