"""The console script: which verbs there are, and how a run of one ends."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from typing import Annotated, Any

import typer

import envscaler_mcp
from envscaler_mcp.errors import BadInput

from .audit import audit
from .catalogue import catalogue
from .certify import certify
from .demo import demo
from .doctor import doctor
from .evaluate import evaluate
from .export import app as exports
from .host import host
from .imports import app as imports
from .install import install
from .interrupt import bounded_interrupt
from .new import app as new
from .output import Output
from .pack import pack
from .replay import replay
from .report import report
from .scenarios import scenarios
from .score import score
from .serve import serve
from .status import BAD_INPUT, DONE, INFRASTRUCTURE, STOPPED, cause, sentence_of, status_of
from .studio import studio
from .suite import app as suites
from .synth import synth
from .trying import try_server
from .verb import add_verb, prepared
from .verify import verify
from .view import view

# Typer may carry a click of its own; the base of its usage errors is found by name in either.
UsageError: type[Exception] = next(
    kind
    for kind in typer.BadParameter.__mro__
    if issubclass(kind, Exception) and kind.__name__ == "ClickException"
)

app = typer.Typer(
    name="envscaler-mcp",
    help="Proven MCP tool environments: rendered, certified, served and scored.",
    no_args_is_help=False,
    add_completion=False,
    pretty_exceptions_enable=False,
)
add_verb(app, "demo", demo)
add_verb(app, "try", try_server)
add_verb(app, "synth", synth)
add_verb(app, "scenarios", scenarios)
add_verb(app, "audit", audit)
add_verb(app, "certify", certify)
add_verb(app, "doctor", doctor)
add_verb(app, "install", install)
add_verb(app, "list", catalogue)
add_verb(app, "pack", pack)
add_verb(app, "replay", replay)
add_verb(app, "verify", verify)
add_verb(app, "serve", serve)
add_verb(app, "host", host)
add_verb(app, "eval", evaluate)
add_verb(app, "score", score)
add_verb(app, "view", view)
add_verb(app, "report", report)
add_verb(app, "studio", studio)
app.add_typer(imports, name="import")
app.add_typer(new, name="new")
app.add_typer(suites, name="suite")
app.add_typer(exports, name="export")


@app.callback(invoke_without_command=True)
def root(context: typer.Context, version: Annotated[bool, typer.Option("--version")] = False) -> None:
    """Proven MCP tool environments: rendered, certified, served and scored."""
    if version:
        typer.echo(envscaler_mcp.__version__)
        raise typer.Exit(DONE)
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit(DONE)


def main() -> None:
    """Entry point of the console script."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one verb and say how it ended: the exit status of cli.md, never a traceback unless asked."""
    output = _output_for(arguments)
    token = prepared.set(output)
    try:
        with bounded_interrupt(output.stopped):
            status = _invoke(list(arguments))
        # Typer turns an interrupt into this status on its own.
        return _stopped(output) if status == STOPPED else status
    except (KeyboardInterrupt, typer.Abort):
        return _stopped(output)
    except BrokenPipeError:
        return _reader_left()
    except UsageError as error:
        usage = _usage(error)
        return _fail(output, usage, str(usage), BAD_INPUT)
    except (Exception, BaseExceptionGroup) as group:  # noqa: BLE001 (the top)
        return _ended_badly(output, group)
    finally:
        prepared.reset(token)


def _invoke(arguments: list[str]) -> int:
    command = typer.main.get_command(app)
    status: Any = command.main(arguments, prog_name="envscaler-mcp", standalone_mode=False)
    return status if isinstance(status, int) else DONE


def _output_for(arguments: Sequence[str]) -> Output:
    """Read the common options before anything is parsed, so that a usage error obeys them too."""
    own = arguments[: arguments.index("--")] if "--" in arguments else arguments
    return Output(as_json="--json" in own, quiet="--quiet" in own, debug="--debug" in own)


def _ended_badly(output: Output, group: BaseException) -> int:
    error = cause(group)
    if output.debug:
        traceback.print_exception(group)
    if isinstance(error, KeyboardInterrupt):
        return _stopped(output)
    known = error if isinstance(error, Exception) else RuntimeError(repr(error))
    return _fail(output, known, sentence_of(error), status_of(error))


def _fail(output: Output, error: Exception, sentence: str, status: int) -> int:
    output.fail(error, sentence)
    return status


def _stopped(output: Output) -> int:
    output.stopped()
    return STOPPED


def _usage(error: Exception) -> BadInput:
    spell: Any = getattr(error, "format_message", error.__str__)
    message = " ".join(str(spell()).split()).rstrip(".")
    context = getattr(error, "ctx", None)
    verb = context.command_path if context is not None else "envscaler-mcp"
    return BadInput(verb, message or "unusable arguments", f"see {verb} --help")


def _reader_left() -> int:
    """Whoever read our stdout (`| head`) has seen enough; keep Python from saying so at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return INFRASTRUCTURE


if __name__ == "__main__":
    main()
