"""Occupations in the terminal."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from catalog.management import framework_command
from catalog.models import JobRole, Skill
from tests.catalog.importing.frameworks.releases import DESIGNER, DIRECTOR, ESCO, ONET, onet, packed, written
from tests.factories.catalog import JobRoleFactory, RoleSkillFactory, SkillFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def release(tmp_path: Path) -> str:
    path = tmp_path / "db_29_3_text.zip"
    path.write_bytes(packed(ONET))
    return str(path)


def test_occupations_are_searched_by_what_people_call_them(
    release: str, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("import_onet", release, "--search", "data scientist")
    call_command("import_onet", release, "--search", "machine learning specialists")
    call_command("import_onet", release, "--search", "plumber")

    assert capsys.readouterr().out.splitlines() == [
        "15-2051.00  Data Scientists",
        "15-2051.00  Data Scientists",
        "No occupation comes near that.",
    ]


def test_a_role_is_made_and_all_that_it_asks_for_is_shown(
    release: str, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("import_onet", release, "--occupation", DESIGNER, "--most", "2")

    said = capsys.readouterr().out.splitlines()
    assert said[:5] == [
        "Commercial and Industrial Designers (27-1021.00): new role commercial-and-industrial-designers",
        "  takes Design: target 4.25, importance 5 (importance 4.71 of 5, level 6.02 of 7); new skill design",
        "  takes Active Listening: target 2.75, importance 4 (importance 4.0 of 5, level 4.0 of 7); new skill "
        "active-listening",
        "  not among the 2 most important:",
        "  -     Adobe Illustrator: target 3, importance 4 (in demand for the occupation alone); "
        "new skill adobe-illustrator",
    ]
    assert said[-2:] == [
        "  Role commercial-and-industrial-designers made, inactive until it has questions: 2 skills asked for, "
        "0 changed; 2 skills made, 0 linked.",
        onet().source.credit,
    ]
    assert not JobRole.objects.get().active


def test_a_second_time_and_a_dry_run_make_nothing(release: str, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("import_onet", release, "--occupation", DESIGNER, "--dry-run")
    assert not JobRole.objects.exists()
    assert "Nothing was made (dry run).\n" in capsys.readouterr().out

    call_command("import_onet", release, "--occupation", DESIGNER)
    call_command("import_onet", release, "--occupation", DESIGNER)

    assert "  Nothing new: no role and no skill was made or changed.\n" in capsys.readouterr().out
    assert Skill.objects.count() == 8


def test_a_role_is_completed_and_overwritten_where_that_is_asked_for(
    release: str, capsys: pytest.CaptureFixture[str]
) -> None:
    role = JobRoleFactory(key="designer")
    need = RoleSkillFactory(role=role, skill=SkillFactory(key="design"), target_level=2, importance=1)

    call_command("import_onet", release, "--occupation", DESIGNER, "--role", "designer", "--most", "1")
    need.refresh_from_db()
    assert need.importance == 1
    assert "  stays Design: target 4.25, importance 5 (" in capsys.readouterr().out

    call_command(
        "import_onet", release, "--occupation", DESIGNER, "--role", "designer", "--most", "1", "--overwrite"
    )
    need.refresh_from_db()
    assert need.importance == 5


def test_a_folder_and_esco_are_read_alike(tmp_path: Path) -> None:
    call_command("import_onet", str(written(tmp_path / "db_29_3_text", ONET)), "--occupation", DESIGNER)
    call_command(
        "import_esco", str(written(tmp_path / "esco", ESCO)), "--occupation", DIRECTOR, "--level", "2.5"
    )

    role = JobRole.objects.get(key="technical-director")
    assert [(need.skill.key, float(need.target_level), need.importance) for need in role.role_skills.all()] == [
        ("give-advice-to-others", 2.5, 5), ("use-spreadsheets-software", 2.5, 5), ("sql", 1.5, 2),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("options", "refusal"),
    [
        ([], "Say what to do"),
        (
            ["--occupation", "15-2051.09"],
            r"There is no occupation '15-2051.09'. These come near it:\n  15-2051.0\d  ",
        ),
        (["--occupation", "baker"], r"There is no occupation 'baker'\.$"),
        (["--occupation", DESIGNER, "--role", "clerk"], "There is no role 'clerk'"),
        (
            ["--occupation", DESIGNER, "--occupation", "15-2051.00", "--role", "clerk"],
            "There is no role|--role takes one",
        ),
        (["--occupation", DESIGNER, "--level", "0.5"], "a level is a number from 1 to 5, in quarters"),
        (["--occupation", DESIGNER, "--level", "high"], "a level is a number from 1 to 5, in quarters"),
    ],
)
def test_what_cannot_be_done_is_said(options: list[str], refusal: str, release: str) -> None:
    with pytest.raises(CommandError, match=refusal):
        call_command("import_onet", release, *options)
    assert not Skill.objects.exists()


@pytest.mark.parametrize(
    "data", [b"PK\x03\x04 no zip", b"", b"\x89PNG\r\n\x1a\n\0\0\0" * 10, b"x" * 2_000_000]
)
def test_another_file_makes_nothing(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "release.zip"
    path.write_bytes(data)

    for command in ("import_onet", "import_esco"):
        with pytest.raises(CommandError, match="Nothing was made: "):
            call_command(command, str(path), "--occupation", DESIGNER)
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_onet", str(tmp_path / "gone"), "--occupation", DESIGNER)


def test_one_of_several_occupations_that_is_not_there_makes_none(release: str) -> None:
    with pytest.raises(CommandError, match="There is no occupation"):
        call_command("import_onet", release, "--occupation", DESIGNER, "--occupation", "99-9999.00")

    assert not JobRole.objects.exists()


def test_whoever_is_overtaken_is_told_so_and_makes_nothing(
    release: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def overtaken(*args: object, **options: object) -> None:
        JobRoleFactory(key="made-in-part")
        JobRole.objects.create(key="there-already", name="Theirs")

    JobRoleFactory(key="there-already")
    monkeypatch.setattr(framework_command, "make", overtaken)

    with pytest.raises(CommandError, match="Somebody else has just stored"):
        call_command("import_onet", release, "--occupation", DESIGNER)

    assert JobRole.objects.get().key == "there-already"
