"""The Jinja environment of the templates, and where the templates are."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

import envscaler_mcp
from envscaler_mcp.runtime.standalone.gist import gist

from .hidden import REPLACEMENT, without_hidden
from .literals import python_literal, toml_literal
from .markdown import clipped, code, counted, inline


def templates_root() -> Path:
    """The folder of the templates: in the package when installed, else in the repository."""
    package = Path(envscaler_mcp.__file__).parent
    packaged = package / "templates"
    return packaged if packaged.is_dir() else package.parent / "templates"


def fill(template: str, /, **values: object) -> str:
    """The text of `server/<template>.jinja` with the values in it."""
    return fill_of("server", template, **values)


def fill_of(folder: str, template: str, /, **values: object) -> str:
    """The text of `<folder>/<template>.jinja` with the values in it."""
    return _environment(folder).get_template(f"{template}.jinja").render(**values)


def html_environment(folder: str) -> Environment:
    """For HTML in that folder: every text is escaped, and hidden characters in it are made visible."""
    return Environment(
        loader=FileSystemLoader(templates_root() / folder),
        undefined=StrictUndefined,
        autoescape=True,
        finalize=_visible,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


FILTERS: dict[str, Callable[..., str]] = {
    "python_literal": python_literal,
    "toml_literal": toml_literal,
    "inline": inline,
    "code": code,
    "clipped": clipped,
    "counted": counted,
    "gist": gist,
}


@cache
def _environment(folder: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(templates_root() / folder),
        undefined=StrictUndefined,
        autoescape=False,  # no HTML is made here; Markdown has filters of its own
        finalize=_enclosed if folder == "prompts" else None,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    for name, convert in FILTERS.items():
        environment.filters[name] = convert
    return environment


def _enclosed(value: Any) -> Any:
    """A text that cannot close the `<given>` of the prompt that it stands in."""
    return value.replace("</given", "<\\/given") if type(value) is str else value


def _visible(value: Any) -> Any:
    return without_hidden(value, REPLACEMENT) if type(value) is str else value
