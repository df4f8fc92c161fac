"""Why a person should look at an answer, and which answers chance picks."""

import uuid
from decimal import Decimal
from typing import Any

import pytest

from scoring.oversight.sampling import SECOND, closed_reasons_for, is_sampled, reasons_for

ANSWER = uuid.UUID(int=7)
NEVER, ALWAYS = Decimal(0), Decimal(1)
MANY = [uuid.UUID(int=number) for number in range(4000)]


@pytest.mark.parametrize(
    ("outcome", "uncertainty", "flags", "reasons"),
    [
        ("scored", 0.0, [], []),
        ("scored", 0.4, [], []),  # as uncertain as may be
        ("scored", 0.41, [], ["low_confidence"]),
        ("decided_by_code", 1.0, [], []),  # a fixed check is certain
        ("needs_review", 1.0, [], ["needs_review"]),
        ("unavailable", 0.0, [], ["unavailable"]),
        ("unavailable", 0.0, ["model_refused"], ["model_refused"]),
        ("needs_review", 0.0, ["model_refused"], ["model_refused", "needs_review"]),
        ("scored", 0.0, ["wide_band"], ["wide_band"]),
        (
            "scored",
            0.9,
            ["injection_suspected", "wide_band"],
            ["low_confidence", "wide_band", "injection_suspected"],
        ),
        ("decided_by_code", 0.0, ["injection_suspected"], ["injection_suspected"]),
    ],
)
def test_why_an_essay_is_looked_at(
    outcome: str, uncertainty: float, flags: list[str], reasons: list[str]
) -> None:
    found = [
        reasons_for(
            snapshot_id=ANSWER,
            outcome=outcome,
            uncertainty=uncertainty,
            flags=flags,
            uncertain_above=0.4,
            sample_rate=rate,
        )
        for rate in (NEVER, ALWAYS)
    ]

    assert found == [reasons, [*reasons, "random_sample"]]


@pytest.mark.parametrize(
    ("applied", "reasons"),
    [
        ([], []),
        ([{"kind": "short_text", "matched": True}], []),
        ([{"kind": "short_text", "matched": False}], ["no_match"]),
        ([{"kind": "short_text", "outcome": "unanswered"}], []),
        ([{"kind": "choice", "matched": False}], []),
        ([{"kind": "numeric", "outcome": "needs_review"}], ["needs_review"]),
        ([{"kind": "numeric", "outcome": "outside tolerance"}], []),
        (
            [{"kind": "choice"}, {"kind": "short_text", "matched": False, "outcome": "needs_review"}],
            ["needs_review", "no_match"],
        ),
    ],
)
def test_why_a_closed_answer_is_looked_at(applied: list[dict[str, Any]], reasons: list[str]) -> None:
    found = [
        closed_reasons_for(snapshot_id=ANSWER, applied=applied, sample_rate=rate) for rate in (NEVER, ALWAYS)
    ]

    assert found == [reasons, [*reasons, "random_sample"]]


def test_chance_picks_about_as_many_as_the_rate_says_and_at_a_higher_one_the_same_and_more() -> None:
    tenth, half = ({one for one in MANY if is_sampled(one, Decimal(rate))} for rate in ("0.1", "0.5"))

    assert tenth < half
    assert 340 < len(tenth) < 460
    assert 1880 < len(half) < 2120


def test_a_second_draw_is_another() -> None:
    first = {one for one in MANY if is_sampled(one, Decimal("0.1"))}
    both = {one for one in first if is_sampled(one, Decimal("0.1"), draw=SECOND)}

    assert 20 < len(both) < 60
