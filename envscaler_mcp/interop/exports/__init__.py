"""What others read: rows to train on, logs and tasks of other harnesses."""

from __future__ import annotations

from .keeping import Keeping
from .played import Played
from .training import sft_row, sharegpt_row

__all__ = ["Keeping", "Played", "sft_row", "sharegpt_row"]
