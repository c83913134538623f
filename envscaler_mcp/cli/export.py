"""`export`: runs and servers in the formats of others."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from envscaler_mcp.errors import BadInput

from .export_run import Reading
from .options import RunArgument
from .output import Output
from .status import DONE, SHORT
from .verb import add_verb

if TYPE_CHECKING:
    from envscaler_mcp.interop.exports import Keeping, Played

app = typer.Typer(help="Runs and servers in the formats of others.", no_args_is_help=True)

OutOption = Annotated[Path, typer.Option(help="Folder for the files.", show_default=False)]
AgentOption = Annotated[list[str] | None, typer.Option(help="Only of this agent; say it again for more.")]
FailedOption = Annotated[bool, typer.Option("--failed-too", help="Keep rollouts that failed, as well.")]
FormedOption = Annotated[
    bool, typer.Option("--well-formed", help="Only where every call had a known tool and right arguments.")
]
MinOption = Annotated[int, typer.Option(min=0, help="At least so many calls.")]
MaxOption = Annotated[int | None, typer.Option(min=0, help="At most so many calls.")]
CharsOption = Annotated[int | None, typer.Option(min=1, help="At most so many characters said and called.")]


RowOf: TypeAlias = "Callable[[Played], dict[str, Any]]"


def sft(
    output: Output,
    path: RunArgument,
    out: OutOption,
    agent: AgentOption = None,
    failed_too: FailedOption = False,
    well_formed: FormedOption = False,
    min_calls: MinOption = 1,
    max_calls: MaxOption = None,
    max_chars: CharsOption = None,
) -> int:
    """Rows of chat messages with tools, in train.jsonl, dev.jsonl and test.jsonl: split by family."""
    from envscaler_mcp.interop.exports import Keeping, sft_row

    keeping = Keeping(failed_too, well_formed, min_calls, max_calls, max_chars, tuple(agent or ()))
    return _rows(output, path, out, keeping, sft_row)


def sharegpt(
    output: Output,
    path: RunArgument,
    out: OutOption,
    agent: AgentOption = None,
    failed_too: FailedOption = False,
    well_formed: FormedOption = False,
    min_calls: MinOption = 1,
    max_calls: MaxOption = None,
    max_chars: CharsOption = None,
) -> int:
    """The same as ShareGPT, in the form that LlamaFactory reads."""
    from envscaler_mcp.interop.exports import Keeping, sharegpt_row

    keeping = Keeping(failed_too, well_formed, min_calls, max_calls, max_chars, tuple(agent or ()))
    return _rows(output, path, out, keeping, sharegpt_row)


def inspect(output: Output, path: RunArgument, out: OutOption, agent: AgentOption = None) -> int:
    """Logs for `inspect view`: one for each agent."""
    from envscaler_mcp.harness.run import Run
    from envscaler_mcp.interop.exports.inspect_log import InspectLog

    run = Run.open(path)
    chosen = [spec for spec in run.card.agents if not agent or spec in agent]
    logs = {spec: InspectLog(run.card, spec, path.resolve().name) for spec in chosen}
    reading = Reading(run, lambda row: row.agent in logs)
    rows = 0
    for one in reading:
        logs[one.row.agent].add(one)
        rows += 1
    files = [str(log.write(out)) for log in logs.values()]
    output.result(
        {"files": files, "rows": rows, "changed": reading.changed},
        f"{rows} rollouts: {', '.join(files) or 'no file'}",
        *reading.complaints(),
        f"Look at them: inspect view --log-dir {out}",
    )
    return SHORT if reading.changed else DONE


def _not_written(name: str, reads: str) -> None:
    """A format that this version does not write: refused, with what to do instead."""

    def refuse(
        output: Output,  # noqa: ARG001
        path: Annotated[Path, typer.Argument(metavar="RUN-or-SERVER", show_default=False)],
        out: Annotated[Path | None, typer.Option(help="Folder for the files.")] = None,  # noqa: ARG001
    ) -> int:
        message = "this version does not write that format"
        raise BadInput(f"export {name} {path}", message, f"{reads} can play servers over MCP: see `host`")

    refuse.__doc__ = f"Not written by this version: for {reads}."
    add_verb(app, name, refuse)


def _rows(output: Output, path: Path, out: Path, keeping: Keeping, row_of: RowOf) -> int:
    from envscaler_mcp.harness.run import Run
    from envscaler_mcp.interop.exports.sheets import Sheets

    reading = Reading(Run.open(path), keeping.keeps_row)
    with Sheets(out) as sheets:
        for one in reading:
            if keeping.keeps(one):
                sheets.add(one.scenario.split, row_of(one))
    files = [str(file) for file in sheets.files]
    output.result(
        {"files": files, "rows": sheets.rows, "changed": reading.changed},
        f"{sheets.rows} of {reading.seen} rollouts: {', '.join(files) or 'no file'}",
        *reading.complaints(),
    )
    return SHORT if reading.changed else DONE


add_verb(app, "sft", sft)
add_verb(app, "sharegpt", sharegpt)
add_verb(app, "inspect", inspect)
for _name, _reads in (
    ("trl", "TRL"),
    ("openenv", "OpenEnv"),
    ("verifiers", "verifiers"),
    ("harbor", "Harbor"),
):
    _not_written(_name, _reads)
