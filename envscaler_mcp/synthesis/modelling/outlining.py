"""From a topic to an outline: state and rules, then tools, then what an agent is told beside them."""

from __future__ import annotations

from pydantic import PydanticUserError

from envscaler_mcp.render.lint import lint
from envscaler_mcp.runtime.standalone.canonical import pretty
from envscaler_mcp.spec import Problem
from envscaler_mcp.synthesis.author import Author, Problems
from envscaler_mcp.synthesis.outline.assembling import bare_source
from envscaler_mcp.synthesis.outline.environment import environment_of
from envscaler_mcp.synthesis.outline.faults import completed, faults_of, faults_of_state
from envscaler_mcp.synthesis.outline.outline import Outline, State, Tools
from envscaler_mcp.synthesis.topic import Topic

from .answers import Guidance
from .asking import ask_until_sound

REPAIRS = 3


async def outlined(topic: Topic, name: str, author: Author, *, tools: int) -> Outline | Problems:
    """The outline of an environment, sound as far as can be said without code."""
    empty = _empty(topic, name)

    def faults_of_answer(answer: State) -> list[Problem]:
        return faults_of_state(_with_state(empty, answer))

    state = await ask_until_sound(
        author, "model_state", State, faults_of_answer, repairs=REPAIRS, topic=topic
    )
    if isinstance(state, Problems):
        return state
    return await _with_tools(topic, _with_state(empty, state), author, tools)


async def _with_tools(topic: Topic, outline: Outline, author: Author, count: int) -> Outline | Problems:
    def faults_of_answer(answer: Tools) -> list[Problem]:
        few = len(answer.tools) < count
        message = f"There are {len(answer.tools)} tools; at least {count} are wanted."
        missing = [Problem(code="too_few_tools", where="tools", message=message)] if few else []
        whole = _complete(outline, answer)
        return [*missing, *(faults_of(whole) or _lint(whole))]

    told = state_text(outline)
    tools = await ask_until_sound(
        author, "model_tools", Tools, faults_of_answer, repairs=REPAIRS, topic=topic, state=told, count=count
    )
    if isinstance(tools, Problems):
        return tools
    whole = _complete(outline, tools)
    guidance = await author.ask("model_policy", Guidance, outline=outline_text(whole))
    if isinstance(guidance, Problems):
        return guidance
    return whole.model_copy(update={"guidance": guidance.guidance})


def state_text(outline: Outline) -> str:
    """Entities and rules, as prompts show them."""
    return pretty(outline.model_dump(mode="json", include={"entities", "rules"}))


def outline_text(outline: Outline) -> str:
    """The whole outline, as prompts show it."""
    return pretty(outline.model_dump(mode="json", exclude={"name", "class_name", "guidance"}))


def class_name_of(name: str) -> str:
    """`rental_desk` → `RentalDesk`."""
    letters = "".join(part.capitalize() for part in name.split("_"))[:40]
    return letters if letters[:1].isalpha() else f"World{letters}"[:40]


def _lint(outline: Outline) -> list[Problem]:
    """What the runtime or clients would not take: no body can mend that."""
    try:
        environment = environment_of(outline, bare_source(outline))
    except (TypeError, ValueError, NameError, PydanticUserError) as error:
        message = f"The runtime does not take a class of this outline: {str(error)[:300]}"
        return [Problem(code="outline_refused", where="tools", message=message)]
    found = lint(environment.card, environment.policy)
    return [problem for problem in found if problem.severity == "error"]


def _empty(topic: Topic, name: str) -> Outline:
    return Outline(
        name=name,
        class_name=class_name_of(name),
        title=topic.title,
        introduction=topic.introduction,
        entities=(),
        rules=(),
        tools=(),
        guidance=(),
    )


def _with_state(outline: Outline, state: State) -> Outline:
    return outline.model_copy(update={"entities": state.entities, "rules": state.rules})


def _complete(outline: Outline, tools: Tools) -> Outline:
    return completed(outline.model_copy(update={"tools": tools.tools}))
