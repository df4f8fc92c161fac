"""Costs in micro-cents are exact, also where a cent or even a micro-cent is too coarse."""

from decimal import Decimal

import pytest

from microcred.ai.prices import PriceTable


def cost(
    model: str,
    *,
    read: int,
    written: int = 0,
    cached: int = 0,
    overrides: dict[str, dict[str, str]] | None = None,
) -> int | None:
    price = PriceTable(overrides).find(model)
    if price is None:
        return None
    return price.microcents(input_tokens=read, output_tokens=written, cached_tokens=cached)


@pytest.mark.parametrize(
    ("model", "read", "written", "cached", "expected"),
    [
        # 2,700 tokens x 15 + 650 x 60 micro-cents = 0.0795 cents: the typical assessment.
        ("gpt-4o-mini", 2_700, 650, 0, 79_500),
        ("gpt-4o-mini", 1_000_000, 0, 0, 15_000_000),
        ("gpt-4o-mini", 1_000_000, 0, 1_000_000, 7_500_000),
        ("gpt-4o-mini", 3, 0, 1, 38),  # 2 x 15 + 7.5 = 37.5, rounded half up
        ("gpt-3.5-turbo", 1, 1, 0, 200),
        ("text-embedding-3-small", 7, 0, 0, 14),
        ("gpt-4o-mini", 0, 0, 0, 0),
        ("gpt-4o-mini", 10, 0, 99, 75),  # a server cannot have cached more than it read
    ],
)
def test_cost_is_tokens_times_the_price_of_each_kind(
    model: str, read: int, written: int, cached: int, expected: int
) -> None:
    assert cost(model, read=read, written=written, cached=cached) == expected


def test_a_dated_snapshot_costs_what_its_family_costs() -> None:
    assert cost("gpt-4o-mini-2024-07-18", read=100) == 1_500
    assert cost("gpt-3.5-turbo-0125", read=100) == 5_000


def test_another_model_of_a_similar_name_has_no_price() -> None:
    assert cost("gpt-4o-mini-audio-preview", read=100) is None
    assert cost("llama3.1:8b", read=100) is None


def test_the_setting_overrides_and_adds_prices() -> None:
    overrides = {"gpt-4o-mini": {"input": "1", "output": "2"}, "llama3.1:8b": {"input": "0.001"}}

    assert cost("gpt-4o-mini", read=10, written=10, overrides=overrides) == 3_000
    assert cost("gpt-4o-mini", read=10, cached=10, overrides=overrides) == 1_000
    assert cost("llama3.1:8b", read=1_000, written=1_000, overrides=overrides) == 100


def test_the_first_model_with_a_price_decides() -> None:
    table = PriceTable()

    assert table.find("my-deployment", "gpt-4o-mini") == table.find("gpt-4o-mini")
    assert table.find("my-deployment", "another") is None


def test_no_listed_model_is_dearer_than_the_dearest() -> None:
    table = PriceTable({"dear-to-read": {"input": "90"}, "dear-to-write": {"input": "1", "output": "300"}})

    dearest = table.dearest()

    assert (dearest.input, dearest.cached, dearest.output) == (Decimal(90), Decimal(90), Decimal(300))
