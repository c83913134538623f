"""A worker as an operating-system process: how it is started and how it ends.

A child asks the kernel to kill it when the *thread* that started it ends. So all of them are
started by one thread that lives as long as this process.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import weakref
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from envscaler_mcp.errors import IsolationMissing, WorkerDied

from .bubblewrap import INSIDE_PARENT, around_python
from .framing import HEADER, BadFrame, frame, length_of, new_number, read_reply
from .replies import require_shape

MAIN = Path(__file__).with_name("worker_main.py")
REQUIRED_PARTS = frozenset({"no_new_privileges", "death_signal", "resource_limits"})
"""Without these a process is no worker that foreign code may run in."""

_starters: dict[int, ThreadPoolExecutor] = {}
_WAIT_FOR_THE_DEAD = 10.0


@dataclass(eq=False)
class WorkerProcess:
    """A running child and the parent's end of its private descriptor."""

    child: subprocess.Popen[bytes]
    channel: socket.socket

    def __post_init__(self) -> None:
        self._end = weakref.finalize(self, _end, self.child, self.channel, os.getpid())

    @property
    def pid(self) -> int:
        """The child's process id, which is also that of its process group."""
        return self.child.pid

    def kill(self) -> None:
        """End the whole process group and wait for it. May be called again."""
        self._end()

    def require_silence(self) -> None:
        """Nobody asked yet: whatever can be read now was made up.

        Raises:
            BadFrame: the child has written something.
            EOFError: it has ended.
        """
        self.channel.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            if not self.channel.recv(1, socket.MSG_PEEK):
                raise EOFError
            raise BadFrame("it spoke without being asked")

    def wait(self, seconds: float) -> None:
        """Hold this thread up until the child has spoken or ended, or so long."""
        poll = select.poll()
        poll.register(self.channel, select.POLLIN)
        poll.poll(seconds * 1000)

    def ask(self, method: str, params: dict[str, Any], seconds: float) -> Any:
        """Ask one thing and wait for it; `Worker` does the same without blocking.

        Raises:
            OSError, EOFError: the child ended; a `TimeoutError` is an OSError, too.
            BadFrame: what came back is no reply.
            Refused: the reply says no.
        """
        self.require_silence()
        number = new_number()
        self.channel.settimeout(seconds)
        self.channel.sendall(frame({"id": number, "method": method, "params": params}))
        result = read_reply(self._receive(length_of(self._receive(HEADER))), number)
        require_shape(method, result)
        return result

    def _receive(self, length: int) -> bytes:
        parts: list[bytes] = []
        while length:
            part = self.channel.recv(min(length, 1 << 20))
            if not part:
                raise EOFError
            parts.append(part)
            length -= len(part)
        return b"".join(parts)

    def exit_text(self) -> str:
        """How the child ended, for an error message."""
        code = self.child.returncode
        if code is None:
            return "it is still running"
        return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"


def start_process(hash_seed: int = 0) -> Future[WorkerProcess]:
    """Start a child; the future is done as soon as it runs.

    Args:
        hash_seed: decides the order of sets, so that it is the same in every process.
    """
    return _starter().submit(_start, hash_seed)


def missing_parts(in_force: list[str]) -> list[str]:
    """The required parts of the isolation that a child does not report."""
    return sorted(REQUIRED_PARTS - set(in_force))


def require_parts(in_force: list[str]) -> None:
    """Refuse a child that is not shut in.

    Raises:
        IsolationMissing: a required part is not in force.
    """
    if missing := missing_parts(in_force):
        raise IsolationMissing(
            f"this machine gives a worker process no {', '.join(missing)}; "
            "run foreign code on Linux or in a container"
        )


def _start(hash_seed: int) -> WorkerProcess:
    ours, theirs = socket.socketpair()
    with theirs:
        try:
            child = _spawn(theirs.fileno(), hash_seed)
        except (OSError, ValueError) as error:
            ours.close()
            raise WorkerDied(f"no worker process can be started: {error}") from error
    return WorkerProcess(child, ours)


def _spawn(descriptor: int, hash_seed: int) -> subprocess.Popen[bytes]:
    wall = around_python()
    parent = INSIDE_PARENT if wall else os.getpid()
    arguments = (str(MAIN), str(descriptor), str(parent), json.dumps(_paths()))
    return subprocess.Popen(
        # As `-I -S -B`, except that the one variable in the environment is read.
        [*wall, sys.executable, "-s", "-P", "-S", "-B", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=(descriptor,),
        env={"PYTHONHASHSEED": str(hash_seed)},
        cwd="/",
        start_new_session=True,
    )


def _paths() -> list[str]:
    """Where the child finds this package and what it needs, whatever folder the parent is in."""
    home = str(Path(__file__).resolve().parents[2])
    return [home, *(str(Path(path).resolve()) for path in sys.path if path and Path(path).exists())]


def _starter() -> ThreadPoolExecutor:
    # By process: a fork does not take the thread along.
    if os.getpid() not in _starters:
        _starters[os.getpid()] = ThreadPoolExecutor(max_workers=1, thread_name_prefix="worker-starter")
    return _starters[os.getpid()]


def _end(child: subprocess.Popen[bytes], channel: socket.socket, starter: int) -> None:
    channel.close()
    # A fork of this process runs its own farewell; the worker is not its to end.
    if child.returncode is None and os.getpid() == starter:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait(_WAIT_FOR_THE_DEAD)
