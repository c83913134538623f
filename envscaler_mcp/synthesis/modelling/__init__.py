"""Logic modelling: from a topic to an environment whose every tool was tried."""

from __future__ import annotations

from .building import Built, Settings, build_environment

__all__ = ["Built", "Settings", "build_environment"]
