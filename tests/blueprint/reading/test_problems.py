# ruff: noqa: E501 - a table, a mistake a line
"""What is wrong with a domain file is told with its line and the remedy."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from envscaler_mcp.blueprint.new_domain import starter
from envscaler_mcp.blueprint.reading import parse_domain
from envscaler_mcp.errors import BadInput, BadInputs

TEXT = starter("tool_desk")


def told(text: str) -> str:
    with pytest.raises(BadInput) as error:
        parse_domain(text, "desk.yaml")
    return str(error.value)


def changed(old: str, new: str) -> str:
    assert old in TEXT
    return TEXT.replace(old, new, 1)


CHANGES = [
    # keys and shapes
    ("rules:", "rulez:", "unknown key 'rulez' in the file; the nearest known name is 'rules'"),
    ("unit: day", "units: day", "unknown key 'units' in entities.loan.fields.days; the nearest known name is 'unit'"),
    ("takes: [tool]", "take: [tool]", "unknown key 'take' in actions.swap_tool"),
    ("format: envscaler-mcp/domain/1", "format: envscaler-mcp/domain/9", "format"),
    ("rows: [4, 5]", "rows: 4", "entities.craft.rows: a list is expected, not 4"),
    ("rows: [4, 5]", "rows: [4]", "a longer list"),
    ("rows: [4, 5]", "rows: [5, 4]", "[5, 4] is no range"),
    ("topics: [tools", "topics: [3, tools", "topics.0: a text is expected, not 3; put the text in quotes"),
    ("topics: [tools", "name: twice\ntopics: [tools", "the key 'name' stands twice (first on line 5)"),
    ("must: loan.tool.state == in_service}", "must: loan.tool.state in (in_service, broken)}", "needs quotes"),
    # fields
    ("int: [1, 10], unit", "int: [10, 1], unit", "entities.loan.fields.days.int: [10, 1] is no range"),
    ("{bool: false}", "{bool: false, int: [1, 2]}", "it has 2 types (int, bool)"),
    ("{bool: false}", "{label: x}", "it has no type; give exactly one of text, int"),
    ("refs: craft, label", "refs: crafts, label", "there is no entity 'crafts'; the nearest known name is 'craft'"),
    ("text: sentence", "text: sentense", "nothing is known of texts like 'sentense'; the nearest known name"),
    ('phrase: "starting on {}"', 'phrase: "starting on"', "has no place for the value; write {} once"),
    ("[small, medium, large]", "[small, medium, small]", "'small' stands twice"),
    ("[small, medium, large]", "[small, not, large]", "'not' is no value of an enum"),
    ("[carpentry, welding", "[welding, welding", "a value stands twice"),
    ("returned_on:", "copy:", "the name 'copy' is reserved"),
    ("returned_on:", "id:", "the name 'id' is reserved"),
    ("returned_on:", "state:", "'state' is the field of a lifecycle"),
    ("returned_on:", "Returned:", "'Returned' is no name; use small letters"),
    ("prefix: MEM", "prefix: member", "'member' is no prefix"),
    ("prefix: MEM", "prefix: REP", "not DEC or REP"),
    ('default: ""', "title: true, optional: true", "a title may be None"),
    ("unit: day, label: length", "unit: day, title: true", "a title is not a text"),
    ("{bool: false}", "{bool: false, free: true}", "only texts are free"),
    ("{bool: false}", "{bool: false, unit: x}", "only ints have a unit"),
    ("{bool: false}", "{bool: false, unique: true}", "are not unique"),
    ("int: [1, 10], unit: day", "int: [1, 10], default: 11", "entities.loan.fields.days.default: 11 is not in"),
    ("{bool: false}", "{date: [0, 9], default: 3}", "'3' is a whole number, not a date"),
    # entities
    ("  repair:\n    log", "  report:\n    log", "the name 'report' is reserved"),
    ("plural: members", "plural: loans", "the collection of 'loan' has the name of the collection of 'member'"),
    ("name: tool_desk", "name: tool", "the domain and an entity are both called 'tool'"),
    ("states: [reserved, out", "states: [reserved, mislaid, out", "no action leads to the state 'mislaid'"),
    ("ends: loan.starts + loan.days", "ends: loan.ends", "derived values follow from each other"),
    ("ends: loan.starts + loan.days", "fee: loan.days", "'fee' is also a field"),
    # rules
    ("{on: loan, when: loan.holds, must: loan.tool.s", "{on: laon, when: loan.holds, must: loan.tool.s", "'laon'"),
    ("  not_trained:", "  wrong_state:", "the name 'wrong_state' is reserved"),
    ("  not_trained:", "  take_back:", "the rule 'take_back' has the name of the action 'take_back'"),
    ("too_many_out: {must: count(x for", "too_many_out: {must: loan.holds and count(x for", "unknown name 'loan'"),
    # actions
    ("  forget_loan:", "  reset:", "the name 'reset' is reserved"),
    ("  forget_loan:", "  get_loan:", "the name 'get_loan' is reserved"),
    ("  forget_loan:", "  search_loans:", "the name 'search_loans' is reserved"),
    ("  forget_loan:", "  model_dump:", "'model_dump' is a name of the runtime's own"),
    ("  forget_loan:", "  record_decision:", "the name 'record_decision' is reserved"),
    ("from: [dropped]", "from: [droped]", "loan has no state 'droped'; the nearest known name is 'dropped'"),
    ("to: returned", "to: retruned", "actions.take_back.to: loan has no state 'retruned'"),
    ("takes: [member, tool, starts, days]", "takes: [member, tool, starts, day]", "loan has no field 'day'"),
    ("takes: [member, tool, starts, days]", "takes: [tool, starts, days]", "a new loan gets no value for member"),
    ("takes: [member, tool, starts, days]", "takes: [member, tool, starts, ends]", "loan.ends is derived"),
    ("    creates: loan", "    creates: loan\n    on: member", "it has both `on` and `creates`"),
    ("    on: loan\n    from: [dropped]", "    from: [dropped]", "'from' needs an entity"),
    ("then: [{delete: loan}]", "then: []", "it does nothing"),
    ("then: [{delete: loan}]", "then: [{}]", "an effect does nothing"),
    ("then: [{delete: loan}]", "then: [{delete: loan, on: loan}]", "an effect does on, delete"),
    ("then: [{delete: loan}]", "then: [{delete: loan, by: [loan.days]}]", "'by' does not go with 'delete'"),
    ("then: [{delete: loan}]", "then: [{delete: loan.days}]", "is no row that is sure to be there"),
    ("then: [{delete: loan}]", "then: [{on: loan}]", "without `sets` or `then` does nothing"),
    ("then: [{link: {member.trained_in: craft}}]", "then: [{link: {member.joined: craft}}]", "is no refs field"),
    ("link: {member.trained_in: craft}", "link: {member.trained_in: member}", "is a row of member, not a row of craft"),
    ("as: done, sets", "as: tool, sets", "the name 'tool' is taken here"),
    ("with: {cost: {money", "with: {tool: {money", "the parameter name 'tool' is taken"),
    ("with: {cost: {money: [500, 40000]}}", "with: {cost: {money: [500, 40000]}, tool_id: {int: [1, 2]}}", "'tool_id'"),
    ("requires: {not_yet", "requires: {unknown_loan", "the name 'unknown_loan' is reserved"),
    ("requires: {not_yet: loan.starts", "requires: {not_yet: lone.starts", "unknown name 'lone'"),
    ("sets: {fee: tool.daily * days}", "sets: {fee: days}", "'days' is a whole number, not an amount of money"),
    ("sets: {fee: tool.daily * days}", "sets: {fee: 1, days: 2}", "'days' is taken and set"),
    ("{returned_on: today, fee:", "{returned_on: loan.ends, days: today - loan.starts, starts: today - loan.days, fee:",
     "are computed from each other"),
    ("sets: {tool: tool, day: today, cost: cost}", "sets: {tool: tool, day: today}", "a new repair gets no value for cost"),
    # phrases
    ('ask: ["Take back {loan}."]', 'ask: ["Take back {lone}."]', "{lone} is no parameter; the nearest known name is 'loan'"),
    ('ask: ["Take back {loan}."]', 'ask: ["Take it back."]', "the phrase does not mention {loan}"),
    ('ask: ["Take back {loan}."]', "ask: []", "there is no phrase for it"),
    ('ask: ["Take back {loan}."]', 'ask: ["Take {loan} to {loan}."]', "{loan} stands twice"),
    ('ask: ["Take back {loan}."]', 'ask: ["Take back {loan}}."]', "a brace has no partner"),
    ('ask: ["the number of days for which {tool}', 'ask: ["the number of days for which it', "does not mention {tool}"),
    # measures and duties
    ("value: sum(x.fee for", "value: max(x.starts for", "it is no figure"),
    ("before: report_broken", "before: report_brokn", "there is no action 'report_brokn'; the nearest known name"),
    ("before: report_broken", "before: report_broken\n    after: hand_out", "one of `before` and `after`"),
    ("- drop_loan: {loan: x}", "- drop_loan: {}", "drop_loan lacks loan; give every argument"),
    ("- drop_loan: {loan: x}", "- drop_laon: {loan: x}", "there is no action 'drop_laon'"),
    ("- drop_loan: {loan: x}", "- drop_loan: {loan: x, tool: x}", "drop_loan has no parameter 'tool'"),
    ("- drop_loan: {loan: x}", "- drop_loan: {loan: tool}", "'tool' is a row of tool, not a row of loan"),
    ("pick: t in tools if t.craft == tool.craft and", "pick: t in members if", "member has no field 'state'"),
    ("pick: t in tools if t.craft == tool.craft and t.state == in_service, by: [t.daily, t.code]",
     "pick: t in members, by: [t.joined]", "it picks a row of member"),
    ("by: [x.starts, -x.days]", "by: [x.tool]", "have no order"),
    ("by: [x.starts, -x.days]", "by: [x.tool.size]", "are not in alphabetical order"),
    ("by: [x.starts, -x.days]", "by: [x.returned_on]", "have no order"),
    # options and patterns
    ("excludes: [quotas]", "excludes: [quotes]", "there is no other option 'quotes'; the nearest known name is 'quotas'"),
    ("pattern: waitlist", "pattern: waitlists", "there is no pattern 'waitlists'; the nearest known name is 'waitlist'"),
    ("with: {who: member,", "with: {whom: member,", "the pattern 'waitlist' has no parameter 'whom'"),
    ("with: {who: member,", "with: {", "the pattern 'waitlist' lacks who"),
    ("claim: hand_out,", "claim: hand_over,", "patterns/waitlist.yaml:"),
    ("uses:\n      - pattern: quota", "uses:" + "\n      - pattern: quota" * 13, "use at most 12"),
    ("  blocking:\n    entities:", "  blocking:\n    entitys:", "unknown key 'entitys'"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "said"), CHANGES, ids=lambda one: str(one)[:40])
def test_each_mistake_is_told(old: str, new: str, said: str):
    text = told(changed(old, new))
    assert said in text
    for line in text.splitlines():
        place, _, sentence = line.partition(": ")
        assert ".yaml" in place
        assert place.rpartition(":")[2].isdigit(), line
        assert "; " in sentence
        assert line.endswith(".")


def test_the_line_is_that_of_the_mistake():
    text = changed("from: [dropped]", "from: [droped]")
    line = next(number for number, one in enumerate(text.splitlines(), 1) if "droped" in one)
    assert told(text).startswith(f"desk.yaml:{line}: actions.forget_loan.from.0: ")


def test_everything_that_is_wrong_is_told_in_the_order_of_lines():
    text = changed("from: [dropped]", "from: [droped]").replace("to: returned", "to: retruned")
    with pytest.raises(BadInputs) as error:
        parse_domain(text.replace("loan.tool.daily", "loan.tool.dayly"), "desk.yaml")
    lines = [int(one.where.rpartition(":")[2]) for one in error.value.problems]
    assert len(lines) == 3
    assert lines == sorted(lines)
    assert str(error.value).count("\n") == 2


def test_at_most_twenty_problems_are_shown():
    with pytest.raises(BadInputs) as error:
        parse_domain(TEXT.replace("loan.", "lone."), "desk.yaml")
    assert len(error.value.problems) <= BadInputs.MOST
    many = "\n".join(f"wrong_{number}: 1" for number in range(30))
    with pytest.raises(BadInputs) as error:
        parse_domain(f"{TEXT}\n{many}\n", "desk.yaml")
    assert str(error.value).endswith("\n… and 10 more.")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "desk.yaml:1: the file is empty"),
        (b"# nothing\n", "the file is empty"),
        (b"- a\n- b\n", "desk.yaml:1: the file holds no mapping"),
        (b"\xff\xfe", "desk.yaml:1: not UTF-8"),
        (b"name: a\ntitle: \xe9\n", "desk.yaml:2: not UTF-8"),
        (b"x" * 300_000, "larger than 256 KiB"),
        (b"a: &x [1]\nb: *x\n", "desk.yaml:1: not YAML: anchors and aliases"),
        (b"a: 1\nb: *x\n", "desk.yaml:2: not YAML: "),
        (b"a: !!python/object/apply:os.system [id]\n", "desk.yaml:1: not YAML: tags are not part"),
        (b"a: !x 1\n", "tags are not part"),
        (b"a: " + b"[" * 200 + b"]" * 200, "nested deeper than 24 levels"),
        (b"[" * 100_000, "nested deeper than 24 levels"),
        (b"a: [" + b"1," * 40_000 + b"]", "more than 30000 values"),
        (b"a: {b: c: d}\n", "desk.yaml:1: not YAML"),
        (b"a: 1\n\tb: 2\n", "desk.yaml:2: not YAML"),
        (b"? [a]\n: b\n", "a key is a list or a mapping"),
        (b"a: 1\na: 2\n", "desk.yaml:2: the key 'a' stands twice (first on line 1)"),
        (b"a: 1\n---\nb: 2\n", "not YAML"),
        (b"a: \x00\n", "not YAML"),
        (b"format: envscaler-mcp/domain/1\n", "name is missing; add the key 'name'"),
    ],
    ids=lambda one: repr(one)[:30],
)  # fmt: skip
@pytest.mark.parametrize("parser", ["in C", "in Python"])
def test_what_is_no_domain_at_all(text: bytes, said: str, parser: str, monkeypatch: pytest.MonkeyPatch):
    if parser == "in Python":
        monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    with pytest.raises(BadInput) as error:
        parse_domain(text, "desk.yaml")
    assert said in str(error.value)


def test_words_of_yaml_stay_texts():
    text = changed("[small, medium, large]", "[yes, no, off]")
    field = parse_domain(text).design().by_entity["tool"].field("size")
    assert field.type.values == ("yes", "no", "off")


def outcome(text: str | bytes) -> object:
    try:
        return parse_domain(text, "x.yaml").design()
    except BadInput as error:
        return str(error)


@given(st.one_of(st.text(max_size=200), st.binary(max_size=200)))
def test_any_text_is_a_domain_or_bad_input(text: str | bytes):
    assert outcome(text) == outcome(text)


LINES = TEXT.splitlines()
WORD = st.sampled_from(
    sorted({word for line in LINES for word in line.replace("{", " ").split() if len(word) < 30})
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_mutilated_domain_is_a_domain_or_bad_input(data: st.DataObject):
    lines = list(LINES)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(lines) - 1))
        how = data.draw(st.sampled_from(["drop", "double", "word", "indent", "cut"]))
        words = lines[at].split(" ")
        place = data.draw(st.integers(0, len(words) - 1))
        if how == "word":
            words[place] = data.draw(WORD)
        lines[at : at + 1] = {
            "drop": [],
            "double": [lines[at], lines[at]],
            "word": [" ".join(words)],
            "indent": [f"  {lines[at]}"],
            "cut": [" ".join(words[:place])],
        }[how]
    text = "\n".join(lines)
    assert outcome(text) == outcome(text)
