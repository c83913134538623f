"""Every command of the README: to be copied from a fresh checkout, and taken by the command line."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from envscaler_mcp.cli.app import app

ROOT = Path(__file__).parents[2]
OURS = ".venv/bin/envscaler-mcp"
OTHERS = ("make", "python3", "plain/bin/surgery_waitlists", "uvx", "export", "claude", "owner", "owner()")


def lines() -> list[str]:
    blocks = re.findall(r"^```sh\n(.*?)^```", (ROOT / "README.md").read_text(encoding="utf-8"), re.M | re.S)
    return [line for block in blocks for line in block.splitlines()]


def ours() -> Iterator[list[str]]:
    for line in lines():
        words = shlex.split(line, comments=True)
        if words[:1] == [OURS]:
            yield words[1:]


@pytest.mark.parametrize("words", list(ours()), ids=" ".join)
def test_the_command_line_takes_it(words: list[str]) -> None:
    command: Any = get_command(app)  # of the click that typer carries, which has no public name
    while hasattr(command, "commands"):
        command, words = command.commands[words[0]], words[1:]
    known = {name for parameter in command.params for name in parameter.opts}
    assert [word for word in words if word.startswith("-") and word not in known] == []


def test_every_command_can_be_found_from_a_fresh_checkout() -> None:
    first = {words[0] for line in lines() if (words := shlex.split(line, comments=True))}
    assert first - {OURS, *OTHERS} == set()


def test_make_knows_its_targets() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    named = {line.split()[1] for line in lines() if line.startswith("make ")}
    assert named <= targets
