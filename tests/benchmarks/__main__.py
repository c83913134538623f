"""`make bench`: one table, everything measured in the same run.

Ours and what it is measured against take turns call by call, so a machine that is busy is busy for both: read
the ratios, not the milliseconds. Never part of the tests.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import platform
import sys
import tempfile
from collections.abc import AsyncGenerator
from pathlib import Path

from .calls import latencies, starts, throughputs
from .checking import certified_row, check_row
from .contestants import BARE, ROWS, contestants, served_folder
from .episodes import episode_rows
from .rollouts import ROLLOUTS, rollout_rows
from .table import Row, table
from .write_parts import write_part_rows


async def measured(place: Path, scale: float) -> AsyncGenerator[list[Row]]:
    """Everything, part by part; `scale` is how often each thing is done."""

    def times(count: int) -> int:
        return max(3, round(count * scale))

    folder = served_folder(place)
    for kilobytes in ROWS:
        known = contestants(folder, kilobytes)
        for transport in ("stdio", "HTTP"):
            for client in ("official", "thin"):
                yield await latencies(known, kilobytes, transport, client, times(40))
        yield await episode_rows(
            next(one for one in known if one.name == BARE), kilobytes, times(100), times(200)
        )
        yield [check_row(kilobytes, times(50))]
        yield await write_part_rows(folder, kilobytes)
    small = contestants(folder, min(ROWS))
    for clients in (8, 32):
        yield await throughputs(small, clients, times(160 // clients) * 2, times(9))
    yield await starts(small, times(7))
    yield [await certified_row("surgery_waitlists")]
    yield await rollout_rows("surgery_waitlists", place / "run", times(ROLLOUTS), times(12))


async def main() -> int:
    """Measure, and print one table or one JSON object."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")
    parser.add_argument("--scale", type=float, default=1.0, help="how often each thing is done")
    options = parser.parse_args()
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as place:
        async for part in measured(Path(place), options.scale):
            rows += part
            print(f"{len(rows)} measured, last: {part[-1].measure}", file=sys.stderr)
    if options.json:
        machine = {"python": platform.python_version(), "machine": platform.machine()}
        print(json.dumps({**machine, "rows": [row.to_json() for row in rows]}))
    else:
        print(table(rows))
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
