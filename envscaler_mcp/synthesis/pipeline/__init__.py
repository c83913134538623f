"""From topics to servers with certified scenarios, in a run that can be killed at any moment and resumed.

`synthesise(topics, out, run)` makes environments; `extend(folder, run)` writes scenarios for
one that stands.
"""

from __future__ import annotations

from .forecast import forecast
from .made import Made
from .models import Models
from .run_folder import RunFolder
from .synthesise import Order, Run, extend, synthesise
from .topics import topics_of

__all__ = ["Made", "Models", "Order", "Run", "RunFolder", "extend", "forecast", "synthesise", "topics_of"]
