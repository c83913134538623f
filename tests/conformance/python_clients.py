"""Python clients that nobody here wrote, each in an environment of its own, which git ignores."""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from envscaler_mcp.runtime.folder import ServerFolder

from .node_tools import CACHE, Unavailable

PINS = {
    "mcp 1.x": "mcp==1.30.0",
    "openai-agents": "openai-agents==0.24.0",
    "pydantic-ai": "pydantic-ai-slim[mcp]==2.68.0",
}
PROGRAM = Path(__file__).with_name("python_client.py")
INSTALL_SECONDS = 240
RUN_SECONDS = 90


def installed_clients() -> dict[str, Path | Unavailable]:
    """For every client the Python that has it, or why it cannot be had."""
    with ThreadPoolExecutor(len(PINS)) as pool:
        return dict(zip(PINS, pool.map(_python, PINS), strict=True))


def checked(name: str, python: Path, folder: ServerFolder) -> Iterator[str]:
    """What is wrong between a client and a server."""
    plan = plan_for(folder)
    done = subprocess.run(
        [str(python), str(PROGRAM), name, json.dumps(plan)],
        cwd=CACHE,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=RUN_SECONDS,
        check=False,
    )
    if done.returncode:
        yield f"exit {done.returncode}: {done.stderr.strip()[-500:]}"
        return
    told = json.loads(done.stdout)
    if told["tools"] != sorted(folder.tool_names):
        yield "it sees other tools than tools.json has"
    yield from _answers(plan["calls"], told["answers"])


def _answers(calls: dict[str, Any], answers: dict[str, Any]) -> Iterator[str]:
    for name, call in calls.items():
        said = answers[name]
        if said["error"] != bool(call["code"]) or call["code"] not in said["text"]:
            yield f"{name}: {call['tool']} answered {said['text'][:200]!r}"


def plan_for(folder: ServerFolder) -> dict[str, Any]:
    """How to start a server, and three calls: one that is answered, one refused, one that does not fit.

    The refusal asks for a row that is not there, so the tool is one that looks up a row by its id.
    """
    tool = next(
        tool
        for tool in folder.card.tools
        if tool.kind == "read" and any(one.code.startswith("unknown_") for one in tool.refusals)
        and len(tool.input.get("required", [])) == 1
    )  # fmt: skip
    (parameter,) = tool.input["required"]
    (code,) = [one.code for one in tool.refusals if one.code.startswith("unknown_")][:1]
    calls: dict[str, dict[str, Any]] = {
        "call": {"tool": _free(folder), "arguments": {}, "code": ""},
        "refusal": {"tool": tool.name, "arguments": {parameter: "NONE-1"}, "code": code},
        "invalid": {
            "tool": tool.name,
            "arguments": {parameter: "NONE-1", "surplus": 1},
            "code": "invalid_arguments",
        },
    }
    command = {"command": sys.executable, "args": ["-m", folder.card.name], "cwd": str(folder.path)}
    return {**command, "calls": calls}


def _free(folder: ServerFolder) -> str:
    """A read that can be called without arguments."""
    return next(
        tool.name for tool in folder.card.tools if tool.kind == "read" and not tool.input.get("required")
    )


def _python(name: str) -> Path | Unavailable:
    place = CACHE / "python" / name.replace(" ", "-")
    done = place / "installed.txt"
    python = place / "bin" / "python"
    if not done.is_file() or done.read_text() != PINS[name]:
        try:
            _install(place, python, PINS[name])
        except Unavailable as error:
            return error
        done.write_text(PINS[name])
    return python


def _install(place: Path, python: Path, pin: str) -> None:
    venv.create(place, with_pip=True, clear=True)
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", pin]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise Unavailable(f"pip install {pin} took longer than {INSTALL_SECONDS} s") from None
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or ["no reason given"]
        raise Unavailable(f"pip install {pin} ended with {done.returncode}: {said[0][:300]}")
