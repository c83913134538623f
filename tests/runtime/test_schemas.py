"""Schemas as clients take them."""

from __future__ import annotations

from typing import Any, cast

import pytest

from envscaler_mcp.runtime.standalone import Entity, Environment, read
from envscaler_mcp.runtime.standalone.description import describe
from envscaler_mcp.runtime.standalone.schemas import input_schema, output_schema

from .clinic import Clinic


def tool(name: str) -> dict[str, Any]:
    return next(one for one in describe(Clinic).tools if one["name"] == name)


def nested(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, dict):
        mapping = cast("dict[str, Any]", value)
        return [mapping, *(part for one in mapping.values() for part in nested(one))]
    return [part for one in value for part in nested(one)] if isinstance(value, list) else []


def test_the_list_is_sorted_and_self_contained() -> None:
    tools = describe(Clinic).tools
    assert [one["name"] for one in tools] == sorted(one["name"] for one in tools)
    for part in nested([[one["inputSchema"], one["outputSchema"]] for one in tools]):
        assert not {"$ref", "$defs", "default", "format"} & part.keys()


def test_dates_have_a_pattern_and_words() -> None:
    born = tool("list_patients")["inputSchema"]["properties"]["born_after"]
    assert born["description"] == "Only the younger. A date, YYYY-MM-DD."
    assert born["pattern"].startswith("^")


def test_ranges_are_told_in_words() -> None:
    assert (
        tool("list_patients")["inputSchema"]["properties"]["limit"]["description"]
        == "How many. From 1 to 50."
    )


def test_an_optional_input_is_not_required_and_a_nullable_output_says_so() -> None:
    assert tool("list_patients")["inputSchema"]["required"] == ["order"]
    assert tool("get_patient")["outputSchema"]["properties"]["born"]["type"] == ["string", "null"]


def test_what_is_no_model_comes_as_result() -> None:
    assert tool("list_patients")["outputSchema"]["required"] == ["result"]
    assert tool("wait")["outputSchema"]["properties"] == {"result": {"type": "string"}}


class Book(Entity):
    title: str
    format: str
    default: int


class Shelf(Environment):
    @read
    def find_book(self, title: str, schema: str, copy: int) -> Book:
        return Book(title=title, format=schema, default=copy)


def test_a_property_called_title_or_format_survives() -> None:
    assert sorted(output_schema(Shelf.find_book)["properties"]) == ["default", "format", "title"]
    assert sorted(input_schema(Shelf.find_book)["properties"]) == ["copy", "schema", "title"]


class Node(Entity):
    id: str
    children: list[Node]


def test_a_recursive_type_is_refused() -> None:
    class Tree(Environment):
        @read
        def root(self) -> Node: ...

    with pytest.raises(TypeError, match="contains itself"):
        output_schema(Tree.root)
