"""`host`: many episodes of many servers from one process."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from envscaler_mcp.errors import BadInput

from .interrupt import InterruptClock
from .output import Output
from .status import DONE

if TYPE_CHECKING:
    from envscaler_mcp.runtime.folder import ServerFolder
    from envscaler_mcp.runtime.host import Host
    from envscaler_mcp.runtime.host.ports import Addresses, Urls

AFTER_INTERRUPT = 0.5
"""Seconds that running calls get after Ctrl-C; after SIGTERM it is the host's own limit."""
TOKEN_FILE = Path("host-admin-token")


def host(
    output: Output,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Generated servers, or one of them.")],
    port: Annotated[int, typer.Option(min=0, max=65535, help="Agents' port; 0 takes a free one.")] = 8080,
    admin_port: Annotated[
        int, typer.Option(min=0, max=65535, help="The owner's port; 0 takes a free one.")
    ] = 8081,
    token_file: Annotated[
        Path | None,
        typer.Option(
            help="Where the admin token is, or is to be written (default: in --state-dir, or here)."
        ),
    ] = None,
    state_dir: Annotated[
        Path | None, typer.Option(help="Keep every episode here, so that it outlives the host.")
    ] = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Worker processes of one server.")] = 2,
    address: Annotated[str, typer.Option("--host", help="Address of both ports.")] = "127.0.0.1",
    allow_host: Annotated[
        list[str] | None, typer.Option(help="One more name under which clients may address the ports.")
    ] = None,
    trust: Annotated[
        bool, typer.Option("--trust", help="Run classes that the policy has findings on.")
    ] = False,
) -> int:
    """Host many episodes of many servers over HTTP, with an admin port of their owner's own."""
    from envscaler_mcp.harness.hosting import owner_token
    from envscaler_mcp.runtime.host import Host, HostLimits
    from envscaler_mcp.runtime.host.ports import Addresses

    folders = _servers(folder)
    output.resume = "start the host again" + (
        "; its episodes go on where they stand" if state_dir else " (with --state-dir episodes outlive it)"
    )
    secret = token_file or (state_dir or Path()) / TOKEN_FILE
    if state_dir:
        _make(state_dir)
    token = owner_token(secret)
    made = Host(folders, limits=HostLimits(workers=workers), state_dir=state_dir, trusted=trust)
    where = Addresses(address, port, admin_port, tuple(allow_host or ()))
    asyncio.run(_serve(output, made, where, token, secret))
    return DONE


async def _serve(output: Output, host: Host, addresses: Addresses, token: str, secret: Path) -> None:
    """Serve until a signal comes; SIGTERM is an end, SIGINT an interruption."""
    from envscaler_mcp.harness.hosting import hosted

    async with host:
        with _signals(output) as stop:
            async with hosted(host, addresses, token) as urls:
                _tell(output, host, urls, secret)
                came = await stop.get()
                done = await host.drain(AFTER_INTERRUPT if came == signal.SIGINT else None)
                output.note("Every call was finished." if done else "What still ran is not recorded.")
                await host.close()
            if came == signal.SIGINT:
                raise KeyboardInterrupt


@contextmanager
def _signals(output: Output) -> Generator[asyncio.Queue[int]]:
    """Signals as they come. Once interrupted, the process is over in time, whatever still runs."""
    came: asyncio.Queue[int] = asyncio.Queue()
    loop, clock = asyncio.get_running_loop(), InterruptClock(output.stopped)

    def interrupted() -> None:
        clock.start()
        came.put_nowait(signal.SIGINT)

    loop.add_signal_handler(signal.SIGTERM, came.put_nowait, signal.SIGTERM)
    loop.add_signal_handler(signal.SIGINT, interrupted)
    try:
        yield came
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


def _tell(output: Output, host: Host, urls: Urls, secret: Path) -> None:
    for line in host.left_aside:
        output.note(f"Left aside: {line}")
    names = sorted(host.folders)
    said = {
        "servers": names, "mcp_url": urls.mcp_url, "admin_url": urls.admin_url,
        "token_file": str(secret), "episodes": len(host),
    }  # fmt: skip
    few = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
    output.result(
        said,
        f"Hosting {few}: agents connect to {urls.mcp_url}; "
        f"you create episodes at {urls.admin_url} with the bearer token in {secret}.",
    )


def _servers(folder: Path) -> list[ServerFolder]:
    """The servers in a folder, or the one that the folder is."""
    from envscaler_mcp.runtime.folder import ServerFolder

    if (folder / "environment.json").is_file():
        return [ServerFolder.load(folder)]
    found = [ServerFolder.load(card.parent) for card in sorted(folder.glob("*/environment.json"))]
    if not found:
        remedy = "name a folder in the form of generated_servers/"
        raise BadInput(str(folder), "there is no generated server in it", remedy)
    names = [server.card.name for server in found]
    if double := next((name for name in names if names.count(name) > 1), None):
        raise BadInput(str(folder), f"two servers in it are called {double}", "give one of them another name")
    return found


def _make(folder: Path) -> None:
    from envscaler_mcp.spec.files import writing

    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
