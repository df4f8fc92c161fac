"""Lists of credentials in the terminal."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from catalog.models import Credential
from microcred.ai import providers
from tests.catalog.importing.credentials.test_pages import TABLE
from tests.factories.catalog import CredentialFactory, SkillFactory
from tests.factories.recommendations import FailingEmbedder, WordEmbedder

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def skills(monkeypatch: pytest.MonkeyPatch) -> None:
    SkillFactory(key="sql", name="SQL")
    SkillFactory(key="talks", name="Presenting to groups")
    monkeypatch.setattr(providers, "local_embedder", WordEmbedder)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "list.csv"
    path.write_text(TABLE, encoding="utf-8")
    return path


def run(file: Path, *options: str) -> None:
    call_command("import_credentials", str(file), *options)


def test_it_shows_what_it_makes(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    CredentialFactory(title="Old one", provider="Harbour")

    run(file, "--hours", "4")

    assert capsys.readouterr().out == (
        "Read as a table.\n"
        "  Columns that are not read: Price.\n"
        "  new: joins  Joins  (line 2)\n"
        "    language en is taken where the list says nothing\n"
        "  new: talks  Talks  (line 3)\n"
        "    hours 4 is taken where the list says nothing\n"
        "    language en is taken where the list says nothing\n"
        "    it brings no skill that is known here, so it will never be recommended\n"
        "  left out: line 4, Broken: “9” is no level: levels go from 1 to 5\n"
        "  no skill: “Presentation to groups” (1): talks (0.67)\n"
        "  not in the list: Old one, Harbour\n"
        "2 made, 0 changed, 0 retired, 0 unchanged, 1 left out.\n"
    )


@pytest.mark.parametrize("options", [(), ("--dry-run",)])
def test_a_list_of_which_everything_is_left_out_is_an_error_after_the_listing(
    options: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    header, *_, broken = TABLE.strip().splitlines()
    path = tmp_path / "list.csv"
    path.write_text(f"{header}\n{broken}\n", encoding="utf-8")

    with pytest.raises(CommandError, match="Nothing was imported: every entry of the list is left out"):
        run(path, *options)

    assert "  left out: line 2, Broken: " in capsys.readouterr().out


def test_without_an_embedder_words_tell_what_is_near(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(providers, "local_embedder", FailingEmbedder)

    run(file, "--dry-run")

    assert "  no skill: “Presentation to groups” (1): talks (1.0)\n" in capsys.readouterr().out


def test_a_second_time_makes_nothing(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(file, "--hours", "4", "--skill", "Presentation to groups=talks")
    run(file)

    assert capsys.readouterr().out.endswith("0 made, 0 changed, 0 retired, 2 unchanged, 1 left out.\n")
    assert Credential.objects.get(title="Talks").skills.get().key == "talks"


def test_a_dry_run_makes_nothing(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(file, "--dry-run")

    assert capsys.readouterr().out.endswith("Nothing was done (dry run).\n")
    assert not Credential.objects.exists()


def test_what_was_changed_here_is_overwritten_only_where_asked_for(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(file)
    Credential.objects.update(level=5)
    run(file)
    assert "    Level: 5 -> 2 [changed here]\n" in capsys.readouterr().out
    assert Credential.objects.get().level == 5

    run(file, "--overwrite")

    assert Credential.objects.get().level == 2


def test_those_that_are_missing_are_retired_where_asked_for(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = CredentialFactory(title="Old one", provider="Harbour")

    run(file, "--retire-missing")

    assert "  retired: Old one, Harbour\n1 made, 0 changed, 1 retired" in capsys.readouterr().out
    old.refresh_from_db()
    assert not old.active


def test_what_cannot_be_is_refused(file: Path) -> None:
    with pytest.raises(CommandError, match="There is no skill 'cobol'"):
        run(file, "--skill", "Cobol=cobol")
    with pytest.raises(CommandError, match="is not NAME=KEY"):
        run(file, "--skill", "sql")
    with pytest.raises(CommandError, match="No such file"):
        run(file.with_name("other.csv"))
    with pytest.raises(CommandError, match="is no language"):
        run(file, "--language", "klingon!")


def test_a_file_that_is_no_list_makes_nothing(tmp_path: Path) -> None:
    picture = tmp_path / "list.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0")

    with pytest.raises(CommandError, match="Nothing was imported: The file is no text"):
        run(picture)


def test_what_is_exported_is_imported_as_unchanged(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(file, "--hours", "4")
    out = tmp_path / "out.csv"

    call_command("export_credentials", str(out))
    run(out)

    assert f"2 credentials written to {out}.\n" in capsys.readouterr().out
    call_command("export_credentials")
    assert capsys.readouterr().out.encode() == out.read_bytes()
    run(out)
    assert (
        capsys.readouterr().out
        == "Read as a table.\n0 made, 0 changed, 0 retired, 2 unchanged, 0 left out.\n"
    )
    with pytest.raises(CommandError):
        call_command("export_credentials", str(tmp_path))
