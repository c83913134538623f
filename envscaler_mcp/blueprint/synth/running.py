"""Many jobs at once, each in a process that makes one after the other; what stands already is kept."""

from __future__ import annotations

import logging
import multiprocessing
import signal
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path

from envscaler_mcp.errors import EnvscalerError, Infrastructure
from envscaler_mcp.spec import Problem

from .jobs import Job
from .kept import keep, kept
from .made import Made
from .making import make, not_made

log = logging.getLogger("synth")
Done = Callable[[Made], None]
JOBS_PER_PROCESS = 25
"""Then processes are replaced: what classes and states leave behind in them goes with them.

One pool after the other: with `max_tasks_per_child` a pool may wait for children for ever (gh-115634).
"""


def run_jobs(
    jobs: Sequence[Job],
    out: Path,
    *,
    concurrency: int = 1,
    reworded: bool = False,
    done: Done | None = None,
    told: Callable[[str], None] | None = None,
) -> list[Made]:
    """Make every job that does not stand yet; what was made stands in the order of the jobs.

    Args:
        jobs: what to make.
        out: the folder for the servers; notes on what was made are kept in it.
        concurrency: processes.
        reworded: whether what stands may be in a model's words already.
        done: hears of each environment.
        told: hears of each scenario, where there is one process alone.
    """
    found = {job.name: made for job in jobs if (made := kept(job, out, reworded=reworded))}
    for made in found.values():
        _call(done, made)
    left = [job for job in jobs if job.name not in found]
    parallel = concurrency > 1 and len(left) > 1
    made_now = _at_once(left, out, min(concurrency, len(left))) if parallel else _in_turn(left, out, told)
    for made in made_now:
        found[made.name] = made
        _call(done, made)
    return [found[job.name] for job in jobs]


def _in_turn(jobs: Sequence[Job], out: Path, told: Callable[[str], None] | None) -> Iterator[Made]:
    for job in jobs:
        yield _made(job, out, told)


def _at_once(jobs: Sequence[Job], out: Path, processes: int) -> Iterator[Made]:
    size = processes * JOBS_PER_PROCESS
    for first in range(0, len(jobs), size):
        yield from _in_a_pool(jobs[first : first + size], out, processes)


def _in_a_pool(jobs: Sequence[Job], out: Path, processes: int) -> Iterator[Made]:
    with _pool(processes) as pool:
        waiting: list[Future[Made]] = [pool.submit(_made, job, out) for job in jobs]
        try:
            for future in as_completed(waiting):
                yield future.result()
        except BrokenProcessPool as error:
            raise Infrastructure("a process that makes environments has ended; say the same again") from error


def _made(job: Job, out: Path, told: Callable[[str], None] | None = None) -> Made:
    try:
        made = make(job, out, told)
    except EnvscalerError:
        raise
    except Exception as error:  # one environment that meets a bug is a row with its error, not the end
        log.exception("%s could not be made", job.name)
        crashed = f"{type(error).__name__}: {error}"[:500]
        return not_made(job, out, Problem(code="crashed", where=job.name, message=crashed))
    keep(made, out)
    return made


@contextmanager
def _pool(processes: int) -> Generator[ProcessPoolExecutor]:
    """Processes that end at once with whoever waits for them: what they had begun does not stand."""
    pool = ProcessPoolExecutor(
        processes,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_leave_interrupts_to_the_parent,
    )
    try:
        yield pool
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        for process in multiprocessing.active_children():
            process.kill()
        raise
    pool.shutdown()


def _leave_interrupts_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _call(done: Done | None, made: Made) -> None:
    if done:
        done(made)
