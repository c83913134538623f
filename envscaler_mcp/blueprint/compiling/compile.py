"""From a design to an environment: source, policy and card."""

from __future__ import annotations

from typing import cast

from envscaler_mcp.blueprint.design import Design
from envscaler_mcp.render.native_card import native_card
from envscaler_mcp.runtime.standalone.loading import load_form
from envscaler_mcp.runtime.standalone.native import NativeForm
from envscaler_mcp.spec.environment import Environment, Provenance

from .policy import policy_of
from .source import source_of

ENGINE = "blueprint"


def compile_design(design: Design, seed: int | None = None) -> Environment:
    """The environment of a design; the same design gives the same bytes.

    Args:
        design: read, composed and checked.
        seed: what the design was chosen with, for the record.
    """
    source = source_of(design)
    policy = policy_of(design)
    form = cast(
        "NativeForm",
        load_form(source.text, name=design.name, form="native", class_name=source.class_name, tools=[]),
    )
    card = native_card(
        form.cls,
        source.text,
        policy,
        name=design.name,
        title=design.title,
        introduction=design.about,
        provenance=_provenance(design, seed),
    )
    return Environment(card, source.text, policy)


def _provenance(design: Design, seed: int | None) -> Provenance:
    sources = [f"blueprint:{design.domain}"]
    sources += [f"option:{one}" for one in design.options]
    sources += [f"pattern:{one}" for one in design.patterns]
    return Provenance(engine=ENGINE, seed=seed, sources=tuple(sources))
