"""`import envscaler` and `import class`: other people's environments become servers."""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from envscaler_mcp.errors import BadInput
from envscaler_mcp.spec import Environment, Problem

from .output import Output, table
from .status import DONE, SHORT
from .verb import add_verb

Out = Annotated[Path, typer.Option("--out", help="Folder in which a folder for each server is written.")]
OUT = Path("generated_servers")

app = typer.Typer(help="Servers from other people's environments.", no_args_is_help=True)


def import_envscaler(
    output: Output,
    environments: Annotated[Path, typer.Argument(help="A release's environments (JSON or JSON lines).")],
    scenarios: Annotated[Path | None, typer.Option(help="The release's scenarios.")] = None,
    out: Out = OUT,
) -> int:
    """Servers from a release in EnvScaler's format; damaged rows are listed, good ones kept."""
    from envscaler_mcp.interop.release import read_release

    release = read_release(environments, scenarios)
    problems = list(release.problems)
    rows: list[dict[str, Any]] = []
    with output.progress("import", len(release.environments)) as steps:
        for one in release.environments:
            row = _publish(one.env_id, one.environment, one.scenarios, out, one.problems)
            rows.append(row)
            steps.advance(row["name"])
    return _report(output, rows, problems, str(environments))


def import_class(
    output: Output,
    reference: Annotated[
        str, typer.Argument(metavar="MODULE:CLASS", help="A class that can be found from here.")
    ],
    load: Annotated[str | None, typer.Option(help="The method that takes a start state.")] = None,
    trust: Annotated[bool, typer.Option("--trust", help="Run it although the policy has findings.")] = False,
    out: Out = OUT,
) -> int:
    """A server from any stateful Python class whose public methods are tools."""
    from envscaler_mcp.interop.python_class import read_class

    environment, problems = read_class(reference, load)
    row = _publish(reference, environment, (), out, problems, trusted=trust)
    if row["path"] is None:
        first = next(problem for problem in row["problems"] if problem["severity"] == "error")
        remedy = "read its source; if you vouch for it, say --trust" if not trust else "correct the class"
        raise BadInput(first["where"], first["message"], remedy)
    return _report(output, [row], [], reference)


def _publish(
    env_id: str,
    environment: Environment,
    scenarios: Sequence[Any],
    out: Path,
    problems: Sequence[Problem],
    *,
    trusted: bool = False,
) -> dict[str, Any]:
    """Admit, render, write; `path` is None where the environment was not admitted."""
    from envscaler_mcp.interop.admit import admit
    from envscaler_mcp.render import render, write_tree

    begun, found = asyncio.run(admit(environment, scenarios, env_id, trusted=trusted))
    told = [*problems, *found]
    card = environment.card
    path = None
    if begun or not any(problem.severity == "error" for problem in found):
        path = out / card.name
        write_tree(render(environment, begun), path)
    return {
        "env_id": env_id,
        "name": card.name,
        "path": str(path) if path else None,
        "tools": len(card.tools),
        "scenarios": len(begun),
        "problems": [problem.model_dump() for problem in told],
    }


def _report(output: Output, rows: list[dict[str, Any]], problems: list[Problem], where: str) -> int:
    every = [*problems, *(Problem.model_validate(one) for row in rows for one in row["problems"])]
    kept = [row for row in rows if row["path"]]
    if not kept:
        first = next((one for one in every if one.severity == "error"), None)
        message = (
            f"{first.message} ({len(every)} problem{'s' * (len(every) != 1)} in all)"
            if first
            else "there is no environment in it"
        )
        raise BadInput(first.where if first else where, message, "correct the rows, or name another file")
    errors = [problem for problem in every if problem.severity == "error"]
    lines = [
        (row["env_id"], row["name"], row["tools"], row["scenarios"], len(row["problems"])) for row in rows
    ]
    output.result(
        {"environments": rows, "problems": [problem.model_dump() for problem in problems]},
        table(("row", "server", "tools", "scenarios", "problems"), lines),
        *(f"{problem.severity}: {problem.where}: {problem.message}" for problem in every),
        f"{len(kept)} server{'s' * (len(kept) != 1)} in {Path(kept[0]['path']).parent}.",
        f"Next: envscaler-mcp certify {shlex.quote(kept[0]['path'])}",
    )
    return SHORT if errors else DONE


add_verb(app, "envscaler", import_envscaler)
add_verb(app, "class", import_class)
