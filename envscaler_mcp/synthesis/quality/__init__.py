"""Quality evaluation: what was written is tried, its tests are tried, and two agents look at it."""

from __future__ import annotations
