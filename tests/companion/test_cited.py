"""Sentences cut at their sources, and the numbers by which pages show these."""

import pytest

from companion.cited import Piece, Source, facts_of, moved, pieces, sources_of

LEVELS = Source("13", "#skills", "your levels", closer={"SQL": "#skill-sql", "Python": "#skill-python"})
SOURCES = {
    "3": Source("3", "#passage-3", "quoted passage"),
    "12": Source("12", "#passage-12", "quoted passage"),
    "profile": LEVELS,
}


def words(text: str) -> Piece:
    return Piece(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()),
        ("No source.", (words("No source."),)),
        ("It fits [3].", (words("It fits "), Piece("[3]", "#passage-3", "quoted passage"), words("."))),
        (
            "[profile][12] Then.",
            (
                Piece("[13]", "#skills", "your levels"),
                Piece("[12]", "#passage-12", "quoted passage"),
                words(" Then."),
            ),
        ),
        (
            "SQL comes first [profile]. Python or SQL [profile].",
            (
                words("SQL comes first "),
                Piece("[13]", "#skill-sql", "your levels"),
                words(". Python or SQL "),
                Piece("[13]", "#skills", "your levels"),
                words("."),
            ),
        ),
        ("NoSQL [profile]", (words("NoSQL "), Piece("[13]", "#skills", "your levels"))),
        ("What has no place [catalog][4] is left out; [text] stays.",
            (words("What has no place is left out; [text] stays."),)),
        ("Not [ 3 ], nor [3.", (words("Not [ 3 ], nor [3."),)),
    ],
)  # fmt: skip
def test_sources_lead_to_where_they_stand(text: str, expected: tuple[Piece, ...]) -> None:
    assert pieces(text, SOURCES) == expected


def test_facts_that_are_cited_are_numbered_after_the_passages_in_an_order_of_their_own() -> None:
    facts = {mark: (f"#{mark}", mark.title()) for mark in ("profile", "catalog", "neighbours", "run")}

    found = sources_of(["A [run][2].", "B [profile]."], {2, 7}, facts)

    assert {mark: one.number for mark, one in found.items()} == {
        "2": "2",
        "7": "7",
        "profile": "8",
        "run": "9",
    }
    assert [(one.number, one.name, one.href) for one in facts_of(found)] == [
        ("8", "Profile", "#profile"),
        ("9", "Run", "#run"),
    ]
    assert moved(found, {"run": "#else", "catalog": "#there"})["run"] == Source("9", "#else", "Run")
    assert moved(found, {"catalog": "#there"}) == found
