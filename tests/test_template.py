"""The database that every test process begins with a copy of."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from tests import template


@pytest.fixture
def family(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The name of other tests' database, on the same server."""
    name = f"{connection.settings_dict['TEST']['NAME']}_other"
    monkeypatch.setitem(connection.settings_dict["TEST"], "NAME", name)
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    yield name
    with connection.creation._nodb_cursor() as cursor:  # type: ignore[attr-defined]
        for left in named(f"{name}_template_"):
            cursor.execute(f'DROP DATABASE "{left}"')


def named(prefix: str) -> set[str]:
    """Return the databases whose names begin so."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [prefix])
        return {row[0] for row in cursor.fetchall()}


def empty(name: str) -> None:
    """Make a database in the place of one that takes long to make."""
    with connection.creation._nodb_cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute(f'CREATE DATABASE "{name}"')


def test_it_is_made_once_and_those_of_other_code_go(family: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []

    def make(name: str) -> None:
        made.append(name)
        empty(name)

    monkeypatch.setattr(template, "_migrate", make)
    empty(f"{family}_template_of_other_code")

    first, second = template.prepare(), template.prepare()

    assert first == second
    assert made == [f"{family}_template_partial"]
    assert named(f"{family}_template_") == {first}


def test_one_that_failed_is_not_taken_for_one(family: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(name: str) -> None:
        empty(name)
        raise InterruptedError

    monkeypatch.setattr(template, "_migrate", fail)
    with pytest.raises(InterruptedError):
        template.prepare()
    monkeypatch.setattr(template, "_migrate", empty)

    assert named(f"{family}_template_") == {f"{family}_template_partial"}

    made = template.prepare()

    assert named(f"{family}_template_") == {made}


def test_processes_of_one_run_have_one_family(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict["TEST"], "NAME", "test_mine_gw3")
    monkeypatch.setenv("PYTEST_XDIST_WORKER", "gw3")

    assert template._family() == "test_mine"


class TestDigest:
    """What a template is known by."""

    @pytest.fixture
    def root(self, tmp_path: Path) -> Path:
        """A product of one package, with tests."""
        for name in ("product", "product/migrations", "tests"):
            (tmp_path / name).mkdir()
            (tmp_path / name / "__init__.py").touch()
        (tmp_path / "constraints.txt").write_text("Django==5.2\n")
        (tmp_path / "product/migrations/0001_initial.py").write_text("first\n")
        return tmp_path

    @pytest.mark.parametrize(
        "changed",
        ["product/migrations/0001_initial.py", "product/rows.json", "product/models.py", "constraints.txt"],
    )
    def test_changes_with_what_migrating_may_read(self, root: Path, changed: str) -> None:
        before = template.digest(root)

        (root / changed).write_text("second\n")

        assert template.digest(root) != before

    @pytest.mark.parametrize("changed", ["tests/test_rows.py", "product/page.html", "README.md"])
    def test_stays_when_anything_else_does(self, root: Path, changed: str) -> None:
        before = template.digest(root)

        (root / changed).write_text("second\n")

        assert template.digest(root) == before
