"""Frozen dataclasses as JSON values, and back."""

import datetime as dt
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pytest

from microcred.json_dataclasses import DeserializationError, from_json_value, to_json_value

KEY = uuid.UUID("019353ee-68c0-7884-8071-e6e3530ca8f1")


@dataclass(frozen=True, slots=True)
class Part:
    name: str
    share: float | None


@dataclass(frozen=True, slots=True)
class Whole:
    key: uuid.UUID
    made_at: dt.datetime
    day: dt.date
    kind: Literal["a", "b"]
    parts: tuple[Part, ...]
    ends: tuple[float, int] | None
    by_name: Mapping[str, Part]
    by_key: Mapping[uuid.UUID, str]
    said: tuple[Mapping[str, Any], ...]


WHOLE = Whole(
    key=KEY,
    made_at=dt.datetime(2026, 3, 1, 8, 30, tzinfo=dt.UTC),
    day=dt.date(2026, 3, 1),
    kind="b",
    parts=(Part("one", 0.1 + 0.2), Part("two", None)),
    ends=(2.0, 3),
    by_name={"one": Part("one", 1.0)},
    by_key={KEY: "it"},
    said=({"id": "c1", "points": [1, 2]},),
)


def test_a_dataclass_comes_back_as_it_was() -> None:
    stored = json.loads(json.dumps(to_json_value(WHOLE)))

    assert from_json_value(Whole, stored) == WHOLE
    assert stored["key"] == str(KEY)
    assert stored["parts"][0] == {"name": "one", "share": 0.30000000000000004}


def test_a_list_and_nothing_come_back_too() -> None:
    parts = (Part("one", 0.5),)

    assert from_json_value(tuple[Part, ...] | None, to_json_value(parts)) == parts
    assert from_json_value(tuple[Part, ...] | None, None) is None


def test_a_float_that_was_written_as_an_integer_is_a_float() -> None:
    found = from_json_value(Part, {"name": "one", "share": 1})

    assert isinstance(found.share, float)


@pytest.mark.parametrize("stored", [{"name": "one"}, {"name": "one", "share": "much"}, [1, 2], "text", None])
def test_what_was_of_another_kind_is_refused(stored: Any) -> None:
    with pytest.raises(DeserializationError):
        from_json_value(Part, stored)


def test_a_tuple_of_another_length_is_refused() -> None:
    with pytest.raises(DeserializationError):
        from_json_value(tuple[float, int], [1.0])
