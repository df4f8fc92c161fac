"""What is read of the O*NET database."""

from decimal import Decimal

import pytest

from catalog.importing.frameworks.framework import FrameworkInvalid
from tests.catalog.importing.frameworks.releases import (
    DESIGNER,
    ELEMENTS,
    ONET,
    SKILLS,
    TECHNOLOGIES,
    TITLES,
    onet,
)

LEVEL = Decimal(3)


def test_an_occupation_asks_for_what_is_important_first() -> None:
    profile = onet().profiles([DESIGNER], level=LEVEL)[DESIGNER]

    assert [
        (one.concept.id, one.concept.name, one.concept.kind, one.importance, str(one.target), one.said)
        for one in profile.demands
    ] == [
        ("2.C.3.c", "Design", "knowledge", 5, "4.25", "importance 4.71 of 5, level 6.02 of 7"),
        ("2.A.1.b", "Active Listening", "skill", 4, "2.75", "importance 4.0 of 5, level 4.0 of 7"),
        ("43232102", "Adobe Illustrator", "technology", 4, "3", "in demand for the occupation alone"),
        ("43232102", "Figma", "technology", 4, "3", "in demand for the occupation alone"),
        ("2.A.1.a", "Reading Comprehension", "skill", 4, "3.00", "importance 3.88 of 5, level 4.12 of 7"),
        ("2.C.4.a", "Mathematics", "knowledge", 4, "3.00", "importance 3.72 of 5, level 4.24 of 7"),
        ("2.A.1.e", "Mathematics", "skill", 3, "2.25", "importance 3.0 of 5, level 3.12 of 7"),
        ("43232405", "Python", "technology", 3, "3", "a hot technology"),
    ]
    assert profile.demands[0].concept.description.endswith('involved in "precision" plans.')


def test_what_is_left_out_is_named() -> None:
    profile = onet().profiles([DESIGNER], level=LEVEL)[DESIGNER]

    assert [(one.name, one.reason) for one in profile.left_out] == [
        ("Science", "O*NET advises against its value, which is too imprecise."),
        ("Repairing", "O*NET says that it is not relevant for the occupation."),
        ("Installation", "Its level is below 1 on the scale here."),
        ("1 technology", "Neither hot nor in demand for the occupation."),
    ]


def test_the_files_of_release_30_3_are_read_too() -> None:
    software = TECHNOLOGIES.replace(
        "\tExample\tCommodity Code\tCommodity Title", "\tWorkplace Example\tElement ID\tElement Name"
    )
    titles = TITLES.replace("Alternate Title", "Job Title")
    heading, *lines = SKILLS.splitlines(keepends=True)
    renamed = {
        "Essential Skills.txt": "".join([heading, *(line for line in lines if "\t2.A." in line)]),
        "Transferable Skills.txt": "".join([heading, *(line for line in lines if "\t2.B." in line)]),
        "Software Skills.txt": software.replace("43232102", "2.E.5.b"),
        "Job Titles.txt": titles,
    }
    kept = {
        name: ONET[name] for name in ("Occupation Data.txt", "Knowledge.txt", "Content Model Reference.txt")
    }

    release = onet(kept | renamed)

    demands = release.profiles([DESIGNER], level=LEVEL)[DESIGNER].demands
    before = onet().profiles([DESIGNER], level=LEVEL)[DESIGNER].demands
    assert [one.concept.name for one in demands] == [one.concept.name for one in before]
    assert {one.concept.id for one in demands if one.concept.name == "Figma"} == {"2.E.5.b"}
    assert release.occupations()[0].other_titles == ("Machine Learning Specialist",)


def test_without_a_column_for_demand_hot_technologies_are_left() -> None:
    old = "".join(f"{line.rpartition(chr(9))[0]}\n" for line in TECHNOLOGIES.splitlines())

    demands = onet({**ONET, "Technology Skills.txt": old}).profiles([DESIGNER], level=LEVEL)[DESIGNER].demands

    assert [one.concept.name for one in demands if one.concept.kind == "technology"] == [
        "Adobe Illustrator",
        "Python",
    ]


def test_technologies_of_few_occupations_go_before_those_of_all() -> None:
    everywhere = "".join(f"11-{n}.00\tAdobe Illustrator\t43232102\tx\tY\tY\n" for n in range(1011, 1014))

    demands = (
        onet({**ONET, "Technology Skills.txt": TECHNOLOGIES + everywhere})
        .profiles([DESIGNER], level=LEVEL)[DESIGNER]
        .demands
    )

    assert [(one.concept.name, one.said) for one in demands if one.concept.kind == "technology"] == [
        ("Figma", "in demand for the occupation alone"),
        ("Adobe Illustrator", "in demand for the occupation and 3 others"),
        ("Python", "a hot technology"),
    ]


def test_skills_may_be_linked_to_what_people_have_and_not_to_what_they_do() -> None:
    concepts = {one.id: one for one in onet().concepts()}

    assert set(concepts) >= {"2.A.1.a", "2.A.1.c", "2.C.3.c", "43232306"}
    assert not {"2.A", "2.A.1", "4.A.1.a.1"} & set(concepts)
    assert concepts["43232405"].other_names == ("Python",)


def test_it_says_whose_it_is_and_which_release() -> None:
    assert onet().source.credit.startswith(
        "Includes information from the O*NET 29.3 Database by the U.S. Department"
    )
    assert "O*NET Database" in onet(name="mine.zip").source.credit


@pytest.mark.parametrize(
    ("files", "refusal"),
    [
        ({"x.txt": "a\tb\n"}, r"db_29_3_text.zip is no text release of the O\*NET database"),
        (
            {**ONET, "Skills.txt": SKILLS.replace("Data Value", "Value")},
            r"Skills.txt has no column Data Value; its first line",
        ),
        (
            {**ONET, "Skills.txt": SKILLS.replace("\t", "|")},
            r"Skills.txt has no column O\*NET-SOC Code, Element ID",
        ),
        (
            {**ONET, "Skills.txt": SKILLS.replace("3.88", "high")},
            r"Skills.txt: 'high' is no value of a scale \(27-1021.00",
        ),
        ({**ONET, "Skills.txt": SKILLS.replace("3.88", "NaN")}, r"Skills.txt: 'NaN' is no value"),
        ({**ONET, "Skills.txt": SKILLS.encode("utf-16")}, r"Skills.txt is not in UTF-8"),
        ({**ONET, "Skills.txt": ""}, r"Skills.txt is empty"),
        ({"Occupation Data.txt": ONET["Occupation Data.txt"]}, r"says nothing of skills"),
        ({"Skills.txt": SKILLS}, r"holds no file Occupation Data.txt"),
    ],
    ids=["other", "column", "delimiter", "word", "nan", "encoding", "empty", "no skills", "no occupations"],
)
def test_what_cannot_be_read_is_refused_with_its_place(files: dict[str, str | bytes], refusal: str) -> None:
    with pytest.raises(FrameworkInvalid, match=refusal):
        onet(files).profiles([DESIGNER], level=LEVEL)


def test_a_mark_of_the_order_of_bytes_is_no_part_of_a_column() -> None:
    marked = {name: f"\ufeff{text}" for name, text in ONET.items()}

    assert onet(marked).profiles([DESIGNER], level=LEVEL) == onet().profiles([DESIGNER], level=LEVEL)


def test_single_files_do_for_links() -> None:
    assert [one.id for one in onet({"Content Model Reference.txt": ELEMENTS}).concepts()] == [
        "2.A.1.a",
        "2.A.1.c",
        "2.C.3.c",
    ]
