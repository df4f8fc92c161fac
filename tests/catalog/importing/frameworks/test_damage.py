"""Damaged and hostile releases: they are read, or refused with a sentence, and nothing else."""

import io
import struct
import zipfile
from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.importing.archive import Limits
from catalog.importing.frameworks import tables
from catalog.importing.frameworks.framework import FrameworkInvalid, Profile
from catalog.importing.frameworks.opening import opened
from catalog.importing.frameworks.planning import plan
from catalog.importing.frameworks.role_creation import make
from catalog.importing.frameworks.searching import found
from catalog.importing.frameworks.tables import clean, of_file
from catalog.models import JobRole, Skill
from tests.catalog.importing.frameworks.releases import (
    DESIGNER,
    DIRECTOR,
    ESCO,
    ONET,
    SKILLS,
    esco,
    onet,
    packed,
)

WHOLE = {"db_29_3_text.zip": packed(ONET), "ESCO.zip": packed(ESCO, "")}
CHANGES = st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=8)


def read(data: bytes, name: str) -> list[Profile]:
    """All that is asked of a release."""
    framework = opened(of_file(io.BytesIO(data), name))
    found(framework.occupations(), "technical designers")
    framework.concepts()
    return list(framework.profiles([DESIGNER, DIRECTOR], level=Decimal(3)).values())


def damaged(data: bytes, changes: list[tuple[int, int]], cut: int) -> bytes:
    changed = bytearray(data)
    for at, value in changes:
        changed[at % len(data)] = value
    return bytes(changed[: max(1, len(data) - cut % len(data))]) if cut % 3 == 0 else bytes(changed)


@pytest.mark.parametrize("name", WHOLE)
@settings(max_examples=50, deadline=None)
@given(CHANGES, st.integers(0, 10**6))
def test_no_damage_to_a_package_makes_it_fail_otherwise(
    name: str, changes: list[tuple[int, int]], cut: int
) -> None:
    with suppress(FrameworkInvalid):
        read(damaged(WHOLE[name], changes, cut), name)


@pytest.mark.parametrize("files", [ONET, ESCO], ids=["O*NET", "ESCO"])
@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10), CHANGES, st.integers(0, 10**6))
def test_no_damage_to_a_table_makes_it_fail_otherwise(
    files: dict[str, str], which: int, changes: list[tuple[int, int]], cut: int
) -> None:
    name = sorted(files)[which % len(files)]
    broken: dict[str, str | bytes] = {**files, name: damaged(files[name].encode(), changes, cut)}

    with suppress(FrameworkInvalid):
        read(packed(broken), "release.zip")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text", ["", "\0\u202e\x1b[31m", "a\nb", "<b>&amp;</b>", "'; --", "x" * 5_000, "😀" * 100]
)
def test_whatever_stands_in_a_name_is_stored_or_left_out(text: str) -> None:
    quoted = text.replace('"', "")
    onets = {
        name: table.replace("Reading Comprehension", text.replace("\n", " ")).replace(
            "Figma", text.replace("\n", " ")
        )
        for name, table in ONET.items()
    }
    escos = {name: table.replace("give advice to others", f'"{quoted}"') for name, table in ESCO.items()}

    for framework, code in ((onet(onets), DESIGNER), (esco(escos), DIRECTOR)):
        profile = framework.profiles([code], level=Decimal(3))[code]
        source = framework.source
        make(profile, source, role=None, chosen=range(20), by=None)
        assert all(row.is_same for row in plan(profile, source).rows)

    assert JobRole.objects.count() == 2
    assert not Skill.objects.filter(name="").exists()
    assert not Skill.objects.filter(name__contains="\u202e").exists()


def test_a_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "LIMITS", Limits(member_bytes=2_097_152, bytes=4_194_304))
    bomb = {**ONET, "Skills.txt": SKILLS + "27-1021.00\tx\n" * 400_000}

    with pytest.raises(FrameworkInvalid, match=r"Skills\.txt: It is larger than 2 MB"):
        read(packed(bomb), "release.zip")


def test_a_table_has_so_many_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MOST_ROWS", 5)

    with pytest.raises(FrameworkInvalid, match=r"Content Model Reference\.txt has more than 5 rows"):
        read(WHOLE["db_29_3_text.zip"], "release.zip")


def test_a_file_has_so_many_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MOST_BYTES", 1_000)

    with pytest.raises(FrameworkInvalid, match="The file is larger than 0 MB"):
        read(WHOLE["ESCO.zip"], "ESCO.zip")


def test_an_encrypted_package_and_one_within_another_are_refused() -> None:
    locked = bytearray(WHOLE["ESCO.zip"])
    struct.pack_into("<H", locked, locked.index(b"PK\x01\x02") + 8, 1)

    with pytest.raises(FrameworkInvalid, match="encrypted"):
        read(bytes(locked), "ESCO.zip")
    with pytest.raises(FrameworkInvalid, match="neither a text release"):
        read(packed({"inner.zip": WHOLE["ESCO.zip"]}), "outer.zip")


def test_names_of_files_lead_nowhere() -> None:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as target:
        for name, text in ONET.items():
            target.writestr(f"../../etc/{name}", text)

    assert read(written.getvalue(), "o.zip")


@pytest.mark.parametrize(
    ("cell", "cleaned"),
    [("  a  ", "a"), ("a\x00b", "ab"), ("a\r\nb\n\n c", "a\nb\nc"), ("a\u200bb\tc", "ab c"), ("é ", "é")],
)
def test_cells_lose_what_cannot_be_seen(cell: str, cleaned: str) -> None:
    assert clean(cell) == cleaned
