"""Environments as graphs without names: what is the same up to renaming has equal graphs."""

from __future__ import annotations

import random
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
TOOL = "tool "
"""How the names of nodes begin that are tools."""
DATED = ("date", "_at", "time", "timestamp")
"""How names of fields end that hold a date."""
DATE_PATTERN = r"\d{4}-\d{2}-\d{2}"
JSON_KINDS = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "array": "list"}


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


def behaviour_graph(subject: Subject) -> Graph:
    """Entities with the kinds of their fields, and tools with what they take, touch and refuse.

    Native cards declare more than imported ones; what these do not declare is read from their code, so that
    all are measured by the same signals.
    """
    graph = cast("Graph", nx.MultiDiGraph())
    for entity in subject.card.entities:
        own = [field for field in entity.fields if not subject.entity_of(field.name)]
        kinds = Counter(_kind(field.type, field.name, subject.values(field)) for field in own)
        graph.add_node(entity.name, label=f"entity {sorted(kinds.items())}")
        for field in entity.fields:
            if (target := subject.entity_of(field.name)) and field.name != entity.key:
                graph.add_edge(entity.name, target, label="ref")
    for tool in subject.card.tools:
        _add_tool(graph, subject, tool)
    return graph


def part_of(graph: Graph, tools: int, rng: random.Random) -> Graph:
    """So many of its tools, drawn, with the entities that they take or touch: environments at equal size.

    The larger an environment is, the more of its parts occur in any other; so sizes are made equal before
    sets are compared, as ecologists do before they compare the species of samples (rarefaction).
    """
    every = [node for node in graph if str(node).startswith(TOOL)]
    drawn = set(rng.sample(every, min(tools, len(every))))
    around = {other for one, other in graph.edges() if one in drawn}
    return graph.subgraph(drawn | around)


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


def _add_tool(graph: Graph, subject: Subject, tool: ToolCard) -> None:
    properties = _properties(tool)
    targets = {name: subject.entity_of(name) for name in properties}
    choices = subject.choices(tool)
    kinds = sorted(
        _kind(_spelt(part), name, choices.get(name, 0))
        for name, part in properties.items()
        if not targets[name]
    )
    node = f"{TOOL}{tool.name}"
    graph.add_node(node, label=f"{tool.kind}({', '.join(kinds)}) {subject.refuses(tool)} refusals")
    graph.add_edges_from((node, target, {"label": "takes"}) for target in targets.values() if target)
    graph.add_edges_from((node, target, {"label": "touches"}) for target in subject.touches(tool))


def _properties(tool: ToolCard) -> dict[str, Any]:
    return cast("dict[str, Any]", tool.input.get("properties") or {})


def _spelt(part: dict[str, Any]) -> str:
    """The kind of a parameter, in the words of annotations."""
    kind = part.get("type", "any")
    first = str(kind if isinstance(kind, str) else kind[0])
    return "date" if DATE_PATTERN in str(part.get("pattern")) else JSON_KINDS.get(first, first)


def _kind(annotation: str, name: str, choices: int) -> str:
    """Of a field or parameter; imported classes hold dates as text, so there the name tells."""
    if choices:
        return f"one of {choices}"
    lowered = annotation.lower()
    names = ("literal", "bool", "date", "int", "float", "list", "dict", "str")
    found = next((one for one in names if one in lowered), "other")
    return "date" if found == "str" and name.endswith(DATED) else found
