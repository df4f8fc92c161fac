"""Whatever a file holds, a reader gives back a bank or says that there is none."""

import contextlib
from xml.sax.saxutils import escape

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from catalog.importing.banks.moodle.aiken import read_aiken
from catalog.importing.banks.moodle.gift import read_gift
from catalog.importing.banks.moodle.moodle_xml import read_moodle_xml
from catalog.importing.banks.question import Bank, BankInvalid

SIGNS = [
    "{", "}", "~", "=", "#", "####", "->", "::", "\\", "\\n", "%50%", "%", "..", ":", "*", "1", "-2.5", "1e99",
    "[html]", "<p>", "<img ", "&#0;", "&#xD800;", "T", "//", "[id:", "[tag:x]", "$CATEGORY:", "\n", "\n\n", " ", "\r",
    "A.", "B)", "ANSWER: A", "a", "ü", "\ufdd0", "\u2028", "{1:MC:", "{:NM:", "[[1]]",
]  # fmt: skip
TEXTS = st.one_of(st.text(), st.lists(st.sampled_from(SIGNS), max_size=40).map("".join))
KINDS = [
    "multichoice", "multichoiceset", "truefalse", "shortanswer", "numerical", "matching", "essay", "ordering",
    "gapselect", "ddwtos", "cloze", "x",
]  # fmt: skip
PARTS = [
    "name", "questiontext", "defaultgrade", "single", "usecase", "generalfeedback", "unitgradingtype", "units",
    "graderinfo", "minwordlimit", "selecttype", "selectoption", "dragbox", "subquestion", "answer", "answer", "answer",
    "hint", "tags", "category",
]  # fmt: skip
XML_TEXTS = TEXTS.map(lambda text: "".join(one for one in text if one >= " " and one.isprintable()))


@st.composite
def quizzes(draw: st.DrawFn) -> bytes:
    written = []
    for _ in range(draw(st.integers(1, 3))):
        inside = "".join(
            f"<{part} fraction='{draw(st.sampled_from(['100', '50', '0', '-1', 'x', '1e9']))}' "
            f"format='{draw(st.sampled_from(['html', 'markdown', 'plain_text', '?']))}'>"
            f"<text>{escape(draw(XML_TEXTS))}</text><answer><text>{escape(draw(XML_TEXTS))}</text></answer></{part}>"
            for part in draw(st.lists(st.sampled_from(PARTS), max_size=6))
        )
        written.append(f"<question type='{draw(st.sampled_from(KINDS))}'>{inside}</question>")
    return f"<quiz>{''.join(written)}</quiz>".encode()


@given(TEXTS)
@example("{#1e99..1e-99}")
@example("a{#=%50%1:1e99 =1}")
def test_no_text_breaks_the_reader_of_gift(text: str) -> None:
    with contextlib.suppress(BankInvalid):
        assert isinstance(read_gift(text), Bank)


@given(TEXTS)
def test_no_text_breaks_the_reader_of_aiken(text: str) -> None:
    with contextlib.suppress(BankInvalid):
        assert isinstance(read_aiken(text), Bank)


@given(st.one_of(st.binary(), quizzes()))
def test_no_file_breaks_the_reader_of_moodles_xml(data: bytes) -> None:
    with contextlib.suppress(BankInvalid):
        assert isinstance(read_moodle_xml(data), Bank)


@pytest.mark.parametrize("sign", SIGNS)
def test_a_sign_by_the_hundred_thousand_is_read_like_any_text(sign: str) -> None:
    text = f"a{{{sign * 100_000}}}"
    with contextlib.suppress(BankInvalid):
        assert isinstance(read_gift(text), Bank)
    with contextlib.suppress(BankInvalid):
        assert isinstance(read_aiken(text), Bank)


def test_elements_in_each_other_by_the_hundred_thousand_are_read() -> None:
    deep = "<x>" * 100_000 + "</x>" * 100_000
    data = (
        f"<quiz><question type='essay'><questiontext><text>Why?</text></questiontext>{deep}</question></quiz>"
    )

    assert len(read_moodle_xml(data.encode()).entries) == 1
