"""An episode: one running copy of an environment in one scenario.

Its truth is the start state and the journal of calls. A write happens whole or not at all: when
a tool refuses or fails, the last good snapshot comes back. `rebuild` is the one way to get an
episode from its journal; resume, eviction and re-scoring all use it.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from .canonical import canonical, digest, digest_bytes, dumps, loads
from .difference import Change, diff, without_volatile
from .environment import Clock, Refusal
from .world import Declined, Form, World

log = logging.getLogger("environment")

Entry = dict[str, Any]
TIMED_OUT = "timed_out"
STATE_TOO_LARGE = "state_too_large"
RESULT_TOO_LARGE = "result_too_large"
MAX_RESULT = 1024 * 1024
"""Bytes that a result may have: a quarter of a million tokens, and quick to pass on."""
STOPPED = ("tool_crashed", "invalid_arguments", TIMED_OUT, STATE_TOO_LARGE, RESULT_TOO_LARGE)
LEFT_OUT = (TIMED_OUT, STATE_TOO_LARGE)
"""Codes of calls that were stopped from outside: they changed nothing, and a rebuild leaves them out."""
REQUEST_ID_REUSED = "request_id_reused"


class UnknownTool(LookupError):
    """No tool of this name; over MCP a protocol error, not a result."""


class Diverged(RuntimeError):
    """A journal played again gave another state."""


@dataclass(frozen=True)
class Outcome:
    """What a call came to: a JSON object, and whether it is an error with which code."""

    result: dict[str, Any]
    is_error: bool = False
    code: str | None = None


@dataclass
class Episode:
    """Calls in, outcomes out; state, snapshots and the journal beside it."""

    form: Form
    world: World
    header: dict[str, Any]
    start_state: dict[str, Any]
    journal: list[Entry] = field(default_factory=list[Entry])
    on_entry: Callable[[Entry], None] | None = None
    """Called with each journal entry before the answer leaves (to flush it to a file); raises to undo it."""
    keep_refused: bool = False
    """As released: what a plain class wrote before it said no stays written (replay only)."""
    max_state: int = 0
    """Bytes that a snapshot may have (0: any); a call that makes it larger is undone."""
    audited: bool = True
    """Whether each call notes its state's digest and the rules it broke; not needed where nobody can ask."""
    taken: bytes = b""
    """The snapshot that `world` was restored from, where it was."""

    def __post_init__(self) -> None:
        self._snapshot = self.taken or self.world.settle("")
        self._version = 0
        self._digest = self._state_digest() if self.audited else ""
        self._initial = dumps(self.world.state())
        self._answered: dict[str, Entry] = {}
        self._broken: dict[str, None] = {}
        self._asked_at = -1
        self._sound = True
        """False while the world is what a call left that could not be taken back."""

    @classmethod
    def start(
        cls,
        form: Form,
        start: dict[str, Any],
        now: dt.datetime,
        seed: int,
        *,
        server: str = "",
        scenario: str = "",
    ) -> Episode:
        """A fresh episode.

        Args:
            form: the environment's kind.
            start: the start state as JSON; it is copied.
            now: the episode's clock.
            seed: decides ids and random numbers.
            server: digest of the server, for the journal's header.
            scenario: id of the scenario, for the journal's header.

        Raises:
            BadStart: the state does not fit the environment.
        """
        header = {
            "format": "envscaler-mcp/journal/1",
            "server": server,
            "scenario": scenario,
            "seed": seed,
            "now": now.isoformat(),
        }
        copied = loads(dumps(start))
        return cls(form, form.start(copied, Clock(now, seed)), header, start)

    @classmethod
    def rebuild(
        cls,
        form: Form,
        start: dict[str, Any],
        header: dict[str, Any],
        entries: Iterable[Entry],
        *,
        keep_refused: bool = False,
    ) -> Episode:
        """The episode that a journal tells of, proven by its state digests.

        Raises:
            Diverged: a call came to another state than the journal says.
        """
        now = dt.datetime.fromisoformat(header["now"])
        episode = cls.start(
            form, start, now, header["seed"], server=header["server"], scenario=header["scenario"]
        )
        episode.keep_refused = keep_refused
        for entry in entries:
            episode.replay(entry)
        return episode

    @classmethod
    def resume(cls, form: Form, snapshot: bytes, header: dict[str, Any]) -> Episode:
        """The episode that a snapshot holds; its journal begins there, and so does `initial`."""
        return cls(form, form.restore(snapshot), header, {}, taken=snapshot)

    def replay(self, entry: Entry) -> None:
        """Play an entry of a journal again; what had been stopped is only written down.

        Raises:
            Diverged: it came to another state than the entry says.
        """
        if entry["is_error"] and entry["result"].get("code") in LEFT_OUT:
            self._note(entry)
            return
        self.call(entry["tool"], entry["arguments"], entry.get("request_id"))
        if self.digest() != entry["state_digest"]:
            raise Diverged(f"call {entry['n']} ({entry['tool']}) came to another state than the journal says")

    def call(self, tool: str, arguments: dict[str, Any], request_id: str | None = None) -> Outcome:
        """Play one call. A `request_id` seen before returns its stored outcome and does nothing.

        Raises:
            UnknownTool: there is no such tool.
            Diverged: it, or one before it, could not be taken back; the next call tries again.
        """
        if request_id is not None and request_id in self._answered:
            return answer_again(self._answered[request_id], tool, arguments)
        if tool not in self.form.tools:
            raise UnknownTool(f"Unknown tool: {tool}")
        text = dumps(arguments)
        kept: dict[str, Any] = loads(text)
        self._require_sound()
        before = self._snapshot
        outcome = self._play(tool, json.loads(text))  # its own copy: a tool may keep or change it
        try:
            self._record(tool, kept, request_id, outcome)
        except BaseException:
            self._undo(before)
            raise
        if self.audited:
            self._ask_rules()
        return outcome

    def state(self) -> dict[str, Any]:
        """The state as it stands, as JSON."""
        return self.world.state()

    @property
    def initial(self) -> dict[str, Any]:
        """The state as it stood at the start, as JSON."""
        return loads(self._initial)

    def digest(self) -> str:
        """Digest of the state, without its volatile fields."""
        self._digest = self._digest or self._state_digest()
        return self._digest

    def snapshot(self) -> bytes:
        """State and hidden parts as bytes; `restore` takes them back."""
        return self._snapshot

    def restore(self, snapshot: bytes) -> None:
        """Go back to a snapshot of this episode. The journal stays: it tells what was called.

        Raises:
            ValueError: it is empty, because objects in the state could not be written down.
        """
        if not snapshot:
            raise ValueError("an empty snapshot brings nothing back; rebuild the episode from its journal")
        self.world = self.form.restore(snapshot)
        self._snapshot = snapshot
        self._note_change()

    def fork(self) -> Episode:
        """An independent copy that shares the past."""
        past = (self.header, self.start_state, list(self.journal))
        copy = Episode(self.form, self._last_good(), *past, max_state=self.max_state, taken=self._snapshot)
        copy._initial = self._initial
        copy._answered = dict(self._answered)
        copy._broken, copy._asked_at, copy._version = dict(self._broken), self._asked_at, self._version
        copy.keep_refused, copy.audited = self.keep_refused, self.audited
        return copy

    def diff(self) -> list[Change]:
        """What the calls so far changed."""
        return diff(self.initial, self.state(), self.form.roles)

    def broken_rules(self) -> list[str]:
        """Ids of executable rules that the state breaks or broke after any call: a repair undoes none."""
        self._ask_rules()
        return list(self._broken)

    def _ask_rules(self) -> None:
        """Ask them of a state that they were not asked of yet."""
        if self._asked_at != self._version:
            self._asked_at = self._version
            self._broken.update(dict.fromkeys(self.world.broken_rules()))

    def _play(self, tool: str, arguments: dict[str, Any]) -> Outcome:
        try:
            result = self._ask(tool, arguments)
            self._settle(tool)
        except Declined as refusal:
            self._settle(tool) if self.keep_refused else self._roll_back(tool)
            return Outcome(refusal.result, is_error=True, code=refusal.code)
        except Refusal as refusal:
            self._roll_back(tool)
            return _error(refusal.code, refusal.message)
        except Exception as error:  # a tool may raise anything; the episode must go on
            log.exception("the tool %s failed", tool)
            self._roll_back(tool)
            return _error(
                "tool_crashed", f"The tool failed inside ({type(error).__name__}: {str(error)[:200]})."
            )
        return Outcome(result)

    def _ask(self, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """What the tool says, if it can be told: an answer that cannot leave leaves no state behind."""
        try:
            result = self.world.call(tool, arguments)
        except Declined as refusal:
            _require_tellable(refusal.result)
            raise
        _require_tellable(result)
        return result

    def _settle(self, tool: str) -> None:
        if self.form.settles(tool):
            snapshot = self.world.settle(tool)
            if 0 < self.max_state < len(snapshot):
                raise Refusal(STATE_TOO_LARGE, f"The state would grow beyond {self.max_state} bytes.")
            self._snapshot = snapshot
            self._note_change()

    def _note_change(self) -> None:
        self._version += 1
        self._digest = self._state_digest() if self.audited else ""

    def _roll_back(self, tool: str) -> None:
        if self.form.settles(tool):
            self._sound = False
            self._require_sound()

    def _require_sound(self) -> None:
        if not self._sound:
            self.world = self._last_good()
            self._sound = True

    def _last_good(self) -> World:
        """The world before the call in hand: from the snapshot, or else from the journal."""
        if self._snapshot:
            return self.form.restore(self._snapshot)
        kept = [entry for entry in self.journal if not entry["is_error"] or self._kept(entry)]
        again = Episode.rebuild(
            self.form, self.start_state, self.header, kept, keep_refused=self.keep_refused
        )
        return again.world

    def _kept(self, entry: Entry) -> bool:
        """Whether an error left something behind, as released."""
        return self.keep_refused and entry["result"].get("code") not in STOPPED

    def _state_digest(self) -> str:
        if "volatile" in self.form.roles.values():
            return digest(without_volatile(self.world.state(), self.form.roles))
        return digest_bytes(self.world.canonical())

    def _record(self, tool: str, arguments: dict[str, Any], request_id: str | None, outcome: Outcome) -> None:
        entry: Entry = {
            "n": len(self.journal) + 1,
            **({"request_id": request_id} if request_id is not None else {}),
            "tool": tool,
            "arguments": arguments,
            "result": outcome.result,
            "is_error": outcome.is_error,
            "state_digest": self._digest,
        }
        self._note(entry)
        if self.on_entry is not None:
            self.on_entry(entry)

    def _note(self, entry: Entry) -> None:
        self.journal.append(entry)
        if (request_id := entry.get("request_id")) is not None:
            self._answered[request_id] = entry

    def _undo(self, before: bytes) -> None:
        """Take back the last call, which could not be written down: so it has not happened."""
        entry = self.journal.pop()
        self._answered.pop(entry.get("request_id", ""), None)
        self._snapshot = before
        self._roll_back(entry["tool"])
        self._note_change()


def outcome_of(entry: Entry) -> Outcome:
    """What a client heard of a call."""
    code = entry["result"].get("code", "refused") if entry["is_error"] else None
    return Outcome(entry["result"], entry["is_error"], code)


def answer_again(entry: Entry, tool: str, arguments: dict[str, Any]) -> Outcome:
    """The stored outcome of a request that comes again; an error if it is another one under its id."""
    if is_same_call(entry, tool, arguments):
        return outcome_of(entry)
    return _error(REQUEST_ID_REUSED, reused(entry))


def is_same_call(entry: Entry, tool: str, arguments: dict[str, Any]) -> bool:
    """Whether a request is the one that led to this entry."""
    return entry["tool"] == tool and canonical(entry["arguments"]) == canonical(arguments)


def reused(entry: Entry) -> str:
    """Why a request is refused whose id stands for another call."""
    return (
        f"The request id {entry['request_id'][:60]!r} was given to call {entry['n']} ({entry['tool']}) "
        "with other arguments; give every call an id of its own."
    )


def _require_tellable(result: dict[str, Any]) -> None:
    """Refuse what is no JSON text (NaN, half of a surrogate pair) or more than any client can use."""
    size = len(dumps(result).encode("utf-8"))
    if size > MAX_RESULT:
        raise Refusal(RESULT_TOO_LARGE, f"The result has {size} bytes; at most {MAX_RESULT} can be told.")


def _error(code: str, message: str) -> Outcome:
    code, message = (text.encode("utf-8", "replace").decode("utf-8") for text in (code, message))
    return Outcome({"code": code, "message": message}, is_error=True, code=code)
