"""The server's command line: `python -m restaurant_floor`."""

from __future__ import annotations

from pathlib import Path

from ._runtime.command import Bundle, main

BUNDLE = Bundle(
    folder=Path(__file__).parent,
    name="restaurant_floor",
    title="Restaurant floor",
    version="1.3.0",
    form="native",
    class_name="RestaurantFloor",
    load_method=None,
)


def run() -> None:
    """Entry point of the console script."""
    main(BUNDLE)


if __name__ == "__main__":
    run()
