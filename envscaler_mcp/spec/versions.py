"""What a certificate or run was made with."""

from __future__ import annotations

import platform
from importlib.metadata import version

from envscaler_mcp import __version__

DISTRIBUTIONS = ("mcp", "pydantic", "pydantic-monty")


def versions() -> dict[str, str]:
    """Name → version, of this package, Python and what decides results."""
    installed = {name: version(name) for name in DISTRIBUTIONS}
    return {"envscaler-mcp": __version__, **installed, "python": platform.python_version()}
