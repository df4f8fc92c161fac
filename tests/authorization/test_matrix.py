"""Who may do what: every route and method, tried by everybody on their own things, those of others and missing ones."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse

from ops.models import AuditLog
from tests.authorization.bodies import body_of
from tests.authorization.marks import forbidden, learned, logged
from tests.authorization.matrix import METHODS, Row, routes, rows
from tests.authorization.world import World

pytestmark = pytest.mark.django_db
ROWS = rows()
DECLARED = {(row.method, row.route): row for row in ROWS}
REFUSED = {"401", "403", "404", "405", "login"}
LEAST_CELLS = 1500
VARYING = re.compile(r'"request_id":\s*"[^"]*"|csrfmiddlewaretoken" value="[^"]*"|data-seconds-left="\d+"')


@contextmanager
def undone() -> Iterator[None]:
    """Roll back what happens within."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def said(response: HttpResponse) -> str:
    """Return the status, or that the way leads to the log-in page or to setting up a second factor."""
    place = response.headers.get("Location", "")
    if response.status_code == 302 and place.startswith("/second-factor"):
        return "factor"
    is_login = response.status_code == 302 and place.startswith(("/login", "/admin/login"))
    return "login" if is_login else str(response.status_code)


def answered(world: World, row: Row, actor: str, *, missing: bool = False) -> Any:
    """Send what the row says, and undo it."""
    path = world.path(row.route, row.thing, missing=missing)
    with undone():
        return world.caller.send(actor, row.method, path, body_of(world, row.method, row.route))


def who_looks(row: Row) -> list[str]:
    """Return who gets as far as looking for the thing."""
    return [
        actor for actor, said in row.expected.items() if row.thing and said not in {"login", "401", "factor"}
    ]


def assert_error_object(answer: Any, world: World) -> None:
    """What the API refuses is the error object, and names nobody."""
    if answer.status_code >= 400:
        body = json.loads(answer.content)
        assert {"error_code", "message", "request_id"} <= set(body) <= {
            "error_code", "message", "request_id", "details",
        }  # fmt: skip
        assert world.people["owner"].email not in answer.content.decode()


def undeclared_methods() -> Iterator[tuple[str, str, str]]:
    """Yield every other method of every route; of the admin's own pages, which are all alike, DELETE alone."""
    for row in {row.route: row for row in ROWS}.values():
        for method in ("DELETE",) if "/<path:object_id>/" in row.route else METHODS:
            if (method, row.route) not in DECLARED:
                yield method, row.route, row.thing


def in_words(response: Any) -> str:
    """Return what an answer says, without what differs between any two."""
    return VARYING.sub("", response.content.decode())


def test_every_route_has_a_row() -> None:
    undeclared = routes() - {row.route for row in ROWS}
    gone = {row.route for row in ROWS} - routes()

    assert (undeclared, gone) == (set(), set())
    assert len(DECLARED) == len(ROWS)


def test_there_are_enough_cells() -> None:
    cells = sum(len(row.expected) + len(who_looks(row)) for row in ROWS)

    assert cells >= LEAST_CELLS, cells


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_everybody_is_answered_as_the_matrix_says(
    world: World, row: Row, caplog: pytest.LogCaptureFixture
) -> None:
    answers = {actor: answered(world, row, actor) for actor in row.expected}
    absent = {actor: answered(world, row, actor, missing=True) for actor in who_looks(row)}

    assert {actor: said(answer) for actor, answer in answers.items()} == row.expected
    assert {actor: said(one) for actor, one in absent.items()} == {
        actor: row.when_missing(actor) for actor in absent
    }
    told = {actor: learned(one, forbidden(actor, row.route)) for actor, one in answers.items()}
    assert {actor: words for actor, words in told.items() if words} == {}
    assert logged(caplog.records) == []
    if row.route.startswith("api/v1/"):
        for answer in (*answers.values(), *absent.values()):
            assert_error_object(answer, world)
    for actor, one in absent.items():
        if row.expected[actor] == "404":
            assert in_words(answers[actor]) == in_words(one), f"{actor} can tell that it is there"


def test_what_has_no_row_is_refused(world: World) -> None:
    """Other methods are refused, or do no more than look at a page."""
    before, wrong = AuditLog.objects.count(), []
    for method, route, thing in undeclared_methods():
        looking = DECLARED.get(("GET", route))
        for actor in ("owner", "admin") if route.startswith("api/") else ("admin",):
            with undone():
                answer = world.caller.send(actor, method, world.path(route, thing))
                left = AuditLog.objects.count() - before
            is_look = not route.startswith("api/") and looking and said(answer) == looking.expected[actor]
            if left or not (said(answer) in REFUSED or is_look):
                wrong.append(f"{method} {route} by {actor}: {said(answer)}, {left} rows in the trail")

    assert wrong == []


OF_ASSESSMENTS = [row for row in ROWS if "<uuid:assessment_id>" in row.route]


@pytest.mark.parametrize("row", OF_ASSESSMENTS, ids=str)
def test_what_is_erased_is_missing(world: World, row: Row) -> None:
    path = row.route.replace("<uuid:assessment_id>", str(world.rows["gone"])).replace("<slug:skill>", "sql")
    path = path.replace("<uuid:goal_id>", str(world.rows["goal"].pk))
    body = body_of(world, row.method, row.route)
    for actor in ("owner", "advisor", "admin"):
        with undone():
            erased = world.caller.send(actor, row.method, f"/{path}", body)
        missing = answered(world, row, actor, missing=True)
        assert said(erased) == row.when_missing(actor)
        assert in_words(erased) == in_words(missing)


def test_who_is_erased_is_out(world: World) -> None:
    for path, expected in (("/api/v1/me", "401"), ("/start", "login"), ("/advisor/", "login")):
        assert said(world.caller.send("erased", "GET", path)) == expected
