"""From `--llm SPEC` to an `Llm`: the model, and what stands between it and the stages."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from envscaler_mcp.errors import BadInput

from . import anthropic_messages, openai_responses
from .access import Access
from .anthropic_messages import AnthropicMessages
from .budget import Budgeted
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
        raise BadInput(f"--llm {spec}", "there is no such model", f"use one of: {', '.join(KNOWN)}")
    # From the inside out: see each class for what it does.
    return Fitted(Blotted(Metered(build(spec, rest, access), access.ledger), access.secrets))


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


def _openai(spec: str, rest: str, access: Access) -> Model:
    model = _model(spec, rest)
    address = access.keys.get("OPENAI_BASE_URL") or openai_responses.ADDRESS
    connection = access.connection(spec, _address(spec, address), "OPENAI_API_KEY")
    price = price_of(spec, access)
    return _asked(OpenAIResponses(model, connection, price), price, address, access)


def _anthropic(spec: str, rest: str, access: Access) -> Model:
    model = _model(spec, rest)
    address = access.keys.get("ANTHROPIC_BASE_URL") or anthropic_messages.ADDRESS
    connection = access.connection(spec, _address(spec, address), "ANTHROPIC_API_KEY")
    price = price_of(spec, access)
    return _asked(AnthropicMessages(model, connection, price), price, address, access)


def _chat(spec: str, rest: str, access: Access) -> Model:
    found = _MODEL_AT_URL.fullmatch(rest)
    if found is None:
        raise BadInput(f"--llm {spec}", "the address is missing", "say chat:MODEL@http://HOST:PORT/v1")
    model, address = _model(spec, found["model"]), _address(spec, found["url"])
    # OpenAI's key goes to OpenAI, or to where a person redirected OpenAI: nowhere else.
    theirs = address in {openai_responses.ADDRESS, access.keys.get("OPENAI_BASE_URL")}
    key_name = "OPENAI_API_KEY" if theirs else "CHAT_API_KEY"
    connection = access.connection(spec, address, key_name, fallback="" if theirs else "none")
    price = price_of(spec, access)
    return _asked(OpenAIChat(model, connection, price), price, address, access)


def _replay(_spec: str, rest: str, access: Access) -> Model:
    folder = Path(rest)
    same = access.calls is not None and access.calls.resolve() == folder.resolve()
    return Replay(folder, None if same else access.store)


def _manual(_spec: str, rest: str, access: Access) -> Model:
    model = Manual(Path(rest), access.clock)
    return Stored(model, access.store) if access.store else model


_BUILD: dict[str, Callable[[str, str, Access], Model]] = {
    "openai": _openai,
    "anthropic": _anthropic,
    "chat": _chat,
    "replay": _replay,
    "manual": _manual,
}


def _asked(model: Model, price: Price | None, address: str, access: Access) -> Model:
    """A model that costs time and money: timed, within the budget, asked with patience, and once."""
    whole: Model = Timed(Blotted(model, access.secrets), access.patience.attempt_seconds)
    if access.budget is not None:
        if price is None:
            remedy = "leave --budget out, or name a model whose price is known"
            raise BadInput(f"--llm {model.name}", "no price is known for it, so no budget can hold", remedy)
        whole = Budgeted(whole, access.budget, price)
    whole = Patient(whole, access.pace(address), access.patience, access.clock)
    return Stored(whole, access.store) if access.store else whole


def _model(spec: str, name: str) -> str:
    if not _MODEL.fullmatch(name):
        raise BadInput(f"--llm {spec}", "that is no name of a model", f"use one of: {', '.join(KNOWN)}")
    return name


def _address(spec: str, url: str) -> str:
    """An address without a secret in it: it is shown in messages."""
    try:
        parts = urlsplit(url)
        sound = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
        parts = urlsplit("")
    if not sound:
        raise BadInput(f"--llm {spec}", "the address is none", "say http://HOST:PORT/v1")
    if parts.username is not None or parts.query or parts.fragment:
        where = f"--llm {spec.partition('@')[0]}@…"
        raise BadInput(where, "the address holds more than a place", "put a key into CHAT_API_KEY")
    return url
