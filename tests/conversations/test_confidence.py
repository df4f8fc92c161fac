"""Four parts make one number, and the number a word."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.confidence import (
    HIGH,
    IN_SCOPE,
    MEDIUM,
    PLAIN,
    WEIGHTS,
    Confidence,
    completeness,
    relevance,
)
from conversations.enums import Band

PARTS = st.decimals(min_value=0, max_value=1, places=4)


def of(own: str | None, *others: str) -> Confidence:
    return Confidence(None if own is None else Decimal(own), *map(Decimal, others))


def test_the_weights_are_those_that_were_asked_for() -> None:
    assert {name: str(weight) for name, weight in WEIGHTS.items()} == {
        "self_assessment": "0.4", "relevance": "0.3", "clarity": "0.2", "completeness": "0.1",
    }  # fmt: skip
    assert sum(WEIGHTS.values()) == 1


@pytest.mark.parametrize(
    ("parts", "score", "band"),
    [
        (of("1", "1", "1", "1"), "1.0000", Band.HIGH),
        (of("0.9", "0.8", "1", "0.5"), "0.8500", Band.HIGH),
        (of("0.7000", "0.8", "1", "0.5"), "0.7700", Band.HIGH),
        (of("0.6997", "0.8", "1", "0.5"), "0.7699", Band.MEDIUM),
        (of("0.025", "1", "1", "1"), "0.6100", Band.MEDIUM),
        (of("0", "1", "1", "1"), "0.6000", Band.LOW),
        (of("0", "0.5", "1", "0"), "0.3500", Band.LOW),
        (of("0", "0", "0", "0"), "0.0000", Band.LOW),
        (of(None, "1", "1", "1"), "1.0000", Band.MEDIUM),
        (of(None, "0.8", "1", "0.5"), "0.8167", Band.MEDIUM),
        (of(None, "0", "1", "0"), "0.3333", Band.LOW),
    ],
)
def test_parts_make_a_score_and_a_band(parts: Confidence, score: str, band: Band) -> None:
    assert (parts.score, parts.band) == (Decimal(score), band)


@given(PARTS, PARTS, PARTS)
def test_without_a_model_nothing_is_called_high(one: Decimal, two: Decimal, three: Decimal) -> None:
    found = Confidence(None, one, two, three)

    assert 0 <= found.score <= 1
    assert found.band == (Band.LOW if found.score < MEDIUM else Band.MEDIUM)


@pytest.mark.parametrize(
    ("cosine", "part"),
    [(-0.2, "0"), (IN_SCOPE, "0"), ((IN_SCOPE + PLAIN) / 2, "0.5"), (PLAIN, "1"), (0.99, "1")],
)
def test_relevance_rises_from_what_is_in_scope_to_what_is_plain(cosine: float, part: str) -> None:
    assert relevance(cosine) == Decimal(part)


def test_completeness_is_the_part_of_the_question_that_comes_up() -> None:
    assert completeness({"joins", "outer"}, {"joins", "left"}) == Decimal("0.5")
    assert completeness({"joins"}, set()) == 0
    assert completeness(set(), {"joins"}) == 1
    assert MEDIUM < HIGH
