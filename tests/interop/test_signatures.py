import ast

import jsonschema
import pytest

from envscaler_mcp.interop.docstrings import Argument
from envscaler_mcp.interop.signatures import Types, annotation_schema, input_schema

MODULE = """
from typing import *
class Row(TypedDict):
    id: str
    parts: List["Row"]
class Colour(str, Enum):
    RED = "red"
Money = NewType("Money", float)
Key = Union[str, int]
"""
TYPES = Types.of(ast.parse(MODULE))


def schema_of(text):
    return annotation_schema(ast.parse(text, mode="eval").body, TYPES)


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        ("str", {"type": "string"}),
        ("Optional[int]", {"type": ["integer", "null"]}),
        ("str | None", {"type": ["string", "null"]}),
        ("'Optional[str]'", {"type": ["string", "null"]}),
        ("Union[int, float]", {"type": "number"}),
        ("Union[str, dict, None]", {"type": ["string", "object", "null"]}),
        ("Union[List[str], str]", {"type": ["string", "array"], "items": {"type": "string"}}),
        ("Union[List[str], List[int]]", {"anyOf": [
            {"type": "array", "items": {"type": "string"}},
            {"type": "array", "items": {"type": "integer"}}]}),
        ("typing.List[Dict[str, int]]", {"type": "array", "items": {"type": "object"}}),
        ("list", {"type": "array", "items": {}}),
        ("Tuple[float, float]", {"type": "array", "items": {"type": "number"}}),
        ("Tuple[int, ...]", {"type": "array", "items": {"type": "integer"}}),
        ("Literal['a', 'b']", {"type": "string", "enum": ["a", "b"]}),
        ("Optional[Literal['a']]", {"type": ["string", "null"], "enum": ["a", None]}),
        ("Annotated[str, 'x']", {"type": "string"}),
        ("Any", {}),
        ("Optional[Any]", {}),
        ("Stranger", {}),
        ("Money", {"type": "number"}),
        ("Key", {"type": ["string", "integer"]}),
        ("Colour", {"type": "string", "enum": ["red"]}),
    ],
)  # fmt: skip
def test_annotations(annotation, expected):
    assert schema_of(annotation) == expected
    jsonschema.Draft202012Validator.check_schema(expected)


def test_a_typed_dict_is_open_and_its_recursion_ends():
    schema = schema_of("Row")
    assert schema["properties"]["id"] == {"type": ["string", "null"]}
    assert schema["properties"]["parts"] == {"type": ["array", "null"], "items": {}}
    assert "required" not in schema
    assert "additionalProperties" not in schema


def method(text):
    return ast.parse(text).body[0]


def test_the_input_schema_of_a_method():
    told = {"key": Argument("The key."), "days": Argument("How long.")}
    source = "def lend(self, key: str, days: int = 7, note: str = None, *, loud: bool = False): pass"
    assert input_schema(method(source), told, TYPES) == {
        "type": "object",
        "properties": {
            "key": {"type": "string", "description": "The key."},
            "days": {"type": "integer", "description": "How long. Default: 7."},
            "note": {"type": ["string", "null"]},
            "loud": {"type": "boolean", "description": "Default: False."},
        },
        "additionalProperties": False,
        "required": ["key"],
    }


def test_an_optional_without_a_default_is_required_and_takes_null():
    schema = input_schema(method("def f(self, a: Optional[str]): pass"), {}, TYPES)
    assert schema["required"] == ["a"]
    jsonschema.validate({"a": None}, schema)


@pytest.mark.parametrize(
    ("body", "value"),
    [
        ("if isinstance(a, (dict, list)): pass", {"x": 1}),
        ("if a is None: return", None),
        ("b = float(a)", "2.5"),
        ("b = json.loads(a)", "{}"),
        ("b = str(a)", 5),
    ],
)
def test_what_the_body_takes_the_schema_takes(body, value):
    annotation = "float" if "float" in body else "dict" if "loads" in body else "str"
    schema = input_schema(method(f"def f(self, a: {annotation}):\n    {body}"), {}, TYPES)
    jsonschema.validate({"a": value}, schema)


def test_a_documented_type_serves_where_there_is_no_annotation():
    schema = input_schema(method("def f(self, a, b=1.5): pass"), {"a": Argument("", "int, optional")}, TYPES)
    assert schema["properties"] == {
        "a": {"type": "integer"},
        "b": {"type": "number", "description": "Default: 1.5."},
    }


def test_static_methods_have_no_self():
    assert list(input_schema(method("@staticmethod\ndef f(a): pass"), {}, TYPES)["properties"]) == ["a"]
