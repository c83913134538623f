from collections.abc import Callable
from typing import Any

import pytest

from envscaler_mcp.render import hidden_characters, lint, lint_tools, wire_tools, without_hidden
from envscaler_mcp.render.lint import RULES
from tests.render import tiny_servers as tiny

Change = Callable[[list[dict[str, Any]]], object]


def tools() -> list[dict[str, Any]]:
    """Two tools without a fault."""
    return [tool("find_thing"), tool("make_thing")]


def tool(name: str) -> dict[str, Any]:
    name_property = {"type": "string", "description": "Name of a thing."}
    count = {"type": "integer", "minimum": 1, "maximum": 9, "description": "From 1 to 9."}
    made = {"thing": {"type": "object", "properties": {}, "additionalProperties": False}}
    return {
        "name": name,
        "description": "Find or make a thing.",
        "inputSchema": tiny.closed({"name": name_property, "count": count}, ["name"]),
        "outputSchema": tiny.closed(made, []),
        "annotations": {
            "readOnlyHint": False, "destructiveHint": False, "idempotentHint": False, "openWorldHint": False,
        },
    }  # fmt: skip


def into(*path: str, **values: Any) -> Change:
    """Set keys at a place of the first tool."""

    def change(listed: list[dict[str, Any]]) -> None:
        place: Any = listed[0]
        for step in path:
            place = place[step]
        place.update(values)

    return change


def without(*path: str) -> Change:
    def change(listed: list[dict[str, Any]]) -> None:
        place: Any = listed[0]
        for step in path[:-1]:
            place = place[step]
        del place[path[-1]]

    return change


def circle(listed: list[dict[str, Any]]) -> None:
    listed[0]["outputSchema"]["properties"]["again"] = {"$ref": "#"}


def endless(listed: list[dict[str, Any]]) -> None:
    schema: dict[str, Any] = {"type": "string", "description": "A text."}
    for _ in range(30):
        schema = {"type": "array", "description": "A list.", "items": schema}
    listed[0]["inputSchema"]["properties"]["name"] = schema


IN = ("inputSchema", "properties", "name")
COUNT = ("inputSchema", "properties", "count")
BAD: list[tuple[str, str, Change]] = [
    ("tool_name", "/tools/Bad", into(name="Bad")),
    ("tool_name", "/tools/a" + "a" * 40, into(name="a" * 41)),
    ("tool_name", "/tools/class", into(name="class")),
    ("tool_name_reserved", "/tools/close", into(name="close")),
    ("tool_name_attribute", "/tools/copy", into(name="copy")),
    ("tool_name_unique", "/tools/make_thing", into(name="make_thing")),
    ("sorted_list", "/tools/make_thing", into(name="zoo")),
    ("tool_count", "/tools", lambda listed: listed.extend(tool(f"one_{n:02}") for n in range(40))),
    ("tool_count", "/tools", lambda listed: listed.extend(tool(f"one_{n:02}") for n in range(25))),
    ("tool_count", "/tools", lambda listed: listed.clear()),
    ("description_length", "*/description", into(description="x" * 501)),
    ("description_missing", "*/description", into(description=" ")),
    ("list_size", "/tools", into(*IN, description="x" * 40_000)),
    ("hidden_text", "*/description", into(description="Do\u200b this.")),
    ("hidden_text", "*/inputSchema/properties/name/enum/0", into(*IN, enum=["\u202ea"])),
    ("hidden_text", "*/inputSchema/properties (a key)", into(*IN[:2], **{"n\u2060": {}})),
    ("plain_object_root", "*/outputSchema", into(outputSchema={"type": "array"})),
    ("plain_object_root", "*/outputSchema", without("outputSchema")),
    ("plain_object_root", "*/inputSchema", into("inputSchema", properties=[])),
    ("root_combinators", "*/inputSchema/anyOf", into("inputSchema", anyOf=[])),
    ("root_combinators", "*/outputSchema/oneOf", into("outputSchema", oneOf=[])),
    ("references", "*/inputSchema/$defs", into("inputSchema", **{"$defs": {}})),
    ("references", "*/inputSchema/properties/name/$ref", into(*IN, **{"$ref": "#/x"})),
    ("recursion", "*/outputSchema/properties/again", circle),
    ("recursion", "*/inputSchema/properties/name" + "/items" * 15, endless),
    ("dialect", "*/inputSchema/$schema", into("inputSchema", **{"$schema": "x"})),
    ("closed_inputs", "*/inputSchema", without("inputSchema", "additionalProperties")),
    ("free_form_inputs", "*/inputSchema/properties/name", without(*IN, "type")),
    ("free_form_inputs", "*/inputSchema/properties/name", into(*IN, type="object")),
    ("free_form_inputs", "*/inputSchema/properties/name", into(*IN, type=["array", "null"])),
    ("free_form_inputs", "*/inputSchema/properties/name/items", into(*IN, type="array", items={})),
    ("described_inputs", "*/inputSchema/properties/name", without(*IN, "description")),
    ("described_inputs", "*/inputSchema/properties/name/properties/part",
     into(*IN, **tiny.closed({"part": {"type": "string"}}, []))),
    ("open_outputs", "*/outputSchema/properties/thing",
     without("outputSchema", "properties", "thing", "additionalProperties")),
    ("input_keywords", "*/inputSchema/properties/name/format", into(*IN, format="date")),
    ("input_keywords", "*/inputSchema/properties/name/default", into(*IN, default="x")),
    ("input_keywords", "*/inputSchema/properties/name/oneOf", into(*IN, oneOf=[])),
    ("input_keywords", "*/inputSchema/properties/name/anyOf/0/format",
     into(*IN, anyOf=[{"type": "string", "format": "uri"}])),
    ("ranges_in_words", "*/inputSchema/properties/count", into(*COUNT, description="How many.")),
    ("annotations", "*/annotations", without("annotations", "idempotentHint")),
    ("annotations", "*/annotations", without("annotations")),
    ("annotations", "*/annotations", into("annotations", readOnlyHint=True, destructiveHint=True)),
]  # fmt: skip

CARDS: list[tuple[str, str, dict[str, Any]]] = [
    ("server_name", "/name", {"name": "email"}),
    ("server_name", "/name", {"name": "tests"}),
    ("version", "/version", {"version": "1.0"}),
    ("requirement", "/requirements", {"requirements": ("evil @ https://example.org/x.whl",)}),
    ("requirement", "/requirements", {"requirements": ("loose>=1",)}),
    ("title", "/title", {"title": "two\nlines"}),
    ("title", "/title", {"title": "x" * 81}),
    ("hidden_text", "/introduction", {"introduction": "a\u200bb"}),
    ("hidden_text", "/policy", {"policy": "a\u202eb"}),
    ("hidden_text", "/rules/sound", {"rules": [{"id": "sound", "text": "\ufeff", "executable": True}]}),
]


def test_what_has_no_fault_is_clean() -> None:
    assert lint_tools(tools(), "things") == []
    assert lint(tiny.native().card, tiny.native().policy) == []


@pytest.mark.parametrize(("code", "where", "change"), BAD)
def test_a_bad_example(code: str, where: str, change: Change) -> None:
    listed = tools()
    change(listed)
    found = [(problem.code, problem.where) for problem in lint_tools(listed, "things")]
    assert (code, where.replace("*", "/tools/find_thing")) in found


@pytest.mark.parametrize(("code", "where", "changes"), CARDS)
def test_a_bad_card(code: str, where: str, changes: dict[str, Any]) -> None:
    environment = tiny.native(**changes)
    problems = lint(environment.card, environment.policy)
    assert [(problem.code, problem.where) for problem in problems] == [(code, where)]


def test_names_count_together() -> None:
    long = "x" * 40
    assert [problem.code for problem in lint_tools([tool(long)], "a" * 17)] == []
    assert [problem.code for problem in lint_tools([tool(long)], "a" * 18)] == ["qualified_name"]


def test_every_rule_has_a_bad_example() -> None:
    shown = {code for code, *_ in BAD} | {code for code, *_ in CARDS} | {"qualified_name"}
    assert {rule.code for rule in RULES} == shown


def test_what_an_import_cannot_have_is_a_warning() -> None:
    environment, _ = tiny.plain()
    listed = wire_tools(environment.card)
    listed[0]["inputSchema"]["properties"]["name"] = {}
    listed[0]["description"] = ""
    problems = lint_tools(listed, "tiny_counter", "plain")
    assert {problem.severity for problem in problems} == {"warning"}
    codes = {"free_form_inputs", "described_inputs", "description_missing", "open_outputs"}
    assert {problem.code for problem in problems} == codes
    assert codes <= {
        problem.code for problem in lint_tools(listed, "tiny_counter") if problem.severity == "error"
    }


def test_errors_come_first() -> None:
    listed = [tool(f"one_{n:02}") for n in range(26)]
    listed[3]["annotations"] = {}
    assert [problem.severity for problem in lint_tools(listed, "things")] == ["error", "warning"]


def test_a_field_called_like_a_keyword_is_no_keyword() -> None:
    listed = tools()
    for name in ("format", "default", "oneOf", "title", "$ref"):
        listed[0]["inputSchema"]["properties"][name] = {"type": "string", "description": "A field."}
    assert lint_tools(listed, "things") == []


@pytest.mark.parametrize("words", ["From 1 to 9.", "A positive count.", "At least one."])
def test_ranges_may_be_said_in_any_words(words: str) -> None:
    listed = tools()
    into(*COUNT, description=words)(listed)
    assert lint_tools(listed, "things") == []


@pytest.mark.parametrize("text", ["Umlaut ü, 漢字, 🏥, line\nend and\ttab", ""])
def test_what_people_see_is_not_hidden(text: str) -> None:
    assert hidden_characters(text) == []
    assert without_hidden(text) == text


def test_hidden_characters_are_named_and_removed() -> None:
    assert hidden_characters("a\u200b\u200b\u202e\r") == ["U+200B", "U+202E", "U+000D"]
    assert without_hidden("a\u200bb\r\nc\rd") == "ab\nc\nd"
