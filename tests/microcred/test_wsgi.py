"""A body counts whether its length was announced or not."""

import json
from collections.abc import Iterable
from io import BytesIO
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from microcred.wsgi import application, to_its_end, with_length

pytestmark = pytest.mark.django_db


def environ(body: bytes, **changed: Any) -> dict[str, Any]:
    """Return what a web server says of a request whose body came in chunks."""
    return {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/api/v1/auth/token",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_TYPE": "application/json",
        "HTTP_TRANSFER_ENCODING": "chunked",
        "wsgi.input": BytesIO(body),
        "wsgi.input_terminated": True,
        "wsgi.url_scheme": "http",
        **changed,
    }


def answer(body: bytes) -> tuple[str, dict[str, Any]]:
    """Return the status and the error code of the whole application's answer."""
    statuses: list[str] = []
    content = b"".join(application(environ(body), lambda status, headers: statuses.append(status)))
    return statuses[0][:3], json.loads(content)


def test_a_body_sent_in_chunks_is_read() -> None:
    status, error = answer(b'{"email": "nobody", "password": "x"}')

    assert (status, error["details"]["fields"]) == ("400", {"email": ["Enter a valid email address."]})


def test_a_body_sent_in_chunks_may_be_malformed_or_too_large_like_any_other(settings: Settings) -> None:
    settings.API_MAX_BODY_BYTES = 100
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 200

    assert answer(b"{")[1]["error_code"] == "JSON_400"
    assert answer(b"[" + b" " * 5_000)[1]["error_code"] == "TOO_LARGE_413"


@pytest.mark.parametrize(
    "changed",
    [{"CONTENT_LENGTH": "7"}, {"wsgi.input_terminated": False}, {"REQUEST_METHOD": "GET"}],
    ids=["announced", "endless", "no-body"],
)
def test_nothing_else_is_read_ahead(changed: dict[str, Any]) -> None:
    seen: list[dict[str, Any]] = []

    def serve(given: dict[str, Any], start_response: object) -> Iterable[bytes]:
        seen.append(given)
        return []

    request = environ(b"a body.", **changed)
    with_length(serve)(request, print)

    assert seen == [request]
    assert request["wsgi.input"].tell() == 0


@pytest.mark.parametrize(
    ("announced", "left"),
    [({"CONTENT_LENGTH": "7"}, b""), ({"CONTENT_LENGTH": "101"}, b"body.!!"), ({}, b"body.!!")],
    ids=["short", "beyond-every-limit", "nothing"],
)
def test_what_an_answer_leaves_of_a_body_is_read_to_its_end(
    settings: Settings, announced: dict[str, str], left: bytes
) -> None:
    settings.API_MAX_BODY_BYTES = settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    request = environ(b"body.!!", **announced)

    assert to_its_end(lambda given, start_response: [b"refused"])(request, print) == [b"refused"]

    assert request["wsgi.input"].read() == left
