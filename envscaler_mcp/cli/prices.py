"""`--budget` and `--price`: what may be spent, and what a model costs whose price no table knows."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from envscaler_mcp.errors import BadInput

from .keys import find_keys

if TYPE_CHECKING:
    from envscaler_mcp.llm import Access, Price

BudgetOption = Annotated[
    float | None,
    typer.Option("--budget", metavar="USD", min=0, help="No call is made that could make it cost more."),
]
PriceOption = Annotated[
    list[str] | None,
    typer.Option(
        "--price", metavar="MODEL=IN/OUT", help="Dollars for a million tokens, such as chat:mine=0.2/0.8."
    ),
]


def prices_of(said: Sequence[str] | None) -> Mapping[str, Price]:
    """Prices by the names of models (`chat:mine`, without an address).

    Raises:
        BadInput: one is not of the form MODEL=IN/OUT.
    """
    return dict(map(_price_of, said or ()))


def access_beside(calls: Path, budget: float | None, price: Sequence[str] | None) -> Access:
    """What models are asked with where every call is kept in a folder: what is there is spent already.

    Raises:
        BadInput: a price is of another form.
    """
    from envscaler_mcp.llm import Access, Budget, CallStore

    purse = None if budget is None else Budget(budget, CallStore(calls).spent())
    return Access(keys=find_keys(Path()), calls=calls, budget=purse, prices=prices_of(price))


def _price_of(said: str) -> tuple[str, Price]:
    from envscaler_mcp.llm import PerMillion

    model, _, dollars = said.rpartition("=")
    try:
        taken, given = map(float, dollars.split("/"))
    except ValueError:
        taken = given = math.nan
    if ":" not in model or not all(math.isfinite(one) and one >= 0 for one in (taken, given)):
        raise BadInput(f"--price {said}", "that is no price of a model", "say it as chat:mine=0.2/0.8")
    return model.removeprefix("prompted:").partition("@")[0], PerMillion(taken, given)
