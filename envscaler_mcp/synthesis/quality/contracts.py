"""What an outline promises of a tool, asked of a call that was played: code over plain states, run in Monty.

A model wrote it from the outline alone, so body and contract are two readings of one text; where they differ,
one of them is wrong.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from dataclasses import dataclass

from envscaler_mcp.sandbox.checks import CheckRunner
from envscaler_mcp.sandbox.parsing import parse_module
from envscaler_mcp.spec import Json, Problem, State
from envscaler_mcp.synthesis.author import Problems
from envscaler_mcp.synthesis.outline.bodies import statements_of
from envscaler_mcp.synthesis.outline.draft import Contract
from envscaler_mcp.synthesis.outline.outline import ToolOutline

from .bench import NOW
from .evidence import shown
from .trial import Trying

_FRAME = """
import datetime as dt

def refuses(before, arguments, now):
    ...

def ensures(before, arguments, after, result, now):
    ...

def check(initial, final):
    before, arguments, now = initial["state"], initial["arguments"], initial["now"]
    after, result, asked = final["state"], final["result"], final["asked"]
    if asked is None:
        return ensures(before, arguments, after, result, now)
    codes = refuses(before, arguments, now)
    if not isinstance(codes, list):
        raise TypeError("refuses gives back a list of codes")
    return asked in codes if asked else not codes
"""
NONE_OF_THEM = ""
"""Asked in place of a code: must it succeed?"""


@dataclass(frozen=True)
class Contracted:
    """A contract that may be asked."""

    tool: ToolOutline
    source: str

    def objections(self, runner: CheckRunner, one: Trying) -> Iterator[Problem]:
        """What the contract has against a call that was played."""
        said = self._asked(runner, one, one.came_to if one.outcome.is_error else NONE_OF_THEM)
        if said is None:
            yield self._crash(runner, one)
        elif not said:
            yield self._refusal(runner, one)
        elif not one.outcome.is_error:
            kept = self._asked(runner, one, None)
            if kept is None:
                yield self._crash(runner, one)
            elif not kept:
                message = f"{shown(one)} The contract's ensures() does not hold afterwards."
                yield Problem(code="not_ensured", where=f"tools/{self.tool.name}", message=message)

    def _asked(self, runner: CheckRunner, one: Trying, asked: str | None) -> bool | None:
        return runner.run([self.source], self._initial(one), self._final(one, asked), now=NOW)[0].ok

    def _crash(self, runner: CheckRunner, one: Trying) -> Problem:
        asked = (NONE_OF_THEM, None) if not one.outcome.is_error else (one.came_to,)
        pairs = [runner.run([self.source], self._initial(one), self._final(one, ask))[0] for ask in asked]
        told = next((result.error for result in pairs if result.error), "it gives back no bool")
        message = f"The contract fails inside: {told}. {shown(one)}"
        return Problem(code="contract_crashed", where=f"contracts/{self.tool.name}", message=message)

    def _refusal(self, runner: CheckRunner, one: Trying) -> Problem:
        codes = [refusal.code for refusal in self.tool.refusals]
        right = [code for code in codes if self._asked(runner, one, code)]
        expected = f"a refusal with {' or '.join(right)}" if right else "a success"
        message = f"{shown(one)} The contract expects {expected}."
        code = "refused_wrongly" if one.outcome.is_error else "not_refused"
        return Problem(code=code, where=f"tools/{self.tool.name}", message=message)

    def _initial(self, one: Trying) -> State:
        absent: dict[str, Json] = {field.name: None for field in self.tool.parameters}
        arguments = absent | dict(one.call.arguments)
        return {"state": one.before, "arguments": arguments, "now": NOW.isoformat()}

    def _final(self, one: Trying, asked: str | None) -> State:
        plain = self.tool.returns.shape in ("row", "facts") or one.outcome.is_error
        result = one.outcome.result if plain else one.outcome.result.get("result")
        return {"state": one.after, "result": result, "asked": asked}


def contracted(tool: ToolOutline, contract: Contract) -> Contracted | Problems:
    """A contract, assembled, or what keeps it from being asked."""
    source = _assembled(f"contracts/{tool.name}", contract)
    return source if isinstance(source, Problems) else Contracted(tool, source)


@functools.lru_cache(maxsize=256)
def _assembled(where: str, contract: Contract) -> str | Problems:
    refuses = statements_of(contract.refuses, "refuses", where)
    ensures = statements_of(contract.ensures, "ensures", where)
    if isinstance(refuses, Problems) or isinstance(ensures, Problems):
        return Problems((*_of(refuses), *_of(ensures)))
    module = parse_module(_FRAME)
    for function in module.body:
        if isinstance(function, ast.FunctionDef) and function.name == "refuses":
            function.body = refuses
        elif isinstance(function, ast.FunctionDef) and function.name == "ensures":
            function.body = ensures
    return ast.unparse(ast.fix_missing_locations(module))


def _of(parts: list[ast.stmt] | Problems) -> tuple[Problem, ...]:
    return parts.found if isinstance(parts, Problems) else ()
