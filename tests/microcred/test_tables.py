"""Tables as people's programs write them, and those that cannot be read without guessing."""

import gzip
from pathlib import Path

import pytest

from microcred.tables import TableError, read_table, renamed, rows


def stored(folder: Path, content: str | bytes, name: str = "essays.tsv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def cells(folder: Path, content: str | bytes) -> list[list[str]]:
    return [list(row) for _, row in read_table(stored(folder, content)).rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings_are_told_apart(tmp_path: Path, encoding: str) -> None:
    assert cells(tmp_path, "set\ttext\n1\tcafé — “yes”\n".encode(encoding)) == [["1", "café — “yes”"]]


def test_a_line_in_another_encoding_leaves_the_rest_as_it_is(tmp_path: Path) -> None:
    content = "set\ttext\n1\tcafé\n".encode() + "2\tnaïve\n".encode("latin-1")

    assert cells(tmp_path, content) == [["1", "café"], ["2", "naïve"]]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_system_are_read(tmp_path: Path, end: str) -> None:
    assert cells(tmp_path, end.join(["set\ttext", "1\tOne.", "", "2\tTwo.", ""])) == [
        ["1", "One."],
        ["2", "Two."],
    ]


@pytest.mark.parametrize("mark", ["\x0b", "\x0c", "\x1c", "\x85", "\u2028"])
def test_only_line_ends_end_a_row(tmp_path: Path, mark: str) -> None:
    assert cells(tmp_path, f"set\ttext\n1\tone{mark}two\n") == [["1", f"one{mark}two"]]


def test_quoted_texts_keep_their_lines_separators_and_marks(tmp_path: Path) -> None:
    content = 'set\ttext\tscore\n1\t"He said ""no"",\n\tthen left."\t2\n'

    assert cells(tmp_path, content) == [["1", 'He said "no",\n\tthen left.', "2"]]


def test_a_mark_that_is_never_closed_swallows_no_neighbour(tmp_path: Path) -> None:
    content = 'set\ttext\tscore\n1\t"Hello, he said.\t2\n1\tPlain.\t3\n1\t"Whole ""text""."\t4\n'

    assert cells(tmp_path, content) == [
        ["1", '"Hello, he said.', "2"],
        ["1", "Plain.", "3"],
        ["1", 'Whole "text".', "4"],
    ]


def test_blank_cells_beyond_the_last_column_and_missing_ones_are_nothing(tmp_path: Path) -> None:
    assert cells(tmp_path, "set\ttext\tscore\n1\tA.\t2\t\t\n1\tB.\n") == [["1", "A.", "2"], ["1", "B."]]


def test_a_text_that_spills_over_its_column_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"line 3: 4 cells under 3 columns"):
        cells(tmp_path, "set,text,score\n1,A.,2\n1,Well, no,3\n")


def test_semicolons_separate_where_there_is_neither_tab_nor_comma(tmp_path: Path) -> None:
    assert cells(tmp_path, "set;text\n1;Yes, no.\n") == [["1", "Yes, no."]]


@pytest.mark.parametrize(
    "data",
    [gzip.compress(b"set\ttext\n1\tA.\n")[:-9], b"\x1f\x8bnothing", b"\xff\xfe\x00"],
    ids=["cut off", "not compressed", "half a sign"],
)
def test_a_damaged_file_is_said_to_be_unreadable(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(TableError, match="cannot be read"):
        read_table(stored(tmp_path, data))


def test_a_file_that_is_not_there_is_said_to_be_unreadable(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="cannot be read"):
        read_table(tmp_path / "none.tsv")


KNOWN = {"doc_id", "text", "query"}


def test_columns_go_by_the_names_that_a_file_gives_them(tmp_path: Path) -> None:
    documents = stored(tmp_path, "soc,description\nw,Welding\n", "documents.csv")
    queries = stored(tmp_path, "query,doc_id\nwelder,w\n", "queries.csv")
    by_name = renamed("doc_id=soc, text = description", known=KNOWN)

    assert list(rows(documents, columns=("doc_id", "text"), by_name=by_name)) == [
        {"doc_id": "w", "text": "Welding"}
    ]
    # One set of names serves several files: where a column goes by its own name, that is read.
    assert list(rows(queries, columns=("query", "doc_id"), by_name=by_name)) == [
        {"query": "welder", "doc_id": "w"}
    ]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("text", "'text' is not NAME=COLUMN"),
        ("text=", "'text=' is not NAME=COLUMN"),
        ("title=name", "title is none of the columns that are read: doc_id, query, text"),
    ],
)
def test_names_that_cannot_be_meant_are_refused(given: str, message: str) -> None:
    with pytest.raises(TableError, match=message):
        renamed(given, known=KNOWN)


def test_rows_without_what_is_needed_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"no column text\. Its columns: doc_id\. See --map\."):
        list(rows(stored(tmp_path, "doc_id\nw\n"), columns=("doc_id", "text")))
    with pytest.raises(TableError, match="line 3: nothing for text"):
        list(rows(stored(tmp_path, "doc_id,text\nw,Welding\nb\n"), columns=("doc_id", "text")))


def test_what_is_optional_and_missing_is_empty(tmp_path: Path) -> None:
    read = list(rows(stored(tmp_path, "doc_id\nw\n"), columns=("doc_id",), optional=("text",)))

    assert read == [{"doc_id": "w", "text": ""}]


def test_ids_are_never_blank_and_have_no_spaces_around_them(tmp_path: Path) -> None:
    good, bad = stored(tmp_path, "id,text\n w , a \n"), stored(tmp_path, "id,text\nw,a\n ,b\n", "bad.csv")

    assert list(rows(good, columns=("id", "text"), ids=("id",))) == [{"id": "w", "text": " a "}]
    with pytest.raises(TableError, match="line 3: nothing for id"):
        list(rows(bad, columns=("id", "text"), ids=("id",)))
