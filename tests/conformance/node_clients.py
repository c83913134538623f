"""The MCP Inspector and mcporter on one server: list, a call, a refusal, invalid arguments."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from envscaler_mcp.runtime.folder import ServerFolder

from .node_tools import NodeTools
from .python_clients import plan_for

Words = tuple[str, ...]


@dataclass(frozen=True)
class Client:
    """How a program is told to reach a server, to list its tools, and to call one of them."""

    label: str
    listing: Words
    calling: Callable[[str, dict[str, Any]], Words]


def stdio(folder: ServerFolder) -> Words:
    """The command of a server, in its folder."""
    return sys.executable, "-m", folder.card.name


def clients(node: NodeTools, folder: ServerFolder, url: str) -> list[str]:
    """What other clients get wrong about the tools and the answers, or refuse."""
    command = stdio(folder)
    asked = (
        _inspector("inspector over stdio", command),
        _inspector("inspector over HTTP", (url, "--transport", "http")),
        _mcporter("mcporter over stdio", ("--stdio", " ".join(command)), ("--stdio", " ".join(command))),
        _mcporter("mcporter over HTTP", (url, "--allow-http"), ("--http-url", url, "--allow-http")),
    )
    return [
        f"{client.label}: {problem}"
        for client in asked
        for problem in (*_listed(node, folder, client), *_called(node, folder, client))
    ]


def _inspector(label: str, target: Words) -> Client:
    start = ("mcp-inspector", "--cli", *target, "--method")

    def calling(tool: str, arguments: dict[str, Any]) -> Words:
        pairs = [f"{name}={given}" for name, given in arguments.items()]
        return (*start, "tools/call", "--tool-name", tool, *(("--tool-arg", *pairs) if pairs else ()))

    return Client(label, (*start, "tools/list", "--strict"), calling)


def _mcporter(label: str, listed: Words, called: Words) -> Client:
    def calling(tool: str, arguments: dict[str, Any]) -> Words:
        return (
            "mcporter",
            "call",
            *called,
            "--tool",
            tool,
            "--args",
            json.dumps(arguments),
            "--output",
            "json",
        )

    return Client(label, ("mcporter", "list", *listed, "--schema", "--json"), calling)


def _listed(node: NodeTools, folder: ServerFolder, client: Client) -> Iterator[str]:
    done = node.run(*client.listing, cwd=folder.path)
    if done.returncode:
        yield f"exit {done.returncode}: {done.stderr.strip()[-500:]}"
        return
    tools = [_seen(tool) for tool in json.loads((folder.package / "tools.json").read_bytes())]
    if [_seen(tool) for tool in json.loads(done.stdout)["tools"]] != tools:
        yield "it sees other tools than tools.json has"
        return
    print(f"{client.label}: {len(tools)} tools, as in tools.json")


def _seen(tool: dict[str, Any]) -> tuple[str, Any]:
    return tool["name"], tool["inputSchema"]


def _called(node: NodeTools, folder: ServerFolder, client: Client) -> Iterator[str]:
    for name, call in plan_for(folder)["calls"].items():
        done = node.run(*client.calling(call["tool"], call["arguments"]), cwd=folder.path)
        said = done.stdout + done.stderr
        if bool(done.returncode) != bool(call["code"]) or call["code"] not in said:
            yield f"{name}: {call['tool']}: exit {done.returncode}: {said.strip()[:300]!r}"
    print(f"{client.label}: call, refusal, invalid arguments")
