"""Tables as spreadsheets write them."""

import pytest

from catalog.importing.credentials.listed import CredentialFile, FileInvalid, LeftOut, Listed
from catalog.importing.credentials.reading import read_credentials

ROW = "Größen,https://a.example/1\n"


def read(text: str | bytes) -> CredentialFile:
    return read_credentials(text if isinstance(text, bytes) else text.encode())


def only(text: str | bytes) -> Listed:
    (entry,) = read(text).entries
    assert isinstance(entry, Listed)
    return entry


@pytest.mark.parametrize(
    "data",
    [
        f"title,uri\n{ROW}".encode(),
        f"\ufefftitle,uri\n{ROW}".encode(),
        f"title,uri\r\n{ROW}".encode("cp1252"),
        f"title,uri\n{ROW}".encode("utf-16"),
        f"title;uri\n{ROW}".replace(",", ";").encode(),
        f"title\turi\n{ROW}".replace(",", "\t").encode(),
        f'"Name of it, in full";NAME;" Link "\n;{ROW}'.replace(",h", ";h").encode(),
        f"\n\ntitle,uri\n\n{ROW}\n".encode(),
        f"sep=;\r\ntitle;uri\r\n{ROW}".replace(",h", ";h").encode(),
    ],
    ids=[
        "utf-8",
        "mark",
        "windows",
        "utf-16",
        "semicolon",
        "tab",
        "comma in a name",
        "empty lines",
        "said separator",
    ],
)
def test_tables_of_all_spreadsheets_are_read(data: bytes) -> None:
    assert only(data).said == {"title": "Größen", "uri": "https://a.example/1"}


def test_line_breaks_and_marks_in_cells_are_kept_and_lines_are_counted_on() -> None:
    found = read('title,uri,description\n"A ""b""",https://a.example/1,"x\n\ny, z"\nB,https://a.example/2,\n')

    first, second = found.entries
    assert isinstance(first, Listed)
    assert first.said == {"title": 'A "b"', "uri": "https://a.example/1", "description": "x\n\ny, z"}
    assert (first.place, second.place) == ("line 2", "line 5")


def test_a_cell_with_names_by_the_thousand_is_left_out() -> None:
    (entry,) = read(f"title,skills\nA,{'a;' * 1000}\n").entries

    assert isinstance(entry, LeftOut)
    assert entry.reason == "a cell names more than 200 of them"


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Course Name", "title"), ("organisation", "provider"), ("Issuer", "provider"), ("web-page", "uri"),
        ("Workload", "hours"), ("Lang", "language"), ("Abstract", "description"), ("Syllabus", "document"),
    ],
)  # fmt: skip
def test_columns_are_known_by_their_usual_names(header: str, field: str) -> None:
    values = {"hours": "3", "language": "de", "uri": "https://a.example/x"}

    said = only(f"key,{header}\nk,{values.get(field, 'It')}\n").said

    assert said == {field: {"hours": 3}.get(field, values.get(field, "It"))}


def test_a_column_that_is_not_known_is_named_and_a_second_of_a_kind_too() -> None:
    found = read(f"title,uri,Price,name\n{ROW.strip()},3,Other\n")

    assert found.notes == ("Columns that are not read: Price, name.",)


def test_links_of_all_kinds_are_read() -> None:
    entry = only(
        "title,skills,roles,prerequisites\n"
        'A,"sql:3; Python (2.5) | http://data.europa.eu/esco/skill/S4.8.1; sql = expert","Analyst, Editor","b; c, d"\n'
    )

    assert [(one.name, one.level and str(one.level)) for one in entry.skills] == [
        ("sql", "5"),
        ("Python", "2.5"),
        ("http://data.europa.eu/esco/skill/S4.8.1", None),
    ]
    assert entry.roles == ("Analyst", "Editor")
    assert entry.prerequisites == ("b", "c, d")


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ("A,https://a.example/1,9,1", "“9” is no level: levels go from 1 to 5"),
        ("A,https://a.example/1,2.5,1", "“2.5” is no level: levels are whole numbers from 1 to 5"),
        ("A,https://a.example/1,1,0", "“0” is no number of hours from 1 to 100,000"),
        ("A,https://a.example/1,1,many", "“many” is no number of hours"),
        (
            "A,www.a.example,1,1",
            "“www.a.example” is no address of the web, such as https://example.org/course",
        ),
        (
            "A,javascript:alert(1),1,1",
            "“javascript:alert(1)” is no address of the web, such as https://example.org/course",
        ),
        (f"A,https://a.example/{'x' * 500},1,1", "its address is longer than 500 characters"),
        (
            "A,https://a.example/1,1,1,more",
            "it has 5 cells under 4 columns; is a separator in a text not quoted?",
        ),
    ],
)
def test_what_cannot_be_is_left_out_with_its_line(cells: str, reason: str) -> None:
    (entry,) = read(f"title,uri,level,hours\n{cells}\n").entries

    assert isinstance(entry, LeftOut)
    assert (entry.place, entry.name, entry.reason) == ("line 2", "A", reason)


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        (
            "a,b\n1,2\n",
            "No column of the file says which credentials it lists. It has: a, b. Columns are: key, title",
        ),
        ('title,uri\nA,"https://a.example/1\nB,x\n', "The row that begins on line 2 cannot be read"),
        ("title\n" + "x\n" * 20_001, "The file has more than 20,000 rows."),
        ("title" + ",x" * 200 + "\n", "The file has more than 200 columns."),
        ("title,\0\n", "The file is no text."),
        ("   \n", "No column of the file says which credentials it lists. It has: nothing."),
        ("<?xml version='1.0'?>", "The file is XML or a web page."),
        ("title,uri\n", "There is no credential in the file. It was read as a table."),
    ],
    ids=["columns", "mark", "rows", "many columns", "nul", "blank", "xml", "empty"],
)
def test_what_is_no_list_is_refused_with_one_sentence(text: str, refusal: str) -> None:
    with pytest.raises(FileInvalid) as refused:
        read(text)

    assert str(refused.value).startswith(refusal)
