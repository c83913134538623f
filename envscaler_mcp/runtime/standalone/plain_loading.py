"""From the source text of a plain class to its form. Only servers of such classes carry this."""

from __future__ import annotations

import sys
import types
from typing import Any

from .homes import Home
from .loading import class_in, module_of, run
from .plain import PlainForm
from .seeded import Seeded


def load_plain(
    source: str,
    *,
    name: str,
    class_name: str,
    tools: list[dict[str, Any]],
    load_method: str | None,
    methods: dict[str, str] | None,
    path: str,
) -> PlainForm:
    """As `load_form`, which calls it. Raises TypeError: the class is missing."""
    seeded = Seeded()
    text = compile(source, path, "exec")
    module = f"_environment_{name}.environment"
    return PlainForm(lambda: _home(text, seeded, module, class_name), seeded, tools, load_method, methods)


def _home(text: types.CodeType, seeded: Seeded, name: str, class_name: str) -> Home:
    module = module_of(name, seeded.namespace(name))
    run(text, module)
    cls = class_in(module, class_name)
    if cls.__module__ == name:
        return Home(cls, vars(module))
    seeded.adopt(sys.modules[cls.__module__])
    return Home(cls, None)
