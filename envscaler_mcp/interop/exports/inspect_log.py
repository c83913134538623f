"""Logs that `inspect view` opens, made through Inspect's own API (extra `inspect`).

One log for each agent; a sample is one scenario, an epoch one repeat. What is no evidence about the agent is
a sample with an error and without a score, as Inspect has it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from envscaler_mcp.errors import BadInput
from envscaler_mcp.runtime.standalone.canonical import dumps
from envscaler_mcp.spec import NO_EVIDENCE, RolloutRow, RunCard, Step

from .played import Played, Turn

SCORER = "envscaler_mcp"


class InspectLog:
    """The log of one agent, as its rollouts come.

    Args:
        card: of the run.
        agent: whose log it is.
        run: name of the run.

    Raises:
        BadInput: Inspect is not installed.
    """

    def __init__(self, card: RunCard, agent: str, run: str) -> None:
        self._log, self._model, self._scorer, self._tool = _modules()
        self._card, self._agent, self._run = card, agent, run
        self._samples: list[Any] = []
        self._rewards: list[float] = []

    def add(self, one: Played) -> None:
        """One more rollout."""
        self._samples.append(self._sample(one))
        if one.row.outcome not in NO_EVIDENCE and one.row.reward is not None:
            self._rewards.append(float(one.row.reward))

    def write(self, folder: Path) -> Path:
        """Write the log; its name is the agent's.

        Raises:
            BadInput: it cannot be written.
        """
        mark = hashlib.blake2s(self._agent.encode(), digest_size=4).hexdigest()
        path = folder / f"{''.join(sign if sign.isalnum() else '-' for sign in self._agent)[:60]}-{mark}.eval"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._log.write_eval_log(self._whole(), location=str(path), format="eval")
        except OSError as error:
            raise BadInput(str(path), error.strerror or str(error), "name a folder to write to") from error
        return path

    def _whole(self) -> Any:
        log, card = self._log, self._card
        started = card.started.isoformat()
        names = sorted({sample.id for sample in self._samples})
        return log.EvalLog(
            status="success" if card.status == "complete" else "error",
            eval=log.EvalSpec(
                created=started,
                task="envscaler-mcp",
                task_version=0,
                run_id=self._run,
                model=self._agent,
                dataset=log.EvalDataset(
                    name=", ".join(card.suite.servers), samples=len(names), sample_ids=names
                ),
                config=log.EvalConfig(epochs=card.suite.repeats),
                packages=dict(card.versions),
                metadata={"suite": card.suite.to_json()},
            ),
            results=self._results(),
            stats=log.EvalStats(started_at=started, completed_at=started),
            samples=self._samples,
        )

    def _results(self) -> Any:
        log, count = self._log, len(self._rewards)
        mean = sum(self._rewards) / count if count else 0.0
        metrics = {"mean": log.EvalMetric(name="mean", value=mean)}
        score = log.EvalScore(name=SCORER, scorer=SCORER, scored_samples=count, metrics=metrics)
        return log.EvalResults(total_samples=len(self._samples), completed_samples=count, scores=[score])

    def _sample(self, one: Played) -> Any:
        row, log = one.row, self._log
        scored = row.outcome not in NO_EVIDENCE and row.reward is not None
        messages = [self._model.ChatMessageSystem(content=one.system), *self._messages(one.turns)]
        error = f"{row.outcome}: {row.error or ''}"
        return log.EvalSample(
            id=f"{row.server}/{row.scenario}",
            epoch=row.repeat + 1,
            input=one.turns[0].text,
            target="",
            messages=messages,
            output=self._model.ModelOutput(model=row.agent, completion=_last_word(one.turns)),
            scores={SCORER: self._score(row)} if scored else None,
            error=None if scored else log.EvalError(message=error, traceback=error, traceback_ansi=error),
            metadata=_about(one),
            total_time=float(row.seconds),
        )

    def _score(self, row: RolloutRow) -> Any:
        wrong = [verdict.id for verdict in row.verdicts if not verdict.ok]
        explanation = f"{row.outcome}; not met: {', '.join(wrong) or 'nothing'}"
        more = {
            "progress": row.progress,
            "collateral": list(row.collateral),
            "reward_paper": row.reward_paper,
        }
        return self._scorer.Score(value=float(row.reward or 0), explanation=explanation, metadata=more)

    def _messages(self, turns: Sequence[Turn]) -> Iterator[Any]:
        for turn in turns:
            if turn.role == "user":
                yield self._model.ChatMessageUser(content=turn.text)
                continue
            calls = [
                self._tool.ToolCall(id=f"call_{step.n}", function=step.tool, arguments=step.arguments)
                for step in turn.steps
            ]
            yield self._model.ChatMessageAssistant(content=turn.text, tool_calls=calls or None)
            yield from map(self._answer, turn.steps)

    def _answer(self, step: Step) -> Any:
        error = self._tool.ToolCallError(type="unknown", message=step.refusal) if step.is_error else None
        return self._model.ChatMessageTool(
            content=dumps(step.result), tool_call_id=f"call_{step.n}", function=step.tool, error=error
        )


def _about(one: Played) -> dict[str, Any]:
    row, scenario = one.row, one.scenario
    return {
        "rollout": row.id,
        "outcome": row.outcome,
        "ended": row.error,
        "seed": row.seed,
        "split": scenario.split,
        "difficulty": scenario.difficulty.band,
        "tags": list(scenario.tags),
        "digests": {"server": one.server, **one.lock.to_json()},
        "verdicts": [verdict.to_json() for verdict in row.verdicts],
    }


def _last_word(turns: Sequence[Turn]) -> str:
    return next((turn.text for turn in reversed(turns) if turn.role == "assistant" and turn.text), "")


def _modules() -> tuple[ModuleType, ...]:
    names = ("inspect_ai.log", "inspect_ai.model", "inspect_ai.scorer", "inspect_ai.tool")
    try:
        return tuple(import_module(name) for name in names)
    except ImportError as error:
        remedy = "install the extra: pip install 'envscaler-mcp[inspect]'"
        raise BadInput("export inspect", f"Inspect is not here ({error})", remedy) from error
