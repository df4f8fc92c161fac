"""Tables of people as spreadsheets write them."""

import pytest

from accounts.importing import reading
from accounts.importing.reading import FileRefused, Row, read

MARK = b"\xef\xbb\xbf"


@pytest.mark.parametrize(
    "data",
    [
        b"email,name,role\nRobin@Example.org,Robin Fisher,Student\n",
        b"email;name;role\r\nrobin@example.org;Robin Fisher;student\r\n",
        MARK + b"Email,Name,Role\r\n robin@example.org ,Robin  Fisher,STUDENT\r\n",
        b'email;first_name;last_name;role\n"robin@example.org";"Robin";"Fisher";"student"\n\n',
        b"role,last_name,first_name,email\nstudent,Fisher,Robin,robin@example.org",
    ],
    ids=["comma", "semicolon", "mark and capitals", "two names and quotation marks", "another order"],
)
def test_what_spreadsheets_write(data: bytes) -> None:
    assert read(data) == [Row(2, "robin@example.org", "Robin Fisher", "student")]


def test_who_looks_after_a_student() -> None:
    data = "email,advisor_email,guardian_email\nß@example.org,Ada@example.org,g@example.org\n".encode()

    assert read(data) == [Row(2, "ß@example.org", "", "", "ada@example.org", "g@example.org")]


def test_a_line_that_ends_early_says_less() -> None:
    assert read(b"email,name,role\na@example.org\n") == [Row(2, "a@example.org")]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "There is no column email."),
        (b"name,role\nRobin,student\n", "There is no column email."),
        (b"email,phone\na@example.org,1\n", "Columns that are not known: phone."),
        (b"email,\na@example.org,\n", "Columns that are not known: one without a name."),
        (b"email,name,name\na@example.org,A,B\n", "Two columns have the same name."),
        (b"email,name\na@example.org,J\xf6rg\n", "The file is not UTF-8."),
        (b"email,name\na@example.org,Fisher, Robin\n", "line 2: 3 cells under 2 columns"),
        (b"email,name\na@example.org,A\0\n", "The file holds NUL characters."),
        (b"email\n" + b"a@example.org\n" * 5001, "The file has more than 5,000 rows."),
        (b"email\n" + b"a" * reading.MOST_BYTES, "The file is larger than 2 MB."),
    ],
)
def test_what_is_no_table_of_people_is_refused_as_a_whole(data: bytes, told: str) -> None:
    with pytest.raises(FileRefused) as refusal:
        read(data)

    assert told in refusal.value.message


def test_five_thousand_rows_are_taken() -> None:
    assert len(read(b"email\n" + b"a@example.org\n" * 5000)) == 5000
