"""What tokens cost, by the table of `genai-prices` that is installed; nothing is fetched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .llm import Usage

Price = Callable[[Usage], float]
"""Dollars for the tokens of one call; more tokens never cost less."""


@dataclass(frozen=True)
class PerMillion:
    """A price stated by a person, in dollars for a million tokens."""

    input: float
    output: float

    def __call__(self, usage: Usage) -> float:
        """Dollars for the tokens of one call."""
        return (usage.input * self.input + usage.output * self.output) / 1e6


def known_price(model: str, *, provider: str | None = None, url: str | None = None) -> Price | None:
    """The price of a model by its provider's name or its address; None if the table has none."""

    def price(usage: Usage) -> float:
        return _dollars(usage, model, provider, url)

    try:
        price(Usage())
    except LookupError:
        return None
    return price


def cost_of(usage: Usage, price: Price | None) -> float | None:
    """Dollars for one call; None without a price, or where nobody counted (no request has 0)."""
    return price(usage) if price and usage.input else None


def _dollars(usage: Usage, model: str, provider: str | None, url: str | None) -> float:
    import genai_prices  # noqa: PLC0415 (a large table, for few verbs)

    tokens = genai_prices.Usage(
        input_tokens=usage.input, output_tokens=usage.output, cache_read_tokens=min(usage.cached, usage.input)
    )
    if url is None:
        return float(genai_prices.calc_price(tokens, model, provider_id=provider).total_price)
    return float(genai_prices.calc_price(tokens, model, provider_api_url=url).total_price)
