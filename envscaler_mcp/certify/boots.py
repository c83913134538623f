"""Rung 1: the server boots, lists its tools, lints clean, and every tool answers as it promises."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from mcp import Client

from envscaler_mcp.render import wire_tools
from envscaler_mcp.render.lint import lint
from envscaler_mcp.render.rendering import runtime_files
from envscaler_mcp.runtime.connect import connected
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.runtime.standalone.canonical import digest
from envscaler_mcp.runtime.standalone.difference import diff
from envscaler_mcp.runtime.standalone.episode import TIMED_OUT
from envscaler_mcp.spec import Call, Problem, Scenario

from .play import through
from .probes import Prober
from .results import Witness
from .stage import Begun, Stage
from .steady import steady

VALID_PROBES = 6
CRASHES = ("tool_crashed", TIMED_OUT)


@dataclass(frozen=True)
class Boot:
    """What rung 1 found of a server."""

    problems: tuple[Problem, ...]
    tools: int
    probes: int

    @property
    def errors(self) -> tuple[Problem, ...]:
        """What keeps every scenario of the server from its first tier."""
        return tuple(problem for problem in self.problems if problem.severity == "error")

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What is worth knowing."""
        return tuple(problem for problem in self.problems if problem.severity == "warning")


async def boot(folder: ServerFolder, processes: Sequence[Stage], scenario: Scenario | None) -> Boot:
    """Look at a server, and call each of its tools with seeded arguments on one scenario."""
    problems = [*lint(folder.card, folder.bundle.policy), *_stale_parts(folder)]
    if scenario is None:
        missing = Problem(
            code="no_scenario", where="scenarios", message="There is no scenario to start the server in."
        )
        return Boot((*problems, missing), len(folder.bundle.tools), 0)
    episode = await processes[0].begin(scenario)
    async with connected(folder, episode) as client:
        problems += await _listed(folder, client)
        probing = _Probing(folder, client, episode, Witness(folder.bundle.tools), folder.roles)
        problems += await probing.all_tools(Prober(folder.bundle.tools, await episode.initial(), "boot"))
    await episode.close()
    problems += await steady(folder, processes, scenario, episode.journal)
    return Boot(tuple(problems), len(folder.bundle.tools), probing.calls)


def _stale_parts(folder: ServerFolder) -> list[Problem]:
    """Parts of the folder that are not what is proven here."""
    problems: list[Problem] = []
    if digest(wire_tools(folder.card)) != digest(folder.bundle.tools):
        message = "tools.json does not say what environment.json says."
        problems.append(Problem(code="tools_differ", where="tools.json", message=message))
    if carries_another_runtime(folder):
        message = "The server carries another runtime than the one that certifies it; render it again."
        problems.append(Problem(code="runtime_differs", where="_runtime", message=message))
    return problems


def carries_another_runtime(folder: ServerFolder) -> bool:
    """Whether the server was rendered with another version of the runtime."""
    files = (folder.package / "_runtime").glob("*.py")
    carried = {path.name: path.read_text(encoding="utf-8") for path in files}
    return bool(carried) and carried != runtime_files(folder.card.form)


async def _listed(folder: ServerFolder, client: Client) -> list[Problem]:
    listed = await client.list_tools()
    shown = [tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in listed.tools]
    if digest(shown) == digest(folder.bundle.tools):
        return []
    message = "The tools that the server lists are not those of tools.json."
    return [Problem(code="tool_list", where="tools.json", message=message)]


@dataclass
class _Probing:
    """Calls tools over MCP, and watches results, state and refusals."""

    folder: ServerFolder
    client: Client
    episode: Begun
    witness: Witness
    roles: Mapping[str, str]
    calls: int = 0

    async def all_tools(self, prober: Prober) -> list[Problem]:
        """Every tool with some valid and some invalid arguments, one after the other."""
        found: dict[tuple[str, str], Problem] = {}
        for tool in self.folder.bundle.tools:
            valid = [(prober.valid(tool["name"]), True) for _ in range(VALID_PROBES)]
            for call, fits in (*valid, *((call, False) for call in prober.invalid(tool["name"]))):
                self._keep(found, await self._probe(tool, call, valid=fits))
                if (f"tools/{tool['name']}", TIMED_OUT) in found:
                    break  # each further call might take as long, and would say no more
        return [*found.values(), *self.witness.problems]

    async def _probe(self, tool: Mapping[str, Any], call: Call, *, valid: bool) -> Sequence[Problem]:
        self.calls += 1
        # The state itself: an episode takes no new digest after a read.
        before = await self.episode.state()
        outcome = await self.witness.watching(through(self.client))(call.tool, call.arguments)
        unchanged = not diff(before, await self.episode.state(), self.roles)
        native = self.folder.card.form == "native"
        rank = "error" if native else "warning"
        problems: list[Problem] = []
        if outcome.code in CRASHES:
            problems.append(
                _problem(call, outcome.code, f"{call.arguments}: {outcome.result.get('message')}", rank)
            )
        if outcome.is_error and not unchanged:
            problems.append(
                _problem(call, "refusal_writes", f"{call.arguments} was refused and changed state.")
            )
        if tool["annotations"]["readOnlyHint"] and not unchanged:
            problems.append(
                _problem(call, "read_writes", f"{call.arguments}: this read changed the state.", rank)
            )
        if native and not valid and not outcome.is_error:
            problems.append(
                _problem(call, "invalid_accepted", f"{call.arguments} does not fit and was accepted.")
            )
        return problems

    def _keep(self, found: dict[tuple[str, str], Problem], problems: Sequence[Problem]) -> None:
        for problem in problems:
            found.setdefault((problem.where, problem.code), problem)


def _problem(call: Call, code: str, message: str, severity: str = "error") -> Problem:
    shown = {"code": code, "where": f"tools/{call.tool}", "message": message[:300], "severity": severity}
    return Problem.model_validate(cast("Any", shown))
