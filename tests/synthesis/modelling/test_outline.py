"""Nothing of an outline is lost or damaged on its way into source, and no body brings more than a body."""

from __future__ import annotations

import ast
import random
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envscaler_mcp.runtime.standalone.loading import load_form
from envscaler_mcp.sandbox.policy import findings
from envscaler_mcp.synthesis.author import Problems
from envscaler_mcp.synthesis.outline.assembling import assemble
from envscaler_mcp.synthesis.outline.bodies import statements_of
from envscaler_mcp.synthesis.outline.draft import Draft
from envscaler_mcp.synthesis.outline.environment import environment_of
from envscaler_mcp.synthesis.outline.faults import completed, faults_of
from envscaler_mcp.synthesis.outline.outline import Outline
from tests.synthesis import rental
from tests.synthesis.planted_faults import sound

NASTY = [
    '"""',
    "'''",
    "{{ x }}",
    "{0.__class__}",
    "import os\nos.system('x')",
    "\\",
    "\n",
    "# x",
    "é✓",
    "%s",
    '"',
]
KINDS = ("text", "integer", "boolean", "date", "datetime", "choice", "reference")


def text(chance):
    return " ".join(chance.choices([*NASTY, "word", "Of a day."], k=chance.randint(1, 4)))


def fields(chance, count):
    """Fields of every kind, told in every way."""
    found = []
    for number in range(chance.randint(1, count)):
        kind, many = chance.choice(KINDS), chance.random() < 0.3
        more = {
            "choice": {"choices": [f"{text(chance)} {end}" for end in "ab"]},
            "reference": {"refers_to": "First"},
            "integer": {} if many else {"minimum": chance.randint(-5, 0), "maximum": 9},
        }
        name = "".join(chance.choices(string.ascii_lowercase, k=4)) + f"_{number}"
        told = {"description": text(chance), "optional": chance.random() < 0.5, "many": many}
        found.append(rental.field(name, kind, **told, **more.get(kind, {})))
    return found


def outline_of(chance):
    """Two entities, some rules, and reads and writes of every shape."""
    entities = [
        {
            "name": name,
            "collection": f"{name.lower()}_rows",
            "prefix": prefix,
            "description": text(chance),
            "fields": [one | {"role": "stored"} for one in fields(chance, 6)],
        }
        for name, prefix in (("First", "FIR"), ("Second", "SEC"))
    ]
    shapes = [
        rental.row("First"),
        rental.rows("Second"),
        {"shape": "facts", "entity": None, "fields": fields(chance, 3)},
        {"shape": "values", "entity": None, "fields": fields(chance, 1)},
    ]
    writes = {"writes": ["first_rows"], "effects": [text(chance)]}
    tools = [
        rental.tool(
            f"{kind}_tool_{number}",
            kind,
            text(chance),
            fields(chance, 4),
            chance.choice(shapes),
            "first_rows",
            **(writes if kind == "write" else {}),
        )
        for kind in ("read", "write")
        for number in range(2)
    ]
    rules = [{"id": f"rule_{number}", "text": text(chance), "executable": True} for number in range(2)]
    said = {"name": "made_up", "class_name": "MadeUp", "title": text(chance), "introduction": text(chance)}
    return Outline.model_validate(
        {**said, "entities": entities, "rules": rules, "tools": tools, "guidance": [text(chance)]}
    )


def test_a_field_without_a_default_says_so():
    """From Python 3.13 on, a node with a gap among its fields cannot be copied."""
    assembled = assemble(sound())
    assert not isinstance(assembled, Problems)
    fields = [node for node in ast.walk(assembled.module) if isinstance(node, ast.AnnAssign)]
    assert {node.value is None for node in fields} == {True, False}
    assert all("value" in vars(node) for node in fields)


@settings(max_examples=20)
@given(st.integers(min_value=0, max_value=2**32))
def test_nothing_of_an_outline_is_lost(seed):
    outline = outline_of(random.Random(seed))
    assert faults_of(outline) == []
    bodies = {tool.name: "return None" for tool in outline.tools}
    assembled = assemble(Draft(outline, bodies, {rule.id: "return True" for rule in outline.rules}))
    assert not isinstance(assembled, Problems)
    assert ast.dump(ast.parse(assembled.source)) == ast.dump(assembled.module)
    assert findings(assembled.source) == []
    card = environment_of(outline, assembled.source).card
    form = load_form(assembled.source, name="made_up", form="native", class_name="MadeUp", tools=[])
    assert form.tools == {tool.name: tool.kind for tool in outline.tools}
    for one, entity in zip(outline.entities, card.entities, strict=True):
        assert (entity.name, entity.collection) == (one.name, one.collection)
        assert {field.name for field in entity.fields} == {"id", *(field.name for field in one.fields)}
        told = {field.name: field for field in entity.fields}
        for field in one.fields:
            assert told[field.name].description.startswith(field.description.rstrip())
            assert told[field.name].ref == ("first_rows" if field.kind == "reference" else None)
    assert {rule.id: rule.text for rule in card.rules} == {rule.id: rule.text for rule in outline.rules}
    for tool in outline.tools:
        made = next(each for each in card.tools if each.name == tool.name)
        assert made.kind == tool.kind
        assert made.input["properties"].keys() == {one.name for one in tool.parameters}
        assert set(made.input.get("required", ())) == {
            one.name for one in tool.parameters if not one.optional
        }
        for one in tool.parameters:
            if one.kind == "choice" and not one.many:
                assert made.input["properties"][one.name]["enum"] == list(one.choices)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("import os\nreturn 1", "body_refused"),
        ("from os import system\nreturn 1", "body_refused"),
        ("class X:\n    pass\nreturn X", "body_refused"),
        ("yield 1", "body_refused"),
        ("global x\nx = 1", "body_refused"),
        ("Refusal = ValueError\nreturn 1", "body_refused"),
        ("@write\ndef other(self):\n    pass\nreturn 1", "body_refused"),
        ("await x", "body_syntax"),
        ("Sure! Here is the body:\nreturn 1", "body_syntax"),
        ("break", "body_syntax"),
        ("return (", "body_syntax"),
        ("return 1\x00", "body_syntax"),
        ("", "body_empty"),
        ('"""Only words."""', "body_empty"),
        ("x = 1\n" * 9000, "body_too_long"),
        ("return " + "(" * 300 + ")" * 300, "body_syntax"),
    ],
)
def test_what_is_no_body_is_told(body, code):
    found = statements_of(body, "tool", "tools/tool")
    assert isinstance(found, Problems)
    assert found.found[0].code == code
    assert found.found[0].where == "tools/tool"


@pytest.mark.parametrize(
    "body",
    [
        "return 1",
        "    return 1\n",
        "```python\nreturn 1\n```",
        "def tool(self, x):\n    '''Words.'''\n    return 1",
    ],
)
def test_the_ways_in_which_models_write_a_body(body):
    found = statements_of(body, "tool", "tools/tool")
    assert [ast.unparse(one) for one in found] == ["return 1"]


def test_a_method_that_closes_the_class_stays_inside():
    text = "return 1\n\ndef other(self):\n    return 2"
    draft = sound().with_body("get_member", text)
    assembled = assemble(draft)
    owner = next(
        one for one in assembled.module.body if isinstance(one, ast.ClassDef) and one.name == "RentalDesk"
    )
    assert "other" not in {one.name for one in owner.body if isinstance(one, ast.FunctionDef)}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda said: said["tools"][0].update(name="members"), "name_taken"),
        (lambda said: said["tools"][0].update(name="copy"), "name_taken"),
        (lambda said: said["tools"][0].update(name="class"), "name_taken"),
        (lambda said: said["tools"][1].update(name="get_member"), "name_twice"),
        (lambda said: said["tools"][0]["parameters"][0].update(refers_to="Nobody"), "field_unsound"),
        (lambda said: said["tools"][0]["parameters"][0].update(name="self"), "name_taken"),
        (lambda said: said["tools"][0].update(returns=rental.row("Nobody")), "returns_unsound"),
        (lambda said: said["tools"][0].update(writes=["members"]), "read_writes"),
        (lambda said: said["tools"][4].update(effects=[]), "write_without_effect"),
        (lambda said: said["tools"][4].update(rules=["nothing"]), "unknown_rule"),
        (lambda said: said["tools"][4].update(reads=["nothing"]), "unknown_collection"),
        (lambda said: said["entities"][0].update(collection="articles"), "name_twice"),
        (lambda said: said["entities"][0]["fields"][0].update(name="json"), "name_taken"),
        (lambda said: said["entities"][0]["fields"][0].update(name="id"), "name_taken"),
        (lambda said: said["entities"][0]["fields"][1].update(choices=["active"]), "field_unsound"),
        (lambda said: said["entities"][0]["fields"][2].update(minimum=10), "field_unsound"),
        (lambda said: said["rules"][5].update(id="idle"), "rule_idle"),
        (lambda said: said["tools"].append(said["tools"][3] | {"name": "get__article"}), "name_twice"),
    ],
)
def test_an_unsound_outline_is_told_before_code_is_paid_for(change, code):
    said = sound().outline.model_dump(mode="json")
    change(said)
    assert code in {problem.code for problem in faults_of(Outline.model_validate(said))}


def test_ids_that_must_be_given_may_be_unknown():
    assert faults_of(sound().outline) == []
    codes = {refusal.code for refusal in completed(sound().outline).tool("rent_article").refusals}
    assert {"unknown_member", "unknown_article"} <= codes
