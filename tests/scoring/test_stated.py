"""What people state is something that can be seen, and turns nothing that stands beside it."""

import pytest

from scoring.stated import clean_statement


@pytest.mark.parametrize(
    "said", ["", "  \n", "\u200b\u200b", "\u2060\u200d", "\u202e \u202c"], ids=lambda said: ascii(said)
)
def test_what_cannot_be_seen_is_nothing(said: str) -> None:
    assert clean_statement(said) == ""


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("  It names both sources.\n", "It names both sources."),
        ("\u202eIt names\u202c both.", "It names both."),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("\U0001f468\u200d\U0001f469\u200d\U0001f467", "\U0001f468\u200d\U0001f469\u200d\U0001f467"),
    ],
    ids=["space around", "turned", "joined letters", "joined signs"],
)
def test_what_can_be_seen_is_kept_as_it_is(said: str, kept: str) -> None:
    assert clean_statement(said) == kept
