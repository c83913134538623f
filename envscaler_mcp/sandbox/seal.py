"""Notices foreign code that changes what it shares with everything else in its process.

A builtin or a library function put in another's place would change the calls and the episodes
that come after. What was changed is put back, and whoever asked is told: its parent ends such a
worker. This finds what is done openly (`json.dumps = …`), which is how it happens; code that wants
to hide from it is held by the walls around the worker.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from types import ModuleType
from typing import Any

# What the runtime and the library themselves call; looked at after every request, so no more than that.
_SHARED = (
    "builtins", "collections", "copy", "datetime", "functools", "json", "json.decoder", "json.encoder",
    "math", "random", "re", "time", "uuid",
)  # fmt: skip
_RUNTIME = "envscaler_mcp.runtime.standalone."
_NOTHING = object()


class Seal:
    """What the shared modules hold now, to compare with later.

    Args:
        stand_ins: the modules that one environment sees instead of the library's.
    """

    def __init__(self, stand_ins: Mapping[str, ModuleType] | None = None) -> None:
        shared = [sys.modules[name] for name in _SHARED if name in sys.modules]
        own = [module for name, module in sys.modules.items() if name.startswith(_RUNTIME)]
        modules = [*shared, *own, *(stand_ins or {}).values()]
        self._held: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
            (module.__name__, vars(module), dict(vars(module))) for module in modules
        ]

    def broken(self) -> list[str]:
        """What was changed since, as `module.name`; it is as before afterwards."""
        changed: list[str] = []
        for module, now, before in self._held:
            if now != before:
                others = [name for name, value in before.items() if now.get(name, _NOTHING) is not value]
                changed += [f"{module}.{name}" for name in others]
                now.update({name: before[name] for name in others})
                before.update(now)  # a submodule that was imported, a note of a warning
        return changed
