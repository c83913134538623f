"""The command line of a generated server: `NAME [--scenario ID] [--http] …`.

It runs the environment in its own process, with the rights of whoever starts it.
"""

from __future__ import annotations

import argparse
import datetime as dt
import logging
import re
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .bundle import EMPTY, Bundle, Unusable
from .canonical import StrictJsonError, digest_bytes, loads, pretty
from .collector import collector_paused
from .episode import Diverged, Entry, Episode, Outcome, UnknownTool
from .journal_file import ANOTHER, JournalFile
from .listening import listen, url_of
from .world import BadStart

__all__ = ["Bundle", "main"]

log = logging.getLogger("environment")

TOKEN = re.compile(r"[0-9a-f]{32}\Z")  # `$` would let a line end through
MAX_EPISODES = 256
UNRECORDED = ("not_recorded", "The call could not be recorded, so nothing changed; try again later.")
LOST = ("lost", "What a call left behind could not be taken back; the episode cannot go on.")
BAD_INPUT = 2
STOPPED = 130


class LocalEpisode:
    """An episode of this process, behind the binding's async surface."""

    def __init__(self, episode: Episode) -> None:
        self.episode = episode

    async def call(self, tool: str, arguments: dict[str, Any], request_id: str | None = None) -> Outcome:
        """Play one call; nothing else runs meanwhile, so calls of one episode never interleave."""
        try:
            return self.episode.call(tool, arguments, request_id)
        except (OSError, Diverged) as error:
            log.error("a call of %s was lost: %s", tool, error)  # noqa: TRY400 - one line for people
            code, message = LOST if isinstance(error, Diverged) else UNRECORDED
            return Outcome({"code": code, "message": message}, is_error=True, code=code)


class LocalEpisodes:
    """The default episode, and one more for each 128-bit token that a client comes with."""

    def __init__(self, begin: Any) -> None:
        self._begin = begin
        self._default = LocalEpisode(begin(first=True))
        self._others: dict[str, LocalEpisode] = {}

    def accepts(self, token: str) -> bool:
        """A token is 32 hexadecimal digits; only so many episodes are held."""
        return token in self._others or (bool(TOKEN.match(token)) and len(self._others) < MAX_EPISODES)

    async def get(self, token: str | None) -> LocalEpisode:
        """The episode of a token; a new one begins in the start state."""
        if token is None:
            return self._default
        if token not in self._others:
            self._others[token] = LocalEpisode(self._begin(first=False))
        return self._others[token]

    async def begin(self, token: str | None, scenario: str) -> None:
        """Let an episode start over, in another scenario."""
        if token is None:
            self._default = LocalEpisode(self._begin(first=True, scenario=scenario))
        else:
            self._others[token] = LocalEpisode(self._begin(first=False, scenario=scenario))


def main(bundle: Bundle, arguments: Sequence[str] | None = None) -> None:
    """Run a generated server until its client goes."""
    options = _parser(bundle).parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    try:
        episodes = LocalEpisodes(_Begin(bundle, options))
        listening = _listening(options) if options.http else None
    except (Unusable, StrictJsonError, BadStart, OSError) as error:
        print(f"{bundle.name}: {_sentence(error, options)}", file=sys.stderr)
        raise SystemExit(BAD_INPUT) from error
    try:
        _serve(bundle, episodes, listening, options)
    except KeyboardInterrupt:
        raise SystemExit(STOPPED) from None


def _sentence(error: Exception, options: argparse.Namespace) -> str:
    """What is wrong where, and what to do."""
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}; name a file that can be used."
    if isinstance(error, BadStart) and options.state:
        return f"{options.state}: at {error}; correct the state."
    return str(error)


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError(f"{port} is no port: 0 to 65535")
    return port


def _parser(bundle: Bundle) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=bundle.name, description=f"{bundle.title}, an MCP server.")
    parser.add_argument("--scenario", metavar="ID", help="start state to begin with (default: the first)")
    parser.add_argument("--seed", type=int, help="decides generated ids (default: the scenario's)")
    parser.add_argument("--state", type=Path, metavar="FILE", help="begin with this state (JSON) instead")
    parser.add_argument(
        "--save", type=Path, metavar="FILE", help="keep the state in this file, after every call"
    )
    parser.add_argument(
        "--journal", type=Path, metavar="FILE", help="write every call to this file; go on where it ends"
    )
    parser.add_argument("--http", action="store_true", help="serve streamable HTTP instead of stdio")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument(
        "--port", type=_port, default=8000, help="port to listen on; 0: a free one (default: %(default)s)"
    )
    parser.add_argument("--token", help="over HTTP: answer only requests with this bearer token")
    parser.add_argument(
        "--clock",
        choices=("scenario", "now"),
        default="scenario",
        help="now: the world that it begins in stands at today, all its dates moved; a scenario picked"
        " later, as a prompt, keeps the days that its task names",
    )
    parser.add_argument(
        "--prompts",
        action="store_true",
        help="offer each scenario as a prompt, which begins it, and policy and card as resources",
    )
    parser.add_argument(
        "--faults",
        type=_faults,
        metavar="KINDS",
        help="to test a client: latency,timeout,lost_reply on every fourth call or so, by --seed",
    )
    parser.add_argument("--version", action="version", version=f"{bundle.name} {bundle.version}")
    return parser


def _faults(text: str) -> list[str]:
    from .faults import kinds_of

    try:
        return kinds_of(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


class _Begin:
    """Starts episodes as the options say; the first one is saved and journalled."""

    def __init__(self, bundle: Bundle, options: argparse.Namespace) -> None:
        _refuse_together(options)
        self.form = bundle.form_of()
        self.bundle = bundle
        self.options = options
        self.server = digest_bytes(bundle.text("environment.py").encode())
        ids = bundle.scenario_ids()
        named = options.scenario or (ids[0] if ids else None)
        self.scenario: dict[str, Any] = bundle.scenario(named) if named else EMPTY
        if options.state:
            self.scenario = {**self.scenario, "start": _read_state(options.state)}
        if options.clock == "now":
            self.scenario = _today(self.scenario)

    def __call__(self, *, first: bool, scenario: str | None = None) -> Episode:
        begun = self.bundle.scenario(scenario) if scenario else self.scenario
        episode = Episode.start(
            self.form,
            begun["start"],
            dt.datetime.fromisoformat(begun["now"]),
            self.options.seed if self.options.seed is not None else begun.get("seed", 0),
            server=self.server,
            scenario=begun["id"],
        )
        path: Path | None = self.options.journal
        episode.audited = first and path is not None
        if first:
            journal = JournalFile(path) if path else None
            if journal:
                _go_on(episode, journal)
            episode.on_entry = _Recorder(episode, self.options.save, journal)
        return episode


def _today(scenario: dict[str, Any]) -> dict[str, Any]:
    """The scenario with its whole world moved to today."""
    from .today import days_to, moved

    now = dt.datetime.fromisoformat(scenario["now"])
    days = days_to(now, dt.datetime.now().astimezone().date())
    return {
        **scenario,
        "start": moved(scenario["start"], days),
        "now": (now + dt.timedelta(days)).isoformat(),
    }


def _refuse_together(options: argparse.Namespace) -> None:
    """A journal and a state of one's own stand for one beginning; prompts begin others."""
    for name in ("state", "journal"):
        if options.prompts and getattr(options, name):
            raise Unusable(f"--prompts and --{name} exclude each other; leave one of them out.")
    if options.token is not None and not (options.http and options.token.strip()):
        raise Unusable("--token guards HTTP; say --http too, and give a token that is not empty.")


def _go_on(episode: Episode, journal: JournalFile) -> None:
    """Play again what the file tells of, so that the episode stands where it ended."""
    calls = journal.calls_of(episode.header)
    try:
        for entry in calls:
            episode.replay(entry)
    except (Diverged, UnknownTool, LookupError, TypeError) as error:
        raise Unusable(f"{journal.path}: its calls do not fit this start ({error}); {ANOTHER}.") from error


class _Recorder:
    """Writes what the options ask for before each answer leaves."""

    def __init__(self, episode: Episode, save: Path | None, journal: JournalFile | None) -> None:
        self.episode = episode
        self.save = save
        self.journal = journal
        self._save()

    def __call__(self, entry: Entry) -> None:
        end = self.journal.append(entry) if self.journal else 0
        try:
            self._save()
        except OSError:
            if self.journal:
                self.journal.cut(end)
            raise

    def _save(self) -> None:
        if self.save:
            draft = self.save.with_name(self.save.name + ".part")
            try:
                draft.write_text(pretty(self.episode.state()), encoding="utf-8")
                draft.replace(self.save)
            except OSError:
                draft.unlink(missing_ok=True)
                raise


def _read_state(path: Path) -> dict[str, Any]:
    try:
        state = loads(path.read_bytes())
    except StrictJsonError as error:
        raise Unusable(f"{path}: not strict JSON: {error}; give a state as JSON.") from error
    if not isinstance(state, dict):
        raise Unusable(f"{path}: a state is a JSON object.")
    return state  # pyright: ignore[reportUnknownVariableType]


def _listening(options: argparse.Namespace) -> socket.socket:
    try:
        return listen(options.host, options.port)
    except OSError as error:
        where = f"{options.host}:{options.port}: {error.strerror or error}"
        raise Unusable(f"{where}; choose another --port (0 takes a free one) or --host.") from error


def _serve(
    bundle: Bundle, episodes: LocalEpisodes, listening: socket.socket | None, options: argparse.Namespace
) -> None:
    """Import the transports only now: `--help` and bad input should answer at once."""
    with collector_paused():
        import anyio

        from .server import build_server, serve_http, serve_stdio

        server = build_server(
            name=bundle.name,
            version=bundle.version,
            title=bundle.title,
            instructions=bundle.policy,
            tools=bundle.tools,
            episode_of=_episode_of(episodes, options),
            offers=_offers(bundle, episodes) if options.prompts else None,
        )
    if listening is None:
        _end_at_once_on_interrupt()
        anyio.run(serve_stdio, server)
        return
    said = f"{bundle.name} listens on {url_of(listening)}; it runs with your rights, not in a sandbox."
    print(said, file=sys.stderr)
    anyio.run(serve_http, server, listening, episodes.accepts, options.token)


def _end_at_once_on_interrupt() -> None:
    """A thread reads standard input, and nothing but a line or its end wakes it: do not wait for it.

    What has to outlive the process (`--save`, `--journal`) was written before each answer left.
    """
    import os
    import signal

    def stop(_number: int, _frame: object) -> None:
        os._exit(STOPPED)

    signal.signal(signal.SIGINT, stop)


def _episode_of(episodes: LocalEpisodes, options: argparse.Namespace) -> Any:
    if not options.faults:
        return episodes.get
    from .faults import Faults, with_faults

    return with_faults(episodes.get, Faults(options.faults, options.seed or 0))


def _offers(bundle: Bundle, episodes: LocalEpisodes) -> Any:
    from .offers import Offers

    return Offers(bundle, episodes.begin)
