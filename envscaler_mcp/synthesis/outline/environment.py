"""A draft that was assembled, as the artefact that `render` and `certify` take.

The card is read off the skeleton, which holds nothing but names and literals and is ours to run; the source
with the bodies runs in workers only.
"""

from __future__ import annotations

from typing import cast

from envscaler_mcp.render.native_card import native_card
from envscaler_mcp.runtime.standalone.loading import load_form
from envscaler_mcp.runtime.standalone.native import NativeForm
from envscaler_mcp.spec import Environment, Provenance, RuleCard

from .assembling import bare_source
from .outline import Outline
from .policy import policy_of

ENGINE = "model"


def environment_of(outline: Outline, source: str, provenance: Provenance | None = None) -> Environment:
    """The environment with this source.

    Raises:
        TypeError: the runtime does not take the skeleton: a fault that `faults_of` should have found.
    """
    policy = policy_of(outline)
    form = cast(
        "NativeForm",
        load_form(
            bare_source(outline), name=outline.name, form="native", class_name=outline.class_name, tools=[]
        ),
    )
    card = native_card(
        form.cls,
        source,
        policy,
        name=outline.name,
        title=outline.title,
        introduction=outline.introduction or outline.title,
        provenance=provenance or Provenance(engine=ENGINE),
    )
    spoken = tuple(
        RuleCard(id=rule.id, text=rule.text, executable=False)
        for rule in outline.rules
        if not rule.executable
    )
    return Environment(card.model_copy(update={"rules": (*card.rules, *spoken)}), source, policy)
