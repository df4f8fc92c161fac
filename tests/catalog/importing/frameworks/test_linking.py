"""Which skill of a framework one of ours may be."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.importing.frameworks.framework import Concept
from catalog.importing.frameworks.linking import Links, UnlinkedSkill, Why, text_of
from catalog.importing.frameworks.words import folded, stems

CONCEPTS = [
    Concept("a", "negotiate compromise", "Find an agreement in the middle."),
    Concept("b", "SQL", "A query language.", other_names=("Structured Query Language",)),
    Concept("c", "use databases", "Use software to manage data in a structured way."),
    Concept("d", "think creatively", "Generate new ideas.", other_names=("design",)),
    Concept("e", "designing systems and products", "Design systems."),
]


def told(
    name: str, description: str = "", meaning: list[float] | None = None
) -> list[tuple[str, str, float]]:
    found = Links(CONCEPTS).suggest(UnlinkedSkill("x", name, description), meaning=meaning)
    return [(one.concept.id, one.why, one.score) for one in found]


def test_the_same_name_goes_before_another_name_and_both_before_what_is_near() -> None:
    assert told("sql")[0] == ("b", Why.SAME_NAME, 1.0)
    assert told("Structured  query language")[0] == ("b", Why.OTHER_NAME, 0.95)
    assert told("Design", "Design systems.")[:2] == [("d", Why.OTHER_NAME, 0.95), ("e", Why.NEAR, 0.6)]


def test_other_forms_of_a_word_come_near() -> None:
    assert [one[0] for one in told("Negotiation")] == ["a"]


def test_what_has_no_word_in_common_is_not_suggested_by_words_and_is_by_meaning() -> None:
    assert told("Table joins") == []
    assert told("Table joins", meaning=[0.1, 0.2, 0.9, 0.0, -1.0]) == [("c", Why.NEAR, 0.63)]


def test_no_nearness_is_that_of_a_name() -> None:
    assert told("use of databases", meaning=[0, 0, 1, 0, 0])[0] == ("c", Why.NEAR, 0.94)


def test_groups_that_stand_twice_are_suggested_once_by_the_shorter_id() -> None:
    twice = [Concept("S1.1.0", "negotiating", "Reach it."), Concept("S1.1", "Negotiating", "Reach it.")]

    assert [one.id for one in Links(twice).concepts] == ["S1.1"]


def test_nothing_is_near_to_nothing() -> None:
    assert Links([]).suggest(UnlinkedSkill("x", "SQL")) == []
    assert told("!!!") == []


def test_an_embedder_is_given_the_beginning() -> None:
    assert text_of("SQL", "") == "SQL"
    assert len(text_of("SQL", "y" * 200)) == 105


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Negotiating and negotiation", ["negoti", "negoti"]),
        ("the C++ and C#", ["c++", "c#"]),
        ("Managing managers", ["manag", "manag"]),
        ("UX", ["ux"]),
    ],
)
def test_words_are_compared_by_how_they_begin(text: str, words: list[str]) -> None:
    assert stems(text) == words


def test_names_are_compared_without_regard_to_case_and_space() -> None:
    assert folded("  Straße\tund\u00a0Weg ") == "strasse und weg"


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(max_size=20), max_size=8), st.text(max_size=20))
def test_scores_lie_between_zero_and_one_whatever_is_compared(names: list[str], name: str) -> None:
    known = Links(Concept(str(place), one, one) for place, one in enumerate(names))

    for one in known.suggest(UnlinkedSkill("x", name, name)):
        assert 0.3 <= one.score <= 1.0
