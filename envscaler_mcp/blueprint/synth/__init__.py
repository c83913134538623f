"""From domains to folders of certified servers: what to make, making it, and making many at once."""

from __future__ import annotations

from .choosing import Match, closest
from .growing import more
from .jobs import Job, Order
from .made import Made
from .making import make
from .minting import Minting
from .planning import planned
from .running import run_jobs

__all__ = ["Job", "Made", "Match", "Minting", "Order", "closest", "make", "more", "planned", "run_jobs"]
