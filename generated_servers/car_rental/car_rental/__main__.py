"""The server's command line: `python -m car_rental`."""

from __future__ import annotations

from pathlib import Path

from ._runtime.command import Bundle, main

BUNDLE = Bundle(
    folder=Path(__file__).parent,
    name="car_rental",
    title="Car rental",
    version="1.3.0",
    form="native",
    class_name="CarRental",
    load_method=None,
)


def run() -> None:
    """Entry point of the console script."""
    main(BUNDLE)


if __name__ == "__main__":
    run()
