"""From the source text of an environment to a form that episodes can be started of.

The text is executed here: in a generated server's own process, or in a sandboxed worker.
"""

from __future__ import annotations

import importlib
import sys
import types
from pathlib import Path
from typing import Any

from .environment import Environment
from .native import NativeForm
from .world import Form


def load_form(
    source: str,
    *,
    name: str,
    form: str,
    class_name: str,
    tools: list[dict[str, Any]],
    load_method: str | None = None,
    methods: dict[str, str] | None = None,
    path: str = "environment.py",
) -> Form:
    """Execute an environment's source and adapt its class.

    Args:
        source: text of `environment.py`.
        name: the server's name.
        form: `native` or `plain`.
        class_name: the environment's class in the source.
        tools: content of tools.json; a plain form needs it.
        load_method: see `PlainForm`.
        methods: see `PlainForm`.
        path: shown in tracebacks.

    Raises:
        TypeError: the class is missing or of another form.
    """
    if form == "native":
        return NativeForm(_native(source, name, class_name, path))
    # By name: a native server does not carry what only plain classes need.
    loading = importlib.import_module(".plain_loading", __package__)
    return loading.load_plain(
        source,
        name=name,
        class_name=class_name,
        tools=tools,
        load_method=load_method,
        methods=methods,
        path=path,
    )


def _native(source: str, name: str, class_name: str, path: str) -> type[Environment]:
    """Inside its own package the class is imported; elsewhere `._runtime` is this runtime."""
    if __package__ == f"{name}._runtime":
        module = importlib.import_module(f"{name}.environment")
    else:
        package = module_of(f"_environment_{name}", {})
        package.__path__ = [str(Path(path).parent)]
        sys.modules[f"{package.__name__}._runtime"] = sys.modules[__package__ or ""]
        module = module_of(f"{package.__name__}.environment", {"__package__": package.__name__})
        run(compile(source, path, "exec"), module)
    cls = class_in(module, class_name)
    if not issubclass(cls, Environment):
        raise TypeError(f"{class_name} is not a subclass of Environment")
    return cls


def module_of(name: str, namespace: dict[str, Any]) -> types.ModuleType:
    """A new module of that name with these names in it, where imports find it."""
    module = types.ModuleType(name)
    vars(module).update(namespace)
    sys.modules[name] = module
    return module


def run(text: types.CodeType, module: types.ModuleType) -> None:
    """Execute a module's code in it."""
    exec(text, vars(module))  # noqa: S102 - the one place; see the module's docstring


def class_in(module: types.ModuleType, class_name: str) -> type:
    """A class that the module defines. Raises TypeError."""
    cls = getattr(module, class_name, None)
    if not isinstance(cls, type):
        raise TypeError(f"the source defines no class {class_name}")
    return cls
