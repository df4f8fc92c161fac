"""A chain of records shows what was done to it."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from recommendations.chain import FIRST, Link, Written, canonical, first_broken, keyed, linked, spliced


def chain(length: int = 4) -> list[Link]:
    links: list[Link] = []
    for sequence in range(1, length + 1):
        links.append(
            linked(
                sequence=sequence,
                made_at="2026-01-05T09:00:00+00:00",
                assessment_id=f"a{sequence}",
                body={"score": sequence, "name": "é"},
                previous=links[-1].digest if links else FIRST,
            )
        )
    return links


def test_a_chain_as_written_is_whole() -> None:
    assert first_broken(chain()) is None
    assert first_broken([]) is None


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda c: [c[0], replace(c[1], body=c[1].body.replace("2", "3")), *c[2:]], (2, "content")),
        (lambda c: [c[0], replace(c[1], made_at="2026-01-06T09:00:00+00:00"), *c[2:]], (2, "content")),
        (lambda c: [c[0], replace(c[1], assessment_id="a9"), *c[2:]], (2, "content")),
        (lambda c: [c[0], *c[2:]], (2, "record 2 is missing")),
        (lambda c: c[1:], (1, "record 1 is missing")),
        (lambda c: [*c[:2], replace(c[1], sequence=3), *c[2:]], (3, "follow")),
        (lambda c: [c[0], replace(c[2], sequence=2), replace(c[1], sequence=3), c[3]], (2, "follow")),
    ],
    ids=["edited", "dated otherwise", "given to another", "cut out", "beheaded", "put in", "swapped"],
)
def test_the_first_record_that_was_tampered_with_is_named(change: object, expected: tuple[int, str]) -> None:
    broken = first_broken(change(chain()))  # type: ignore[operator]

    assert broken is not None
    assert broken[0] == expected[0]
    assert expected[1] in broken[1]


def test_a_record_rewritten_with_a_fitting_hash_breaks_the_chain_behind_it() -> None:
    links = chain()
    forged = linked(
        sequence=2,
        made_at=links[1].made_at,
        assessment_id="a2",
        body={"score": 99},
        previous=links[0].digest,
    )

    assert first_broken([links[0], forged, *links[2:]]) == (3, "it does not follow the record before it")


def test_equal_values_have_one_canonical_text() -> None:
    assert canonical({"b": 1.5, "a": ["é", None]}) == '{"a":["\\u00e9",null],"b":1.5}'
    with pytest.raises(ValueError, match="Out of range"):
        canonical(float("nan"))
    with pytest.raises(ValueError, match="Out of range"):
        spliced({"level": float("nan"), "rest": Written("{}")})


def test_a_keyed_hash_depends_on_value_and_key() -> None:
    assert keyed({"text": "x"}, "one") == keyed({"text": "x"}, "one")
    assert len({keyed("x", "one"), keyed("x", "two"), keyed("y", "one")}) == 3


def test_written_parts_stand_where_they_belong() -> None:
    said: dict[str, Any] = {
        "b": ["“", Written('{"x":1}'), 2],
        "a": Written("[]"),
        "c": {"d": Written("null")},
    }

    assert spliced(said) == canonical({"b": ["“", {"x": 1}, 2], "a": [], "c": {"d": None}})
    with pytest.raises(TypeError, match="Decimal is nothing that JSON can say"):
        spliced({"a": Written("1"), "b": Decimal(1)})
