"""Two environments to render: a native one and a plain one, each with scenarios."""

import datetime as dt
from pathlib import Path
from typing import Any

from envscaler_mcp.runtime.standalone.description import describe
from envscaler_mcp.runtime.standalone.episode import Episode
from envscaler_mcp.runtime.standalone.loading import load_form
from envscaler_mcp.spec.environment import Environment, EnvironmentCard, Provenance
from envscaler_mcp.spec.scenario import (
    Call,
    Certificate,
    Check,
    Grading,
    MutantCount,
    Rung,
    Scenario,
    VariantCount,
)

NAME = "tiny_library"
SOURCE = (Path(__file__).parent / "tiny" / "environment.py").read_text(encoding="utf-8")
PLAIN_SOURCE = (Path(__file__).parent / "tiny" / "plain.py").read_text(encoding="utf-8")
NOW = dt.datetime(2026, 3, 1, 9, 0, tzinfo=dt.UTC)
START: dict[str, Any] = {
    "books": {
        "BK-1": {"id": "BK-1", "title": "Emma", "holder": None},
        "BK-2": {"id": "BK-2", "title": "Ulysses", "holder": None},
    },
    "loans": {},
}
ORACLE = (
    Call(tool="lend_book", arguments={"book_id": "BK-2", "member": "Ana"}),
    Call(tool="return_loan", arguments={"loan_id": {"$result": [0, "/id"]}}),
    Call(tool="lend_book", arguments={"book_id": "BK-1", "member": "Ana"}),
)


def form() -> Any:
    return load_form(SOURCE, name=NAME, form="native", class_name="TinyLibrary", tools=[])


def tool_card(tool: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": tool["name"],
        "kind": "read" if tool["annotations"]["readOnlyHint"] else "write",
        "description": tool["description"],
        "input": tool["inputSchema"],
        "output": tool["outputSchema"],
        "refusals": [{"code": "already_lent", "text": "Somebody holds it."}]
        if tool["name"] == "lend_book"
        else [],
    }


def native(**changes: Any) -> Environment:
    described = describe(form().cls)
    card = {
        "name": NAME,
        "title": "Tiny library",
        "introduction": "A library that lends books to its members. It is made for tests.\n\nIt is tiny.",
        "form": "native",
        "class_name": "TinyLibrary",
        "entities": described.entities,
        "rules": [{**rule, "executable": True} for rule in described.rules],
        "tools": [tool_card(tool) for tool in described.tools],
        "policy": "",
        "provenance": Provenance(engine="hand"),
    }
    policy = changes.pop("policy", "# Policy\n\n- A book is lent to *one* member at a time.\n")
    return Environment(EnvironmentCard.model_validate(card | changes), SOURCE, policy)


def scenarios(**changes: Any) -> list[tuple[Scenario, Grading]]:
    task = {"id": "001", "instruction": "Lend Emma to Ana.", "start": START, "now": NOW, "tags": ("lending",)}
    scenario = Scenario.model_validate(task | changes)
    grading = Grading(
        id=scenario.id,
        checks=(
            Check(id="lent", kind="goal", text="Ana holds Emma.", source="def check(initial, final): ..."),
        ),
        oracle=ORACLE,
        oracle_digest=played(scenario),
        certificate=CERTIFICATE,
    )
    second = scenario.model_copy(update={"id": "002"})
    return [(scenario, grading), (second, Grading(id="002", checks=grading.checks))]


CERTIFICATE = Certificate(
    tier="certified",
    rungs=(Rung(name="boots", ok=True, evidence="3 tools"), Rung(name="frame", ok=True)),
    mutants={
        "wrong_entity": MutantCount(made=4, killed_by_goals=4, killed=4),
        "extra_row": MutantCount(made=3, killed_by_goals=2, killed=3),
    },
    variants=VariantCount(made=2, accepted=2),
)


def played(scenario: Scenario) -> str:
    episode = Episode.start(form(), scenario.start, scenario.now, scenario.seed)
    loan = episode.call("lend_book", {"book_id": "BK-2", "member": "Ana"}).result["id"]
    episode.call("return_loan", {"loan_id": loan})
    episode.call("lend_book", {"book_id": "BK-1", "member": "Ana"})
    return episode.digest()


def plain() -> tuple[Environment, list[tuple[Scenario, Grading]]]:
    text = {"type": "string", "description": "Name of a counter."}
    anything = {"type": "object", "additionalProperties": True}
    number = {"type": "integer", "description": "If absent."}
    tools = [
        {"name": "do_close", "kind": "write", "description": "Drop a counter.", "released_name": "Close",
         "input": closed({"name": text}, ["name"]), "output": anything},
        {"name": "get_count", "kind": "read", "description": "Read a counter.",
         "input": closed({"name": text, "default": number}, ["name"]),
         "output": anything},
    ]  # fmt: skip
    card = EnvironmentCard.model_validate({
        "name": "tiny_counter", "title": "Tiny counter", "introduction": "Counters.", "form": "plain",
        "class_name": "Counter", "tools": tools, "policy": "", "provenance": Provenance(engine="import"),
    })  # fmt: skip
    scenario = Scenario(id="1-a", instruction="Close apples.", start={"counts": {"apples": 1}}, now=NOW)
    return Environment(card, PLAIN_SOURCE, "Be kind.\n"), [(scenario, Grading(id="1-a", checks=()))]


def closed(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
