"""ScenGenerator: start states → tasks → checks → a solution → the ladder, each proven before the next counts.

`write_scenarios(subject, wish, authors, …)` writes scenarios for a server that stands on disk.
"""

from __future__ import annotations

from .authors import Authors
from .funnel import Funnel
from .generator import Wish, Written, write_scenarios
from .subject import Subject

__all__ = ["Authors", "Funnel", "Subject", "Wish", "Written", "write_scenarios"]
