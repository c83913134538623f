"""Writes the committed samples anew: `python -m envscaler_mcp.cli.regenerate`.

`generated_servers/` is sample and golden record at once; a test compares it with what this makes.
"""

from __future__ import annotations

import asyncio
import dataclasses
import subprocess
import sys
from pathlib import Path

from envscaler_mcp.blueprint.compiling.compile import compile_design
from envscaler_mcp.blueprint.reading import domain_named
from envscaler_mcp.blueprint.synth import Job, Order, planned
from envscaler_mcp.blueprint.synth.making import fill
from envscaler_mcp.certify.publish import publish
from envscaler_mcp.interop.native import read_native
from envscaler_mcp.samples import account_ledger, surgery_waitlists
from envscaler_mcp.sharing.catalogue import write_catalogue
from envscaler_mcp.sharing.versioning import succeeding
from envscaler_mcp.spec import Environment, EnvironmentCard

SAMPLES = (account_ledger, surgery_waitlists)
DOMAINS = (
    "airline_rebooking", "blood_bank", "car_rental", "conference_programme", "energy_contracts", "food_bank",
    "hotel_bookings", "library_consortium", "restaurant_floor", "warehouse_slotting",
)  # fmt: skip
SCENARIOS = 10


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
    for job in blueprint_jobs():
        sound = _synthesised(job, folder) and sound
    write_catalogue(folder)
    return sound


def blueprint_jobs() -> tuple[Job, ...]:
    """One environment of each domain that is shown, under the domain's name."""
    jobs = planned([domain_named(name) for name in DOMAINS], len(DOMAINS), Order(SCENARIOS))
    return tuple(dataclasses.replace(job, name=job.domain) for job in jobs)


def _synthesised(job: Job, folder: Path) -> bool:
    design, place = job.design(), folder / job.name
    environment = _versioned(compile_design(design, job.order.seed), place)
    made = fill(job, design, environment, place, told=_note)
    for problem in made.problems:
        sys.stderr.write(f"  {made.name}: {problem.message}\n")
    return made.sound


def _note(line: str) -> None:
    sys.stderr.write(f"{line}\n")


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
