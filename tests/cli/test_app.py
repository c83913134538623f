"""How a run of a verb ends: one result or one sentence, and the exit status of the contract."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Annotated, Any

import anyio
import pytest
import typer

import envscaler_mcp
from envscaler_mcp.cli import app as cli
from envscaler_mcp.cli.output import Output, table
from envscaler_mcp.cli.verb import add_verb, with_common_options
from envscaler_mcp.errors import BadInput, IsolationMissing, RebuildDiverged

Verb = Callable[..., Any]


@pytest.fixture
def verb(monkeypatch: pytest.MonkeyPatch) -> Callable[[Verb], None]:
    """Put one verb `try-it` into a command line of its own."""

    def put(function: Verb) -> None:
        app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
        app.callback()(lambda: None)
        add_verb(app, "try-it", function)
        monkeypatch.setattr(cli, "app", app)

    return put


def raising(error: BaseException) -> Verb:
    def fails(output: Output) -> None:
        raise error

    return fails


def missing_file() -> OSError:
    return FileNotFoundError(2, "No such file or directory", "suite.yaml")


ENDINGS = [
    (BadInput("suite:3", "no such agent", "name another"), 2, "suite:3: no such agent; name another."),
    (IsolationMissing("no sandbox here"), 3, "no sandbox here"),
    (RebuildDiverged("digest differs"), 3, "digest differs"),
    (missing_file(), 2, "suite.yaml: No such file or directory"),
    (OSError("cannot connect"), 3, "Unexpected OSError: cannot connect"),
    (ValueError("two\nlines"), 3, "Unexpected ValueError: two lines; run again with --debug."),
    (ExceptionGroup("g", [ValueError("x"), ExceptionGroup("h", [BadInput("a", "b", "c")])]), 2, "a: b; c."),
    (KeyboardInterrupt(), 130, "Stopped."),
    (BaseExceptionGroup("g", [KeyboardInterrupt(), ValueError("x")]), 130, "Stopped."),
]


@pytest.mark.parametrize(("error", "status", "said"), ENDINGS)
def test_an_error_is_one_sentence_and_a_status(
    verb: Any, capsys: Any, error: BaseException, status: int, said: str
):
    verb(raising(error))
    assert cli.run(["try-it"]) == status
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
    assert len(err.strip().splitlines()) == 1
    assert "Traceback" not in err


@pytest.mark.parametrize(("error", "status", "said"), ENDINGS)
def test_with_json_an_error_is_one_object(
    verb: Any, capsys: Any, error: BaseException, status: int, said: str
):
    verb(raising(error))
    assert cli.run(["try-it", "--json"]) == status
    out, err = capsys.readouterr()
    assert set(json.loads(out)) == {"error"}
    assert set(json.loads(out)["error"]) == {"message", "where", "remedy"}
    assert said in err


def test_bad_input_is_told_in_parts(verb: Any, capsys: Any):
    verb(raising(BadInput("suite.yaml", "no such agent", "name another")))
    cli.run(["try-it", "--json"])
    assert json.loads(capsys.readouterr().out)["error"] == {
        "message": "no such agent",
        "where": "suite.yaml",
        "remedy": "name another",
    }


def test_debug_shows_the_traceback(verb: Any, capsys: Any):
    verb(raising(BadInput("a", "b", "c")))
    assert cli.run(["try-it", "--debug"]) == 2
    assert "Traceback" in capsys.readouterr().err


def test_a_result_that_stands_is_not_followed_by_a_second_object(verb: Any, capsys: Any):
    def late(output: Output) -> None:
        output.result({"rows": 1})
        raise IsolationMissing("too late")

    verb(late)
    assert cli.run(["try-it", "--json"]) == 3
    out, err = capsys.readouterr()
    assert json.loads(out) == {"rows": 1}
    assert "too late" in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["try-it", "--nope"], "--nope"),
        (["nope"], "nope"),
        (["try-it", "extra"], "extra"),
        (["--nope"], "--nope"),
        (["try-it", "--times", "many"], "'--times'"),
        (["try-it", "--times"], "--times"),
    ],
)
def test_bad_usage_is_one_sentence(verb: Any, capsys: Any, arguments: list[str], said: str):
    def counts(output: Output, times: Annotated[int, typer.Option("--times")] = 1) -> None:
        output.result({"times": times})

    verb(counts)
    assert cli.run(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
    assert "--help" in err
    assert len(err.strip().splitlines()) == 1
    assert cli.run([*arguments, "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["remedy"]


def test_a_verb_prints_its_result_for_people_or_as_json(verb: Any, capsys: Any):
    def shows(output: Output, names: Annotated[list[str], typer.Argument()]) -> int:
        output.say("[not markup]")
        output.result({"names": names}, table(("name", "n"), [(name, 1.5) for name in names]))
        return 1

    verb(shows)
    assert cli.run(["try-it", "a", "[b]"]) == 1
    shown = capsys.readouterr().out
    assert "[b]" in shown
    assert "1.5" in shown
    assert cli.run(["try-it", "--json", "a", "é"]) == 1
    assert capsys.readouterr().out == '{"names":["a","é"]}\n'


def test_progress_goes_to_stderr_and_is_quiet_when_asked(verb: Any, capsys: Any):
    def works(output: Output) -> None:
        with output.progress("scenario", 2) as steps:
            steps.advance("001")
            steps.advance()
        output.result({"done": True}, "done")

    verb(works)
    assert cli.run(["try-it"]) == 0
    assert capsys.readouterr() == ("done\n", "scenario 1/2 001\nscenario 2/2\n")
    assert cli.run(["try-it", "--quiet"]) == 0
    assert capsys.readouterr() == ("done\n", "")


def test_an_async_verb_that_is_stopped_cleans_up(verb: Any, capsys: Any):
    closed: list[bool] = []

    async def interrupted() -> None:
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(anyio.sleep_forever)
                raise KeyboardInterrupt
        finally:
            closed.append(True)

    def waits(output: Output) -> None:
        output.resume = "say try-it --resume RUN"
        anyio.run(interrupted)

    verb(waits)
    assert cli.run(["try-it"]) == 130
    assert "to go on, say try-it --resume RUN." in capsys.readouterr().err
    assert closed


def test_a_verb_begins_with_its_output():
    def no_output(name: str) -> None: ...

    with pytest.raises(TypeError, match="first parameter"):
        with_common_options(no_output)


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], [], ["doctor", "--help"]])
def test_help_and_version_are_done(capsys: Any, arguments: list[str]):
    assert cli.run(arguments) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert ("Usage" in out) != (out.strip() == envscaler_mcp.__version__)


def test_every_verb_has_the_common_options():
    command: Any = typer.main.get_command(cli.app)
    waiting = [command]
    seen = 0
    while waiting:
        for child in getattr(waiting.pop(), "commands", {}).values():
            if hasattr(child, "commands"):
                waiting.append(child)
                continue
            seen += 1
            options = {name for parameter in child.params for name in parameter.opts}
            assert {"--json", "--quiet", "--debug"} <= options, child.name
            assert child.help, child.name
    assert seen >= 1
