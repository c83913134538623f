"""A trial goes from sound state to sound state, and blames the call that broke a rule."""

from __future__ import annotations

import pytest

from envscaler_mcp.sandbox.checks import CheckRunner
from envscaler_mcp.synthesis.quality.examining import Examiner
from envscaler_mcp.synthesis.quality.trial import Effort
from tests.synthesis.planted_faults import FAULTS, sound

BY_KIND = {fault.kind: fault for fault in FAULTS}
FAR = Effort(calls=4, most=24, states=4)
"""Through several writes: a rule that one of them breaks stays broken for all calls after it."""


@pytest.mark.parametrize("kind", ["missing effect", "off by one in a limit", "wrong value written"])
async def test_who_breaks_a_rule_is_blamed_and_nobody_after(kind: str) -> None:
    with CheckRunner() as runner:
        examined = await Examiner(runner, FAR).look(BY_KIND[kind].change(sound()))
    blamed = {problem.where for problem in examined.problems if problem.code == "rule_broken"}
    assert blamed == {"tools/rent_article"}
    assert examined.trial is not None
    assert any(one.path for one in examined.trial.tries), "it went nowhere"
