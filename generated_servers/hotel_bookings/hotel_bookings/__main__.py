"""The server's command line: `python -m hotel_bookings`."""

from __future__ import annotations

from pathlib import Path

from ._runtime.command import Bundle, main

BUNDLE = Bundle(
    folder=Path(__file__).parent,
    name="hotel_bookings",
    title="Hotel bookings",
    version="1.3.0",
    form="native",
    class_name="HotelBookings",
    load_method=None,
)


def run() -> None:
    """Entry point of the console script."""
    main(BUNDLE)


if __name__ == "__main__":
    run()
