"""What a run has for asking models: keys, a folder for calls, a budget, a ledger, one pace a provider."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Self

from envscaler_mcp.errors import BadInput
from envscaler_mcp.spec import writing

from .budget import Budget
from .clock import Clock, RealClock
from .connection import Connection
from .ledger import Ledger
from .pace import Pace
from .patient import Asking, Patience
from .prices import Price
from .secrets import Secrets
from .store import CallStore

_ADDRESS_NAMES = ("OPENAI_BASE_URL", "ANTHROPIC_BASE_URL")


@dataclass(kw_only=True)
class Access:
    """Shared by every `Llm` of a run; an async context that closes their connections.

    `keys` are those of the environment or a `.env`, under the names they have there. They stay in here and in
    the SDKs' clients. `prices` are stated prices by name (`openai:MODEL`), before those of the table.
    """

    keys: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    calls: Path | None = None
    option: str = "--llm"
    """How people name a model here; errors say it."""
    budget: Budget | None = None
    streams: bool = True
    """Whether answers are heard as streams; some gateways can only send a whole."""
    at_once: int = 8
    patience: Patience = field(default_factory=Patience)
    clock: Clock = field(default_factory=RealClock)
    ledger: Ledger = field(default_factory=Ledger)
    prices: Mapping[str, Price] = field(default_factory=dict[str, Price])
    _paces: dict[str, Pace] = field(default_factory=dict[str, Pace], init=False, repr=False)
    _open: AsyncExitStack = field(default_factory=AsyncExitStack, init=False, repr=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._open.aclose()

    @cached_property
    def secrets(self) -> Secrets:
        """What nobody may read."""
        return Secrets(value.strip() for name, value in self.keys.items() if name not in _ADDRESS_NAMES)

    @cached_property
    def store(self) -> CallStore | None:
        """Where calls are kept; the folder is made, so that a place that cannot be had costs nothing.

        Raises:
            BadInput: it cannot be made.
        """
        if self.calls is None:
            return None
        with writing(self.calls):
            self.calls.mkdir(parents=True, exist_ok=True)
        return CallStore(self.calls)

    def under(self, option: str) -> Self:
        """The same for a model that people name by another option: pace, budget and ledger are shared."""
        other = copy.copy(self)
        other.option = option
        return other

    def said(self, spec: str) -> str:
        """A spec as people said it."""
        return f"{self.option} {spec}"

    def pace(self, address: str) -> Pace:
        """The pace of a provider, one for all that ask it."""
        return self._paces.setdefault(address, Pace(self.at_once, self.clock))

    def asking(self, address: str) -> Asking:
        """How calls to a provider are made."""
        return Asking(self.pace(address), self.patience, self.clock)

    def connection(self, spec: str, address: str, key_name: str, fallback: str = "") -> Connection:
        """What a provider is reached with.

        Raises:
            BadInput: there is no key, or it can be none.
        """
        key = self.keys.get(key_name, "").strip() or fallback
        where = self.said(spec)
        if not key:
            raise BadInput(where, f"{key_name} is not set", "set it in the environment or in a .env")
        if not (key.isascii() and key.isprintable()) or " " in key:
            raise BadInput(where, f"{key_name} holds what no key holds", "copy the key anew")
        return Connection(
            said=where,
            address=address,
            key=key,
            key_name=key_name,
            secrets=self.secrets,
            attempt_seconds=self.patience.attempt_seconds,
            streams=self.streams,
            clock=self.clock,
            close_later=lambda close: self._open.push_async_callback(close) and None,
        )
