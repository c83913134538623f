"""A domain file becomes a complete, typed design."""

from __future__ import annotations

from pathlib import Path

import pytest

from envscaler_mcp.blueprint.design import Assign, Chosen, Create, Delete, Design, Each, Link, When
from envscaler_mcp.blueprint.expression.tree import Constant, Type, Variable
from envscaler_mcp.blueprint.new_domain import new_domain, starter
from envscaler_mcp.blueprint.reading import (
    Domain,
    Patterns,
    domain_named,
    domain_names,
    parse_domain,
    read_domain,
)
from envscaler_mcp.errors import BadInput

SMALL = """
format: envscaler-mcp/domain/1
name: desk
title: A desk
about: "One desk."
topics: [desk]
entities:
  person: {rows: [3, 4], fields: {name: {text: person, title: true}}}
  theatre_list:
    rows: [2, 3]
    fields:
      owner: {ref: person, optional: true}
      size: {int: [1, 9], default: 2}
    states: [open, shut]
actions:
  shut_it: {on: theatre_list, from: [open], to: shut, ask: ["Shut {theatre_list}."]}
"""


@pytest.fixture(scope="module")
def desk() -> Design:
    return parse_domain(starter("tool_desk")).design()


def small(more: str = "", patterns: Path | None = None) -> Domain:
    return parse_domain(SMALL + more, patterns=Patterns((patterns,)) if patterns else None)


def test_names_for_people_and_for_ids():
    design = small().design()
    lists = design.by_entity["theatre_list"]
    assert (lists.noun.singular, lists.noun.plural) == ("theatre list", "theatre lists")
    assert (lists.collection, lists.prefix) == ("theatre_lists", "TL")
    people = design.by_entity["person"]
    assert (people.collection, people.prefix) == ("people", "PRS")
    assert design.by_action["shut_it"].description == "Shut a theatre list."


def test_what_the_file_left_out_has_its_default():
    lists = small().design().by_entity["theatre_list"]
    assert lists.field("owner").default == Constant(None, Type("none"))
    assert lists.field("size").default == Constant(2, Type("int"))
    assert lists.field("size").label == "size"
    state = lists.field("state")
    assert state.type.values == ("open", "shut")
    assert state.default == Constant("open", state.type)
    assert lists.rows == (2, 3)


def test_the_subject_is_the_first_parameter(desk: Design):
    swap = desk.by_action["swap_tool"]
    assert [(one.name, one.stored) for one in swap.parameters] == [("loan", "loan_id"), ("tool", "tool_id")]
    assert swap.parameter("tool").type == Type("ref", "tool")


def test_effects_in_their_order(desk: Design):
    back = desk.by_action["take_back"].effects
    assert [one.field for one in back if isinstance(one, Assign)] == ["returned_on", "fee", "state"]
    reserve = desk.by_action["reserve_tool"].effects[0]
    assert isinstance(reserve, Create)
    assert list(reserve.values) == ["fee", "member", "tool", "starts", "days", "note"]
    repair = desk.by_action["repair_tool"].effects
    assert [type(one) for one in repair] == [Create, When]
    assert [type(one) for one in desk.by_action["end_training"].effects] == [Link, Each]


def test_a_field_is_read_before_it_is_given_its_new_value():
    action = """
  grow:
    on: theatre_list
    sets: {size: theatre_list.size + 1, twin: theatre_list.size}
    ask: ["Grow {theatre_list}."]
"""
    text = (
        SMALL.replace("default: 2}", "default: 2}\n      twin: {int: [1, 9], default: 1}").rstrip() + action
    )
    effects = parse_domain(text).design().by_action["grow"].effects
    assert [one.field for one in effects if isinstance(one, Assign)] == ["twin", "size"]


def test_requirements_hold_for_what_comes_after_them():
    more = (
        "  hand_on:\n    on: theatre_list\n    requires: {nobody: theatre_list.owner is not None}\n"
        "    then: [{on: theatre_list.owner, sets: {name: \"'x'\"}}]\n    ask: ['Hand on {theatre_list}.']\n"
    )
    assert small(more).design().by_action["hand_on"].effects
    with pytest.raises(BadInput, match="is no row that is sure to be there"):
        small(more.replace("{nobody: theatre_list.owner is not None}", "{nobody: theatre_list.size > 2}"))
    with pytest.raises(BadInput, match="is no row that is sure to be there"):
        small(more.replace("    then:", "    sets: {owner: None}\n    then:"))


def test_a_duty_finds_its_arguments(desk: Design):
    duty = desk.duties[0]
    assert (duty.after, duty.first, duty.variable, duty.entity) == ("report_broken", True, "x", "loan")
    assert [one.descending for one in duty.order] == [False, True]
    swap, drop = duty.attempts
    assert isinstance(swap.arguments["tool"], Chosen)
    assert drop.arguments == {"loan": Variable("x", Type("ref", "loan"))}


def test_decisions_and_reports_are_entities_and_actions(desk: Design):
    record, file = desk.by_action["record_decision"], desk.by_action["file_report"]
    assert (record.answer, file.answer) == ("decision", "report")
    request, about, ground, note = record.parameters
    assert request.type.values == tuple(one.name for one in desk.actions if not one.answer)
    assert about.type == Type("text", optional=True)
    assert {"wrong_state", "in_the_past", "already_lent", "too_many_out"} <= set(ground.type.values)
    assert len(set(ground.type.values)) == len(ground.type.values)
    assert note.free_text
    assert [one.code for one in record.requires] == ["already_recorded"]
    assert desk.by_entity["decision"].log
    create, clear = file.effects
    assert isinstance(create, Create)
    assert isinstance(clear, Each)
    assert isinstance(clear.body[0], Delete)


def test_without_measures_nothing_is_filed():
    design = small().design()
    assert "file_report" not in design.by_action
    assert "record_decision" in design.by_action
    silent = parse_domain(SMALL.replace("from: [open], ", "")).design()
    assert [one.name for one in silent.actions] == ["shut_it"]
    assert "decision" not in silent.by_entity


OPTIONS = """
options:
  big:
    about: "It is big."
    topics: [hall, desk]
    entities: {theatre_list: {states: [lost], fields: {size: {int: [1, 99]}}}}
    actions:
      shut_it: {from: [lost], requires: {too_small: theatre_list.size > 1}, ask: ["Close {theatre_list}."]}
      lose_it: {on: theatre_list, from: [open], to: lost, ask: ["Lose {theatre_list}."]}
  noted:
    excludes: [big]
    actions: {shut_it: {with: {why: {text: sentence}}, ask: ["Shut {theatre_list} because of {why}."]}}
  owned:
    needs: [big]
    rules:
      nobody: {on: theatre_list, when: theatre_list.state == lost, must: theatre_list.owner is not None}
"""


def test_an_option_extends_what_there_is():
    design = small(OPTIONS).design(("big",))
    shut = design.by_action["shut_it"]
    assert shut.from_states == ("open", "lost")
    assert [one.code for one in shut.requires] == ["too_small"]
    assert shut.asks == ("Shut {theatre_list}.", "Close {theatre_list}.")
    size = design.by_entity["theatre_list"].field("size")
    assert (size.low, size.high, size.default) == (1, 99, Constant(2, Type("int")))
    assert design.about == "One desk. It is big."
    assert design.topics == ("desk", "hall")
    assert (design.name, design.domain, design.options) == ("desk_big", "desk", ("big",))


def test_phrases_without_a_parameter_that_an_option_brings_fall_away():
    assert small(OPTIONS).design(("noted",)).by_action["shut_it"].asks == (
        "Shut {theatre_list} because of {why}.",
    )


def test_compositions_are_the_choices_that_go_together():
    domain = small(OPTIONS)
    assert domain.compositions() == ((), ("big",), ("noted",), ("big", "owned"))
    for options in (("owned",), ("big", "noted")):
        with pytest.raises(BadInput, match="do not go together"):
            domain.design(options)
    with pytest.raises(BadInput, match="no option 'bigg'; the nearest known name is 'big'"):
        domain.design(("bigg",))


def test_the_order_of_options_makes_no_difference():
    domain = small(OPTIONS)
    assert domain.design(("owned", "big")) == domain.design(("big", "owned"))


def test_options_must_not_contradict_each_other():
    with pytest.raises(BadInput, match=r"size\.int: the options 'a' and 'b' say different things"):
        small(
            "options:\n"
            "  a: {entities: {theatre_list: {fields: {size: {int: [1, 20]}}}}}\n"
            "  b: {entities: {theatre_list: {fields: {size: {int: [1, 30]}}}}}\n"
        )


PATTERN = """
pattern: notes
about: Notes on a thing.
parameters: {what: the entity, most: how many, when: when it may be noted, state: the state in which it may}
entities:
  <what>_note:
    fields:
      <what>: {ref: <what>, phrase: "on {}"}
      words: {text: sentence, free: true, default: "on a <what.noun>"}
rules:
  too_many_notes: {on: <what>, must: count(n for n in <what>_notes if n.<what> == <what>) <= <most> * 2}
actions:
  note_<what>:
    creates: <what>_note
    takes: [<what>]
    requires:
      not_now: <when>
      none_at_all: count(x for x in <what.rows>) > 0
      shut: <what>.state == <state>
    ask: ["Note {<what>}."]
    about: Take a note on one of the <what.nouns>.
"""
USE = "  - {pattern: notes, with: {what: theatre_list, most: 3, when: theatre_list.size > 1, state: open}}\n"


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    (tmp_path / "notes.yaml").write_text(PATTERN, encoding="utf-8")
    return tmp_path


def test_a_pattern_is_bound_to_names_numbers_and_formulas(notes: Path):
    design = small(f"uses:\n{USE}", notes).design()
    action = design.by_action["note_theatre_list"]
    assert action.description == "Take a note on one of the theatre lists."
    assert [one.code for one in action.requires] == ["not_now", "none_at_all", "shut"]
    default = design.by_entity["theatre_list_note"].field("words").default
    assert default == Constant("on a theatre list", Type("text"))
    assert design.patterns == ("notes",)


def test_a_domain_has_the_last_word_on_what_a_pattern_says(notes: Path):
    own = "  note_theatre_list: {about: Mine.}\n"
    assert small(f"{own}uses:\n{USE}", notes).design().by_action["note_theatre_list"].description == "Mine."


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        (
            PATTERN.replace("<most> * 2", "<mots> * 2"),
            r"patterns/notes.yaml:11: <mots> is no parameter of this pattern",
        ),
        (PATTERN.replace("creates: <what>_note", "creates: <what>_nota"), r"patterns/notes.yaml:14: .*_nota"),
        (PATTERN.replace("parameters: {what", "parameters: {thing: a thing, what"), "lacks thing"),
        (PATTERN.replace("about: Notes on a thing.\n", ""), "patterns/notes.yaml:2: about is missing"),
        (f"{PATTERN}uses: [{USE.strip(' -').strip()}]\n", "none that uses itself"),
    ],
)
def test_what_is_wrong_with_a_pattern_is_told_at_its_place(tmp_path: Path, pattern: str, said: str):
    (tmp_path / "notes.yaml").write_text(pattern, encoding="utf-8")
    with pytest.raises(BadInput, match=said):
        small(f"uses:\n{USE}", tmp_path)


def test_the_same_file_gives_the_same_design():
    assert parse_domain(starter("a_desk")).design(("quotas",)) == parse_domain(starter("a_desk")).design(
        ("quotas",)
    )


def test_a_new_domain_reads_with_every_choice_of_options(tmp_path: Path):
    file = new_domain("tool_desk", tmp_path / "desk.yaml")
    domain = read_domain(file)
    assert (domain.name, domain.title) == ("tool_desk", "Tool desk")
    assert [domain.design(chosen).options for chosen in domain.compositions()] == list(domain.compositions())
    with pytest.raises(BadInput, match="there is a file already"):
        new_domain("tool_desk", file)
    assert new_domain("other_desk", file, force=True) == file


@pytest.mark.parametrize("name", ["Tool", "a b", "../x", "tool", "class", "", "x" * 41])
def test_a_new_domain_needs_a_name(tmp_path: Path, name: str):
    with pytest.raises(BadInput):
        new_domain(name, tmp_path / "desk.yaml")
    assert not list(tmp_path.iterdir())


def test_there_is_no_such_domain(tmp_path: Path):
    assert "hotel_bookings" in domain_names()
    with pytest.raises(BadInput, match="the nearest known name is 'hotel_bookings'"):
        domain_named("hotel_booking")
    with pytest.raises(BadInput, match="it cannot be read"):
        read_domain(tmp_path / "none.yaml")
    with pytest.raises(BadInput, match="it cannot be read"):
        read_domain(tmp_path)
