"""What speaks against an environment after a trial: rules, promises, contracts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from envscaler_mcp.runtime.standalone.difference import diff
from envscaler_mcp.sandbox.checks import CheckRunner
from envscaler_mcp.spec import Problem
from envscaler_mcp.synthesis.author import Problems
from envscaler_mcp.synthesis.outline.draft import Contract, Draft
from envscaler_mcp.synthesis.outline.outline import ToolOutline

from .contracts import Contracted, contracted
from .evidence import shown
from .trial import Trial, Trying

CRASHES = ("tool_crashed", "timed_out", "state_too_large", "result_too_large")
MOST_OF_A_KIND = 2
"""So many problems of one code are told of a tool; more of the same help nobody."""


def judged(draft: Draft, trial: Trial, runner: CheckRunner) -> list[Problem]:
    """All problems that a trial shows, each code at most twice for each place."""
    told: dict[tuple[str, str], list[Problem]] = {}
    for problem in _problems(draft, trial, runner):
        same = told.setdefault((problem.where, problem.code), [])
        if len(same) < MOST_OF_A_KIND:
            same.append(problem)
    return [problem for same in told.values() for problem in same]


def objections(
    tool: ToolOutline, contract: Contract | None, one: Trying, runner: CheckRunner
) -> Iterator[Problem]:
    """What speaks against one call."""
    found = list(_plain_objections(tool, one))
    yield from found
    if contract is not None and one.valid and not found:
        ready = contracted(tool, contract)
        if isinstance(ready, Contracted):
            yield from ready.objections(runner, one)


def _problems(draft: Draft, trial: Trial, runner: CheckRunner) -> Iterator[Problem]:
    for rule in trial.start_broken:
        message = f"The start state breaks the rule {rule}, or its invariant is wrong."
        yield Problem(code="start_breaks_rule", where=f"rules/{rule}", message=message)
    for tool in draft.outline.tools:
        contract = draft.contracts.get(tool.name)
        if contract is not None and isinstance(faulty := contracted(tool, contract), Problems):
            yield from faulty
            contract = None
        for one in trial.by_tool.get(tool.name, ()):
            yield from objections(tool, contract, one, runner)
        yield from _unseen(tool, trial)


def conduct(tool: ToolOutline, one: Trying) -> Iterator[Problem]:
    """What no tool may do, whatever is promised of it: fail inside, or change something where it must not."""
    where = f"tools/{tool.name}"
    if one.came_to in CRASHES:
        yield Problem(code=one.came_to, where=where, message=shown(one))
    if (one.outcome.is_error or tool.kind == "read") and diff(one.before, one.after):
        code = "refusal_writes" if one.outcome.is_error else "read_writes"
        yield Problem(code=code, where=where, message=f"This call must not change anything. {shown(one)}")


def _plain_objections(tool: ToolOutline, one: Trying) -> Iterator[Problem]:
    where = f"tools/{tool.name}"
    found = list(conduct(tool, one))
    yield from found
    known = {refusal.code for refusal in tool.refusals}
    if found:
        return
    if not one.valid and not one.outcome.is_error:
        message = f"Arguments that do not fit its schema were accepted. {shown(one)}"
        yield Problem(code="invalid_accepted", where=where, message=message)
    elif one.valid and one.outcome.is_error and one.came_to not in known:
        message = f"It refuses with a code that its outline does not have. {shown(one)}"
        yield Problem(code="refusal_undeclared", where=where, message=message)
    changed = {change.path.split("/")[1] for change in diff(one.before, one.after)}
    if strange := sorted(changed - set(tool.writes)):
        message = f"It changes {', '.join(strange)}, which its outline does not say it writes. {shown(one)}"
        yield Problem(code="writes_elsewhere", where=where, message=message)
    for rule in one.broken:
        yield Problem(code="rule_broken", where=where, message=f"It breaks the rule {rule}. {shown(one)}")


def _unseen(tool: ToolOutline, trial: Trial) -> Iterator[Problem]:
    """What the outline promises and no call ever showed."""
    where, seen = f"tools/{tool.name}", trial.seen(tool.name)
    if "success" not in seen:
        told: Mapping[str, int] = {code: _count(trial, tool.name, code) for code in sorted(seen)}
        message = f"No call of it ever succeeded in the trial; calls came to {dict(told)}."
        yield Problem(code="never_succeeds", where=where, message=message)
    for refusal in tool.refusals:
        if refusal.code not in seen:
            message = f"No call was ever refused with {refusal.code}: {refusal.when}"
            yield Problem(code="never_refused", where=where, message=message, severity="warning")
    changed = {
        change.path.split("/")[1]
        for one in trial.by_tool.get(tool.name, ())
        for change in diff(one.before, one.after)
    }
    for name in sorted(set(tool.writes) - changed):
        message = f"Its outline says that it writes {name}; no call ever did."
        yield Problem(code="effect_never_seen", where=where, message=message, severity="warning")


def _count(trial: Trial, tool: str, code: str) -> int:
    return sum(one.came_to == code for one in trial.by_tool[tool])
