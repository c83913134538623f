"""Topic mining: from requests that people made to worlds that are worth building."""

from __future__ import annotations

from .funnel import Funnel
from .mine import Caps, Mined, mine
from .reading import Task, read_tasks

__all__ = ["Caps", "Funnel", "Mined", "Task", "mine", "read_tasks"]
