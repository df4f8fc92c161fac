"""Inserting rows of several tables by one statement that is put together once.

The mapper takes longer to word an INSERT than PostgreSQL takes to carry it out, and a row for a statement is a trip for
each. Rows travel as one JSON text for each table, which PostgreSQL takes apart by the types of the columns.
"""

import json
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, models
from django.db.models.expressions import DatabaseDefault

from microcred.pipelining import fetch_rows

Shape = tuple[type[models.Model], tuple[str, ...]]


def insert_rows(*groups: Sequence[models.Model]) -> None:
    """Insert new rows, each group of one model, all or none; those of a group in their order.

    Values are stored as they are, without signals. What the database fills in is not read back. A trigger on one table
    does not see what the same statement puts into another; foreign keys are checked when the transaction ends.
    """
    found = [group for group in groups if group]
    if not found:
        return
    shapes = tuple(_shape(group[0]) for group in found)
    texts = [
        json.dumps([_values(row, shape) for row in group], ensure_ascii=False, default=str)
        for group, shape in zip(found, shapes, strict=True)
    ]
    fetch_rows(_worded(shapes), texts)
    for row in chain.from_iterable(found):
        row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS


def _shape(row: models.Model) -> Shape:
    """The model, and the columns that are given: not those that the database fills in."""
    fields = row._meta.local_concrete_fields
    left = (models.AutoField, models.BigAutoField, models.GeneratedField)
    return type(row), tuple(
        one.attname
        for one in fields
        if not isinstance(one, left) and not isinstance(getattr(row, one.attname), DatabaseDefault)
    )


def _values(row: models.Model, shape: Shape) -> dict[str, Any]:
    return {column: save(row, True) for column, save in _columns(shape)}


@lru_cache(maxsize=128)
def _columns(shape: Shape) -> tuple[tuple[str, Callable[[models.Model, bool], Any]], ...]:
    """The columns, each with what gives its value for a row."""
    model, names = shape
    fields = [_field(model, name) for name in names]
    return tuple((field.column, field.pre_save) for field in fields)


def _field(model: type[models.Model], name: str) -> Any:
    return model._meta.get_field(name)


@lru_cache(maxsize=128)
def _worded(shapes: tuple[Shape, ...]) -> str:
    quote = connection.ops.quote_name
    inserts = []
    for model, names in shapes:
        table = quote(model._meta.db_table)
        columns = ", ".join(quote(_field(model, name).column) for name in names)
        inserts.append(
            f"INSERT INTO {table} ({columns}) SELECT {columns} "  # noqa: S608 - names of our own
            f"FROM json_populate_recordset(NULL::{table}, %s::json)"
        )
    *before, last = inserts
    named = ", ".join(f"w{place} AS ({one})" for place, one in enumerate(before))
    return f"WITH {named} {last}" if named else last
