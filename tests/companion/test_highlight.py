"""Texts cut at the edges of the passages to mark."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.highlight import Segment, Span, segments


def shown(text: str, *spans: Span) -> list[tuple[str, bool]]:
    return [(segment.text, segment.marked) for segment in segments(text, spans)]


def test_a_text_without_passages_is_one_piece() -> None:
    assert segments("abc", []) == [Segment("abc")]


def test_an_empty_text_has_no_pieces() -> None:
    assert segments("", [Span(0, 3)]) == []


def test_a_passage_is_cut_out() -> None:
    assert shown("one two three", Span(4, 7)) == [("one ", False), ("two", True), (" three", False)]


def test_what_is_suspected_is_marked_apart_from_evidence() -> None:
    found = segments("one two three", [Span(0, 7, "1"), Span(4, 13, suspected=True)])

    assert [(one.text, one.labels, one.marked, one.suspected) for one in found] == [
        ("one ", ("1",), True, False),
        ("two", ("1",), True, True),
        (" three", (), False, True),
    ]


@pytest.mark.parametrize("span", [Span(3, 3), Span(5, 2), Span(40, 50), Span(-9, -2)])
def test_what_covers_nothing_marks_nothing(span: Span) -> None:
    assert shown("one two", span) == [("one two", False)]


def test_a_passage_beyond_the_end_is_cut_to_the_text() -> None:
    assert shown("one two", Span(4, 99)) == [("one ", False), ("two", True)]


def test_overlapping_passages_name_all_their_labels() -> None:
    cut = segments("abcdef", [Span(0, 4, "1"), Span(2, 6, "2")])

    assert [(piece.text, piece.labels, piece.ending) for piece in cut] == [
        ("ab", ("1",), ()),
        ("cd", ("1", "2"), ("1",)),
        ("ef", ("2",), ("2",)),
    ]


def test_offsets_count_characters_not_bytes() -> None:
    assert shown("naïve 🙂 ok", Span(6, 7)) == [("naïve ", False), ("🙂", True), (" ok", False)]


@given(st.text(max_size=40), st.lists(st.tuples(st.integers(-5, 50), st.integers(-5, 50)), max_size=6))
def test_the_pieces_joined_are_the_text_again(text: str, places: list[tuple[int, int]]) -> None:
    cut = segments(text, [Span(start, end, str(start)) for start, end in places])

    assert "".join(piece.text for piece in cut) == text
    assert all(piece.text for piece in cut)
