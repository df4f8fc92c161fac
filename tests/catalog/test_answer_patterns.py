"""Patterns in answer keys: what they fit, which are refused, and that none can hang."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from catalog.answer_patterns import (
    MAX_MEMORY,
    MAX_PATTERN,
    MAX_TEXT,
    PatternInvalid,
    compiled,
)
from catalog.answer_texts import normal_form, readings


def fits(pattern: str, answer: str, *, case_sensitive: bool = False) -> bool:
    return compiled(pattern, case_sensitive).fits(readings(answer, case_sensitive))


@pytest.mark.parametrize(
    ("pattern", "answer", "expected"),
    [
        ("(inner|cross) join", "Inner  JOIN.", True),
        ("(inner|cross) join", "an inner join", False),
        ("(inner|cross) join", "inner joins", False),
        (".*inner join.*", "It is an inner join!", True),
        (r"f\(x\)", "f(x)", True),
        (r"f\(x\)", "f(x).", True),
        (r"\d{3}-\d{4}", "555–1234", True),
        ("stra(ß|ss)e", "STRASSE", True),
        ("Straße", "strasse", True),
        ("[à-ü]+", "É", True),
        ("Zoe\u0308", "zoë", True),
        ("left  join", "LEFT\n JOIN", True),
        ("left  *join", "left join", True),
        ("left  *join", "leftjoin", False),
        (" select ", "select", True),
        (r"\Qa.b*\E", "A.B*", True),
        (r"\Qa.b*\E", "axb", False),
        ("don’t", "don't", True),
        ("[–x]+", "-x–", True),
        ("ﬁle", "file", True),
        ("（x）", "(x)", True),
        ("[[:alpha:]é]+", "CAFÉ", True),
        (r"\pL+", "Ærø", True),
        ("[^]a]+b", "cb", True),
        ("[]a]ß", "]ss", True),
        ("[a]ß", "ass", True),
        (r"[a\]]+", "]a", True),
        (r"[\Qa-c\E]+", "-a", True),
        (r"[\Qa-c\E]+", "b", False),
        ("[:al:]+x", "lax", True),
        ("[:al:]ß", "ass", True),
        ("^select$", "select", True),
    ],
)
def test_what_a_pattern_fits(pattern: str, answer: str, expected: bool) -> None:
    assert fits(pattern, answer) is expected


@pytest.mark.parametrize(("answer", "expected"), [("NaCl", True), ("nacl", False), ("NACL", False)])
def test_a_key_may_ask_for_case(answer: str, expected: bool) -> None:
    assert fits("Na(Cl|Br)", answer, case_sensitive=True) is expected


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("(?=a)b", "looks ahead or behind ((?=…), which patterns here cannot do"),
        ("(?<!a)b", "looks ahead or behind ((?<!…), which patterns here cannot do"),
        (r"(a+)\1", "refers back to a group, which patterns here cannot do"),
        ("(?P<x>a)(?P=x)", "refers back to a group, which patterns here cannot do"),
        ("a*", "fits an empty answer; ask for at least one sign, as + does where * does not"),
        ("", "fits an empty answer; ask for at least one sign, as + does where * does not"),
        ("   ", "fits an empty answer; ask for at least one sign, as + does where * does not"),
        (".+", "fits any answer whatever"),
        ("(a", "cannot be read as a pattern (missing ): (a)"),
        ("a**", "cannot be read as a pattern (bad repetition operator: **)"),
        ("(?>a)b", "cannot be read as a pattern (invalid perl operator: (?>)"),
        (
            "(a{1000}){50}",
            "is too large when its repetitions are written out (invalid repetition size: {50})",
        ),
        (
            r"(\pL{0,20} ?){9}x",
            "is too large when its repetitions are written out (pattern too large - compile failed)",
        ),
        (r"a\8", "refers back to a group, which patterns here cannot do"),
        ("a" * (MAX_PATTERN + 1), "must have at most 500 characters"),
        ("\ud800", "holds half of a surrogate pair, which no answer can hold"),
        ("[ß]", "write “ß” outside of square brackets: it is compared as “ss”"),
    ],
)
def test_what_is_refused_and_why(pattern: str, reason: str) -> None:
    with pytest.raises(PatternInvalid) as refused:
        compiled(pattern)

    assert str(refused.value) == reason


@pytest.mark.parametrize("pattern", [r"\(?=a", r"\\1", r"\(\?P=x\)"])
def test_signs_that_only_look_like_what_is_refused_are_taken(pattern: str) -> None:
    assert compiled(pattern).source == pattern


CATASTROPHIC = [
    "(a+)+b",
    "([a-zA-Z]+)*b",
    "(a|aa)+b",
    "(a|a?)+b",
    "(.*a){20}b",
    "(x+x+)+y",
    "((a*)*)*b",
    "(?:a?){400}a{400}b",
    "([ab]*a[ab]{250}c|b)*d",
    r"^(\w+\s?)*$b",
    r"(\d+|\s+|[a-z]+)+\.$",
]


@pytest.mark.parametrize("pattern", CATASTROPHIC)
@pytest.mark.parametrize(
    "answer", [f"{sign * (MAX_TEXT // len(sign) - 1)}c" for sign in ("a", "x", "ab", "a ")]
)
def test_patterns_that_make_other_engines_hang_simply_return(pattern: str, answer: str) -> None:
    """Backtracking would take 2 to the power of the answer's length; that this returns at all is the assertion."""
    assert fits(pattern, answer) is False


@given(
    body=st.recursive(
        st.sampled_from(["a", "b", ".", "[ab]", r"\w", "ab", " "]),
        lambda inner: st.one_of(
            st.builds("({})+".format, inner),
            st.builds("({})*".format, inner),
            st.builds("({}){{1,5}}".format, inner),
            st.builds("({}|{})".format, inner, inner),
            st.builds("{}{}".format, inner, inner),
        ),
        max_leaves=12,
    ),
    answer=st.text("ab ", min_size=1_000, max_size=3_000),
)
def test_a_pattern_of_nested_repetitions_is_refused_or_returns(body: str, answer: str) -> None:
    try:
        pattern = compiled(f"{body}c")
    except PatternInvalid:
        return

    assert pattern.fits([answer]) is False


def test_longer_answers_fit_nothing() -> None:
    assert fits("a+b?", "a" * MAX_TEXT)
    assert not fits("a+b?", "a" * (MAX_TEXT + 1))


def test_the_memory_of_a_pattern_is_bounded() -> None:
    assert compiled("select").program.options.max_mem == MAX_MEMORY == 262_144


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30), st.booleans())
@example("Cafe\u0301 №5", False)
@example("¯", False)
@example("a ¨b", True)
def test_a_text_written_as_a_pattern_fits_itself(text: str, case_sensitive: bool) -> None:
    quoted = "".join(f"\\{sign}" if re.match(r"[!-/:-@\[-`{-~]", sign) else sign for sign in text)
    if not normal_form(text, case_sensitive):
        with pytest.raises(PatternInvalid):
            compiled(quoted, case_sensitive)
        return

    assert fits(quoted, text, case_sensitive=case_sensitive)


@given(st.text("abßÉ[]()*+?|\\{}1,^-: \u0301\u200b’", max_size=25))
def test_any_text_is_refused_with_a_reason_or_is_a_pattern(text: str) -> None:
    try:
        pattern = compiled(text)
    except PatternInvalid as refused:
        reason = str(refused)
    else:
        reason = "taken"
        assert pattern.fits(readings("")) is False

    assert reason
