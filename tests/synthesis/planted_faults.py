# ruff: noqa: E501 - a fault stands on a line of its own
"""Faults planted into the rental desk, and the gate that caught each (`python -m …planted_faults` prints it).

The table that it prints is committed as `evals/planted_faults.md`.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from envscaler_mcp.sandbox.checks import CheckRunner
from envscaler_mcp.spec import Problem
from envscaler_mcp.synthesis.outline.draft import Contract, Draft
from envscaler_mcp.synthesis.outline.faults import completed
from envscaler_mcp.synthesis.outline.outline import Outline
from envscaler_mcp.synthesis.quality.examining import Examiner
from envscaler_mcp.synthesis.quality.trial import Effort
from tests.synthesis import rental

HEAD = """# Planted faults

## Bodies, invariants and contracts

One fault at a time is put into an environment that is sound (a rental desk: 4 entities, 6 rules, 8 tools), and the
gates of synthesis look at it, cheap ones first. Printed by `python -m tests.synthesis.planted_faults`.

- *assembly*: what is no body; *policy*: what the sandbox refuses; *refusals told*: codes of body and outline differ;
- *rules*: an invariant is broken, by the start or after a call; or it objects to nothing at all, or only one way
  where the rule holds both ways;
- *conduct*: fails inside, hangs, or changes something where it must not; *promises*: against the outline;
- *contract*: against what was written from the outline alone, without seeing the body;
- *boot*: the first rung of the certificate; *mutants*: faults in the bodies that the contract does not notice."""
Change = Callable[[Draft], Draft]
SOME = Effort(calls=20, states=2)

GATES = {
    "assembly": ("body_",),
    "policy": ("policy.", "rule_writes"),
    "refusals told": ("refusal_missing", "refusal_undeclared"),
    "rules": ("rule_broken", "start_breaks_rule", "rule_vacuous", "rule_one_sided"),
    "conduct": (
        "tool_crashed",
        "timed_out",
        "state_too_large",
        "result_too_large",
        "refusal_writes",
        "read_writes",
    ),
    "promises": ("writes_elsewhere", "never_succeeds", "does_not_start", "invalid_accepted"),
    "contract": ("not_ensured", "not_refused", "refused_wrongly", "contract_crashed"),
    "boot": ("nondeterministic", "episodes_mix", "read_costs", "result_schema", "tool_list"),
    "mutants": ("contract_too_weak",),
}


@dataclass(frozen=True)
class Fault:
    """One kind of fault, and the change that plants it."""

    kind: str
    where: str
    change: Change


def swapped(tool: str, old: str, new: str) -> Change:
    """A body with a part of it exchanged."""

    def change(draft: Draft) -> Draft:
        body = draft.bodies[tool]
        assert old in body, (tool, old)
        return draft.with_body(tool, body.replace(old, new))

    return change


def rule(name: str, body: str) -> Change:
    """Another invariant."""
    return lambda draft: draft.with_invariant(name, body)


def weaker(tool: str, old: str, new: str) -> Change:
    """A contract that looks at less."""

    def change(draft: Draft) -> Draft:
        contract = draft.contracts[tool]
        assert old in contract.refuses + contract.ensures, (tool, old)
        return draft.with_contract(
            tool, Contract(contract.refuses.replace(old, new), contract.ensures.replace(old, new))
        )

    return change


FAULTS: tuple[Fault, ...] = (
    Fault("wrong value written", "body", swapped("rent_article", '"out"', '"repair"')),
    Fault("wrong field written", "body", swapped("return_article", "rental.returned_on =", "rental.due_on =")),
    Fault("missing check", "body", swapped("rent_article", "if len(held) >= member.most_rentals:", "if False:")),
    Fault("check of the wrong row", "body", swapped("reserve_article", 'article.status == "free"', 'member.status == "free"')),
    Fault("check negated", "body", swapped("block_member", 'status == "blocked"', 'status != "blocked"')),
    Fault("off by one in a limit", "body", swapped("rent_article", ">= member", "> member")),
    Fault("off by one in a date", "body", swapped("rent_article", "due_on <= self", "due_on < self")),
    Fault("off by one in an amount", "body", swapped("return_article", "max(1, ", "max(0, ")),
    Fault("wrong arithmetic", "body", swapped("return_article", "days * article", "days + article")),
    Fault("fraction in an amount", "body", swapped("return_article", "days * article.daily_cents", "days * article.daily_cents / 3")),
    Fault("missing effect", "body", swapped("rent_article", 'article.status = "out"', "pass")),
    Fault("missing cascade", "body", swapped("block_member", 'wish.status = "cancelled"', "pass")),
    Fault("cascade reaches too far", "body", swapped("block_member", "wish.member_id == member_id and ", "")),
    Fault("cascade stops too early", "body", swapped("rent_article", 'wish.status = "met"', 'wish.status = "met" if len(self.reservations) < 5 else wish.status')),
    Fault("effect on another row", "body", swapped("return_article", "self.articles[rental.article_id]", "min(self.articles.values(), key=lambda one: one.id)")),
    Fault("writes what it does not promise", "body", swapped("reserve_article", "return made", "member.most_rentals = 9\nreturn made")),
    Fault("a read that writes", "body", swapped("get_article", "return Get", 'article.status = "repair"\nreturn Get')),
    Fault("row deleted instead of closed", "body", swapped("return_article", "return rental", "del self.rentals[rental.id]\nreturn rental")),
    Fault("row under another key", "body", swapped("reserve_article", "self.reservations[made.id]", 'self.reservations["RES-X" + made.id]')),
    Fault("nothing is done", "body", swapped("return_article", "article = ", "return rental\narticle = ")),
    Fault("everything is refused", "body", swapped("block_member", 'if member.status == "blocked":', "if True:")),
    Fault("wrong order of rows", "body", swapped("list_rentals", "key=lambda one: one.id", "key=lambda one: one.id, reverse=True")),
    Fault("filter ignored", "body", swapped("search_articles", "one.status == status", "True")),
    Fault("rows of others told", "body", swapped("list_rentals", "if one.member_id == member_id", "")),
    Fault("count of the wrong thing", "body", swapped("get_article", ' and one.status == "open"', "")),
    Fault("fails inside", "body", swapped("return_article", "self.articles[rental.article_id]", 'self.articles[rental.article_id + "!"]')),
    Fault("never ends", "body", swapped("block_member", "return member", "while True:\n    pass\nreturn member")),
    Fault("eats memory", "body", swapped("block_member", "return member", "rows = [0] * 10**12\nreturn member")),
    Fault("gives back another type", "body", swapped("block_member", "return member", 'return {"id": member_id}')),
    Fault("gives back another row", "body", swapped("block_member", "return member", "return min(self.members.values(), key=lambda one: one.id)")),
    Fault("refusal that nobody is told of", "body", swapped("block_member", '"member_blocked"', '"blocked_before"')),
    Fault("refusal that never comes", "body", swapped("rent_article", 'raise Refusal("due_too_early"', 'raise Refusal("not_free"')),
    Fault("refusals exchanged", "body", swapped("reserve_article", 'if article.status == "free":\n    raise Refusal("is_free"', 'if article.status == "free":\n    raise Refusal("is_free" if article.daily_cents > 800 else "reserved_already"')),
    Fault("the machine's clock", "body", swapped("rent_article", "taken_on=self.today()", "taken_on=dt.date.today()")),
    Fault("an order that differs by process", "body", swapped("search_articles", "return sorted(found, key=lambda one: one.id)", "return sorted(found, key=lambda one: hash(one.id))")),
    Fault("an id that differs by process", "body", swapped("reserve_article", 'self.new_id("RES")', 'f"RES-{hash(member_id)}"')),
    Fault("an import", "body", swapped("get_member", "return", "import os\nreturn")),
    Fault("a way out of the sandbox", "body", swapped("get_member", "return", "kinds = ().__class__.__base__\nreturn")),
    Fault("a name of ours bound anew", "body", swapped("get_member", "return", "Refusal = ValueError\nreturn")),
    Fault("text that is no code", "body", swapped("get_member", "return", "Here is the body:\nreturn")),
    Fault("vacuous invariant", "invariant", rule("within_limit", "return True")),
    Fault("invariant of the wrong field", "invariant", rule("within_limit", "return all(len(one.name) <= 99 for one in self.members.values())")),
    Fault("invariant of the wrong entity", "invariant", rule("due_later", "return all(one.id for one in self.reservations.values())")),
    Fault("invariant negated", "invariant", rule("due_later", "return any(one.due_on <= one.taken_on for one in self.rentals.values())")),
    Fault("invariant too strict", "invariant", rule("within_limit", rental.INVARIANTS["within_limit"].replace("<=", "<"))),
    Fault("invariant that fails inside", "invariant", rule("due_later", "return self.rentals['REN-1'].due_on is not None")),
    Fault("invariant that changes the state", "invariant", rule("due_later", "for one in self.rentals.values():\n    one.returned_on = None\nreturn True")),
    Fault("half an invariant", "invariant", rule("out_is_rented", 'rented = [one.article_id for one in self.rentals.values() if one.returned_on is None]\nreturn all(one.id in rented for one in self.articles.values() if one.status == "out")')),
    Fault("the other half of an invariant", "invariant", rule("out_is_rented", 'rented = [one.article_id for one in self.rentals.values() if one.returned_on is None]\nreturn all(one.status == "out" for one in self.articles.values() if one.id in rented)')),
    Fault("contract without a refusal", "contract", weaker("reserve_article", '    codes.append("is_free")', "    pass")),
    Fault("contract that ensures nothing", "contract", lambda draft: draft.with_contract("return_article", Contract(draft.contracts["return_article"].refuses, "return True"))),
    Fault("contract blind to a cascade", "contract", weaker("block_member", ' and after["reservations"] == wishes', "")),
)  # fmt: skip


@cache
def sound() -> Draft:
    """The rental desk without a fault."""
    said: dict[str, Any] = {
        "name": "rental_desk",
        "class_name": "RentalDesk",
        "title": "Rental desk",
        "introduction": "A desk that rents out things.",
        **rental.STATE,
        **rental.TOOLS,
        "guidance": ["Look things up before you promise anything."],
    }
    start = {name: {row["id"]: row for row in rows} for name, rows in rental.START.items()}
    contracts = {name: Contract(*parts) for name, parts in rental.CONTRACTS.items()}
    outline = completed(Outline.model_validate(said))
    return Draft(outline, rental.BODIES, rental.INVARIANTS, contracts, start)


async def found_in(draft: Draft, looking: Examiner, tools: frozenset[str] | None = None) -> list[Problem]:
    """What the gates find, the dear ones only where the cheap ones found nothing."""
    examined = await looking.look(draft)
    if examined.errors or examined.environment is None:
        return list(examined.errors)
    booted = await looking.boot(examined.environment, draft)
    if errors := [problem for problem in booted if problem.severity == "error"]:
        return errors
    return list((await looking.mutants(examined, draft, tools)).problems)


def gates_of(problems: Sequence[Problem]) -> list[str]:
    """The gates that problems come from, in the order in which they are asked."""
    return [
        gate
        for gate, codes in GATES.items()
        if any(problem.code.startswith(code) for problem in problems for code in codes)
    ]


async def table() -> tuple[str, int]:
    """The committed table, and how many faults were caught."""
    rows: list[str] = []
    count = 0
    with CheckRunner() as runner:
        looking = Examiner(runner, SOME)
        for fault in FAULTS:
            changed = fault.change(sound())
            tools = None if fault.where == "contract" else frozenset[str]()
            problems = await found_in(changed, looking, tools)
            gates = gates_of(problems)
            count += bool(gates)
            codes = ", ".join(dict.fromkeys(f"`{problem.code}`" for problem in problems))
            rows.append(
                f"| {fault.kind} | {fault.where} | {', '.join(gates) or '**not caught**'} | {codes} |"
            )
    head = ["| fault | planted in | caught by | as |", "|---|---|---|---|"]
    return "\n".join([*head, *rows]), count


def main() -> None:
    """Print the table."""
    text, count = asyncio.run(table())
    share = f"{count} of {len(FAULTS)} kinds caught ({100 * count / len(FAULTS):.0f} %)."
    sys.stdout.write(f"{HEAD}\n\n{text}\n\n{share}\n")


if __name__ == "__main__":
    main()
