"""Environments as graphs without names: what is the same up to renaming has equal graphs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, cast

import networkx as nx  # pyright: ignore[reportMissingTypeStubs]

from envscaler_mcp.spec import ToolCard

from .subjects import Subject

Graph = Any
"""A networkx graph: the library has no types of its own."""
STATES = ("state", "status")
"""Names of a field that holds where a row stands in its lifecycle."""
HOPS = 2


def schema_graph(subject: Subject) -> Graph:
    """Entities, the references between them, and their lifecycles with the tools that follow them."""
    graph = cast("Graph", nx.MultiDiGraph())
    for entity in subject.card.entities:
        graph.add_node(entity.name, label="entity")
        for field in entity.fields:
            if field.name in STATES and field.enum:
                _add_lifecycle(graph, entity.name, len(field.enum))
            target = subject.entity_of(field.name)
            if target and field.name != entity.key:
                graph.add_edge(entity.name, target, label=f"ref {'many' if field.name.endswith('s') else ''}")
    _add_moves(graph, subject)
    return graph


def behaviour_graph(subject: Subject, *, bare: bool = False) -> Graph:
    """Entities with the kinds of their fields, and tools with what they take, touch and refuse.

    Args:
        subject: the environment.
        bare: leave out what a class that was imported does not declare: choices and refusals.
    """
    graph = cast("Graph", nx.MultiDiGraph())
    for entity in subject.card.entities:
        own = [field for field in entity.fields if not subject.entity_of(field.name)]
        kinds = Counter(_choice(field.enum, _kind(field.type), bare=bare) for field in own)
        graph.add_node(entity.name, label=f"entity {sorted(kinds.items())}")
        for field in entity.fields:
            if (target := subject.entity_of(field.name)) and field.name != entity.key:
                graph.add_edge(entity.name, target, label="ref")
    for tool in subject.card.tools:
        _add_tool(graph, subject, tool, bare=bare)
    return graph


def same_graph(one: Graph, other: Graph) -> bool:
    """Whether two graphs are the same up to renaming."""
    match = cast("Any", nx.algorithms.isomorphism)
    return bool(
        nx.is_isomorphic(
            one,
            other,
            node_match=match.categorical_node_match("label", ""),
            edge_match=match.categorical_multiedge_match("label", ""),
        )
    )


def classes(graphs: Sequence[Graph]) -> list[int]:
    """The class of each graph, numbered as they come: equal numbers for graphs that are isomorphic."""
    found: list[int] = []
    by_hash: dict[str, list[int]] = {}
    for place, graph in enumerate(graphs):
        alike = by_hash.setdefault(_digest(graph), [])
        same = next((one for one in alike if same_graph(graphs[one], graph)), None)
        if same is None:
            alike.append(place)
        found.append(place if same is None else found[same])
    numbers = {first: number for number, first in enumerate(dict.fromkeys(found))}
    return [numbers[first] for first in found]


def neighbourhoods(graph: Graph) -> Counter[str]:
    """How often each kind of neighbourhood occurs in a graph (Weisfeiler and Lehman), names left out."""
    simple = _simple(graph)
    hashes: dict[Any, list[str]] = nx.weisfeiler_lehman_subgraph_hashes(
        simple, node_attr="label", edge_attr="label", iterations=HOPS, include_initial_labels=True
    )
    return Counter(f"{hop} {one}" for marks in hashes.values() for hop, one in enumerate(marks))


def _digest(graph: Graph) -> str:
    return str(nx.weisfeiler_lehman_graph_hash(_simple(graph), node_attr="label", edge_attr="label"))


def _simple(graph: Graph) -> Graph:
    """Without directions and parallels, which the hash does not know: they stand in the labels of edges."""
    simple = cast("Graph", nx.Graph())
    simple.add_nodes_from(graph.nodes(data=True))
    marks: dict[frozenset[str], list[str]] = {}
    for one, other, name in graph.edges(data="label"):
        marks.setdefault(frozenset((one, other)), []).append(str(name))
    for ends, names in marks.items():
        nodes = sorted(ends)
        simple.add_edge(nodes[0], nodes[-1], label=" ".join(sorted(names)))
    return simple


def _add_lifecycle(graph: Graph, entity: str, states: int) -> None:
    graph.add_node(_states(entity), label=f"{states} states")
    graph.add_edge(entity, _states(entity), label="has")


def _states(entity: str) -> str:
    """The node of an entity's lifecycle."""
    return f"states of {entity}"


def _add_moves(graph: Graph, subject: Subject) -> None:
    """A tool that asks for a state of its row follows the row's lifecycle."""
    for tool in subject.card.tools:
        if any(refusal.code == "wrong_state" for refusal in tool.refusals):
            names = [*_properties(tool)]
            target = next((entity for name in names if (entity := subject.entity_of(name))), None)
            if target and _states(target) in graph:
                graph.add_node(f"move {tool.name}", label="move")
                graph.add_edge(_states(target), f"move {tool.name}", label="by")


def _add_tool(graph: Graph, subject: Subject, tool: ToolCard, *, bare: bool) -> None:
    properties = _properties(tool)
    targets = {name: subject.entity_of(name) for name in properties}
    own = [part for name, part in properties.items() if not targets[name]]
    kinds = sorted(_choice(part.get("enum"), _schema_kind(part), bare=bare) for part in own)
    refused = "" if bare else f" {len(tool.refusals)} refusals"
    node = f"tool {tool.name}"
    graph.add_node(node, label=f"{tool.kind}({', '.join(kinds)}){refused}")
    for target in targets.values():
        if target:
            graph.add_edge(node, target, label="takes")


def _properties(tool: ToolCard) -> dict[str, Any]:
    return cast("dict[str, Any]", tool.input.get("properties") or {})


def _choice(values: Sequence[Any] | None, kind: str, *, bare: bool) -> str:
    return kind if bare or not values else f"one of {len(values)}"


def _schema_kind(part: dict[str, Any]) -> str:
    if "enum" in part:
        return "choice"
    if "\\d{4}-\\d{2}-\\d{2}" in str(part.get("pattern", "")):
        return "date"
    kind = part.get("type", "any")
    return str(kind if isinstance(kind, str) else kind[0])


def _kind(text: str) -> str:
    lowered = text.lower()
    names = ("literal", "bool", "date", "int", "float", "list", "dict", "str")
    return next((name for name in names if name in lowered), "other")
