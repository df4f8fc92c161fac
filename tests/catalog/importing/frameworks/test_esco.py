"""What is read of ESCO."""

import csv
import io
from decimal import Decimal

import pytest

from catalog.importing.frameworks.esco import Esco
from catalog.importing.frameworks.framework import FrameworkInvalid
from catalog.importing.frameworks.tables import of_file
from tests.catalog.importing.frameworks.releases import ADVICE, DIRECTOR, ESCO, PAGE, SPREADSHEETS, SQL, esco

LEVEL = Decimal(3)


def test_essential_skills_come_first_and_the_more_special_before_the_general() -> None:
    profile = esco().profiles([DIRECTOR], level=LEVEL)[DIRECTOR]

    assert [
        (one.concept.id, one.concept.kind, one.importance, str(one.target), one.said)
        for one in profile.demands
    ] == [
        (SPREADSHEETS, "skill", 5, "3", "essential, cross-sector"),
        (ADVICE, "skill", 5, "3", "essential, transversal"),
        (SQL, "knowledge", 2, "2", "optional, sector-specific"),
    ]
    assert [(one.name, one.reason) for one in profile.left_out] == [
        (f"{PAGE}/skill/00000000-0000-4000-8000-000000000000", "The table of skills does not have it.")
    ]


def test_the_lowest_target_is_one() -> None:
    profile = esco().profiles([DIRECTOR], level=Decimal(1))[DIRECTOR]

    assert {str(one.target) for one in profile.demands} == {"1"}


def test_labels_on_lines_of_their_own_and_between_bars_are_other_names() -> None:
    bars = ESCO["skills_en.csv"].replace(
        '"employ spreadsheets\nutilise spreadsheets"', "employ spreadsheets | utilise spreadsheets"
    )

    for files in (ESCO, {**ESCO, "skills_en.csv": bars}):
        concept = {one.id: one for one in esco(files).concepts()}[SPREADSHEETS]
        assert concept.other_names == ("employ spreadsheets", "utilise spreadsheets")
    assert esco().occupations()[0].other_titles == ("head of technical", "technical supervisor")


def test_groups_of_knowledge_are_no_links() -> None:
    assert {one.id for one in esco().concepts()} == {f"{PAGE}/skill/S5.2.3", SQL, SPREADSHEETS, ADVICE}


def test_another_language_is_read_alike_and_english_goes_first() -> None:
    german = {
        name.replace("_en", "_de"): text.replace("SQL,Structured", "SQL (de),Structured")
        for name, text in ESCO.items()
    }

    def named(release: Esco) -> str:
        return {one.id: one.name for one in release.concepts()}[SQL]

    assert named(esco(german)) == "SQL (de)"
    assert named(esco(ESCO | german)) == "SQL"
    assert named(esco(ESCO | german, "de")) == "SQL (de)"
    with pytest.raises(FrameworkInvalid, match="is not in 'fr', but in: de, en"):
        esco(ESCO | german, "fr")


def test_one_file_of_any_name_is_told_by_its_columns() -> None:
    data = b"\xef\xbb\xbf" + ESCO["skills_en.csv"].replace(",", ";").encode()

    release = Esco(of_file(io.BytesIO(data), "what I have.csv"))

    assert [one.name for one in release.concepts()][:1] == ["SQL"]


@pytest.mark.parametrize(
    ("files", "refusal"),
    [
        ({"people.csv": "name,address\n"}, "ESCO dataset.zip is no CSV of ESCO"),
        (
            {**ESCO, "skills_en.csv": "conceptUri,label\n"},
            "skills_en.csv has no column preferredLabel, skillType; its first",
        ),
        (
            {name: text for name, text in ESCO.items() if "Relations" not in name},
            "holds no table of occupationSkillRelations",
        ),
        ({**ESCO, "skills_en.csv": ESCO["skills_en.csv"].encode("utf-16")}, "skills_en.csv is not in UTF-8"),
        (
            {**ESCO, "skills_en.csv": f"conceptUri,preferredLabel,skillType\n{'x' * 200_000},a,b\n"},
            "cannot be read after row 1",
        ),
    ],
    ids=["other", "column", "no relations", "encoding", "long"],
)
def test_what_cannot_be_read_is_refused_with_its_place(files: dict[str, str | bytes], refusal: str) -> None:
    csv.field_size_limit(10_000_000)

    with pytest.raises(FrameworkInvalid, match=refusal):
        esco(files).profiles([DIRECTOR], level=LEVEL)
