"""What a request body may be."""

from io import BytesIO
from typing import Any

import pytest
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from microcred.api.parsers import MAX_DEPTH, MAX_NODES, StrictJSONParser, check_storable
from microcred.errors import Invalid, TooLarge


def parse(body: bytes) -> Any:
    return StrictJSONParser().parse(BytesIO(body))


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"a": [1, 2.5, "x", null, true]}', {"a": [1, 2.5, "x", None, True]}),
        (b'"\\ud83d\\ude00"', "😀"),
        ('{"ü": "Größe"}'.encode(), {"ü": "Größe"}),
        (b"1e300", 1e300),
        (b"-0", 0),
    ],
)
def test_json_that_can_be_stored_is_read(body: bytes, value: object) -> None:
    assert parse(body) == value


@pytest.mark.parametrize(
    ("body", "message", "details"),
    [
        (b"[1", "The request body is not valid JSON: Expecting ',' delimiter at line 1, column 3.", None),
        (b"", "The request body is not valid JSON: Expecting value at line 1, column 1.", None),
        (b'{"a": NaN}', "The request body is not valid JSON: NaN is not a JSON number.", None),
        (b'{"a": -Infinity}', "The request body is not valid JSON: -Infinity is not a JSON number.", None),
        (b"9" * 5000, "The request body is not valid JSON: a number is out of range.", None),
        (b'{"a": [1e999]}', "A number is out of range.", {"field": "a[0]"}),
        (b'"\xff"', "The request body is not UTF-8.", None),
        (b'{"a": {"b": ["\\u0000"]}}', "A text holds a NUL character.", {"field": "a.b[0]"}),
        (b'{"a": {"x\\u0000": 1}}', "A text holds a NUL character.", {"field": "a"}),
        (b'{"a": "\\ud800"}', "A text holds half of a surrogate pair.", {"field": "a"}),
        (b'{"a": "\\udc00\\ud800"}', "A text holds half of a surrogate pair.", {"field": "a"}),
    ],
)  # fmt: skip
def test_anything_else_is_refused_by_name(body: bytes, message: str, details: object) -> None:
    with pytest.raises(Invalid) as caught:
        parse(body)

    assert (caught.value.message, caught.value.code, caught.value.details) == (message, "JSON_400", details)


@pytest.mark.parametrize(
    "body", [b"[" * 100_000, b"[" * 100_000 + b"]" * 100_000, b'{"a":' * 50_000 + b"1" + b"}" * 50_000]
)
def test_endless_nesting_is_refused(body: bytes) -> None:
    with pytest.raises(Invalid) as caught:
        parse(body)

    assert caught.value.code == "JSON_400"


def nested(depth: int) -> object:
    value: object = 1
    for _ in range(depth - 1):
        value = [value]
    return value


def test_depth_and_number_of_values_are_bounded() -> None:
    check_storable(nested(MAX_DEPTH))
    check_storable([0] * (MAX_NODES - 1))

    for value in (nested(MAX_DEPTH + 1), [0] * MAX_NODES):
        with pytest.raises(Invalid, match="nested too deeply or has too many values"):
            check_storable(value)


def test_a_body_of_the_limit_passes_and_one_byte_more_does_not(settings: Settings) -> None:
    settings.API_MAX_BODY_BYTES = 10

    assert parse(b'"12345678"') == "12345678"
    with pytest.raises(TooLarge) as caught:
        parse(b'"123456789"')
    assert caught.value.details == {"limit_bytes": 10}


@pytest.mark.urls("tests.microcred.api.failing")
@pytest.mark.parametrize("body", [b'{"a": 1e999}', b"{"])
def test_a_refused_body_is_a_400_with_the_error_object(body: bytes) -> None:
    reply = APIClient().post("/api/v1/fail/x", body, content_type="application/json")

    assert (reply.status_code, reply.json()["error_code"]) == (400, "JSON_400")
