"""The whole chain from a topic to an environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from envscaler_mcp.llm import Llm
from envscaler_mcp.spec import Environment, Problem, State
from envscaler_mcp.synthesis.author import Author
from envscaler_mcp.synthesis.topic import Topic


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How much is tried before something is given up.

    Attributes:
        tools: how many tools an environment should have, at least.
        repairs: how often a tool or a rule may be written again.
        rounds: how many calls the tester proposes for each tool.
        threshold: share of its calls that a checker has to pass.
        seed: of the trial's calls.
        at_once: how many tools are written at the same time.
    """

    tools: int = 12
    repairs: int = 5
    rounds: int = 4
    threshold: float = 0.85
    seed: int = 0
    at_once: int = 8


@dataclass(frozen=True)
class Built:
    """What came of a topic.

    Attributes:
        environment: as `render` and `certify` take it; None where it was dropped.
        problems: why it was dropped, or what was dropped of it and is worth knowing.
        repairs: tool or rule → how often it was written again.
        funnel: stage → how many went in and how many came out, in the order of stages.
        starts: start states that obey every rule; the trials were played on them.
    """

    environment: Environment | None
    problems: tuple[Problem, ...] = ()
    repairs: Mapping[str, int] = field(default_factory=dict[str, int])
    funnel: Mapping[str, tuple[int, int]] = field(default_factory=dict[str, tuple[int, int]])
    starts: tuple[State, ...] = ()


async def build_environment(
    topic: Topic,
    author: Author,
    *,
    name: str | None = None,
    checker: Llm | None = None,
    settings: Settings | None = None,
) -> Built:
    """Model a topic, write its code, and try all of it.

    Args:
        topic: what the environment is about.
        author: who writes it. Its log hears of every call, problem, repair and drop.
        name: of the server; made from the title where nothing is said.
        checker: another model that judges in the author's place.
        settings: how much is tried.

    Raises:
        ProviderFailed: there is no answer to be had.
        BudgetReached: the next call might cost more than is left.
    """
    raise NotImplementedError((topic, author, name, checker, settings))
