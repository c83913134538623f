"""A model that answers from a script, prompt by prompt; what it was asked can be looked at."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from envscaler_mcp.llm import Reply, Request, Usage
from envscaler_mcp.spec import Json
from tests.synthesis import rental

Say = Callable[[Request], Json]


@dataclass
class Scripted:
    """Answers by the name of the prompt; a script may look at the request."""

    scripts: Mapping[str, Say]
    asked: list[Request] = field(default_factory=list[Request])
    name: str = "scripted"

    async def complete(self, request: Request) -> Reply:
        """What the script says."""
        self.asked.append(request)
        value = self.scripts[request.stage.split(".")[1]](request)
        usage = Usage(input=100, output=10)
        return Reply(
            text=json.dumps(value),
            value=value,
            finish="done",
            usage=usage,
            cost_usd=0.001,
            model=self.name,
            known=False,
        )

    def count(self, prompt: str) -> int:
        """How often a prompt was asked."""
        return sum(request.stage.split(".")[1] == prompt for request in self.asked)


def text_of(request: Request) -> str:
    """What was asked."""
    return request.messages[0].text


def tool_in(request: Request) -> str:
    """The tool that a prompt is about: its name stands in the first line that has one in backquotes."""
    return text_of(request).split("`", 2)[1]


def desk(**changed: Say) -> dict[str, Say]:
    """The rental desk, answered without a mistake but for what is changed."""

    def contract(request: Request) -> Json:
        refuses, ensures = rental.CONTRACTS[tool_in(request)]
        return {"refuses": refuses, "ensures": ensures}

    def mend(request: Request) -> Json:
        return {"body": rental.BODIES[tool_in(request)], **contract(request)}

    def judge(request: Request) -> Json:
        count = text_of(request).count("The call ")
        opinions: list[Any] = [{"number": n + 1, "verdict": "pass", "reason": "right"} for n in range(count)]
        return {"opinions": opinions}

    plain: dict[str, Say] = {
        "model_state": lambda _: rental.STATE,
        "model_tools": lambda _: rental.TOOLS,
        "model_policy": lambda _: {"guidance": ["Look things up before you promise anything."]},
        "model_start": lambda _: rental.START,
        "model_invariants": lambda _: {
            "invariants": [{"rule": rule, "body": body} for rule, body in rental.INVARIANTS.items()]
        },
        "model_body": lambda request: {"body": rental.BODIES[tool_in(request)]},
        "model_contract": contract,
        "mend_tool": mend,
        "propose_calls": lambda _: {
            "calls": [{"arguments": "{}", "expected": "success", "reason": "why not"}]
        },
        "judge_calls": judge,
    }
    return plain | changed
