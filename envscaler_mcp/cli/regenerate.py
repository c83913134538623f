"""Writes the committed samples anew: `python -m envscaler_mcp.cli.regenerate`.

`generated_servers/` is sample and golden record at once; a test compares it with what this makes.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from envscaler_mcp.certify.publish import publish
from envscaler_mcp.interop.native import read_native
from envscaler_mcp.samples import account_ledger, surgery_waitlists
from envscaler_mcp.sharing.catalogue import write_catalogue

SAMPLES = (account_ledger, surgery_waitlists)


def regenerate(folder: Path) -> bool:
    """Render and certify every sample into `folder`, and list them there; whether all of them are sound."""
    sound = True
    for sample in SAMPLES:
        environment, pairs = read_native(sample)
        report = asyncio.run(publish(environment, pairs, folder / environment.card.name))
        for one in report.scenarios:
            sys.stderr.write(f"{report.name} {one.id}: {one.tier}\n")
            sys.stderr.writelines(f"  {problem.message}\n" for problem in one.problems)
        sound = sound and report.sound
    write_catalogue(folder)
    return sound


if __name__ == "__main__":
    sys.exit(0 if regenerate(Path("generated_servers")) else 1)
