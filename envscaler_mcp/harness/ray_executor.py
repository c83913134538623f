"""`--executor ray`: rollouts played by the workers of a Ray cluster, or of this machine (extra `ray`).

Batches go out, finished rollouts come back, and this process alone writes the run. A batch whose worker is
lost is played again from its start; of a lost batch nothing was kept, so nothing is kept twice.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, TypeAlias

from envscaler_mcp.agents import Agent
from envscaler_mcp.errors import BadInput, EnvscalerError, Infrastructure
from envscaler_mcp.spec import RolloutRow, RunStatus, Suite

from .evaluate import Planned, evaluate, finish
from .rollout import Finished
from .run import Run
from .users import Users

BATCH = 8
"""Rollouts of one batch: what is lost with a worker, and what its start is spread over."""
RETRIES = 3

Cast: TypeAlias = Callable[[], AbstractAsyncContextManager[tuple[Mapping[str, Agent], Users | None]]]
"""Makes agents and users where they are needed; it is sent to the workers, keys are not."""


@dataclass(frozen=True)
class Orders:
    """What every batch is played with; `folder` is where relative paths begin."""

    folder: str
    cast: Cast
    suite: Suite
    concurrency: int
    trusted: bool


@dataclass
class Basket:
    """What a worker has finished."""

    finished: list[Finished] = field(default_factory=list[Finished])

    def rows(self) -> list[RolloutRow]:
        """A worker begins with nothing."""
        return [one.row for one in self.finished]

    def add(self, finished: Finished) -> None:
        """One more."""
        self.finished.append(finished)

    def finish(self, status: RunStatus) -> None:
        """How a batch ended says nothing about the run."""


def evaluate_on_ray(
    run: Run,
    planned: Sequence[Planned],
    suite: Suite,
    *,
    concurrency: int,
    cast: Cast,
    trusted: bool = False,
    progress: Callable[[Finished], None] | None = None,
) -> list[RolloutRow]:
    """As `evaluate`, on Ray: the cluster of `RAY_ADDRESS`, or workers of this machine.

    Raises:
        BadInput: Ray is not installed.
        Infrastructure: the cluster is out of reach, or a batch was lost again and again.
    """
    ray = _ray()
    done = {row.id for row in run.rows()}
    left = [one for one in planned if one.identifier not in done]
    try:
        ray.init(include_dashboard=False, log_to_driver=False, configure_logging=False)
        each = max(1, concurrency // max(1, int(ray.cluster_resources().get("CPU", 1))))
        remote = ray.remote(max_retries=RETRIES)(play_some)
        told = Orders(str(Path.cwd()), cast, suite, each, trusted)
        waiting = [remote.remote(left[at : at + BATCH], told) for at in range(0, len(left), BATCH)]
        while waiting:
            ready, waiting = ray.wait(waiting, num_returns=1)
            for finished in ray.get(ready[0]):
                run.add(finished)
                if progress:
                    progress(finished)
    except (ray.exceptions.RayError, ConnectionError) as error:
        raise _ours(error) from error
    finally:
        ray.shutdown()
    return finish(run)


def play_some(planned: Sequence[Planned], orders: Orders) -> list[Finished]:
    """Play one batch, in a worker."""
    os.chdir(orders.folder)
    basket = Basket()

    async def played() -> None:
        async with orders.cast() as (agents, users):
            await evaluate(
                basket,
                planned,
                orders.suite,
                concurrency=orders.concurrency,
                agents=agents,
                users=users,
                trusted=orders.trusted,
            )

    asyncio.run(played())
    return basket.finished


def _ours(error: Exception) -> EnvscalerError:
    """What a worker raised, if it is one of ours; else the cluster is to blame."""
    cause = getattr(error, "cause", None)
    if isinstance(cause, EnvscalerError):
        return cause
    return Infrastructure(f"Ray: {type(error).__name__}: {str(error).strip().splitlines()[-1][:300]}")


def _ray() -> Any:
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing is reported to anybody
    try:
        return import_module("ray")
    except ImportError as error:
        remedy = "install the extra: pip install 'envscaler-mcp[ray]'"
        raise BadInput("--executor ray", "Ray is not installed", remedy) from error
