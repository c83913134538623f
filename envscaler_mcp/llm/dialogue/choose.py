"""From `--agent SPEC` to what opens conversations with that model."""

from __future__ import annotations

from envscaler_mcp.errors import BadInput
from envscaler_mcp.llm.access import Access
from envscaler_mcp.llm.anthropic_messages import open_anthropic
from envscaler_mcp.llm.choose import place_of, plain_model_of, price_of, refuse_unpriced
from envscaler_mcp.llm.openai_responses import open_client

from .chat import Chat
from .dialogue import Brief, Dialogue, Opener
from .line import Line
from .messages import Messages
from .prompted import Prompted
from .responses import Responses

DIALOGUES = ("openai:MODEL", "anthropic:MODEL", "chat:MODEL@URL", "prompted:chat:MODEL@URL")
_OPEN = {"openai": Responses, "anthropic": Messages, "chat": Chat}


def is_hosted(spec: str) -> bool:
    """Whether a spec names a model of some provider."""
    return spec.partition(":")[0] in {*_OPEN, "prompted"}


def dialogue_of(spec: str, access: Access) -> Opener | None:
    """What opens conversations with the model that a spec names; None where it names no model.

    Raises:
        BadInput: the model's name, its key, its address or its SDK is wrong or missing.
    """
    provider, _, rest = spec.partition(":")
    if provider == "prompted":
        model = plain_model_of(rest, access)
        return lambda brief: Prompted(model, brief)
    kind = _OPEN.get(provider)
    if kind is None:
        return None
    if not rest:
        raise BadInput(f"--agent {spec}", "the model is missing", f"use one of: {', '.join(DIALOGUES)}")
    line = _line(spec, access)

    def begin(brief: Brief) -> Dialogue:
        return kind(line, brief)

    return begin


def _line(spec: str, access: Access) -> Line:
    place = place_of(spec, access)
    price = price_of(spec, access)
    refuse_unpriced(place.name, price, access)
    opened = open_anthropic if spec.startswith("anthropic:") else open_client
    hearing, wire = opened(place.name, place.connection)
    return Line(
        name=place.name,
        model=place.model,
        hearing=hearing,
        wire=wire,
        asking=access.asking(place.address),
        attempt_seconds=access.patience.attempt_seconds,
        price=price,
        budget=access.budget,
    )
