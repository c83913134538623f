"""Wheel and sdist of a server, made with hatchling in this process: no network, no build of strangers.

The build's configuration is rendered anew from the card, never read from the folder: a `pyproject.toml` can
name code that a build runs.
"""

from __future__ import annotations

import os
import sys
import tempfile
import tomllib
from collections.abc import Generator, Mapping
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any, Literal

from hatchling.builders.plugin.interface import BuilderInterface
from hatchling.builders.sdist import SdistBuilder
from hatchling.builders.wheel import WheelBuilder
from hatchling.metadata.core import ProjectMetadata
from hatchling.plugin.manager import PluginManager

from envscaler_mcp.render import render
from envscaler_mcp.render.rendering import CARD
from envscaler_mcp.spec import Environment, EnvironmentCard

from .certificate_card import CERTIFICATE

EPOCH = "1580601600"
"""2 February 2020: the time of everything in a wheel, whenever it is made."""
Build = Literal["wheel", "sdist"]


def build(
    form: Build, card: EnvironmentCard, environment: Environment, contents: Mapping[str, bytes]
) -> tuple[str, bytes]:
    """Name and content of the distribution.

    Args:
        form: `wheel` or `sdist`.
        card: the server's card.
        environment: what the configuration is rendered from.
        contents: the server's files, without the grading.
    """
    with tempfile.TemporaryDirectory() as place:
        root = Path(place) / card.name
        for name, content in contents.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        with _steady(), redirect_stdout(sys.stderr):
            builder = _builder(form, root, configuration(environment))
            made = Path(next(iter(builder.build(directory=str(Path(place) / "dist")))))
        return made.name, made.read_bytes()


def configuration(environment: Environment) -> dict[str, Any]:
    """The rendered `pyproject.toml`, and what a wheel carries beside the package."""
    config = tomllib.loads(render(environment, [])["pyproject.toml"])
    hatch = config["tool"]["hatch"]["build"]
    hatch["ignore-vcs"] = True  # whatever lies above the temporary folder is no business of this build
    hatch["targets"]["wheel"]["extra-metadata"] = {CARD: CARD, CERTIFICATE: CERTIFICATE}
    return config


def _builder(form: Build, root: Path, config: dict[str, Any]) -> BuilderInterface[Any, Any]:
    plugins = PluginManager()
    metadata = ProjectMetadata(str(root), plugins, config)
    kind = WheelBuilder if form == "wheel" else SdistBuilder
    return kind(str(root), plugin_manager=plugins, config=config, metadata=metadata)


@contextmanager
def _steady() -> Generator[None]:
    """One time for every build, whatever the caller's environment says."""
    earlier = os.environ.get("SOURCE_DATE_EPOCH")
    os.environ["SOURCE_DATE_EPOCH"] = EPOCH
    try:
        yield
    finally:
        del os.environ["SOURCE_DATE_EPOCH"]
        if earlier is not None:
            os.environ["SOURCE_DATE_EPOCH"] = earlier
