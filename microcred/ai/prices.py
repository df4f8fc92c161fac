"""What a call costs, in micro-cents (millionths of a cent), from the tokens the provider reports.

Prices are in US dollars per million tokens, as price pages give them. They change: the setting AI_PRICES
overrides or extends this table, ``{"gpt-4o-mini": {"input": "0.15", "cached": "0.075", "output": "0.60"}}``.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

# One dollar is 100 cents, a cent a million micro-cents, and a price is for a million tokens.
MICROCENTS_A_TOKEN = 100

DOLLARS_PER_MILLION: Mapping[str, Mapping[str, str]] = {
    "gpt-3.5-turbo": {"input": "0.50", "output": "1.50"},
    "gpt-4o": {"input": "2.50", "cached": "1.25", "output": "10.00"},
    "gpt-4o-mini": {"input": "0.15", "cached": "0.075", "output": "0.60"},
    "gpt-4.1": {"input": "2.00", "cached": "0.50", "output": "8.00"},
    "gpt-4.1-mini": {"input": "0.40", "cached": "0.10", "output": "1.60"},
    "gpt-4.1-nano": {"input": "0.10", "cached": "0.025", "output": "0.40"},
    "text-embedding-3-small": {"input": "0.02"},
    "text-embedding-3-large": {"input": "0.13"},
}

# A dated snapshot (gpt-4o-mini-2024-07-18, gpt-3.5-turbo-0125) has the price of its family. Anything else
# after the name is another model (gpt-4o-mini-audio-preview) and has another price.
SNAPSHOT = re.compile(r"-(\d{4}-\d{2}-\d{2}|\d{4})$")


@dataclass(frozen=True, slots=True)
class Price:
    """Dollars per million tokens read, read again from the provider's cache, and written."""

    input: Decimal
    cached: Decimal
    output: Decimal

    def microcents(self, *, input_tokens: int, output_tokens: int = 0, cached_tokens: int = 0) -> int:
        """Return the cost of one call; ``cached_tokens`` is the part of ``input_tokens`` that was cached."""
        cached = min(cached_tokens, input_tokens)
        dollars = (input_tokens - cached) * self.input + cached * self.cached + output_tokens * self.output
        return int((dollars * MICROCENTS_A_TOKEN).quantize(Decimal(1), rounding=ROUND_HALF_UP))


class PriceTable:
    """Prices by model name; ``overrides`` replaces or adds whole entries, ``share`` is the part of them that
    is charged."""

    def __init__(
        self,
        overrides: Mapping[str, Mapping[str, str]] | None = None,
        *,
        share: Decimal = Decimal(1),
    ) -> None:
        entries = {**DOLLARS_PER_MILLION, **(overrides or {})}
        self._prices = {model: _price(entry, share) for model, entry in entries.items()}

    def find(self, *models: str) -> Price | None:
        """Return the price of the first of ``models`` that has one, dated snapshots included."""
        for model in models:
            price = self._prices.get(model) or self._prices.get(SNAPSHOT.sub("", model))
            if price:
                return price
        return None

    def dearest(self) -> Price:
        """Return a price that no listed model exceeds, for a model without one."""
        prices = self._prices.values()
        return Price(
            input=max(price.input for price in prices),
            cached=max(price.cached for price in prices),
            output=max(price.output for price in prices),
        )


def _price(entry: Mapping[str, str], share: Decimal) -> Price:
    read = Decimal(entry["input"])
    return Price(
        input=read * share,
        cached=Decimal(entry.get("cached", read)) * share,
        output=Decimal(entry.get("output", "0")) * share,
    )
