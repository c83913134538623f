"""From `--llm SPEC` to an `Llm`: the model, and what stands between it and the stages."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from envscaler_mcp.errors import BadInput

from . import anthropic_messages, openai_responses
from .access import Access
from .anthropic_messages import AnthropicMessages
from .budget import Budgeted
from .connection import Connection
from .embeddings import DEFAULT_MODEL, Embedder, OpenAIEmbeddings
from .fitted import Fitted
from .ledger import Metered
from .llm import Llm, Model
from .manual import Manual
from .openai_chat import OpenAIChat
from .openai_responses import OpenAIResponses
from .patient import Patient, Timed
from .prices import Price, known_price
from .replay import Replay
from .secrets import Blotted
from .store import Stored

KNOWN = ("openai:MODEL", "anthropic:MODEL", "chat:MODEL@URL", "replay:DIR", "manual:DIR")
_MODEL = re.compile(r"[\w][\w./:@+=-]{0,199}", re.ASCII)
_MODEL_AT_URL = re.compile(r"(?P<model>.+)@(?P<url>https?://.+)")


def llm_of(spec: str, access: Access) -> Llm:
    """The `Llm` that a spec names.

    Raises:
        BadInput: nothing is named so, its key or SDK is missing, or its price, and there is a budget.
    """
    provider, _, rest = spec.partition(":")
    build = _BUILD.get(provider)
    if build is None or not rest:
        raise BadInput(access.said(spec), "there is no such model", f"use one of: {', '.join(KNOWN)}")
    # From the inside out: see each class for what it does.
    return Fitted(Blotted(Metered(build(spec, rest, access), access.ledger), access.secrets))


def embedder_of(spec: str, access: Access) -> Embedder:
    """The `Embedder` that a spec names.

    Raises:
        BadInput: nothing is named so that gives vectors, or something it needs is missing.
    """
    provider, _, rest = spec.partition(":")
    if provider not in _EMBEDDING or not rest:
        remedy = f"use one of: {', '.join(_EMBEDDING.values())}"
        raise BadInput(access.said(spec), "there is no such model that gives vectors", remedy)
    model = _replay(spec, rest, access) if provider == "replay" else _embedding(spec, access)
    return Embedder(Blotted(Metered(model, access.ledger), access.secrets))


def embeddings_beside(spec: str, access: Access) -> str:
    """The spec of a model that gives vectors where the model of this spec is; empty if none is known."""
    provider, _, rest = spec.partition(":")
    if provider in ("openai", "replay"):
        return spec if provider == "replay" else f"openai:{DEFAULT_MODEL}"
    found = _MODEL_AT_URL.fullmatch(rest) if provider == "chat" else None
    beside = f"chat:{DEFAULT_MODEL}@{found['url']}" if found and _is_openai(found["url"], access) else ""
    return "" if access.budget and price_of(beside, access) is None else beside  # nobody named it


def price_of(spec: str, access: Access) -> Price | None:
    """The price of the model that a spec names, without any key: stated, or of the table; None if unknown."""
    provider, _, rest = spec.partition(":")
    found = _MODEL_AT_URL.fullmatch(rest) if provider == "chat" else None
    model = found["model"] if found else rest
    if stated := access.prices.get(f"{provider}:{model}"):
        return stated
    if found:
        return known_price(model, url=found["url"])
    return known_price(model, provider=provider) if provider in {"openai", "anthropic"} else None


@dataclass(frozen=True)
class Place:
    """A model where it is: its name in provenance, its name there, the address, and the way to it."""

    name: str
    model: str
    address: str
    connection: Connection


def place_of(spec: str, access: Access) -> Place:
    """Where the model of an `openai:`, `anthropic:` or `chat:` spec is.

    Raises:
        BadInput: the model's name, its address or its key is wrong or missing.
    """
    provider, _, rest = spec.partition(":")
    return _PLACES[provider](spec, rest, access)


def plain_model_of(spec: str, access: Access) -> Model:
    """The model of a spec, asked with patience, and nothing else between.

    Raises:
        BadInput: nothing is named so, or something it needs is missing.
    """
    provider, _, rest = spec.partition(":")
    if provider not in _PLACES or not rest:
        remedy = f"use one of: {', '.join(KNOWN[:3])}"
        raise BadInput(access.said(spec), "there is no such model", remedy)
    return _BUILD[provider](spec, rest, access)


def _place_of_openai(spec: str, rest: str, access: Access) -> Place:
    model = _model(spec, rest, access)
    address = _address(spec, access.keys.get("OPENAI_BASE_URL") or openai_responses.ADDRESS, access)
    return Place(f"openai:{model}", model, address, access.connection(spec, address, "OPENAI_API_KEY"))


def _place_of_anthropic(spec: str, rest: str, access: Access) -> Place:
    model = _model(spec, rest, access)
    address = _address(spec, access.keys.get("ANTHROPIC_BASE_URL") or anthropic_messages.ADDRESS, access)
    return Place(f"anthropic:{model}", model, address, access.connection(spec, address, "ANTHROPIC_API_KEY"))


def _place_of_chat(spec: str, rest: str, access: Access) -> Place:
    found = _MODEL_AT_URL.fullmatch(rest)
    if found is None:
        remedy = "say chat:MODEL@http://HOST:PORT/v1"
        raise BadInput(access.said(spec), "the address is missing", remedy)
    model, address = _model(spec, found["model"], access), _address(spec, found["url"], access)
    # OpenAI's key goes to OpenAI, or to where a person redirected OpenAI: nowhere else.
    theirs = _is_openai(address, access)
    key_name = "OPENAI_API_KEY" if theirs else "CHAT_API_KEY"
    connection = access.connection(spec, address, key_name, fallback="" if theirs else "none")
    return Place(f"chat:{model}", model, address, connection)


def _is_openai(address: str, access: Access) -> bool:
    return address in {openai_responses.ADDRESS, access.keys.get("OPENAI_BASE_URL")}


_PLACES: dict[str, Callable[[str, str, Access], Place]] = {
    "openai": _place_of_openai,
    "anthropic": _place_of_anthropic,
    "chat": _place_of_chat,
}


def _hosted(spec: str, _rest: str, access: Access) -> Model:
    place, price = place_of(spec, access), price_of(spec, access)
    kind = _HOSTED[spec.partition(":")[0]]
    return _asked(kind(place.model, place.connection, price), price, place.address, access)


_HOSTED = {"openai": OpenAIResponses, "anthropic": AnthropicMessages, "chat": OpenAIChat}


_EMBEDDING = {"openai": KNOWN[0], "chat": KNOWN[2], "replay": KNOWN[3]}


def _embedding(spec: str, access: Access) -> Model:
    place, price = place_of(spec, access), price_of(spec, access)
    model = OpenAIEmbeddings(place.name, place.model, place.connection, price)
    return _asked(model, price, place.address, access)


def _replay(_spec: str, rest: str, access: Access) -> Model:
    folder = Path(rest)
    same = access.calls is not None and access.calls.resolve() == folder.resolve()
    return Replay(folder, None if same else access.store, access.option)


def _manual(_spec: str, rest: str, access: Access) -> Model:
    model = Manual(Path(rest), access.clock)
    return Stored(model, access.store) if access.store else model


_BUILD: dict[str, Callable[[str, str, Access], Model]] = {
    "openai": _hosted,
    "anthropic": _hosted,
    "chat": _hosted,
    "replay": _replay,
    "manual": _manual,
}


def _asked(model: Model, price: Price | None, address: str, access: Access) -> Model:
    """A model that costs time and money: timed, within the budget, asked with patience, and once."""
    whole: Model = Timed(Blotted(model, access.secrets), access.patience.attempt_seconds)
    refuse_unpriced(model.name, price, access)
    if access.budget is not None and price is not None:
        whole = Budgeted(whole, access.budget, price)
    whole = Patient(whole, access.asking(address))
    return Stored(whole, access.store) if access.store else whole


def refuse_unpriced(name: str, price: Price | None, access: Access) -> None:
    """A budget holds only where it is known what a call may cost.

    Raises:
        BadInput: there is a budget, and no price.
    """
    if access.budget is not None and price is None:
        remedy = f"say what a million tokens cost: --price {name}=IN/OUT"
        raise BadInput(access.said(name), "no price is known for it, so no budget can hold", remedy)


def _model(spec: str, name: str, access: Access) -> str:
    if not _MODEL.fullmatch(name):
        remedy = f"use one of: {', '.join(KNOWN)}"
        raise BadInput(access.said(spec), "that is no name of a model", remedy)
    return name


def _address(spec: str, url: str, access: Access) -> str:
    """An address without a secret in it: it is shown in messages."""
    try:
        parts = urlsplit(url)
        sound = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
        parts = urlsplit("")
    if not sound:
        raise BadInput(access.said(spec), "the address is none", "say http://HOST:PORT/v1")
    if parts.username is not None or parts.query or parts.fragment:
        where = access.said(f"{spec.partition('@')[0]}@…")
        raise BadInput(where, "the address holds more than a place", "put a key into CHAT_API_KEY")
    return url
