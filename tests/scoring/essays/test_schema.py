"""The shape a model must answer in."""

from typing import Any

from jsonschema import Draft202012Validator

from scoring.essays.schema import reply_schema
from tests.scoring.essays.chats import verdict
from tests.scoring.essays.samples import STRONG, essay

TASKS = [essay(STRONG), essay(STRONG)]


def objects(schema: Any) -> list[dict[str, Any]]:
    """Every object schema inside `schema`."""
    if not isinstance(schema, dict):
        return []
    inner = [found for part in schema.values() for found in objects(part)]
    return [schema, *inner] if schema.get("type") == "object" else inner


def test_every_object_is_closed_and_asks_for_all_it_has() -> None:
    schema = reply_schema(TASKS)

    Draft202012Validator.check_schema(schema)
    assert len(objects(schema)) == 9
    assert all(found["additionalProperties"] is False for found in objects(schema))
    assert all(found["required"] == list(found["properties"]) for found in objects(schema))


def test_reason_comes_first_and_the_level_last_and_points_have_no_place() -> None:
    criteria = reply_schema(TASKS)["properties"]["e2"]["properties"]["criteria"]["properties"]

    assert list(criteria) == ["weighing", "trial"]
    assert list(criteria["trial"]["properties"]) == ["reason", "quotes", "absent", "level"]
    assert criteria["trial"]["properties"]["level"]["enum"] == ["t0", "t1", "t2"]


def test_a_reply_of_this_shape_is_accepted_and_one_with_a_foreign_level_is_not() -> None:
    validator = Draft202012Validator(reply_schema([essay(STRONG)]))
    good = {"weighing": verdict("l2", "x"), "trial": verdict("t1", "x")}
    bad = {**good, "trial": verdict("l2", "x")}

    assert validator.is_valid({"e1": {"instructions_in_answer": False, "criteria": good}})
    assert not validator.is_valid({"e1": {"instructions_in_answer": False, "criteria": bad}})
