"""Tools that changed are another version, a minor one at least, and the changelog says which."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from envscaler_mcp.render import render
from envscaler_mcp.sharing.versioning import at_least_minor, succeeding
from envscaler_mcp.spec import EnvironmentCard
from tests.render import tiny_servers


def card(*, without: str = "", saying: str = "", **changes: Any) -> EnvironmentCard:
    whole = tiny_servers.native().card
    tools = tuple(tool for tool in whole.tools if tool.name != without)
    if saying:
        tools = (tools[0].model_copy(update={"description": saying}), *tools[1:])
    return whole.model_copy(update={"tools": tools, **changes})


def test_the_same_tools_keep_version_and_changelog() -> None:
    first = succeeding(card(without="lend_book"), card())
    again = succeeding(first, card(introduction="In other words."))
    assert (again.version, again.changelog) == ("1.1.0", first.changelog)


def test_added_changed_and_removed_tools_are_told() -> None:
    added = succeeding(card(without="lend_book"), card())
    changed = succeeding(added, card(saying="Other words."))
    removed = succeeding(changed, card(saying="Other words.", without="return_loan"))
    assert removed.version == "1.3.0"
    told = [(one.version, one.added, one.changed, one.removed) for one in removed.changelog]
    assert told == [
        ("1.1.0", ("lend_book",), (), ()),
        ("1.2.0", (), (card().tools[0].name,), ()),
        ("1.3.0", (), (), ("return_loan",)),
    ]


def test_a_version_that_is_high_enough_stays() -> None:
    assert succeeding(card(without="lend_book"), card(version="2.0.0")).version == "2.0.0"
    assert succeeding(card(without="lend_book"), card(version="1.0.9")).version == "1.1.0"


@pytest.mark.parametrize(
    ("earlier", "later", "expected"),
    [
        ("1.0.0", "1.1.0", True),
        ("1.9.3", "2.0.0", True),
        ("1.0.0", "1.0.1", False),
        ("2.0.0", "1.9.0", False),
    ],
)
def test_what_counts_as_a_minor_one(earlier: str, later: str, expected: bool) -> None:
    assert at_least_minor(earlier, later) is expected


def test_the_readme_tells_what_happened_to_the_tools() -> None:
    later = succeeding(card(without="lend_book"), card())
    environment = dataclasses.replace(tiny_servers.native(), card=later)
    readme = render(environment, tiny_servers.scenarios())["README.md"]
    assert "## Changes of the tools" in readme
    assert "| 1.1.0 | lend_book | – | – |" in readme
    assert "## Changes" not in render(tiny_servers.native(), tiny_servers.scenarios())["README.md"]
