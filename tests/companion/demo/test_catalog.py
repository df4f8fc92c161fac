"""What the demonstration does with the catalog that it finds."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from companion.demo.answers import DEMO_ROLE
from companion.demo.walk import WalkFailed, write_answers
from companion.management.commands import demo
from tests.factories.catalog import JobRoleFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect the names of the commands that the demonstration calls, without running them."""
    names: list[str] = []

    def record(name: str, *_arguments: str, **_options: Any) -> None:
        names.append(name)

    monkeypatch.setattr(demo, "call_command", record)
    return names


def test_an_empty_catalog_is_filled(called: list[str]) -> None:
    demo.Command()._load()

    assert called == ["migrate", "load_catalog", "load_practice", "load_demo", "embeddings", "release_gate"]


def test_a_catalog_that_is_there_keeps_what_curators_changed(called: list[str]) -> None:
    JobRoleFactory()

    demo.Command()._load()

    assert called == ["migrate", "load_practice", "load_demo", "embeddings", "release_gate"]


def test_a_catalog_of_other_skills_has_nothing_to_practise_yet(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(
        demo, "call_command", lambda name, *_, **options: name == "migrate" or call_command(name, **options)
    )

    demo.Command()._load_practice()

    said = capsys.readouterr().out
    assert "  sql.json: the catalog has no skill 'sql'\n" in said
    assert said.endswith("There is nothing to practise: manage.py load_practice FOLDER\n")


def test_a_retired_role_is_named(tmp_path: Path) -> None:
    JobRoleFactory(key=DEMO_ROLE, active=False)

    with pytest.raises(WalkFailed, match="needs the role data-analyst"):
        write_answers(tmp_path)
