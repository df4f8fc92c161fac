"""Question banks in the terminal."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from catalog.importing.banks import storing
from catalog.models import JobRole, Question
from tests.catalog.importing.banks.test_pages import BANK
from tests.factories.catalog import JobRoleFactory, SkillFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def role() -> JobRole:
    return JobRoleFactory(key="analyst")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "bank.gift"
    path.write_text(BANK, encoding="utf-8")
    return path


def run(file: Path, *options: str) -> None:
    call_command("import_questions", str(file), "--role", "analyst", *options)


def test_it_shows_what_it_makes(role: JobRole, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    SkillFactory(key="sql")

    run(file, "--skill", "sql", "--difficulty", "4")

    said = capsys.readouterr().out
    assert said.startswith("Read as GIFT.\n  multiple_choice  analyst-joins-")
    assert "    Only the best option gives points here; there “Semi” gave some.\n" in said
    assert said.endswith("4 made, 0 of them published, 0 there already, 1 left out.\n")
    assert {(row.difficulty, row.skills.get().key) for row in role.questions.all()} == {(4, "sql")}


def test_a_second_time_makes_nothing(role: JobRole, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(file)
    run(file, "--publish")

    assert capsys.readouterr().out.endswith("0 made, 0 of them published, 4 there already, 1 left out.\n")
    assert not Question.objects.exclude(version="").exists()


def test_they_can_be_published(role: JobRole, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(file, "--publish")

    assert capsys.readouterr().out.endswith("4 made, 3 of them published, 0 there already, 1 left out.\n")


def test_a_dry_run_makes_nothing(role: JobRole, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(file, "--dry-run")

    assert capsys.readouterr().out.endswith("Nothing was made (dry run).\n")
    assert not Question.objects.exists()


@pytest.mark.parametrize("options", [(), ("--dry-run",)])
def test_a_bank_of_which_everything_is_left_out_is_an_error_after_the_listing(
    options: tuple[str, ...], role: JobRole, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bank.gift"
    path.write_text("::Joins:: Which? {~Inner ~Left}\n")

    with pytest.raises(CommandError, match="Nothing was imported: every question of the file is left out"):
        run(path, *options)

    assert "  left out: " in capsys.readouterr().out


def test_what_is_not_there_is_named(role: JobRole, file: Path) -> None:
    with pytest.raises(CommandError, match="There is no role 'clerk'"):
        call_command("import_questions", str(file), "--role", "clerk")
    with pytest.raises(CommandError, match="There is no skill 'cobol'"):
        run(file, "--skill", "cobol")
    with pytest.raises(CommandError, match="No such file"):
        run(file.with_name("other.gift"))


def test_a_file_that_is_no_bank_makes_nothing(role: JobRole, tmp_path: Path) -> None:
    picture = tmp_path / "bank.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0")

    with pytest.raises(CommandError, match="Nothing was imported: The file is no text and no package"):
        run(picture)


def test_whoever_is_overtaken_is_told_so_and_makes_nothing(
    role: JobRole, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(file)
    # As it looks to who has looked before the other was done.
    monkeypatch.setattr(storing, "_known", lambda questions: set())

    with pytest.raises(CommandError, match="Somebody else has just stored"):
        run(file)

    assert role.questions.count() == 4
