"""Ctrl-C in a real process: over in time, status 130, and how to go on is said."""

from __future__ import annotations

import json
import signal
import subprocess
import sys

import pytest

HEAD = """
import os, sys, threading, time
import typer
from envscaler_mcp.cli import app as cli, interrupt
from envscaler_mcp.cli.verb import add_verb
from envscaler_mcp.cli.output import Output

def ready():
    sys.stdout.write("ready\\n"); sys.stdout.flush()

def hang():
    threading.Event().wait()
"""
TAIL = """
cli.app = typer.Typer(); cli.app.callback()(lambda: None); add_verb(cli.app, "hang", verb)
sys.argv = ["envscaler-mcp", "hang"]
cli.main()
"""
VERBS = {
    "waits": "def verb(output: Output):\n    ready(); hang()",
    "waits in asyncio": """
import asyncio
async def forever():
    ready()
    await asyncio.Event().wait()
def verb(output: Output):
    asyncio.run(forever())""",
    "will not be stopped": """
def verb(output: Output):
    try:
        ready(); hang()
    except KeyboardInterrupt:
        hang()""",
    "leaves a thread behind": """
def verb(output: Output):
    threading.Thread(target=hang).start()
    ready(); hang()""",
}


@pytest.mark.parametrize("source", VERBS.values(), ids=VERBS.keys())
def test_one_interrupt_ends_it(source: str):
    with start(source) as child:
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=30)
    assert child.returncode == 130
    assert out == ""
    assert err.count("Stopped. Nothing is half-written; to go on,") == 1
    assert "Traceback" not in err


def test_a_second_interrupt_ends_it_at_once():
    verb = """
interrupt.GRACE_SECONDS = 1000
def verb(output: Output):
    try:
        ready(); hang()
    except KeyboardInterrupt:
        ready(); hang()"""
    with start(verb) as child:
        child.send_signal(signal.SIGINT)
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        child.send_signal(signal.SIGINT)
        _, err = child.communicate(timeout=30)
    assert child.returncode == 130
    assert err.count("Stopped.") == 1


def start(source: str) -> subprocess.Popen[str]:
    """A process that runs the verb; it is ready when this returns."""
    child = subprocess.Popen(
        [sys.executable, "-c", HEAD + source + TAIL],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    return child


def test_a_reader_that_leaves_is_no_traceback():
    program = """
def verb(output: Output):
    ready()
    sys.stdin.readline()
    for _ in range(100000):
        output.say("x" * 100)
"""
    child = subprocess.Popen(
        [sys.executable, "-c", HEAD + program + TAIL],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.PIPE,
        text=True,
    )
    with child:
        assert child.stdout is not None
        assert child.stdin is not None
        assert child.stderr is not None
        assert child.stdout.readline() == "ready\n"
        child.stdout.close()
        child.stdin.write("go\n")
        child.stdin.close()
        err = child.stderr.read()
    assert "Traceback" not in err
    assert "Exception ignored" not in err


LOADING = """
import signal, sys
class Interrupts:
    def find_spec(self, name, *_):
        if name == "envscaler_mcp.cli.app":
            signal.raise_signal(signal.SIGINT)
sys.meta_path.insert(0, Interrupts())
sys.argv = ["envscaler-mcp", "doctor", "--json"]
from envscaler_mcp.__main__ import main
main()
"""


def test_an_interrupt_while_the_command_line_loads_is_as_clean():
    done = subprocess.run(
        [sys.executable, "-c", LOADING], capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 130
    assert json.loads(done.stdout)["error"]["message"] == "stopped"
    assert done.stderr.startswith("Stopped before anything was begun;")
    assert "Traceback" not in done.stderr
