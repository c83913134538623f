"""More scenarios for a server that stands."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from envscaler_mcp.blueprint.compiling.compile import ENGINE, compile_design
from envscaler_mcp.blueprint.design import Design
from envscaler_mcp.errors import BadInput
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.spec import Environment

from .jobs import Job, Order
from .made import Made
from .making import Pair, fill


def more(folder: ServerFolder, order: Order, file: str, told: Callable[[str], None] | None = None) -> Made:
    """So many more scenarios: what is there keeps its number and its bytes.

    Args:
        folder: the server.
        order: what is asked for; another seed gives other scenarios.
        file: the domain file, where it is none of the package's.
        told: hears of each scenario that was certified.

    Raises:
        BadInput: the server is not of the blueprint engine, or its domain has changed since.
    """
    job, design, environment = origin_of(folder, order, file)
    return fill(job, design, environment, folder.path, told=told, taken=pairs_of(folder))


def origin_of(folder: ServerFolder, order: Order, file: str = "") -> tuple[Job, Design, Environment]:
    """The job that makes such a server, its design, and the environment as it stands.

    Raises:
        BadInput: the server is not of the blueprint engine, or its domain has changed since.
    """
    job = _job(folder, order, file)
    design, environment = job.design(), folder.environment()
    if compile_design(design).source != environment.source:
        raise BadInput(
            str(folder.path), "its domain has changed since it was made", "make it anew with `synth`"
        )
    return job, design, environment


def _job(folder: ServerFolder, order: Order, file: str) -> Job:
    card = folder.card
    named = [source.partition(":") for source in card.provenance.sources]
    domains = [name for kind, _, name in named if kind == ENGINE]
    if card.provenance.engine != ENGINE or not domains:
        remedy = "name a server that `synth` made without a model"
        raise BadInput(str(folder.path), "the blueprint engine did not make this server", remedy)
    options = tuple(name for kind, _, name in named if kind == "option")
    return Job(card.name, domains[0], str(Path(file).resolve()) if file else "", options, order)


def pairs_of(folder: ServerFolder) -> tuple[Pair, ...]:
    """The scenarios of a server with their gradings.

    Raises:
        BadInput: it came without the gradings.
    """
    pairs = [(folder.scenario(one), folder.grading(one)) for one in folder.ids]
    kept = tuple((scenario, grading) for scenario, grading in pairs if grading)
    if len(kept) < len(pairs):
        raise BadInput(str(folder.path), "it came without its gradings", "ask whoever made it for them")
    return kept
