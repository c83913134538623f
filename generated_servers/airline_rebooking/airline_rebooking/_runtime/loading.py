"""From the source text of an environment to a form that episodes can be started of.

The text is executed here: in a generated server's own process, or in a sandboxed worker.
"""

from __future__ import annotations

import importlib
import sys
import types
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .environment import Environment
from .native import NativeForm
from .world import Form

if TYPE_CHECKING:
    from .homes import Home
    from .seeded import Seeded


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
    # Only here: a native server starts without what plain classes need.
    from .plain import PlainForm
    from .seeded import Seeded

    seeded = Seeded()
    text = compile(source, path, "exec")
    module = f"_environment_{name}.environment"
    return PlainForm(lambda: _home(text, seeded, module, class_name), seeded, tools, load_method, methods)


def _home(text: types.CodeType, seeded: Seeded, name: str, class_name: str) -> Home:
    from .homes import Home

    module = _module(name, seeded.namespace(name))
    _run(text, module)
    cls = _class(module, class_name)
    if cls.__module__ == name:
        return Home(cls, vars(module))
    seeded.adopt(sys.modules[cls.__module__])
    return Home(cls, None)


def _native(source: str, name: str, class_name: str, path: str) -> type[Environment]:
    """Inside its own package the class is imported; elsewhere `._runtime` is this runtime."""
    if __package__ == f"{name}._runtime":
        module = importlib.import_module(f"{name}.environment")
    else:
        package = _module(f"_environment_{name}", {})
        package.__path__ = [str(Path(path).parent)]
        sys.modules[f"{package.__name__}._runtime"] = sys.modules[__package__ or ""]
        module = _module(f"{package.__name__}.environment", {"__package__": package.__name__})
        _run(compile(source, path, "exec"), module)
    cls = _class(module, class_name)
    if not issubclass(cls, Environment):
        raise TypeError(f"{class_name} is not a subclass of Environment")
    return cls


def _module(name: str, namespace: dict[str, Any]) -> types.ModuleType:
    module = types.ModuleType(name)
    vars(module).update(namespace)
    sys.modules[name] = module
    return module


def _run(text: types.CodeType, module: types.ModuleType) -> None:
    exec(text, vars(module))  # noqa: S102 - the one place; see the module's docstring


def _class(module: types.ModuleType, class_name: str) -> type:
    cls = getattr(module, class_name, None)
    if not isinstance(cls, type):
        raise TypeError(f"the source defines no class {class_name}")
    return cls
