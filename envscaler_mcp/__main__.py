"""The console script, also as `python -m envscaler_mcp`.

Loading the command line takes a second or so; Ctrl-C ends that as cleanly as anything later.
"""

from __future__ import annotations

import os
import signal
import sys


def main() -> None:
    """Load the command line and run it."""
    signal.signal(signal.SIGINT, _stopped_early)
    from envscaler_mcp.cli.app import main as run  # noqa: PLC0415 - what is loaded here takes the time

    signal.signal(signal.SIGINT, signal.default_int_handler)
    run()


def _stopped_early(*_: object) -> None:
    """At once, by descriptors: half an import can be caught nowhere."""
    if "--json" in sys.argv:
        os.write(1, b'{"error":{"message":"stopped","where":"","remedy":"say the same command again"}}\n')
    os.write(2, b"Stopped before anything was begun; to go on, say the same command again.\n")
    os._exit(130)


if __name__ == "__main__":
    main()
