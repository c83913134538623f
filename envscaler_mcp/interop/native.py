"""The hand-written environments of `samples` as values. Their code is ours, so it is imported."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType
from typing import cast

from envscaler_mcp.render.native_card import native_card
from envscaler_mcp.runtime.standalone.environment import Environment as World
from envscaler_mcp.spec.environment import Environment
from envscaler_mcp.spec.scenario import Grading, Scenario

_RUNTIME = re.compile(r"^from envscaler_mcp\.runtime\.standalone(?:\.\w+)? import ", re.MULTILINE)


def read_native(package: ModuleType) -> tuple[Environment, list[tuple[Scenario, Grading]]]:
    """A package of `samples` → its environment, and its scenarios with their gradings.

    Args:
        package: it names NAME, TITLE, INTRODUCTION, CLASS and `scenarios()`, and its folder holds
            `environment.py` and `policy.md`.
    """
    world = cast("type[World]", package.CLASS)
    source = _source(world)
    policy = (Path(inspect.getfile(package)).parent / "policy.md").read_text(encoding="utf-8")
    card = native_card(
        world, source, policy, name=package.NAME, title=package.TITLE, introduction=package.INTRODUCTION
    )
    scenarios = cast("Callable[[], Iterable[tuple[Scenario, Grading]]]", package.scenarios)
    return Environment(card, source, policy), list(scenarios())


def _source(world: type[World]) -> str:
    """The text of the class's module, with the runtime where a rendered server has it."""
    module = sys.modules[world.__module__]
    text = Path(inspect.getfile(module)).read_text(encoding="utf-8")
    return _RUNTIME.sub("from ._runtime import ", text)
