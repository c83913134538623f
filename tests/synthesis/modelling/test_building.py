"""The whole chain from a topic to an environment, with a model that makes mistakes."""

from __future__ import annotations

import json

import pytest

from envscaler_mcp.render import render
from envscaler_mcp.spec import EnvironmentCard
from envscaler_mcp.synthesis.author import Author
from envscaler_mcp.synthesis.modelling import Settings, build_environment
from envscaler_mcp.synthesis.modelling.naming import server_name_of
from envscaler_mcp.synthesis.quality.trial import Effort
from envscaler_mcp.synthesis.topic import Topic
from tests.synthesis import rental
from tests.synthesis.scripted import Scripted, desk, text_of, tool_in

TOPIC = Topic(title="Rental desk", introduction="A desk that rents out things.", tasks=("Rent me a drill.",))
QUICK = Settings(tools=8, rounds=2, effort=Effort(calls=8, most=80, states=1))


def proposals(request):
    """Calls that a tester proposes, one of them no call at all."""
    name = json.loads(text_of(request).split("<given>")[1].split("</given>")[0])["name"]
    arguments = {"block_member": '{"member_id": "MEM-004"}'}.get(name, "{}")
    good = {"arguments": arguments, "expected": "success", "reason": "It has reservations."}
    return {"calls": [good, {"arguments": "not json", "expected": "success", "reason": "?"}]}


class Objecting:
    """A checker that objects to block_member the first time, and then has nothing to say."""

    def __init__(self):
        self.objected = False

    def __call__(self, request):
        here = "The call block_member" in text_of(request)
        verdict = "fail" if here and not self.objected else "pass"
        self.objected |= here
        count = text_of(request).count("The call ")
        said = {"verdict": verdict, "reason": "The member is not told."}
        return {"opinions": [{"number": n + 1, **said} for n in range(count)]}


async def test_mistakes_go_back_with_evidence_and_are_mended():
    def body(request):
        name = tool_in(request)
        wrong = rental.BODIES[name].replace("if len(held) >= member.most_rentals:", "if len(held) > 99:")
        return {"body": wrong}

    def contract(request):
        refuses, ensures = rental.CONTRACTS[tool_in(request)]
        return {"refuses": refuses, "ensures": ensures.replace(' and after["reservations"] == wishes', "")}

    scripts = {"model_body": body, "model_contract": contract}
    llm = Scripted(desk(**scripts, propose_calls=proposals, judge_calls=Objecting()))
    author = Author(llm)
    built = await build_environment(TOPIC, author, settings=QUICK)

    assert built.environment is not None
    assert built.repairs == {"tools/rent_article": 1, "tools/block_member": 2}
    mends = {tool_in(one): [] for one in llm.asked if one.stage == "quality.mend_tool"}
    for one in llm.asked:
        if one.stage == "quality.mend_tool":
            mends[tool_in(one)].append(text_of(one))
    assert "rule_broken" in mends["rent_article"][0]
    assert "within_limit" in mends["rent_article"][0]
    assert "contract_too_weak" in mends["block_member"][0]
    assert "With a fault in the body (drop " in mends["block_member"][0]
    assert "The member is not told." in mends["block_member"][1]
    made, killed = built.funnel["mutants"]
    assert made == killed > 20
    assert built.funnel["tools"] == (8, 8)
    assert {event.code for event in author.log.events} >= {"proposal_unreadable", "rule_broken"}

    card = built.environment.card
    assert card.name == "rental_desk"
    assert [rule.executable for rule in card.rules] == [True] * 5 + [False]
    assert all(rule.text in built.environment.policy for rule in card.rules)
    assert card.provenance.model == "scripted"
    assert card.provenance.prompts == author.prompts
    assert card.provenance.tokens == 110 * len(llm.asked)
    assert card.provenance.cost_usd == pytest.approx(0.001 * len(llm.asked))
    tree = render(built.environment, [])
    assert EnvironmentCard.parse(tree["environment.json"], "").tools == card.tools


async def test_what_cannot_be_mended_is_dropped_with_its_reason():
    def body(request):
        wrong = {"search_articles": "return [*self.articles.values()][::-1]"}
        return {"body": wrong.get(tool_in(request), rental.BODIES[tool_in(request)])}

    def mend(request):
        refuses, ensures = rental.CONTRACTS[tool_in(request)]
        return {**body(request), "refuses": refuses, "ensures": ensures}

    def invariants(request):
        kept = {**rental.INVARIANTS, "one_wish": "return True"}
        told = [{"rule": rule, "body": body} for rule, body in kept.items()]
        return {"invariants": [*told, {"rule": "made_up", "body": "return True"}]}

    llm = Scripted(desk(model_body=body, mend_tool=mend, model_invariants=invariants))
    few = QUICK.__class__(**{**QUICK.__dict__, "repairs": 1, "kill_rate": 0.0})
    built = await build_environment(TOPIC, Author(llm), settings=few)

    assert built.environment is not None
    assert [tool.name for tool in built.environment.card.tools].count("search_articles") == 0
    assert built.funnel["tools"] == (8, 7)
    dropped = {problem.code: problem for problem in built.problems}
    assert dropped["tool_dropped"].where == "tools/search_articles"
    assert "ensures() does not hold" in dropped["tool_dropped"].message
    assert dropped["invariant_dropped"].where == "rules/one_wish"
    spoken = [rule.id for rule in built.environment.card.rules if not rule.executable]
    assert sorted(spoken) == ["one_wish", "only_active_rent"]
    assert llm.count("mend_tool") == 1


async def test_an_unsound_outline_is_asked_for_again_and_then_given_up():
    twice = [*rental.STATE["rules"], rental.STATE["rules"][0]]
    answers = iter([{**rental.STATE, "rules": twice}, rental.STATE])
    tools = {"tools": [{**one, "reads": ["nowhere"]} for one in rental.TOOLS["tools"]]}
    llm = Scripted(desk(model_state=lambda _: next(answers), model_tools=lambda _: tools))
    author = Author(llm)
    built = await build_environment(TOPIC, author, settings=QUICK)

    assert built.environment is None
    assert {problem.code for problem in built.problems} == {"unknown_collection"}
    assert (llm.count("model_state"), llm.count("model_tools")) == (2, 4)
    assert "There is no collection nowhere." in text_of(llm.asked[-1])
    assert author.log.events[-1].kind == "dropped"
    assert author.log.counts()["modelling"]["dropped"] == 1


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Equipment rental desk", "equipment_rental_desk"),
        ("24h Café — Tables & Cake!", "cafe_tables_cake"),
        ("日本", "world"),
        ("class", "class_world"),
        ("x" * 90, "x" * 48),
    ],
)
def test_every_title_has_a_name(title, name):
    assert server_name_of(title) == name
