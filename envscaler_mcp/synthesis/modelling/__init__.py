"""Logic modelling: from a topic to an environment whose every tool was tried."""

from __future__ import annotations

from .building import Built, build_environment
from .settings import Settings

__all__ = ["Built", "Settings", "build_environment"]
