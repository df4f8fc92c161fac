"""The OpenAPI document names, for every operation, the errors that any operation can answer with."""

from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator

from microcred.api.schema import add_shared_errors


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """The document as it would be published."""
    drawn_up: dict[str, Any] = SchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call]
    return drawn_up


@pytest.fixture(scope="module")
def operations(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Every operation by its name."""
    paths = document["paths"].values()
    return {operation["operationId"]: operation for path in paths for operation in path.values()}


def test_whoever_needs_a_token_may_be_told_that_it_is_not_valid(
    operations: dict[str, dict[str, Any]],
) -> None:
    assert "401" in operations["me"]["responses"]
    assert "401" in operations["assessment_start"]["responses"]


def test_every_operation_can_refuse_for_now_and_says_for_how_long(
    operations: dict[str, dict[str, Any]],
) -> None:
    for operation in operations.values():
        for status in ("429", "503"):
            assert "Retry-After" in operation["responses"][status]["headers"]


def test_only_an_operation_with_a_body_can_refuse_its_size_and_type(
    operations: dict[str, dict[str, Any]],
) -> None:
    assert {"413", "415"} <= operations["auth_token"]["responses"].keys()
    assert not {"413", "415"} & operations["me"]["responses"].keys()


def test_only_what_can_be_malformed_is_refused_as_malformed(operations: dict[str, dict[str, Any]]) -> None:
    # A key for repeating, without a body.
    assert "400" in operations["webhook_endpoint_test"]["responses"]
    # Nothing but the path, and the version that is known.
    assert "400" not in operations["me"]["responses"]


def test_what_an_operation_says_itself_is_kept_and_where_nothing_is_asked_nothing_is_refused() -> None:
    own = {"description": "Another body."}
    operation: dict[str, Any] = {
        "requestBody": {},
        "security": [{}],
        "responses": {"503": own, "200": {"description": "Fine."}},
    }

    add_shared_errors({"paths": {"/open": {"post": operation}}})

    assert list(operation["responses"]) == ["200", "400", "413", "415", "429", "503"]
    assert operation["responses"]["503"] is own


def test_a_body_of_one_of_several_kinds_must_be_there_as_any_other(
    operations: dict[str, dict[str, Any]],
) -> None:
    assert operations["override"]["requestBody"]["required"] is True
    assert operations["auth_token"]["requestBody"]["required"] is True


def test_bodies_say_that_they_take_no_other_fields_but_those_of_the_contract(
    document: dict[str, Any],
) -> None:
    schemas = document["components"]["schemas"]

    for name in (
        "PatchedTaskChange",
        "NewGoal",
        "BulkOperation",
        "NewTask",
        "ScoreOverrideRequest",
        "NewStep",
    ):
        assert schemas[name]["additionalProperties"] is False, name
    for name in ("TokenRequest", "RefreshRequest", "StartRequest", "ResponseItem", "SessionRequest"):
        assert "additionalProperties" not in schemas[name], name


def test_an_answer_may_say_more_in_a_later_version(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]

    for name in ("TaskView", "GoalView", "Me", "StatusView"):
        assert "additionalProperties" not in schemas[name], name
