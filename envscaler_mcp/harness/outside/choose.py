"""From `--agent command:…` and `--agent python:…` to an agent."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from envscaler_mcp.errors import BadInput

from .agent import Outside
from .claude_code import ClaudeCode
from .codex import Codex
from .function import Function
from .opencode import Opencode
from .program import Program
from .template import FIELDS, Template

KNOWN = {"claude-code": ClaudeCode, "codex": Codex, "opencode": Opencode}
OUTSIDE = (*(f"command:{name}" for name in KNOWN), "command:'TEMPLATE'", "python:MODULE:FUNCTION")


def outside_of(
    spec: str, variables: Mapping[str, str], *, passed: Sequence[str] = (), closed: Sequence[Path] = ()
) -> Outside | None:
    """The agent that a spec names; None where it names none of another process.

    Args:
        spec: as written after `--agent`.
        variables: of ours; it gets those that are its own.
        passed: names of more that a person wants it to have.
        closed: files and folders that it must not see.

    Raises:
        BadInput: the spec is incomplete, or the program is not here.
    """
    kind, _, rest = spec.partition(":")
    if kind not in {"command", "python"}:
        return None
    program = Function.parse(rest) if kind == "python" else _program(spec, rest)
    wanted = (*program.keys, *passed)
    if missing := [name for name in passed if name not in variables]:
        raise BadInput(f"--pass-env {missing[0]}", "there is no such variable", "set it, or leave it out")
    own = {name: variables[name] for name in wanted if name in variables}
    return Outside(spec, program, own, tuple(closed))


def _program(spec: str, rest: str) -> Program:
    name, _, model = rest.partition(":")
    if known := KNOWN.get(name):
        found = known(model)
        _require(spec, found.program, f"install it (npm install -g {found.package})")
        return found
    if not rest or " " not in rest.strip():
        message = f"there is no agent {rest or 'without a name'} that is known here"
        remedy = f"use one of: {', '.join(KNOWN)}, or a command line with {', '.join(FIELDS)}"
        raise BadInput(f"--agent {spec}", message, remedy)
    template = Template.parse(rest)
    _require(spec, template.program, "name a program on PATH, or its whole path")
    return template


def _require(spec: str, program: str, remedy: str) -> None:
    if shutil.which(program) is None:
        raise BadInput(f"--agent {spec}", f"there is no program {program}", remedy)
