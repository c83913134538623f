"""The inside of a worker: requests in, replies out, over the episodes of one environment.

The first request is `begin`; it locks the process down. Foreign source arrives as text and is
executed after that (before it only when the caller trusts it, because what it imports must still
be readable).
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import os
import zlib
from collections.abc import Callable
from typing import Any

from envscaler_mcp.runtime.standalone.canonical import loads
from envscaler_mcp.runtime.standalone.collector import collector_paused
from envscaler_mcp.runtime.standalone.environment import Clock
from envscaler_mcp.runtime.standalone.episode import Diverged, Episode, UnknownTool
from envscaler_mcp.runtime.standalone.loading import load_form
from envscaler_mcp.runtime.standalone.native import NativeForm
from envscaler_mcp.runtime.standalone.plain import PlainForm
from envscaler_mcp.runtime.standalone.seeded import Seeded
from envscaler_mcp.runtime.standalone.world import BadStart, Form

from .editions import Editions
from .framing import TAMPERED, BadFrame, Refused, read_frame, write_frame
from .lockdown import die_with_parent, lockdown
from .preload import preload
from .seal import Seal

EX_SOFTWARE = 70
_KINDS: dict[type[Exception], str] = {
    UnknownTool: "unknown_tool",
    BadStart: "bad_start",
    Diverged: "diverged",
}


def serve(descriptor: int, parent: int) -> None:
    """Answer requests until the parent closes its end."""
    die_with_parent(parent)
    with collector_paused():
        preload()
        room = Room(parent)
    while (payload := read_frame(descriptor)) is not None:
        request: dict[str, Any] = loads(payload)
        reply = _answer(room, request)
        if changed := room.seal.broken():
            reply = _refusal(request["id"], TAMPERED, f"foreign code changed {', '.join(changed)}"[:500])
        try:
            write_frame(descriptor, reply)
        except BadFrame as error:
            write_frame(descriptor, _refusal(request["id"], "no_reply", str(error)))


def _answer(room: Room, request: dict[str, Any]) -> dict[str, Any]:
    number = request["id"]
    try:
        method: Callable[..., Any] = getattr(room, f"do_{request['method']}")
        return {"id": number, "result": method(**request["params"])}
    except Refused as error:
        return _refusal(number, error.kind, str(error))
    except Exception as error:  # noqa: BLE001 - whatever it is, the parent must hear of it
        return _refusal(number, _KINDS.get(type(error), "failed"), f"{type(error).__name__}: {error}"[:500])
    except BaseException:  # noqa: BLE001 - a tool wants to end the process: let it, at once
        os._exit(EX_SOFTWARE)


def _refusal(number: int, kind: str, message: str) -> dict[str, Any]:
    clean = message.encode("utf-8", "replace").decode("utf-8")
    return {"id": number, "error": {"kind": kind, "message": clean}}


class Room:
    """One environment and its episodes. `do_<method>` is what a request may ask."""

    def __init__(self, parent: int) -> None:
        self._parent = parent
        self._form: Form | None = None
        self._episodes: dict[str, Episode] = {}
        self._broken_before: dict[str, list[str]] = {}
        """Rules that a thawed episode broke before it was frozen."""
        self._editions = Editions()
        self.seal = Seal()

    def do_begin(self, memory: int, trusted: dict[str, Any] | None = None) -> list[str]:
        """Lock down, once; a trusted environment is loaded while files can still be read."""
        if trusted is not None:
            self.do_load(**trusted)
        return lockdown(memory, self._parent)

    def do_ping(self) -> str:
        """Alive."""
        return "pong"

    def do_load(self, **what: Any) -> dict[str, Any]:
        """Execute the environment's source."""
        try:
            self._form = form = load_form(**what)
        except Exception as error:
            raise Refused("bad_environment", f"{type(error).__name__}: {error}"[:500]) from error
        if changed := self.seal.broken():
            raise Refused("bad_environment", f"the source changes {', '.join(changed)}"[:500])
        self.seal = Seal(form.seeded.modules if isinstance(form, PlainForm) else None)
        return self.do_loaded()

    def do_loaded(self) -> dict[str, Any]:
        """What `load` said."""
        form = self._loaded()
        return {"tools": form.tools, "roles": form.roles}

    def do_describe(self) -> dict[str, Any] | None:
        """Tools, rules and entities of a native class."""
        form = self._loaded()
        if not isinstance(form, NativeForm):
            return None
        description = form.description
        return {"tools": description.tools, "rules": description.rules, "entities": description.entities}

    def do_open(
        self,
        *,
        episode: str,
        start: dict[str, Any],
        now: str,
        seed: int,
        server: str = "",
        scenario: str = "",
        keep_refused: bool = False,
    ) -> dict[str, Any]:
        """A fresh episode."""
        clock = dt.datetime.fromisoformat(now)
        fresh = Episode.start(self._loaded(), start, clock, seed, server=server, scenario=scenario)
        fresh.keep_refused = keep_refused
        self._episodes[episode] = fresh
        return {"state_digest": fresh.digest()}

    def do_rebuild(
        self,
        *,
        episode: str,
        start: dict[str, Any],
        header: dict[str, Any],
        entries: list[dict[str, Any]],
        keep_refused: bool = False,
        max_state: int = 0,
    ) -> dict[str, Any]:
        """The episode that a journal tells of."""
        built = Episode.rebuild(self._loaded(), start, header, entries, keep_refused=keep_refused)
        built.max_state = max_state
        self._episodes[episode] = built
        self._broken_before.pop(episode, None)
        return {"state_digest": built.digest()}

    def do_call(
        self, episode: str, tool: str, arguments: dict[str, Any], request_id: str | None = None
    ) -> dict[str, Any]:
        """One tool call."""
        played = self._episode(episode)
        outcome = played.call(tool, arguments, request_id)
        return {
            "result": outcome.result,
            "is_error": outcome.is_error,
            "code": outcome.code,
            "state_digest": played.digest(),
        }

    def do_state(self, episode: str) -> dict[str, Any]:
        """The state as it stands."""
        return self._episode(episode).state()

    def do_news(self, episode: str, base: str) -> dict[str, Any]:
        """The state as it stands, as what is new in it for a parent that holds another; and broken rules."""
        asked = self._episode(episode)
        news = self._editions.news(base, asked.state(), lambda: asked.initial)
        return {**news, "broken": self.do_rules(episode)}

    def do_initial(self, episode: str) -> dict[str, Any]:
        """The state as it stood at the start."""
        return self._episode(episode).initial

    def do_digest(self, episode: str) -> str:
        """Digest of the state."""
        return self._episode(episode).digest()

    def do_journal(self, episode: str) -> list[dict[str, Any]]:
        """The calls so far."""
        return self._episode(episode).journal

    def do_snapshot(self, episode: str) -> str:
        """The snapshot in base64; empty where the journal is the only way back."""
        return base64.b64encode(self._episode(episode).snapshot()).decode("ascii")

    def do_restore(self, episode: str, snapshot: str) -> dict[str, Any]:
        """Go back to a snapshot."""
        played = self._episode(episode)
        played.restore(base64.b64decode(snapshot))
        return {"state_digest": played.digest()}

    def do_freeze(self, episode: str) -> dict[str, Any]:
        """The snapshot, small enough to keep thousands; empty where the journal is the only way back."""
        frozen = self._episode(episode)
        snapshot = frozen.snapshot()
        packed = zlib.compress(snapshot, 1) if snapshot else b""
        return {
            "snapshot": base64.b64encode(packed).decode("ascii"),
            "state_digest": frozen.digest(),
            "broken": self.do_rules(episode),
        }

    def do_thaw(
        self,
        *,
        episode: str,
        snapshot: str,
        header: dict[str, Any],
        entries: list[dict[str, Any]],
        broken: list[str],
        max_state: int = 0,
    ) -> dict[str, Any]:
        """The episode of a frozen snapshot, and the calls that came after it."""
        thawed = Episode.resume(self._loaded(), zlib.decompress(base64.b64decode(snapshot)), header)
        begun = thawed.digest()
        for entry in entries:
            thawed.replay(entry)
        thawed.max_state = max_state
        self._episodes[episode], self._broken_before[episode] = thawed, broken
        return {"began_with": begun, "state_digest": thawed.digest()}

    def do_fork(self, episode: str, new: str) -> dict[str, Any]:
        """An independent copy under another name."""
        copy = self._episode(episode).fork()
        self._episodes[new] = copy
        self._broken_before[new] = self._broken_before.get(episode, [])
        return {"state_digest": copy.digest()}

    def do_rules(self, episode: str) -> list[str]:
        """Ids of the rules that the state breaks or broke after any call."""
        broken = self._episode(episode).broken_rules()
        return list(dict.fromkeys([*self._broken_before.get(episode, ()), *broken]))

    def do_drop(self, episode: str) -> None:
        """Forget an episode; one that is not there is forgotten already."""
        self._episodes.pop(episode, None)
        self._broken_before.pop(episode, None)

    def do_drop_all(self, episodes: list[str]) -> None:
        """Forget several."""
        for episode in episodes:
            self.do_drop(episode)

    def do_check(self, source: str, initial: str, final: str, now: str) -> dict[str, Any]:
        """Ask one check, in a namespace of its own, about states of its own."""
        seeded = Seeded()
        seeded.play(Clock(dt.datetime.fromisoformat(now), 0))
        namespace = seeded.namespace("check")
        exec(compile(source, "check.py", "exec"), namespace)  # noqa: S102 - this is what a worker is for
        said = namespace["check"](json.loads(initial), json.loads(final))
        return {"ok": said} if type(said) is bool else {"ok": None, "kind": type(said).__name__}

    def _loaded(self) -> Form:
        if self._form is None:
            raise Refused("not_loaded", "no environment has been loaded")
        return self._form

    def _episode(self, name: str) -> Episode:
        if name not in self._episodes:
            raise Refused("unknown_episode", f"there is no episode {name!r} in this worker")
        return self._episodes[name]
