"""Sentences cut at their sources."""

import pytest

from companion.cited import Piece, pieces

PLACES = {"3": "passage-3", "12": "passage-12", "profile": "skills"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()),
        ("No source.", (Piece("No source."),)),
        ("It fits [3].", (Piece("It fits "), Piece("[3]", "passage-3"), Piece("."))),
        (
            "[profile][12] Then.",
            (Piece("[profile]", "skills"), Piece("[12]", "passage-12"), Piece(" Then.")),
        ),
        (
            "What has no place [catalog][4] stays [text].",
            (Piece("What has no place [catalog][4] stays [text]."),),
        ),
        ("Not [ 3 ], nor [3.", (Piece("Not [ 3 ], nor [3."),)),
    ],
)
def test_sources_lead_to_where_they_stand(text: str, expected: tuple[Piece, ...]) -> None:
    assert pieces(text, PLACES) == expected
    assert "".join(piece.text for piece in pieces(text, PLACES)) == text
