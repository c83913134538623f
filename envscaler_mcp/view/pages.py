"""HTML from `templates/view/`: whatever a server, an agent or a scenario said is text, never markup."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from functools import cache

from jinja2 import Environment

from envscaler_mcp.render.templating import html_environment, templates_root
from envscaler_mcp.runtime.standalone.gist import gist

from . import wording

FOLDER = "view"
FILTERS: dict[str, Callable[..., object]] = {
    "figure": wording.figure,
    "signed": wording.signed,
    "percent": wording.percent,
    "seconds": wording.seconds,
    "moment": wording.moment,
    "dollars": wording.dollars,
    "count": wording.count,
    "json": wording.json_text,
    "brief": wording.brief,
    "clipped": wording.clipped,
    "gist": gist,
    "is_long": wording.is_long,
}


def page(template: str, /, **values: object) -> str:
    """The page `view/<template>.html.jinja` with the values in it.

    Every page extends `page.html.jinja`, which wants nothing but its blocks.
    """
    return _environment().get_template(f"{template}.html.jinja").render(**values)


def asset(name: str) -> str:
    """A file of `templates/view/` that pages ask for: `style.css`, `*.js`."""
    return (templates_root() / FOLDER / name).read_text(encoding="utf-8")


def inlined_style() -> tuple[str, str]:
    """The style sheet for a page that stands alone, and the source by which its policy allows just that."""
    text = asset("style.css")
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return text, f"'sha256-{digest}'"


@cache
def _environment() -> Environment:
    environment = html_environment(FOLDER)
    environment.filters.update(FILTERS)
    return environment
