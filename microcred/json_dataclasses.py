"""Frozen dataclasses as plain JSON values, and back."""

import datetime as dt
import types
import uuid
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any, Union, get_args, get_origin, get_type_hints


class DeserializationError(ValueError):
    """A plain value that is not one of this kind, such as one that was kept by an earlier edition of the code."""


def to_json_value(value: Any) -> Any:
    """Return a value as JSON has it: dataclasses as objects, sequences as lists, ids and moments as text."""
    if is_dataclass(value):
        return {one.name: to_json_value(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): to_json_value(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [to_json_value(one) for one in value]
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value) if isinstance(value, uuid.UUID) else value


def from_json_value(kind: Any, value: Any) -> Any:
    """Return the value of this kind, a dataclass or one of the annotations of its fields, that was made plain.

    Raises:
        NotOfThisKind: if it was of another kind.
    """
    try:
        return _read(kind, value)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise DeserializationError(str(error)) from error


def _read(kind: Any, value: Any) -> Any:
    origin, parts = get_origin(kind), get_args(kind)
    if origin in {Union, types.UnionType}:
        (inner,) = (one for one in parts if one is not type(None))
        return None if value is None else _read(inner, value)
    if origin is tuple:
        whole = parts[:1] * len(value) if parts[-1] is Ellipsis else parts
        return tuple(_read(one, part) for one, part in zip(whole, value, strict=True))
    if origin is not None and isinstance(origin, type) and issubclass(origin, Mapping):
        return {_read(parts[0], key): _read(parts[1], one) for key, one in value.items()}
    if is_dataclass(kind) and isinstance(kind, type):
        hints = get_type_hints(kind)
        return kind(**{one.name: _read(hints[one.name], value[one.name]) for one in fields(kind)})
    if kind in {dt.date, dt.datetime}:
        return kind.fromisoformat(value)
    # PostgreSQL writes a float without fraction as an integer where it is large.
    return kind(value) if kind in {uuid.UUID, float} else value
