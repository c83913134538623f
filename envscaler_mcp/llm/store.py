"""Every call in a file of its own, named by its digest: going on is reading, and nothing is paid twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar
from weakref import WeakValueDictionary

import anyio

from envscaler_mcp.errors import BadInput
from envscaler_mcp.spec import Record, write_text

from .llm import Answer, Model
from .request import Request, call_digest


class StoredCall(Record):
    """One call: who was asked, what, and what came back."""

    kind_of_file: ClassVar[str] = "llm-call"

    call: str
    model: str
    request: Request
    answer: Answer

    def is_whole(self) -> bool:
        """Whether the request is the one that the digest is of."""
        return self.call == call_digest(self.model, self.request)


class CallStore:
    """A folder of calls. Files are written whole or not at all; one that is not whole counts as absent."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def get(self, model: str, request: Request) -> Answer | None:
        """The answer to a call that was made before."""
        call = call_digest(model, request)
        stored = _read(self._path(request, call))
        return stored.answer if stored and stored.call == call else None

    def put(self, model: str, request: Request, answer: Answer) -> None:
        """Keep a call.

        Raises:
            BadInput: the folder cannot be written to.
        """
        call = call_digest(model, request)
        stored = StoredCall(call=call, model=model, request=request, answer=answer)
        write_text(self._path(request, call), stored.to_text())

    def calls(self) -> Iterator[StoredCall]:
        """Every whole call, in the order of the files' names."""
        for path in sorted(self.folder.glob("*.json")):
            if stored := _read(path):
                yield stored

    def spent(self) -> float:
        """What the stored calls cost, as far as it is known."""
        return sum(stored.answer.cost_usd or 0.0 for stored in self.calls())

    def _path(self, request: Request, call: str) -> Path:
        return self.folder / f"{request.stage}-{call.removeprefix('sha256:')[:32]}.json"


class Stored:
    """A model that is asked the same thing once, also by many at the same time."""

    def __init__(self, model: Model, store: CallStore) -> None:
        self._model = model
        self._store = store
        self._under_way: WeakValueDictionary[str, anyio.Lock] = WeakValueDictionary()
        self.name = model.name

    async def answer(self, request: Request) -> Answer:
        """What the model said before, or says now."""
        lock = self._under_way.setdefault(request.digest(), anyio.Lock())
        async with lock:
            known = self._store.get(self.name, request)
            if known is not None:
                return known.model_copy(update={"known": True})
            answer = await self._model.answer(request)
            self._store.put(self.name, request, answer)
            return answer


def _read(path: Path) -> StoredCall | None:
    try:
        stored = StoredCall.load(path)
    except BadInput:
        return None
    return stored if stored.is_whole() else None
