"""Look, tell the model what is wrong, look again: until nothing is, or a part was written again too often.

Cheap gates come first. A tool that cannot be mended is dropped with its reason; a rule whose invariant cannot
be is kept in words; an environment is dropped when too little is left of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from envscaler_mcp.spec import Call, Environment, Problem
from envscaler_mcp.synthesis.at_once import each
from envscaler_mcp.synthesis.author import Author, Problems
from envscaler_mcp.synthesis.outline.draft import Draft
from envscaler_mcp.synthesis.outline.policy import policy_of
from envscaler_mcp.synthesis.quality.agents import Checked, Told, check, propose, proposed_tries
from envscaler_mcp.synthesis.quality.examining import Examined, Examiner

from .settings import Settings
from .writing import invariants_of, mended_start, mended_tool

START = "start"
FEWEST_OF_A_KIND = 2
TOO_WEAK = "contract_too_weak"
CONTRACT_REPAIRS = 2
"""So often a contract is written again only because it lets a fault pass."""


@dataclass
class Mending:
    """One draft on its way to an environment."""

    looking: Examiner
    author: Author
    judge: Author
    settings: Settings
    draft: Draft
    repairs: Counter[str] = field(default_factory=Counter[str])
    problems: list[Problem] = field(default_factory=list[Problem])
    funnel: dict[str, tuple[int, int]] = field(default_factory=dict[str, tuple[int, int]])
    _as_strong_as_can_be: frozenset[str] = frozenset()
    """Tools whose contracts still let some faults pass after repairs: alone no reason to drop them."""

    async def to_the_end(self) -> Environment | None:
        """The environment, or None where too little of it could be kept."""
        proposed = await self._proposals()
        while self._enough():
            examined = await self.looking.look(self.draft, proposed)
            errors = examined.errors or await self._deeper(examined, proposed)
            if not errors:
                self.problems += examined.warnings
                return examined.environment
            self.author.tell(errors)
            if not await self._mended(errors):
                self.problems += errors
                return None
        message = (
            f"Only {len(self.draft.outline.tools)} tools could be kept, or those of one kind are missing."
        )
        self.problems.append(Problem(code="too_few_tools", where="tools", message=message))
        return None

    def _enough(self) -> bool:
        tools = self.draft.outline.tools
        kinds = Counter(tool.kind for tool in tools)
        wanted = min(self.settings.fewest_tools, self.settings.tools)
        return len(tools) >= wanted and min(kinds["read"], kinds["write"]) >= FEWEST_OF_A_KIND

    async def _proposals(self) -> list[Call]:
        outline, policy = self.draft.outline, policy_of(self.draft.outline)
        found = await each(
            outline.tools,
            lambda tool: propose(self.author, tool, policy, self.draft.start, self.settings.rounds),
            self.settings.at_once,
        )
        return [call for calls in found for call in calls]

    async def _deeper(self, examined: Examined, proposed: Sequence[Call]) -> tuple[Problem, ...]:
        """What costs more to find out: boot, mutants, and the opinion of a checker."""
        if examined.environment is None or examined.trial is None:
            return ()
        booted = await self.looking.boot(examined.environment, self.draft)
        if errors := tuple(problem for problem in booted if problem.severity == "error"):
            return errors
        if errors := await self._mutants(examined):
            return errors
        return await self._opinions(examined, proposed)

    async def _mutants(self, examined: Examined) -> tuple[Problem, ...]:
        if not self.settings.kill_rate:
            return ()
        wanted = frozenset(tool.name for tool in self.draft.outline.tools) - self._as_strong_as_can_be
        tried = await self.looking.mutants(examined, self.draft, wanted)
        reached = len(tried.killed) + len(tried.survived)
        self.funnel["mutants"] = (reached, len(tried.killed))
        weak = len(tried.killed) < self.settings.kill_rate * reached
        return tried.problems if weak else ()

    async def _opinions(self, examined: Examined, proposed: Sequence[Call]) -> tuple[Problem, ...]:
        if examined.trial is None:
            return ()
        tries = proposed_tries(examined.trial, proposed)
        policy = policy_of(self.draft.outline)

        async def one(name: str) -> Checked:
            mine = [seen for seen in tries if seen.call.tool == name]
            told = Told(policy, self.draft.bodies[name])
            return await check(self.judge, self.draft.outline.tool(name), told, mine, self.settings.threshold)

        said = await each(self.draft.outline.tools, lambda tool: one(tool.name), self.settings.at_once)
        self.funnel["calls judged"] = (sum(one.judged for one in said), sum(one.passed for one in said))
        found = [problem for one in said for problem in one.problems]
        self.problems += [problem for problem in found if problem.severity == "warning"]
        return tuple(problem for problem in found if problem.severity == "error")

    async def _mended(self, errors: Sequence[Problem]) -> bool:
        """Whether another look is worth it: every part with an error was written again, or given up."""
        parts: dict[str, list[Problem]] = {}
        for problem in errors:
            folder, name, *_ = (*problem.where.split("/"), "")
            part = f"tools/{name}" if folder == "contracts" else f"{folder}/{name}" if name else folder
            parts.setdefault(part, []).append(problem)
        changed = [await self._mend(part, found) for part, found in parts.items()]
        return any(changed)

    async def _mend(self, part: str, problems: list[Problem]) -> bool:
        folder, _, name = part.partition("/")
        self.repairs[part] += 1
        spent = self.repairs[part] > self.settings.repairs
        if folder == "tools" and {one.code for one in problems} == {TOO_WEAK}:
            spent = self.repairs[part] > min(CONTRACT_REPAIRS, self.settings.repairs)
            return self._leave(name, problems) if spent else await self._mend_tool(name, problems)
        if folder == "tools" and name in self.draft.bodies:
            return self._drop(name, problems) if spent else await self._mend_tool(name, problems)
        if folder == "rules" and name in self.draft.invariants:
            return self._say(name, problems) if spent else await self._mend_rule(name, problems)
        if folder == START and not spent:
            return await self._mend_start(problems, self.repairs[part])
        return False

    async def _mend_tool(self, name: str, problems: Sequence[Problem]) -> bool:
        attempt = self.repairs[f"tools/{name}"]
        self.draft = await mended_tool(self.draft, name, self.author, problems, attempt)
        self.author.note("repaired", f"tools/{name}", f"Written again, attempt {attempt}.")
        return True

    async def _mend_rule(self, name: str, problems: Sequence[Problem]) -> bool:
        """A start that breaks a rule: first the start is looked at, then the invariant, in turns."""
        where = f"rules/{name}"
        only_start = all(problem.code == "start_breaks_rule" for problem in problems)
        if only_start and self.repairs[where] % 2:
            return await self._mend_start(problems, self.repairs[where])
        written = await invariants_of(
            self.draft.outline, self.author, problems, self.draft.invariants, self.repairs[where]
        )
        self.draft = self.draft.with_invariant(name, written.get(name, ""))
        self.author.note("repaired", where, f"Written again, attempt {self.repairs[where]}.")
        return True

    async def _mend_start(self, problems: Sequence[Problem], attempt: int) -> bool:
        start = await mended_start(self.draft, self.author, problems, attempt)
        if not isinstance(start, Problems):
            self.draft = replace(self.draft, start=start)
        self.author.note("repaired", START, "Written again.")
        return True

    def _leave(self, name: str, problems: Sequence[Problem]) -> bool:
        """What a contract cannot notice (a free text, say) is worth knowing, and no fault of the tool."""
        self._as_strong_as_can_be |= {name}
        self.problems += [problem.model_copy(update={"severity": "warning"}) for problem in problems]
        return True

    def _drop(self, name: str, problems: Sequence[Problem]) -> bool:
        reason = problems[0].message
        self.draft = self.draft.without(frozenset((name,)))
        self.author.note("dropped", f"tools/{name}", reason, "tool_dropped")
        message = f"Dropped after {self.settings.repairs} repairs: {reason}"
        self.problems.append(
            Problem(code="tool_dropped", where=f"tools/{name}", message=message, severity="warning")
        )
        return True

    def _say(self, name: str, problems: Sequence[Problem]) -> bool:
        """A rule without an invariant is still a rule of the policy."""
        outline = self.draft.outline
        rules = tuple(
            rule.model_copy(update={"executable": False}) if rule.id == name else rule
            for rule in outline.rules
        )
        invariants = {rule: body for rule, body in self.draft.invariants.items() if rule != name}
        self.draft = replace(
            self.draft, outline=outline.model_copy(update={"rules": rules}), invariants=invariants
        )
        reason = problems[0].message
        self.author.note("dropped", f"rules/{name}", reason, "invariant_dropped")
        message = f"Its invariant was dropped after {self.settings.repairs} repairs: {reason}"
        self.problems.append(
            Problem(code="invariant_dropped", where=f"rules/{name}", message=message, severity="warning")
        )
        return True
