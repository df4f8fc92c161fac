"""Yes and no in the bodies of requests."""

import ast
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from rest_framework import serializers

from microcred.api.booleans import TrueOrFalse
from tests.test_house_rules import calls

OWN_MODULE = "microcred/api/request_validation.py"


def bodies() -> Iterator[type[serializers.Serializer[Any]]]:
    """Every body that is read somewhere."""
    for place, call in calls():
        module = place.partition(":")[0]
        if ast.unparse(call.func) != "validated_body" or module == OWN_MODULE:
            continue
        read = getattr(
            import_module(module.removesuffix(".py").replace("/", ".")),
            ast.unparse(call.args[0]).split("[")[0],
        )
        yield from read.values() if isinstance(read, dict) else [read]


def fields_of(field: Any) -> Iterator[Any]:
    """A field, and those that stand in it."""
    yield field
    children = field.fields.values() if isinstance(field, serializers.Serializer) else ()
    for inner in (*children, getattr(field, "child", None)):
        yield from () if inner is None else fields_of(inner)


@pytest.mark.parametrize("said", [True, False])
def test_true_and_false_are_what_they_are(said: bool) -> None:
    assert TrueOrFalse().run_validation(said) is said


@pytest.mark.parametrize("said", ["true", "yes", "no", "", 1, 0, 1.0, [], {}, None])
def test_nothing_else_is_either(said: object) -> None:
    with pytest.raises(serializers.ValidationError):
        TrueOrFalse().run_validation(said)


def test_every_boolean_of_a_body_is_one_of_these() -> None:
    booleans = {
        (body.__name__, field.field_name): type(field)
        for body in bodies()
        for field in fields_of(body())
        if isinstance(field, serializers.BooleanField)
    }

    assert len(booleans) > 5
    assert {named for named, kind in booleans.items() if kind is not TrueOrFalse} == set()
