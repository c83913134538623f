"""What the texts of checks say."""

from __future__ import annotations

from envscaler_mcp.blueprint.reading import domain_named
from envscaler_mcp.blueprint.tasks.naming import Naming


def test_a_unit_that_the_label_says_is_not_said_twice() -> None:
    design = domain_named("food_bank").design()
    state = {"households": {"HSH-01": {"id": "HSH-01", "name": "Anna Berg", "strikes": 0, "heads": 2}}}
    said = Naming(design, state, state).becomes("households", ["HSH-01"], ["strikes", "heads"])
    assert said == "Household Anna Berg (HSH-01): strikes is 0, size is 2 people."
