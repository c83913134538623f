"""Copies count once, renaming makes nothing new, and what is unlike counts in full."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from envscaler_mcp.blueprint.diversity import Subject, figures_of, subjects_in, write_report
from envscaler_mcp.blueprint.diversity.effective import (
    alike,
    effective_number,
    groups,
    growth,
    overlap,
    similarities,
)
from envscaler_mcp.blueprint.diversity.graphs import behaviour_graph, classes, neighbourhoods, schema_graph
from envscaler_mcp.blueprint.diversity.subjects import Task
from envscaler_mcp.errors import BadInput
from envscaler_mcp.spec import Call, EnvironmentCard


def card(name: str, nouns: tuple[str, str], *, states: int = 3, extra: bool = False) -> EnvironmentCard:
    """A card with two entities, one of which refers to the other."""
    one, other = nouns
    named = lambda noun: {"name": noun.title(), "key": "id", "collection": f"{noun}s"}  # noqa: E731
    text = {"name": "label", "type": "str"}
    fields = [
        {"name": "id", "type": "str"},
        {"name": f"{one}_id", "type": "str"},
        {"name": "state", "type": "str", "enum": [str(number) for number in range(states)]},
    ]
    tools = [
        {
            "name": f"close_{other}",
            "kind": "write",
            "description": "Close it.",
            "input": {"type": "object", "properties": {f"{other}_id": {"type": "string"}}},
            "output": {"type": "object"},
            "refusals": [{"code": "wrong_state", "text": "It is closed."}],
        }
    ]
    entities = [
        {**named(one), "fields": [{"name": "id", "type": "str"}, *([text] if extra else [])]},
        {**named(other), "fields": fields},
    ]
    return EnvironmentCard.model_validate(
        {
            "name": name,
            "title": name,
            "introduction": "",
            "form": "native",
            "class_name": "X",
            "entities": entities,
            "tools": tools,
            "policy": "",
            "provenance": {"engine": "test"},
        }
    )


def subject(name: str, nouns: tuple[str, str], *, states: int = 3, extra: bool = False) -> Subject:
    one, other = nouns
    start = {f"{one}s": {"A-1": {}}, f"{other}s": {"B-1": {}, "B-2": {}}}
    calls = [(Call(tool=f"close_{other}", arguments={f"{other}_id": key}),) for key in ("B-1", "B-2")]
    return Subject(
        card(name, nouns, states=states, extra=extra), tuple(Task(start, oracle) for oracle in calls)
    )


def test_other_nouns_are_the_same_schema() -> None:
    same = [subject("a", ("room", "booking")), subject("b", ("ship", "voyage"))]
    assert classes([schema_graph(one) for one in same]) == [0, 0]
    assert figures_of(same).schemas == 1


def test_another_lifecycle_is_another_schema() -> None:
    three, four = subject("a", ("room", "booking")), subject("b", ("room", "booking"), states=4)
    assert classes([schema_graph(one) for one in (three, four, three)]) == [0, 1, 0]


def test_renamed_environments_are_alike_and_another_field_makes_them_less_so() -> None:
    graphs = [
        neighbourhoods(behaviour_graph(one))
        for one in (
            subject("a", ("room", "booking")),
            subject("b", ("ship", "voyage")),
            subject("c", ("ship", "voyage"), extra=True),
        )
    ]
    assert alike(graphs[0], graphs[1]) == pytest.approx(1.0)
    assert alike(graphs[0], graphs[2]) < 0.9


def test_a_plan_on_another_row_is_no_other_plan() -> None:
    figures = figures_of([subject("a", ("room", "booking")), subject("b", ("ship", "voyage"))])
    assert (figures.scenarios, figures.plan_classes, figures.plan_shapes) == (4, 2, 1)
    assert figures.code_overlap == 1.0
    assert figures.signature_overlap == 0.0


def test_the_effective_number_of_copies_is_one_and_of_strangers_their_number() -> None:
    copies = similarities([Counter("aab")] * 6)
    strangers = similarities([Counter(letter) for letter in "abcdef"])
    assert effective_number(copies) == pytest.approx(1.0)
    assert effective_number(strangers) == pytest.approx(6.0)
    assert (groups(copies), groups(strangers)) == (1, 6)
    assert growth(strangers, [1, 3, 6]) == {1: 1.0, 3: 3.0, 6: 6.0}
    assert effective_number([]) == 0.0


def test_what_two_sets_share() -> None:
    assert overlap([frozenset("ab"), frozenset("bc")]) == pytest.approx(1 / 3, abs=1e-4)
    assert overlap([frozenset("ab")]) == 0.0


def test_a_report_is_written_beside_the_servers(root: Path, tmp_path: Path) -> None:
    shown = tmp_path / "shown"
    shown.mkdir()
    for folder in (root / "generated_servers").iterdir():
        if folder.is_dir():
            (shown / folder.name).symlink_to(folder)
    file = write_report(shown, [root / "generated_servers"])
    values = json.loads((shown / "diversity.json").read_text())
    assert values["shown"] == values["generated_servers"]
    assert values["shown"]["schemas"] == values["shown"]["environments"] == len(subjects_in(shown)) > 1
    assert "| effective number |" in file.read_text()
    assert str(tmp_path) not in file.read_text()


def test_an_empty_folder_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="there is no server in it"):
        write_report(tmp_path)
