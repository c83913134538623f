"""Which start an episode begins from. Starts are shared by all that begin there."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from weakref import WeakValueDictionary

from envscaler_mcp.runtime.folder import EMPTY_SCENARIO, ServerFolder
from envscaler_mcp.runtime.standalone.canonical import dumps
from envscaler_mcp.spec import EpisodeRequest

from .refusals import NotFound, TooBig
from .start import Opening, Start

KEPT = 256
"""Openings that are kept although no episode uses them just now."""


class Openings:
    """Starts by scenario, and openings by start and seed.

    Args:
        folders: the servers on offer, by name.
        state_bytes: how large a start state may be.
    """

    def __init__(self, folders: Mapping[str, ServerFolder], state_bytes: int) -> None:
        self._folders = folders
        self._state_bytes = state_bytes
        self._scenarios: dict[tuple[str, str], Start] = {}
        self._starts: WeakValueDictionary[str, Start] = WeakValueDictionary()
        self._openings: WeakValueDictionary[tuple[str, int], Opening] = WeakValueDictionary()
        self._recent: OrderedDict[tuple[str, int], Opening] = OrderedDict()

    def of(self, request: EpisodeRequest) -> tuple[ServerFolder, Opening]:
        """The server and the opening that a request names.

        Raises:
            NotFound: there is no such server or scenario.
            TooBig: the start state is too large.
        """
        folder = self._folders.get(request.server)
        if folder is None:
            known = sorted(self._folders)
            raise NotFound(
                "unknown_server", f"there is no server {request.server[:60]!r}", {"servers": known}
            )
        if request.start is not None:
            return folder, self._opening(self._own(folder, request.start), request.seed)
        start = self._of_scenario(folder, str(request.scenario))
        seed = request.seed if "seed" in request.model_fields_set else start.seed
        return folder, self._opening(start, seed)

    def known(self, digest: str, seed: int, load: Callable[[str], Start]) -> Opening:
        """The opening of a start that was written down."""
        start = self._starts.get(digest) or load(digest)
        return self._opening(start, seed)

    def _of_scenario(self, folder: ServerFolder, identifier: str) -> Start:
        key = (folder.card.name, identifier)
        if key not in self._scenarios:
            if identifier not in folder.ids:
                message = f"{folder.card.name} has no scenario {identifier[:60]!r}"
                raise NotFound("unknown_scenario", message, {"scenarios": folder.ids})
            self._scenarios[key] = Start.of(folder.card.name, folder.scenario(identifier))
        return self._scenarios[key]

    def _own(self, folder: ServerFolder, state: dict[str, object]) -> Start:
        """A state that no scenario has; the clock is that of the first scenario."""
        size = len(dumps(state).encode())
        if size > self._state_bytes:
            message = f"the start state has {size} bytes; {self._state_bytes} are allowed"
            raise TooBig("start_too_big", message, {"bytes": size, "allowed": self._state_bytes})
        first = folder.scenario(folder.ids[0]) if folder.ids else EMPTY_SCENARIO
        named = {"id": "", "instruction": "", "start": state, "seed": 0}
        return Start.of(folder.card.name, first.model_copy(update=named))

    def _opening(self, start: Start, seed: int) -> Opening:
        start = self._starts.setdefault(start.digest, start)
        key = (start.digest, seed)
        opening = self._openings.get(key)
        if opening is None:
            opening = self._openings[key] = Opening(start, seed)
        self._recent[key] = opening
        self._recent.move_to_end(key)
        if len(self._recent) > KEPT:
            self._recent.popitem(last=False)
        return opening
