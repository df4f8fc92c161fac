"""Reading prose without losing the place in the student's own text."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scoring.essays.text import (
    Span,
    clean,
    cut_long,
    fold,
    is_invisible,
    passages,
    sentences,
    shingles,
    visible,
    words,
)


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("a\u200bb\u2060c", "abc"),
        ("safe\u202egnirts\u202c", "safegnirts"),
        ("tag\U000e0041\U000e0042", "tag"),
        ("a\x00b\x07c", "abc"),
        ("ﬁne ＡＢ", "fine AB"),
        ("one\r\n\r\n\r\n\r\ntwo\rthree", "one\n\ntwo\nthree"),
        ("\tindented\t", "indented"),
    ],
)
def test_cleaning_leaves_only_what_can_be_seen(raw: str, cleaned: str) -> None:
    assert clean(raw) == cleaned


@pytest.mark.parametrize(
    ("characters", "invisible"),
    [
        ("\ufe00\ufe0f\U000e0100\U000e01ef", True),  # the first and the last that choose a variant
        ("\u200b\u202e\u3164\x00\ue000", True),
        ("\n\t\r \u00a0", False),
        ("\ufe10a", False),
    ],
)
def test_what_cannot_be_seen(characters: str, invisible: bool) -> None:
    assert {is_invisible(one) for one in characters} == {invisible}


@given(st.text(max_size=60))
def test_what_can_be_seen_stays_character_by_character(text: str) -> None:
    assert visible(text) == "".join(one for one in text if not is_invisible(one))


@given(st.text(max_size=60))
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(st.text(max_size=60))
def test_every_folded_character_knows_where_it_came_from(text: str) -> None:
    folded = fold(text)

    assert len(folded.origin) == len(folded.text)
    assert list(folded.origin) == sorted(folded.origin)
    assert all(0 <= at < len(text) for at in folded.origin)


@given(text=st.text(st.characters(max_codepoint=127)) | st.text(" \n\tab'`-"))
@example("")
@example(" ")
@example(" a  b\n\n- c \t")
def test_plain_text_is_folded_like_any_other(text: str) -> None:
    plain, any_other = fold(f"{text}|"), fold(f"{text}|ж")

    assert plain.text == any_other.text[:-1]
    assert plain.origin == any_other.origin[:-1]
    assert fold(text).text == plain.text[:-1].rstrip(" ")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("“Quoted”  TEXT", '"quoted" text'),
        ("can´t", "can't"),
        ("caf\u00e9", "CAFE\u0301"),
        ("a\u200b – b", "a - b"),
        ("Straße", "STRASSE"),
    ],
)
def test_texts_that_look_alike_fold_alike(one: str, other: str) -> None:
    assert fold(one).text == fold(other).text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("Costs rose by 3.5 %. Fine.", ["Costs rose by 3.5 %.", "Fine."]),
        ("We asked Dr. Osei, e.g. twice. Yes.", ["We asked Dr. Osei, e.g. twice.", "Yes."]),
        ('He said "stop." Then he left', ['He said "stop."', "Then he left"]),
        ("- first point\n- second point\n\n***\n", ["- first point", "- second point"]),
        ("これは文です。次の文。", ["これは文です。", "次の文。"]),
        ("", []),
    ],
)
def test_sentences_end_where_a_reader_would_end_them(text: str, expected: list[str]) -> None:
    assert [span.text for span in sentences(text)] == expected


@given(st.text(alphabet="ab .!?\n“”", max_size=80), st.integers(1, 4))
def test_spans_are_slices_of_the_text(text: str, most: int) -> None:
    spans = sentences(text)

    for span in [*spans, *cut_long(spans, most)]:
        assert text[span.start : span.end] == span.text
    assert words(" ".join(span.text for span in cut_long(spans, most))) == words(text)


@pytest.mark.parametrize(
    ("size", "runs"),
    [(2, ["ab", "bc", "cd"]), (4, ["abcd"]), (5, [])],
)
def test_words_in_a_row_are_told_run_by_run(size: int, runs: list[str]) -> None:
    assert ["".join(run) for run in shingles(["a", "b", "c", "d"], size)] == runs


def test_a_sentence_without_an_end_is_cut_by_words() -> None:
    spans = [Span("one two three four five", 10, 33)]

    assert cut_long(spans, 2) == [Span("one two", 10, 17), Span("three four", 18, 28), Span("five", 29, 33)]


def test_sentences_are_joined_into_passages() -> None:
    spans = sentences("One two. Three four. Five six. Seven.")

    assert passages(spans, 4) == ["One two. Three four.", "Five six. Seven."]
    assert passages([], 4) == []


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("It's a well-known fact.", 4),
        ("数据库索引", 5),
        ("a\u200bb", 1),
        ("... --- !", 0),
        ("3.5 % of 20", 4),
    ],
)
def test_words_are_counted_as_a_reader_would(text: str, count: int) -> None:
    assert len(words(text)) == count


@pytest.mark.parametrize("code", range(128))
def test_plain_letters_make_the_same_words_the_short_way(code: int) -> None:
    text = f"A{chr(code)}B-C'd{chr(code)} XyZ"

    # A letter that is not ASCII has the whole text go the long way.
    assert words(f"{text} é")[:-1] == words(text)
