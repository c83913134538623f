"""`replay:DIR`: answers from stored calls, whoever gave them; nobody is asked."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from pathlib import Path

from envscaler_mcp.errors import BadInput

from .llm import Answer
from .request import Request
from .store import CallStore, StoredCall


class NotStored(BadInput):
    """There is no stored answer to a request."""


class Replay:
    """Gives every request the answer that was stored for it, with its model, tokens and cost of then."""

    name = "replay"

    def __init__(self, folder: Path, keep: CallStore | None = None, option: str = "--llm") -> None:
        if not folder.is_dir():
            raise BadInput(str(folder), "there is no such folder", "name the folder of a run's calls")
        self._store = CallStore(folder)
        self._keep = keep
        self._option = option

    async def answer(self, request: Request) -> Answer:
        """The stored answer.

        Raises:
            NotStored: there is none.
            BadInput: models differ in theirs.
        """
        stored = self._stored(request)
        if self._keep is not None and self._keep.get(stored.model, request) is None:
            self._keep.put(stored.model, request, stored.answer)
        return stored.answer.model_copy(update={"known": True})

    def _stored(self, request: Request) -> StoredCall:
        found = self._by_request.get(request.digest(), [])
        where = f"{self._store.folder} (stage {request.stage}, request {request.digest()[7:19]})"
        if not found:
            remedy = f"replay with the prompts and the settings of then, or name a model with {self._option}"
            raise NotStored(where, "no answer is stored for this request", remedy)
        if any(stored.answer != found[0].answer for stored in found):
            models = ", ".join(stored.model for stored in found)
            raise BadInput(
                where, f"several models answered it ({models})", "keep the calls of one model there"
            )
        return found[0]

    @cached_property
    def _by_request(self) -> dict[str, list[StoredCall]]:
        calls: dict[str, list[StoredCall]] = defaultdict(list)
        for stored in self._store.calls():
            calls[stored.request.digest()].append(stored)
        return calls
