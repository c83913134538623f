import importlib

import pytest

from envscaler_mcp.interop.native import read_native


@pytest.mark.parametrize("name", ["account_ledger", "surgery_waitlists"])
def test_a_sample_becomes_an_environment_with_scenarios(name):
    environment, scenarios = read_native(importlib.import_module(f"envscaler_mcp.samples.{name}"))
    card = environment.card
    assert (card.name, card.form) == (name, "native")
    assert len(card.tools) >= 14
    assert len(card.entities) >= 5
    assert len(card.rules) >= 6
    assert all(rule.executable for rule in card.rules)
    assert len(scenarios) >= 8
    assert {scenario.id for scenario, _ in scenarios} == {grading.id for _, grading in scenarios}
    assert "from ._runtime import" in environment.source
    assert "envscaler_mcp" not in environment.source
    assert all(tool.refusals for tool in card.tools if tool.kind == "write")
    assert type(card).parse(card.to_text(), "card") == card
