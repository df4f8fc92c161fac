"""What no linter knows about this house: rules that keep data where it belongs, asked of every line of the product."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.test_architecture import FLOORS, ROOT, own, sources

LOGGED = {"debug", "info", "warning", "error", "critical", "exception"}
EVENT = re.compile(r"[a-z_]+(\.[a-z0-9_]+)*")
# What people wrote or what opens a door has no place in a log, whatever the redacting processors would make of it.
PRIVATE = {
    "answer",
    "answers",
    "body",
    "comment",
    "content",
    "email",
    "essay",
    "key",
    "name",
    "password",
    "prompt",
    "quote",
    "reply",
    "rubric",
    "secret",
    "text",
    "token",
}
# The picture is drawn by the product from a key of its own; help texts are constants of forms and models.
UNESCAPED = {
    "templates/registration/second_factor.html": "{{ picture|safe }}",
    "templates/parts/field.html": "{{ field.help_text|safe }}",
}
EDGES = {"api", "views", "pages", "serializers", "urls"}


@cache
def trees() -> tuple[tuple[Path, ast.Module], ...]:
    return tuple((path, ast.parse(path.read_text())) for package in FLOORS for path in sources(package))


def calls() -> Iterator[tuple[str, ast.Call]]:
    for path, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                yield f"{own(path)}:{node.lineno}", node


def logged() -> Iterator[tuple[str, ast.Call]]:
    """Every call of a logger."""
    for place, call in calls():
        function = call.func
        if (
            isinstance(function, ast.Attribute)
            and function.attr in LOGGED
            and isinstance(function.value, ast.Name)
            and function.value.id in {"log", "logger"}
        ):
            yield place, call


def test_there_is_something_to_look_at() -> None:
    assert len(list(logged())) > 30


def test_events_of_the_log_are_names_and_never_sentences_made_of_data() -> None:
    made = {
        place
        for place, call in logged()
        if not call.args
        or not isinstance(call.args[0], ast.Constant)
        or not EVENT.fullmatch(str(call.args[0].value))
    }

    assert made == set()


def test_no_log_line_carries_what_people_wrote_or_what_opens_a_door() -> None:
    carried = {
        f"{place} {word.arg}" for place, call in logged() for word in call.keywords if word.arg in PRIVATE
    }

    assert carried == set()


@pytest.mark.parametrize("method", ["raw", "extra"])
def test_no_manager_is_handed_sql(method: str) -> None:
    handed = {
        place
        for place, call in calls()
        if isinstance(call.func, ast.Attribute)
        and call.func.attr == method
        and isinstance(call.func.value, ast.Attribute)
        and call.func.value.attr == "objects"
    }

    assert handed == set()


def test_serializers_name_their_fields_so_that_a_new_one_is_not_shown_by_itself() -> None:
    everything = {
        f"{own(path)}:{node.lineno}"
        for path, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        and any(isinstance(name, ast.Name) and name.id in {"fields", "exclude"} for name in node.targets)
        and (
            (isinstance(node.value, ast.Constant) and node.value.value == "__all__")
            or any(isinstance(name, ast.Name) and name.id == "exclude" for name in node.targets)
        )
        and "admin" not in own(path)
    }

    assert everything == set()


def test_views_ask_queries_and_never_a_manager() -> None:
    asked = {
        f"{own(path)}:{node.lineno}"
        for path, tree in trees()
        if EDGES & (set(path.parts) | set(re.split(r"[_.]", path.name)))
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in {"objects", "_default_manager"}
    }

    assert asked == set()


def test_what_a_request_gives_is_read_in_one_place() -> None:
    """A transcript is one of two things, and looks at its lines itself."""
    readers = {
        place.partition(":")[0]
        for place, call in calls()
        if isinstance(call.func, ast.Attribute)
        and call.func.attr == "is_valid"
        and any(given.arg == "raise_exception" for given in call.keywords)
    }

    assert readers == {"microcred/api/request_validation.py", "tutoring/serializers.py"}


def test_whoever_catches_everything_passes_it_on_or_writes_it_down() -> None:
    swallowed = {
        f"{own(path)}:{node.lineno}"
        for path, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or (isinstance(node.type, ast.Name) and node.type.id == "BaseException"))
        and not any(isinstance(inner, (ast.Raise, ast.Call)) for inner in ast.walk(node))
    }

    assert swallowed == set()


def test_what_people_write_is_embedded_on_this_machine() -> None:
    """`providers.embedder` may be elsewhere: it is given the catalog, and what is looked for in it by skills."""
    callers = {
        place.partition("/")[0]
        for place, call in calls()
        if isinstance(call.func, ast.Attribute) and ast.unparse(call.func) == "providers.embedder"
    }

    assert callers == {"ops", "practice", "recommendations"}


def test_templates_escape_what_they_show() -> None:
    found = {
        (str(path.relative_to(ROOT)), line.strip())
        for path in sorted((ROOT / "templates").rglob("*"))
        if path.is_file()
        for line in path.read_text().splitlines()
        if "|safe" in line or "autoescape off" in line
    }

    assert {place for place, _ in found} == set(UNESCAPED)
    assert all(UNESCAPED[place] in line for place, line in found)


def test_templates_hold_no_script_and_no_style_of_their_own() -> None:
    pattern = re.compile(
        r"<script(?![^>]*\b(src|nonce)=)|<style(?![^>]*nonce=)|\sstyle=|\son[a-z]+=", re.IGNORECASE
    )
    inline = {
        f"{path.relative_to(ROOT)}:{number}"
        for path in sorted((ROOT / "templates").rglob("*.html"))
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if pattern.search(line)
    }

    assert inline == set()
