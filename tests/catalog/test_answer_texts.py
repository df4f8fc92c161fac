"""Which writings of a short text are the same."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.answer_texts import folded_text, normal_form, readings


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("  Select. ", "select"),
        ("“SELECT”", "select"),
        ("ＳＥＬＥＣＴ", "select"),
        ("sel\u00adect\u200b", "select"),
        ("LEFT\n  JOIN", "left join"),
        ("STRASSE", "strasse"),
        ("straße", "strasse"),
        ("Zoe\u0308", "zoë"),
        ("well–known", "well-known"),
        ("C#", "c#"),
        ("50%", "50%"),
        ("!", "!"),
        ("\u200b \ufeff", ""),
    ],
)
def test_the_form_in_which_texts_are_compared(text: str, form: str) -> None:
    assert normal_form(text) == form


def test_a_key_may_ask_for_case() -> None:
    assert normal_form(" NaCl. ", case_sensitive=True) == "NaCl"


def test_a_pattern_meets_the_answer_with_and_without_what_stands_around_it() -> None:
    assert readings(" “f(X)”.") == ("f(x", '"f(x)".', '"f(x)"')
    assert readings("select") == ("select",)


@given(st.text(max_size=40), st.booleans())
def test_the_form_compared_is_final(text: str, case_sensitive: bool) -> None:
    once = normal_form(text, case_sensitive)

    assert normal_form(once, case_sensitive) == once
    assert folded_text(folded_text(text, case_sensitive), case_sensitive) == folded_text(text, case_sensitive)


@given(st.text(st.characters(codec="ascii"), max_size=40), st.booleans())
def test_the_short_way_for_plain_text_leads_to_the_same_form(text: str, case_sensitive: bool) -> None:
    # A zero-width space falls away, and sends the text the long way.
    assert normal_form(text + "\u200b", case_sensitive) == normal_form(text, case_sensitive)


@given(st.text(max_size=40))
def test_how_signs_are_encoded_makes_no_difference(text: str) -> None:
    assert normal_form(unicodedata.normalize("NFD", text)) == normal_form(unicodedata.normalize("NFC", text))
