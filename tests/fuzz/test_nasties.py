"""No request, however nasty, is an error of the server, and every refusal is the error object."""

import re
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import pytest
from django.core.management import call_command
from drf_spectacular.generators import SchemaGenerator

from partners import signing
from tests.fuzz import nasties
from tests.fuzz.sockets import Answer, request, send
from tests.fuzz.world import World, populate
from tests.served import Server, serving

# The world is made once, outside of the tests' transactions, where the server sees it.
pytestmark = pytest.mark.django_db
METHODS_WITH_A_BODY = {"post", "patch", "put"}
CALLERS = ("student", "admin", "service")
# What lets a tutoring system in, as the OpenAPI document has it.
SIGNED: dict[str, list[str]] = {"webhookSignature": []}
JSON = "application/json"


def operations() -> dict[str, tuple[str, str, dict[str, Any]]]:
    """Return method, path and description of every operation of the OpenAPI document, by its name."""
    document: dict[str, Any] = SchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call]
    found = {
        operation["operationId"]: (method, path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }
    for _, _, operation in found.values():
        body = operation.get("requestBody", {}).get("content", {}).get(JSON, {}).get("schema", {})
        name = body.get("$ref", "").rpartition("/")[2]
        operation["fields"] = list(document["components"]["schemas"].get(name, {}).get("properties", {}))
    return found


OPERATIONS = operations()


class Target:
    """One operation and a caller whom it lets in."""

    def __init__(self, server: Server, world: World, name: str) -> None:
        self.method, self.path, self.operation = OPERATIONS[name]
        self._server = server
        self._ids = world.ids
        self._sender = world.tutoring if SIGNED in self.operation.get("security", ()) else None
        self.caller: nasties.Headers = {}
        for caller in CALLERS:
            self.caller = dict(world.callers[caller])
            if self.send().status not in (401, 403):
                break

    @property
    def takes_a_body(self) -> bool:
        return self.method in METHODS_WITH_A_BODY

    def parameters(self, place: str) -> list[str]:
        return [one["name"] for one in self.operation.get("parameters", []) if one["in"] == place]

    def send(
        self,
        *,
        method: str | None = None,
        path: dict[str, str] | None = None,
        query: str = "",
        headers: nasties.Headers | None = None,
        body: bytes | None = None,
        host: str | bytes | None = None,
        half_close: bool = False,
    ) -> Answer:
        given = b"{}" if body is None and self.takes_a_body else body or b""
        sent: nasties.Headers = {"Content-Type": JSON, nasties.LENGTH: str(len(given)), **self.caller}
        if self._sender:
            query, signature = query or self._sender[0], self._signature(given)
            sent |= signature
        sent |= headers or {}
        if "Transfer-Encoding" in sent and nasties.LENGTH not in (headers or {}):
            del sent[nasties.LENGTH]
        target = self._target(path or {}) + (f"?{query}" if query else "")
        raw = request(
            method or self.method.upper(),
            target,
            sent,
            given,
            host=f"127.0.0.1:{self._server.port}" if host is None else host,
        )
        return send(self._server.port, raw, half_close=half_close)

    def _signature(self, body: bytes) -> dict[str, str]:
        """Sign a body as the tutoring system does that is known here; each time another message."""
        message = signing.Message(f"msg_{uuid.uuid4()}", int(time.time()), body)
        return signing.headers(message, [self._sender[1]] if self._sender else [])

    def _target(self, given: dict[str, str]) -> str:
        def fill(found: re.Match[str]) -> str:
            return given.get(found[1], self._ids.get(found[1], ["sql"])[0])

        return re.sub(r"\{(\w+)\}", fill, self.path)


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with django_db_blocker.unblock():
        yield populate()
        call_command("flush", verbosity=0, interactive=False)


@pytest.fixture(scope="module")
def server(world: World) -> Iterator[Server]:
    with serving(processes=1, threads=4) as running:
        yield running


Row = tuple[str, Callable[[], Answer]]


def rows_for(target: Target) -> Iterator[Row]:
    """Yield every row that fits the operation, with what sends it."""
    for place in target.parameters("path"):
        for name, text in nasties.TEXTS.items():
            yield f"path {place}: {name}", partial(target.send, path={place: text.replace("{name}", place)})
    for place in target.parameters("query"):
        for name, text in nasties.TEXTS.items():
            yield (
                f"query {place}: {name}",
                partial(target.send, query=f"{place}=" + text.replace("{name}", place)),
            )
    for name, host in nasties.HOSTS.items():
        yield f"host: {name}", partial(target.send, host=host)
    for name, headers in nasties.HEADERS.items():
        yield f"header: {name}", partial(target.send, headers=headers)
    for method in nasties.METHODS:
        yield f"method: {method}", partial(target.send, method=method)
    if target.takes_a_body:
        yield from bodies_for(target)


def bodies_for(target: Target) -> Iterator[Row]:
    for name, body in nasties.BODIES.items():
        yield f"body: {name}", partial(target.send, body=body)
    for content_type in nasties.CONTENT_TYPES:
        yield f"type: {content_type[:40]}", partial(target.send, headers={"Content-Type": content_type})
    for field in target.operation["fields"]:
        for name, value in nasties.VALUES.items():
            yield f"field {field}: {name}", partial(target.send, body=b'{"%s": %s}' % (field.encode(), value))
    for name, frame in nasties.FRAMES.items():
        yield (
            f"frame: {name}",
            partial(target.send, headers=frame.headers, body=frame.body, half_close=frame.half_close),
        )


def is_wrong(name: str, answer: Answer) -> bool:
    """Whether an answer is an error of ours, or a refusal of ours without the error object."""
    if answer.status >= 500:
        return True
    refused_by_the_server = "x-request-id" not in answer.headers
    if answer.status < 400 or refused_by_the_server or name == "method: HEAD":
        return False
    try:
        keys = answer.json().keys()
    except (ValueError, AttributeError):
        return True
    return (
        not {"error_code", "message", "request_id"}
        <= keys
        <= {"error_code", "message", "request_id", "details"}
    )


def wrong_answers(target: Target, rows: Sequence[Row]) -> dict[str, tuple[int, bytes]]:
    """Send the rows; return what was answered wrongly."""
    answers = ((name, ask()) for name, ask in rows)
    return {name: (answer.status, answer.body[:200]) for name, answer in answers if is_wrong(name, answer)}


@pytest.mark.parametrize("name", OPERATIONS)
def test_no_request_is_an_error_of_the_server_and_every_refusal_is_the_error_object(
    server: Server, world: World, name: str
) -> None:
    target, place = Target(server, world, name), list(OPERATIONS).index(name)
    rows = list(rows_for(target))

    # Each operation gets every fifth row; together they get them all, since neighbours begin at another one.
    assert wrong_answers(target, rows[place % 5 :: 5]) == {}
    assert len(rows) > 45
    # Nothing of it stopped the server, or cost the caller their way in.
    assert target.send().status not in (0, 401, 403)


@pytest.mark.long
@pytest.mark.parametrize("name", OPERATIONS)
def test_every_row_on_every_operation(server: Server, world: World, name: str) -> None:
    target = Target(server, world, name)

    assert wrong_answers(target, list(rows_for(target))) == {}


@pytest.mark.parametrize("name", nasties.FOUND)
def test_what_was_found_once_stays_mended(server: Server, world: World, name: str) -> None:
    found = nasties.FOUND[name]
    target = Target(server, world, found.operation)
    target.caller = dict(world.callers[found.caller])

    answer = target.send(
        body=found.body or None, path=found.path, query=found.query, headers=dict(found.headers)
    )

    assert (answer.status, is_wrong(name, answer)) == (found.status, False)
    assert str(found.status) in target.operation["responses"]
