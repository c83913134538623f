"""The server's command line: `python -m conference_programme`."""

from __future__ import annotations

from pathlib import Path

from ._runtime.command import Bundle, main

BUNDLE = Bundle(
    folder=Path(__file__).parent,
    name="conference_programme",
    title="Conference programme",
    version="1.3.0",
    form="native",
    class_name="ConferenceProgramme",
    load_method=None,
)


def run() -> None:
    """Entry point of the console script."""
    main(BUNDLE)


if __name__ == "__main__":
    run()
