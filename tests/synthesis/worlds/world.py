"""A world as somebody answered it by hand: everything that the prompts of synthesis ask for, as a book."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tests.synthesis.book import Book, Entry
from tests.synthesis.rental import Part, refusals, row, rows, tool
from tests.synthesis.rental import field as parameter
from tests.synthesis.worlds.telling import Situation


@dataclass(frozen=True)
class Code:
    """A tool with its body and its contract."""

    outline: Part
    body: str
    refuses: str
    ensures: str

    @property
    def name(self) -> str:
        return self.outline["name"]


@dataclass(frozen=True)
class World:
    """Answers to the prompts of one environment, and to those about its scenarios."""

    topic: str
    name: str
    state: Part
    tools: tuple[Code, ...]
    invariants: Mapping[str, str]
    guidance: tuple[str, ...]
    start: Part
    proposals: Mapping[str, list[Part]] = field(default_factory=dict)
    situations: tuple[Situation, ...] = ()

    @property
    def book(self) -> Book:
        """All of it."""
        told = [entry for n, one in enumerate(self.situations, start=1) for entry in one.entries(n)]
        return Book((*told, *self._environment()))

    def _environment(self) -> Iterator[Entry]:
        yield Entry("modelling.model_state", (), self.state)
        yield Entry("modelling.model_tools", (), {"tools": [one.outline for one in self.tools]})
        yield Entry("modelling.model_policy", (), {"guidance": list(self.guidance)})
        yield Entry("modelling.model_start", (), self.start)
        rules = [{"rule": rule, "body": body} for rule, body in self.invariants.items()]
        yield Entry("modelling.model_invariants", (), {"invariants": rules})
        for one in self.tools:
            yield Entry(
                "modelling.model_body", (f"Write the body of the method `{one.name}`.",), {"body": one.body}
            )
            contract = {"refuses": one.refuses, "ensures": one.ensures}
            yield Entry(
                "modelling.model_contract", (f"Somebody else writes the method `{one.name}`",), contract
            )
            proposed = self.proposals.get(one.name, [{}])
            calls = [
                {"arguments": json.dumps(call), "expected": "success", "reason": "the plain case"}
                for call in proposed
            ]
            yield Entry("quality.propose_calls", (f'"name": "{one.name}"',), {"calls": calls})
        yield Entry("quality.judge_calls", (), _passes)


def _passes(text: str) -> Part:
    """Read by hand: all of them are as promised."""
    count = len(re.findall(r"^\d+\. ", text, re.MULTILINE))
    return {"opinions": [{"number": n + 1, "verdict": "pass", "reason": "as promised"} for n in range(count)]}


def getter(state: Part, entity: str) -> Code:
    """A read of one row."""
    one = _entity(state, entity)
    noun, collection = _noun(entity), one["collection"]
    name = f"{noun}_id"
    outline = tool(
        f"get_{noun}", "read", f"Look up one {noun.replace('_', ' ')}.",
        [parameter(name, "reference", refers_to=entity)], row(entity), collection,
    )  # fmt: skip
    return Code(
        outline,
        f'return self.find(self.{collection}, {name}, "{noun}")',
        f'return [] if arguments["{name}"] in before["{collection}"] else ["unknown_{noun}"]',
        f'return result == before["{collection}"][arguments["{name}"]]',
    )


def lister(state: Part, entity: str, by: str) -> Code:
    """A read of the rows with a value in one field; all of them where none is named."""
    one = _entity(state, entity)
    collection = one["collection"]
    said = next(part for part in one["fields"] if part["name"] == by)
    parameters = [parameter(by, said["kind"], choices=said["choices"], optional=True)]
    outline = tool(
        f"list_{collection}", "read",
        f"List {collection.replace('_', ' ')} by {by.replace('_', ' ')}, by id; all if none is named.",
        parameters, rows(entity), collection,
    )  # fmt: skip
    return Code(
        outline,
        f"found = [one for one in self.{collection}.values() if {by} is None or one.{by} == {by}]\n"
        "return sorted(found, key=lambda one: one.id)",
        "return []",
        f'wanted = arguments["{by}"]\n'
        f'rows = [one for key, one in sorted(before["{collection}"].items())]\n'
        f'return result == [one for one in rows if wanted is None or one["{by}"] == wanted]',
    )


def lister_of(state: Part, entity: str, owner: str) -> Code:
    """A read of the rows that refer to one other row."""
    one, other = _entity(state, entity), _entity(state, owner)
    collection, noun = one["collection"], _noun(owner)
    name = f"{noun}_id"
    outline = tool(
        f"list_{collection}_of_{noun}", "read",
        f"List the {collection.replace('_', ' ')} of one {noun.replace('_', ' ')}, in order of id.",
        [parameter(name, "reference", refers_to=owner)], rows(entity), f"{collection} {other['collection']}",
    )  # fmt: skip
    return Code(
        outline,
        f'self.find(self.{other["collection"]}, {name}, "{noun}")\n'
        f"found = [one for one in self.{collection}.values() if one.{name} == {name}]\n"
        "return sorted(found, key=lambda one: one.id)",
        f'return [] if arguments["{name}"] in before["{other["collection"]}"] else ["unknown_{noun}"]',
        f'rows = [one for key, one in sorted(before["{collection}"].items())]\n'
        f'return result == [one for one in rows if one["{name}"] == arguments["{name}"]]',
    )


def writer(
    name: str,
    description: str,
    parameters: list[Part],
    gives: str,
    touches: str,
    effects: list[str],
    codes: Mapping[str, str],
    code: tuple[str, str, str],
    *,
    rules: list[str] | None = None,
    reads: str = "",
) -> Code:
    """A write: body, refuses and ensures are by hand."""
    outline = tool(
        name, "write", description, parameters, row(gives), f"{touches} {reads}".strip(),
        writes=touches.split(), refusals=refusals(**codes), effects=effects, rules=rules or [],
    )  # fmt: skip
    return Code(outline, *code)


def _entity(state: Part, name: str) -> Part:
    return next(one for one in state["entities"] if one["name"] == name)


def _noun(entity: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", entity).lower()


def transition(state: Part, entity: str, name: str, before: str, after: str, **more: str) -> Code:
    """A write that moves a row from one status to another, and does nothing else."""
    one = _entity(state, entity)
    noun, collection = _noun(entity), one["collection"]
    key, code = f"{noun}_id", more.get("code", f"not_{before}")
    return writer(
        name,
        f"Make a {noun.replace('_', ' ')} that is {before} {after}.",
        [parameter(key, "reference", refers_to=entity)],
        entity,
        collection,
        [f"The {noun.replace('_', ' ')} is {after}."],
        {code: f"The {noun.replace('_', ' ')} is not {before}."},
        (
            f'one = self.find(self.{collection}, {key}, "{noun}")\n'
            f'if one.status != "{before}":\n'
            f'    raise Refusal("{code}", f"{{{key}}} is {{one.status}}.")\n'
            f'one.status = "{after}"\n'
            "return one",
            f'one = before["{collection}"].get(arguments["{key}"])\n'
            "if one is None:\n"
            f'    return ["unknown_{noun}"]\n'
            f'return [] if one["status"] == "{before}" else ["{code}"]',
            f'key = arguments["{key}"]\n'
            f'wanted = {{**before["{collection}"][key], "status": "{after}"}}\n'
            f'return result == wanted and after["{collection}"] == {{**before["{collection}"], key: wanted}}',
        ),
    )
