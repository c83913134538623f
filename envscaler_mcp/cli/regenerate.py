"""Writes the committed samples anew: `python -m envscaler_mcp.cli.regenerate`.

`generated_servers/` is sample and golden record at once; a test compares it with what this makes.
"""

from __future__ import annotations

import asyncio
import dataclasses
import subprocess
import sys
from pathlib import Path

from envscaler_mcp.certify.publish import publish
from envscaler_mcp.interop.native import read_native
from envscaler_mcp.samples import account_ledger, surgery_waitlists
from envscaler_mcp.sharing.catalogue import write_catalogue
from envscaler_mcp.sharing.versioning import succeeding
from envscaler_mcp.spec import Environment, EnvironmentCard

SAMPLES = (account_ledger, surgery_waitlists)


def regenerate(folder: Path) -> bool:
    """Render and certify every sample into `folder`, and list them there; whether all of them are sound."""
    sound = True
    for sample in SAMPLES:
        environment, pairs = read_native(sample)
        place = folder / environment.card.name
        report = asyncio.run(publish(_versioned(environment, place), pairs, place))
        for one in report.scenarios:
            sys.stderr.write(f"{report.name} {one.id}: {one.tier}\n")
            sys.stderr.writelines(f"  {problem.message}\n" for problem in one.problems)
        sound = sound and report.sound
    write_catalogue(folder)
    return sound


def _versioned(environment: Environment, place: Path) -> Environment:
    """The environment with the version that follows on the one that others have."""
    earlier = _committed(place)
    card = succeeding(earlier, environment.card) if earlier else environment.card
    return dataclasses.replace(environment, card=card)


def _committed(place: Path) -> EnvironmentCard | None:
    """The card as it was last committed, so that regenerating twice does not count twice."""
    if not place.is_dir():
        return None
    command = ["git", "show", "HEAD:./environment.json"]
    done = subprocess.run(command, cwd=place, capture_output=True, check=False)
    return EnvironmentCard.parse(done.stdout, str(place)) if done.returncode == 0 else None


if __name__ == "__main__":
    sys.exit(0 if regenerate(Path("generated_servers")) else 1)
