"""The matrix read from its file: one row for each route and method, groups of admin pages spelt out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.urls import URLPattern, get_resolver

from tests.authorization.actors import actors_on

FILE = Path(__file__).with_name("matrix.txt")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
GROUP = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Row:
    """What each actor is answered: a status, or ``login`` for the way to the log-in page.

    ``missing`` is the answer to whoever reaches the route when the thing is not there, where that is not 404 or 403.
    """

    method: str
    route: str
    thing: str
    expected: dict[str, str]
    missing: str

    def __str__(self) -> str:
        return f"{self.method} {self.route}"

    def when_missing(self, actor: str) -> str:
        """Return what an actor is answered when there is no such thing."""
        said = self.expected[actor]
        if said == "404":
            return said
        return self.missing or ("403" if said == "403" else "404")


@cache
def rows() -> tuple[Row, ...]:
    """All rows of the file."""
    groups: dict[str, list[str]] = {}
    found: list[Row] = []
    for line in FILE.read_text().splitlines():
        text = line.partition("#")[0].strip()
        if text.startswith("group "):
            name, _, models = text.removeprefix("group ").partition(":")
            groups[name] = models.split()
        elif text:
            found.extend(_spelt_out(text, groups))
    return tuple(found)


def _spelt_out(text: str, groups: dict[str, list[str]]) -> Iterator[Row]:
    address, said, *rest = (part.split() for part in text.split("|"))
    method, route, *thing = address
    expected = dict(zip(actors_on(route), said, strict=True))
    missing = rest[0][0] if rest else ""
    group = GROUP.search(route)
    for model in groups[group[1]] if group else [""]:
        one = route.replace(group[0], model) if group else route
        kind = model if group and "object_id" in route else thing[0].lstrip("-") if thing else ""
        yield Row(method, "" if one == "/" else one, kind, expected, missing)


def routes() -> set[str]:
    """Every address that the product has, as the resolver spells it."""
    return {_plain(route) for route in _walk(get_resolver(), "")}


def _walk(resolver: object, before: str) -> Iterator[str]:
    for pattern in getattr(resolver, "url_patterns"):  # noqa: B009
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield route
        else:
            yield from _walk(pattern, route)


def _plain(route: str) -> str:
    """Write a regular expression of the admin like the other routes."""
    if "^(?P<app_label>" in route:
        return "admin/<app_label>/"
    return "admin/<url>" if "(?P<url>" in route else route
