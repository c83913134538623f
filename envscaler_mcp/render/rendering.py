"""`Environment` and scenarios → the files of a standalone server. Pure: nothing is written here."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from envscaler_mcp.errors import BadInput
from envscaler_mcp.runtime import standalone
from envscaler_mcp.runtime.standalone.canonical import digest_bytes
from envscaler_mcp.spec.environment import Environment, EnvironmentCard
from envscaler_mcp.spec.file_text import file_text
from envscaler_mcp.spec.scenario import Grading, Scenario

from .hidden import REPLACEMENT, without_hidden
from .lint.names import server_name_fault
from .markdown import inline
from .sharing_files import distribution, manifest_json, registry_name, server_json, summary
from .summing_up import MEANINGS, sum_up
from .templating import fill
from .wire import wire_tools

Tree = dict[str, str]
CARD = "environment.json"
DEPENDENCIES = ("mcp>=2.3,<3", "pydantic>=2")
TEMPLATES = ("README.md", "pyproject.toml", "Dockerfile", "LICENSE", ".mcpbignore", "tests/test_server.py")
PLAIN_ONLY = frozenset(
    f"{module}.py"
    for module in ("decoding", "encoding", "homes", "marks", "plain", "plain_loading", "seeded")
)
"""Modules of the runtime that only a server of a plain class ever imports."""


def render(environment: Environment, scenarios: Sequence[tuple[Scenario, Grading]]) -> Tree:
    """Every file of the server as `{path: text}`, sorted by path; the same input gives the same bytes.

    Raises:
        BadInput: the name cannot be a package's, two scenarios share an id, a grading belongs to another
            scenario, or a text is not Unicode.
    """
    _check(environment.card, scenarios)
    pairs = sorted(scenarios, key=lambda pair: pair[0].id)
    policy = _text_digest(environment.policy, f"{environment.card.name}: policy.md")
    card = environment.card.model_copy(update={"policy": policy, "digests": {}})
    named = Environment(card, environment.source, environment.policy)
    tree = _top(named, pairs) | _package(named, pairs)
    tree |= {f"grading/{grading.id}.json": grading.to_text() for _, grading in pairs}
    digests = {path: _text_digest(text, f"{card.name}: {path}") for path, text in sorted(tree.items())}
    tree[CARD] = card.model_copy(update={"digests": digests}).to_text()
    return dict(sorted(tree.items()))


def runtime_files(form: str = "plain") -> Tree:
    """The runtime that a server of this form carries, as it stands in this library; a plain one needs all."""
    folder = Path(standalone.__file__).parent
    unused = PLAIN_ONLY if form == "native" else frozenset[str]()
    paths = [path for path in sorted(folder.glob("*.py")) if path.name not in unused]
    return {path.name: path.read_bytes().decode("utf-8") for path in paths}


def _top(environment: Environment, pairs: Sequence[tuple[Scenario, Grading]]) -> Tree:
    values = _values(environment, pairs)
    tree = {name: fill(name, **values) for name in TEMPLATES}
    tree["server.json"] = file_text(server_json(environment.card))
    tree["manifest.json"] = file_text(manifest_json(environment.card, [scenario for scenario, _ in pairs]))
    return tree


def _package(environment: Environment, pairs: Sequence[tuple[Scenario, Grading]]) -> Tree:
    card = environment.card
    tree = {
        "__init__.py": fill("package/__init__.py", card=card),
        "__main__.py": fill("package/__main__.py", card=card, methods=_methods(card)),
        "environment.py": environment.source,
        "policy.md": environment.policy,
        "tools.json": file_text(wire_tools(card)),
    }
    tree |= {f"scenarios/{scenario.id}.json": scenario.to_text() for scenario, _ in pairs}
    tree |= {f"_runtime/{name}": text for name, text in runtime_files(card.form).items()}
    return {f"{card.name}/{path}": text for path, text in tree.items()}


def _methods(card: EnvironmentCard) -> dict[str, str]:
    """Tool name → method, where the name had to be mapped."""
    tools = sorted(card.tools, key=lambda tool: tool.name)
    return {tool.name: tool.released_name for tool in tools if tool.released_name}


def _values(environment: Environment, pairs: Sequence[tuple[Scenario, Grading]]) -> dict[str, object]:
    """What the templates of the top folder may use."""
    card = environment.card
    tiers = {grading.id: grading.certificate.tier if grading.certificate else "–" for _, grading in pairs}
    return {
        "card": card,
        "tools": sorted(card.tools, key=lambda tool: tool.name),
        "refuses": any(tool.refusals for tool in card.tools),
        "unknown": _of_unknown_rows(card),
        "introduction": _paragraphs(card.introduction),
        "summary": summary(card),
        "distribution": distribution(card),
        "registry_name": registry_name(card),
        "requirements": [*DEPENDENCIES, *card.requirements],
        "scripts": sorted({card.name, distribution(card)}),
        "scenarios": [scenario for scenario, _ in pairs],
        "tiers": tiers,
        "certificate": sum_up([grading for _, grading in pairs]),
        "meanings": MEANINGS,
    }


def _of_unknown_rows(card: EnvironmentCard) -> frozenset[str]:
    """Codes of the refusals for ids that there are not; in a table they would only repeat the parameters."""
    codes = (refusal.code for tool in card.tools for refusal in tool.refusals)
    return frozenset(code for code in codes if code.startswith("unknown_"))


def _paragraphs(text: str) -> str:
    """A text of several paragraphs, each on a line of its own."""
    blocks = without_hidden(text, REPLACEMENT).split("\n\n")
    return "\n\n".join(inline(block) for block in blocks if block.strip())


def _text_digest(text: str, where: str) -> str:
    try:
        return digest_bytes(text.encode("utf-8"))
    except UnicodeEncodeError as error:
        raise BadInput(where, f"half of a surrogate pair at character {error.start}", "remove it") from error


def _check(card: EnvironmentCard, scenarios: Sequence[tuple[Scenario, Grading]]) -> None:
    if fault := server_name_fault(card.name):
        raise BadInput(f"environment {card.name!r}", fault, "give the environment another name")
    seen: set[str] = set()
    for scenario, grading in scenarios:
        where = f"environment {card.name!r}, scenario {scenario.id!r}"
        if scenario.id != grading.id:
            raise BadInput(where, f"its grading has the id {grading.id!r}", "give both the same id")
        if scenario.id.casefold() in seen:
            raise BadInput(
                where, "another scenario has this id, or one that differs in case only", "rename one"
            )
        seen.add(scenario.id.casefold())
