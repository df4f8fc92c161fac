"""Source documents in blocks, the cited passage marked."""

from hypothesis import given
from hypothesis import strategies as st

from companion.documents import Block, blocks

TEXT = "# SQL\n\n## What it covers\nJoins of every kind.\nAnd windows.\n\nAnother paragraph.\n"


def plain(block: Block) -> str:
    return "".join(segment.text for segment in block.segments)


def test_headings_and_paragraphs_are_told_apart() -> None:
    assert [(block.level, plain(block)) for block in blocks(TEXT)] == [
        (1, "SQL"),
        (2, "What it covers"),
        (0, "Joins of every kind.\nAnd windows."),
        (0, "Another paragraph."),
    ]


def test_the_passage_is_marked_where_it_stands() -> None:
    start = TEXT.index("And windows.")

    laid_out = blocks(TEXT, start=start, end=start + len("And windows."))

    assert [segment.text for block in laid_out for segment in block.segments if segment.marked] == [
        "And windows."
    ]
    assert [block.is_cited for block in laid_out] == [False, False, True, False]


def test_a_passage_over_several_blocks_is_marked_in_each_and_cited_once() -> None:
    laid_out = blocks(TEXT, start=TEXT.index("What"), end=TEXT.index(" paragraph"))

    assert [segment.text for block in laid_out for segment in block.segments if segment.marked] == [
        "What it covers",
        "Joins of every kind.\nAnd windows.",
        "Another",
    ]
    assert [block.is_cited for block in laid_out] == [False, True, False, False]


def test_a_hash_sign_within_a_line_is_no_heading() -> None:
    assert [(block.level, plain(block)) for block in blocks("Write C# code\n#5 is no heading")] == [
        (0, "Write C# code\n#5 is no heading")
    ]


def test_without_a_passage_nothing_is_cited() -> None:
    assert not any(block.is_cited for block in blocks(TEXT))


@given(st.text(alphabet="ab# \n\t", max_size=60))
def test_no_visible_sign_is_lost_but_those_of_headings(text: str) -> None:
    kept = "".join(plain(block) for block in blocks(text))

    assert [sign for sign in kept if sign in "ab"] == [sign for sign in text if sign in "ab"]
