"""Whoever stores second what may be there once only is told so on the form, in every form of the administration."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import IntegrityError, connection, models

from ops.admin_forms import FormAdmin
from tests.authorization.test_audit_sweep import ANOTHER, NEW, PAGES, filled_in
from tests.authorization.test_matrix import undone
from tests.authorization.world import World

pytestmark = pytest.mark.django_db
#: Services that find what is there already, and change nothing.
AGAIN = {"accounts/advisorassignment", "accounts/guardianlink", "recommendations/learnercredential"}


def once(model: type[models.Model]) -> list[tuple[str, ...]]:
    """Return the fields that may not be the same in two rows, and that somebody fills in."""
    told = [(field.name,) for field in model._meta.fields if field.unique and not field.primary_key]
    named = [tuple(one.fields) for one in model._meta.constraints if isinstance(one, models.UniqueConstraint)]
    return [*told, *named]


ONCE = [label for label in NEW if once(PAGES[label].model)]
RENAMED = [
    ("accounts/user", "email"),
    ("catalog/credential", "uri"),
    ("catalog/jobrole", "name"),
    ("tutoring/tutoringsource", "name"),
]


@contextmanager
def looked_too_early(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have forms miss what is there, as if it were stored after they looked, until the database refuses it."""
    is_there: list[bool] = []

    def refused(execute: Callable[..., Any], *statement: Any) -> Any:
        try:
            return execute(*statement)
        except IntegrityError:
            is_there.append(True)
            raise

    def late(look: Callable[..., None]) -> Callable[..., None]:
        return lambda *given, **named: look(*given, **named) if is_there else None

    with monkeypatch.context() as patched, connection.execute_wrapper(refused):
        for name in ("validate_unique", "validate_constraints"):
            patched.setattr(models.Model, name, late(getattr(models.Model, name)))
        yield


@pytest.mark.parametrize("label", PAGES)
def test_every_page_says_why_it_refuses(label: str) -> None:
    assert isinstance(PAGES[label], FormAdmin)


@pytest.mark.parametrize("label", ONCE)
@pytest.mark.parametrize("races", [False, True], ids=["after", "at-once"])
def test_who_stores_the_same_second_reads_so(
    world: World, label: str, races: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, stored = f"/admin/{label}/add/", PAGES[label].model._default_manager
    with undone():
        data = filled_in(world, path, NEW[label](world))
        first = world.caller.send("admin", "POST", path, data)
        number = stored.count()
        if races:
            with looked_too_early(monkeypatch):
                second = world.caller.send("admin", "POST", path, data)
        else:
            second = world.caller.send("admin", "POST", path, data)

        assert first.status_code == 302, first.context["errors"]
        assert stored.count() == number
    if label in AGAIN and races:
        assert second.status_code == 302
    else:
        assert second.status_code == 200
        assert second.context["errors"]


def test_what_may_be_renamed_is_tried(world: World) -> None:
    found: set[tuple[str, str]] = set()
    for label in set(ONCE) & set(ANOTHER):
        page = world.caller.send("admin", "GET", f"/admin/{label}/{world.things[label]['object_id']}/change/")
        changeable = page.context["adminform"].form.fields
        found |= {(label, names[0]) for names in once(PAGES[label].model) if set(names) <= set(changeable)}

    assert found == set(RENAMED)


@pytest.mark.parametrize(("label", "field"), RENAMED, ids=[label for label, _ in RENAMED])
@pytest.mark.parametrize("races", [False, True], ids=["after", "at-once"])
def test_who_renames_to_what_is_there_reads_so(
    world: World, label: str, field: str, races: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, path = f"/admin/{label}/add/", f"/admin/{label}/{world.things[label]['object_id']}/change/"
    with undone():
        added = filled_in(world, other, NEW[label](world))
        first = world.caller.send("admin", "POST", other, added)
        data = filled_in(world, path, {field: added[field]})
        if races:
            with looked_too_early(monkeypatch):
                second = world.caller.send("admin", "POST", path, data)
        else:
            second = world.caller.send("admin", "POST", path, data)

    assert (first.status_code, second.status_code) == (302, 200)
    assert list(second.context["adminform"].form.errors) == [field]
