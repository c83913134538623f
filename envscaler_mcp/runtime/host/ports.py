"""Both ports of a host, opened and shut together."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncGenerator, Callable, Generator, Iterable
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import uvicorn

from envscaler_mcp.errors import BadInput
from envscaler_mcp.runtime.standalone.ending import LETTING_GO, ending_what_it_begins
from envscaler_mcp.runtime.standalone.listening import KEEP_ALIVE, listen

from .admin_port import AdminPort, Scorer
from .agent_port import AgentPort, RoomOf, rooms_of
from .guard import Guard, hosts_of, is_loopback
from .host import Host

if TYPE_CHECKING:
    from starlette.types import ASGIApp


@dataclass(frozen=True)
class Addresses:
    """Where a host listens.

    Args:
        host: address of both ports.
        port: the agents' port; 0 takes a free one.
        admin_port: the owner's port; 0 takes a free one.
        names: more names under which the ports may be addressed.
    """

    host: str = "127.0.0.1"
    port: int = 0
    admin_port: int = 0
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Urls:
    """Where agents and owner find the host; an agent's own URL is `mcp_url` with its token in place."""

    base: str
    admin_url: str

    @property
    def mcp_url(self) -> str:
        """The pattern of an agent's URL."""
        return self.of_token("{token}")

    def of_token(self, token: str) -> str:
        """Where the agent of an episode connects."""
        return f"{self.base}/e/{token}/mcp"


class Quiet(uvicorn.Server):
    """A server that leaves signals to whoever runs it."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Take none."""
        yield


@asynccontextmanager
async def open_ports(
    host: Host, addresses: Addresses, token: str, scorer: Scorer | None = None
) -> AsyncGenerator[Urls]:
    """Listen on both ports; on the way out, drain and shut them.

    Args:
        host: the episodes.
        addresses: where to listen.
        token: the admin port's.
        scorer: what scores an episode.

    Raises:
        BadInput: an address cannot be listened on.
    """
    if addresses.host in ("0.0.0.0", "::") and not addresses.names:
        remedy = "name the host names that clients use (--allow-host)"
        raise BadInput(addresses.host, "every name would be let in", remedy)
    names = hosts_of(addresses.host, addresses.names)
    with (
        _listening(addresses.host, addresses.port) as agents,
        _listening(addresses.host, addresses.admin_port) as owner,
    ):
        urls = Urls(_url(addresses, agents), _url(addresses, owner))
        port = AgentPort(rooms_of(host))
        admin = AdminPort(host, urls.of_token, scorer).app()
        served = [(Guard(port, names), agents), (Guard(admin, names, token), owner)]
        try:
            async with _served(served):
                try:
                    yield urls
                finally:
                    await host.drain()  # with the ports open: who asks now hears why not
        finally:
            await port.close()


@asynccontextmanager
async def open_rooms(room_of: RoomOf) -> AsyncGenerator[Callable[[str], str]]:
    """Listen for agents alone, on a free port of this machine; gives the URL of a token.

    Args:
        room_of: what lies behind a token.
    """
    addresses = Addresses()
    port = AgentPort(room_of)
    with _listening(addresses.host, addresses.port) as listening:
        urls = Urls(_url(addresses, listening), "")
        try:
            async with _served([(Guard(port, hosts_of(addresses.host)), listening)]):
                yield urls.of_token
        finally:
            await port.close()


@asynccontextmanager
async def _served(apps: Iterable[tuple[ASGIApp, socket.socket]]) -> AsyncGenerator[None]:
    servers = [(Quiet(_config(app)), listening) for app, listening in apps]
    tasks = [asyncio.ensure_future(server.serve([listening])) for server, listening in servers]
    try:
        yield
    finally:
        for server, _ in servers:
            server.should_exit = True
        await asyncio.gather(*tasks)


def _config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        ending_what_it_begins(app), lifespan="off", log_level="warning", access_log=False,
        timeout_graceful_shutdown=LETTING_GO, timeout_keep_alive=KEEP_ALIVE, server_header=False,
    )  # fmt: skip


@contextmanager
def _listening(host: str, port: int) -> Generator[socket.socket]:
    try:
        listening = listen(host, port)
    except OSError as error:
        remedy = "choose another --port or --admin-port (0 takes a free one), or another --host"
        raise BadInput(f"{host}:{port}", error.strerror or str(error), remedy) from error
    with listening:
        yield listening


def _url(addresses: Addresses, listening: socket.socket) -> str:
    port = listening.getsockname()[1]
    name = addresses.host if is_loopback(addresses.host) or not addresses.names else addresses.names[0]
    return f"http://{f'[{name}]' if ':' in name else name}:{port}"
