"""`make conformance`: three generated servers before clients that nobody here wrote.

The official conformance tool plays its active suite and both requirement sets over HTTP, at the wire of
each protocol revision. What it finds must be what baseline.yml excuses: nothing more, and nothing less.
The MCP Inspector and mcporter (over stdio and HTTP) and Python clients (mcp 1.x, openai-agents, pydantic-ai)
list, call, are refused, and send what does not fit. mcpb takes a bundle, and a linter the Dockerfile.
Where npm or PyPI has nothing for us, one line says so, and counts for nothing.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import yaml

from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.sharing.packing import pack

from .node_clients import clients, stdio
from .node_tools import ROOT, NodeTools, Unavailable, installed
from .python_clients import checked, installed_clients

NAMES = ("surgery_waitlists", "account_ledger", "hotel_bookings")
SERVERS = ROOT / "generated_servers"
BASELINE = Path(__file__).with_name("baseline.yml")
SUITES = (("--suite", "active"), ("--requirements", "2025-11-25"), ("--requirements", "2026-07-28"))


def main() -> int:
    """Everything, one line for each; 1 when something falls short."""
    servers = [ServerFolder.load(SERVERS / name) for name in NAMES]
    with ThreadPoolExecutor(1) as beside:
        pythons = beside.submit(installed_clients)  # pip and npm have nothing to wait for each other
        problems = [*_with_node(servers)]
        for name, python in pythons.result().items():
            problems += _with_python(name, python, servers)
    for line in [f"problem: {problem}" for problem in problems] or ["all that applies passes"]:
        print(f"conformance: {line}")
    return 1 if problems else 0


def _with_node(servers: Sequence[ServerFolder]) -> Iterator[str]:
    try:
        node = installed()
    except Unavailable as error:
        print(f"conformance skipped: {error}")
        return
    for folder in servers:
        name = folder.card.name
        with served(folder) as url:
            found = [*conformance(node, url), *clients(node, folder, url), *shared(node, folder)]
        yield from (f"{name}: {problem}" for problem in found)


def _with_python(name: str, python: Path | Unavailable, servers: Sequence[ServerFolder]) -> Iterator[str]:
    if isinstance(python, Unavailable):
        print(f"{name} skipped: {python}")
        return
    for folder in servers:
        found = list(checked(name, python, folder))
        yield from (f"{folder.card.name}, {name}: {problem}" for problem in found)
        if not found:
            print(f"{name} on {folder.card.name}: list, call, refusal, invalid arguments")


@contextmanager
def served(folder: ServerFolder) -> Generator[str]:
    """The server over HTTP on a free port."""
    command = [*stdio(folder), "--http", "--port", "0"]
    server = subprocess.Popen(command, cwd=folder.path, stderr=subprocess.PIPE, text=True)
    try:
        assert server.stderr is not None
        said = re.search(r"listens on (\S+/mcp)", server.stderr.readline())
        if said is None:
            raise SystemExit(f"{folder.card.name} does not listen: {server.stderr.read()}")
        yield said[1]
    finally:
        server.terminate()
        server.communicate(timeout=60)


def conformance(node: NodeTools, url: str) -> list[str]:
    """What the official tool found beyond the baseline, and what the baseline excuses for nothing."""
    excused = {str(entry) for entry in yaml.safe_load(BASELINE.read_text(encoding="utf-8"))["server"]}
    failed: set[str] = set()
    problems: list[str] = []
    for option, suite in SUITES:
        verdicts, judged = _verdicts(node, url, option, suite)
        bad = {check for check, status in verdicts if status in ("FAILURE", "WARNING")}
        failed |= bad
        problems += [f"{suite}: {check} failed" for check in sorted(bad - excused)]
        passed = sum(status == "SUCCESS" for _, status in verdicts)
        print(f"conformance {suite}: {passed} checks passed, {len(bad & excused)} do not apply")
        if judged or not passed:
            problems.append(f"{suite}: the tool itself says {judged} after {passed} passed checks")
    stale = sorted(excused - failed)
    return problems + [f"{BASELINE.name}: {entry} fails nowhere; take it out" for entry in stale]


def _verdicts(node: NodeTools, url: str, option: str, suite: str) -> tuple[list[tuple[str, str]], int]:
    """(`scenario:check`, status) of every check in one suite, and the tool's exit status."""
    results = node.folder / "results" / suite
    shutil.rmtree(results, ignore_errors=True)
    command = ("conformance", "server", "--url", url, option, suite, "--expected-failures", str(BASELINE))
    done = node.run(*command, "--output-dir", str(results))
    found: list[tuple[str, str]] = []
    for path in sorted(results.glob("*/checks.json")):
        scenario = re.sub(r"-\d{4}-\d\d-\d\dT[\d-]+Z$", "", path.parent.name.removeprefix("server-"))
        found += [(f"{scenario}:{check['id']}", check["status"]) for check in json.loads(path.read_bytes())]
    return found, done.returncode


def shared(node: NodeTools, folder: ServerFolder) -> list[str]:
    """What others' programs have against the forms in which the server is handed on."""
    return [*bundle(node, folder), *dockerfile(node, folder)]


def dockerfile(node: NodeTools, folder: ServerFolder) -> list[str]:
    """What a linter has against the Dockerfile: a warning is as bad as an error."""
    done = node.run("dockerfile-utils", "lint", str(folder.path / "Dockerfile"))
    if done.returncode or done.stdout.strip():
        return [f"Dockerfile: exit {done.returncode}: {(done.stdout + done.stderr).strip()[-500:]}"]
    print("dockerfile-utils: nothing against the Dockerfile")
    return []


def bundle(node: NodeTools, folder: ServerFolder) -> list[str]:
    """What the official tool has against a bundle of the server."""
    made = pack(folder, "mcpb")
    place = node.folder / "bundle"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    (place / made.name).write_bytes(made.content)
    for command in (
        ["unpack", made.name, "unpacked"],
        ["validate", "unpacked/manifest.json"],
        ["info", made.name],
    ):
        done = node.run("mcpb", *command, cwd=place)
        if done.returncode:
            return [
                f"mcpb {command[0]}: exit {done.returncode}: {(done.stdout + done.stderr).strip()[-500:]}"
            ]
    print(f"mcpb: it takes {made.name}, {len(made.content) // 1024} KB")
    return []


if __name__ == "__main__":
    sys.exit(main())
