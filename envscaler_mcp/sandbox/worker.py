"""One environment in a process of its own, as its parent sees it.

The worker answers one request at a time. A request that outlasts its limit, an answer that is
none, or the end of the process kills the whole process group; starting another one and bringing
its episodes back is the caller's part.
"""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Any, Literal, Self

from envscaler_mcp.errors import EnvscalerError, PolicyViolation, WorkerDied, WorkerGone, WorkerTimeout
from envscaler_mcp.spec.record import Json

from .framing import HEADER, TAMPERED, BadFrame, Refused, frame, length_of, new_number, read_reply
from .policy import findings
from .process import WorkerProcess, require_parts, start_process
from .replies import require_shape

SECONDS_PER_REQUEST = 10.0
SECONDS_TO_START = 30.0
MEMORY = 512 * 1024 * 1024
PIECE = 64 * 1024


class WorkerRefused(EnvscalerError):
    """A worker is well and did not do what it was asked.

    `kind` is `unknown_tool`, `unknown_episode`, `bad_start`, `bad_environment`, `diverged`,
    `not_loaded`, `no_reply` (a result that is no JSON or too large) or `failed`.
    """

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class Worker:
    """A hardened process that holds the episodes of one environment.

    Args:
        seconds: wall-clock limit of one request.
        memory: bytes that foreign code may use.
        hash_seed: decides the order of sets; certify plays with two of them to find out whether it shows.
        patience: seconds that a request may hold up the whole event loop. Where nobody else is served, an
            answer that is awaited without letting go of it comes quicker: the worker gets a core at once.
    """

    def __init__(
        self,
        *,
        seconds: float = SECONDS_PER_REQUEST,
        memory: int = MEMORY,
        hash_seed: int = 0,
        patience: float = 0,
    ) -> None:
        self._seconds = seconds
        self._patience = patience
        self._memory = memory
        self._hash_seed = hash_seed
        self._process: WorkerProcess | None = None
        self._in_turn = asyncio.Lock()
        self.parts: list[str] = []
        """The parts of the isolation that are in force."""

    async def start(
        self,
        source: str,
        *,
        name: str,
        form: Literal["native", "plain"],
        class_name: str,
        tools: list[dict[str, Any]],
        load_method: str | None = None,
        methods: dict[str, str] | None = None,
        path: str = "environment.py",
        trust: bool = False,
    ) -> Json:
        """Start the process and load an environment, as `standalone.loading.load_form` does.

        Args:
            source: text of `environment.py`.
            name: the server's name.
            form: `native` or `plain`.
            class_name: the environment's class.
            tools: content of tools.json.
            load_method: a plain class's method that takes the start state.
            methods: tool name → method name, where they differ.
            path: shown in messages.
            trust: a person vouches for the source: the policy is not asked, and its imports are
                done before the process is locked down.

        Returns:
            `{"tools": {name: kind}, "roles": {path: role}}`.

        Raises:
            PolicyViolation: the policy refuses the source; the first findings are named.
            IsolationMissing: the process is not shut in well enough.
            WorkerRefused: the source does not load.
            WorkerDied, WorkerTimeout: the process ended or took too long.
        """
        if not trust:
            refuse_findings(source, path)
        what: dict[str, Any] = {
            "source": source, "name": name, "form": form, "class_name": class_name, "tools": tools,
            "load_method": load_method, "methods": methods, "path": path,
        }  # fmt: skip
        try:
            await self._begin(what if trust else None)
            return await self.request("load", **what) if not trust else await self.request("loaded")
        except BaseException:
            self._kill()
            raise

    async def start_empty(self) -> None:
        """Start the process without an environment (for checks and probes)."""
        await self._begin(None)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    @property
    def pid(self) -> int | None:
        """The process id while the worker is alive."""
        return self._process.pid if self._process else None

    async def request(self, method: str, *, seconds: float | None = None, **params: Any) -> Json:
        """Ask the worker one thing; requests wait for each other.

        Args:
            method: `call`, `open`, `state`, … (see `worker_child.Room`).
            seconds: wall-clock limit instead of the worker's own.
            params: what the method takes.

        Raises:
            WorkerTimeout: it took too long and was killed.
            WorkerGone: it had ended before; nothing was asked.
            WorkerDied: it has ended, or what it answered is no answer.
            WorkerRefused: it is well and says no.
        """
        async with self._in_turn:
            number = new_number()
            message = frame({"id": number, "method": method, "params": params})
            try:
                process = self._ready()
                payload = await self._exchange(process, message, seconds or self._seconds, method)
                result = read_reply(payload, number)
                require_shape(method, result)
            except Refused as refusal:
                if refusal.kind == TAMPERED:
                    self._kill()
                    raise WorkerDied(f"the worker was ended after {method}: {refusal}") from None
                raise WorkerRefused(refusal.kind, str(refusal)) from None
            except BadFrame as error:
                self._kill()
                raise WorkerDied(f"the worker's answer to {method} is no answer: {error}") from error
            except BaseException:
                # Cancelled in the middle: the next answer would be the last question's.
                self._kill()
                raise
            return result

    async def close(self) -> None:
        """End the process. May be called again."""
        self._kill()

    async def _begin(self, trusted: dict[str, Any] | None) -> None:
        self._process = await asyncio.wrap_future(start_process(self._hash_seed))
        self._process.channel.setblocking(False)
        try:
            self.parts = await self.request(
                "begin", seconds=SECONDS_TO_START, memory=self._memory, trusted=trusted
            )
            require_parts(self.parts)
        except BaseException:
            self._kill()
            raise

    def _ready(self) -> WorkerProcess:
        """The process, alive and silent; nothing has been asked of it when this raises."""
        if self._process is None:
            raise WorkerGone("the worker is not running")
        try:
            self._process.require_silence()
        except (ConnectionError, EOFError) as error:
            raise WorkerGone("the worker has ended") from error
        return self._process

    async def _exchange(self, process: WorkerProcess, message: bytes, seconds: float, method: str) -> bytes:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(seconds):
                await loop.sock_sendall(process.channel, message)
                if self._patience:
                    process.wait(self._patience)
                return await _receive(process)
        except TimeoutError:
            self._kill()
            raise WorkerTimeout(f"{method} took longer than {seconds:g} s; the worker was killed") from None
        except (ConnectionError, EOFError) as error:
            self._kill()
            raise WorkerDied(f"the worker ended during {method} ({process.exit_text()})") from error

    def _kill(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()


async def _receive(process: WorkerProcess) -> bytes:
    """One payload; as a rule it comes with its header in one piece."""
    loop = asyncio.get_running_loop()
    received, whole = bytearray(), HEADER
    while len(received) < whole:
        part = await loop.sock_recv(process.channel, max(whole - len(received), PIECE))
        if not part:
            raise EOFError
        received += part
        if whole == HEADER and len(received) >= HEADER:
            whole += length_of(bytes(received[:HEADER]))
    if len(received) > whole:
        raise BadFrame("it spoke without being asked")
    return bytes(received[HEADER:])


def refuse_findings(source: str, path: str) -> None:
    """Let source pass only when the policy has nothing to say.

    Raises:
        PolicyViolation: with the first finding, and how many more there are.
    """
    found = findings(source)
    if found:
        message, _, remedy = found[0].message.rpartition("; ")
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        raise PolicyViolation(f"{path}, {found[0].where}", f"the source {message}{more}", remedy)
