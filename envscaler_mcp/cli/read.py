"""`make read`: what the blueprint engine writes, for a person to read through.

Chosen by a seed, so that nobody chooses what looks best; nothing is certified or written here.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from itertools import islice

from envscaler_mcp.blueprint.compiling.compile import compile_design
from envscaler_mcp.blueprint.reading import domain_named, domain_names
from envscaler_mcp.blueprint.synth import Job, Order, planned
from envscaler_mcp.blueprint.synth.sources import Source
from envscaler_mcp.blueprint.synth.words import words_of
from envscaler_mcp.blueprint.world.live import Live
from envscaler_mcp.spec import Environment

ENVIRONMENTS, INSTRUCTIONS, POLICIES, SOURCES = 10, 30, 3, 2
RULE = "=" * 100


def pages(seed: int) -> Iterator[str]:
    """Two environments, three policies, thirty instructions."""
    jobs = planned([domain_named(name) for name in domain_names()], ENVIRONMENTS, Order(seed=seed))
    made = [compile_design(job.design()) for job in jobs]
    for environment in made[:SOURCES]:
        yield _page(f"environment {environment.card.name}", environment.source)
    for environment in made[SOURCES : SOURCES + POLICIES]:
        yield _page(f"policy of {environment.card.name}", environment.policy)
    share = -(-INSTRUCTIONS // len(jobs))
    said = (text for job, one in zip(jobs, made, strict=True) for text in _said(job, one, share))
    yield from islice(said, INSTRUCTIONS)


def _said(job: Job, environment: Environment, most: int) -> Iterator[str]:
    """Instructions of one environment, the bands in turn."""
    design = job.design()
    ideas = Source(design, Live.of(environment), job.seed, job.order.bands).ideas()
    worded = ((idea, text) for idea in ideas if (text := words_of(design, idea)))
    for idea, text in islice(worded, most):
        yield _page(f"{job.name}, {idea.proposal.band}, {idea.proposal.kind}", text)


def _page(title: str, text: str) -> str:
    return f"{RULE}\n{title}\n{RULE}\n{text.rstrip()}\n"


def main() -> None:
    """Entry point."""
    parser = argparse.ArgumentParser(description="Environments, policies and instructions to read.")
    parser.add_argument("--seed", type=int, default=0, help="decides which")
    for page in pages(parser.parse_args().seed):
        sys.stdout.write(page + "\n")


if __name__ == "__main__":
    main()
