"""`suite lock`: pin what a suite is made of, so that results of different days compare; `suite freeze`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from envscaler_mcp.spec import Suite, write_text

from .freeze import freeze
from .output import Output
from .status import DONE
from .verb import add_verb

app = typer.Typer(help="Suites: what an evaluation is made of.", no_args_is_help=True)


def lock(
    output: Output,
    path: Annotated[Path, typer.Argument(metavar="SUITE.yaml", help="A suite.", show_default=False)],
) -> int:
    """Write digests of servers, scenarios and gradings beside a suite; `eval` then refuses others."""
    from envscaler_mcp.harness.evaluate import tasks_of
    from envscaler_mcp.harness.locking import lock_of, lock_path
    from envscaler_mcp.runtime.folder import ServerFolder

    suite = Suite.load(path)
    made = lock_of(suite, tasks_of(ServerFolder.find_all(suite.servers), suite.scenarios))
    file = lock_path(path)
    write_text(file, made.to_text())
    scenarios = sum(len(server.scenarios) for server in made.servers.values())
    output.result(
        {"file": str(file), "digests": made.to_json()},
        f"Wrote {file}: {scenarios} scenarios of {len(made.servers)} servers.",
    )
    return DONE


add_verb(app, "lock", lock)
add_verb(app, "freeze", freeze)
