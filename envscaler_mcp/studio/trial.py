"""Calls tried on a draft in the sandbox: what each came to, what it changed, and the frame it would need."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from envscaler_mcp.certify import Played, play_step
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.runtime.remote import EnvironmentProcess, RemoteEpisode
from envscaler_mcp.runtime.standalone.difference import Change, diff
from envscaler_mcp.spec import Call, Frame, Scenario, State

from .answers import CallMade, Tried

ROW = 2
"""Steps of the path of a whole row: `/collection/<key>`."""


async def tried(folder: ServerFolder, scenario: Scenario, calls: Sequence[Call]) -> Tried:
    """Play calls on a fresh episode.

    Raises:
        BadInput: the environment does not take the start state.
        Infrastructure: there is no worker to be had.
    """
    async with EnvironmentProcess(folder) as process:
        episode = await process.begin(scenario)
        made = await _played(episode, calls, folder)
        changes = diff(await episode.initial(), await episode.state(), folder.roles)
        return Tried(calls=made, broken_rules=await episode.broken_rules(), frame=frame_of(changes).to_json())


async def _played(episode: RemoteEpisode, calls: Sequence[Call], folder: ServerFolder) -> list[CallMade]:
    played: list[Played] = []
    made: list[CallMade] = []
    state: State = await episode.state()
    for number, call in enumerate(calls):
        played.append(await play_step(episode.call, call, played))
        after = await episode.state()
        made.append(_call(number, played[-1], diff(state, after, folder.roles)))
        state = after
    return made


def _call(number: int, played: Played, changes: Sequence[Change]) -> CallMade:
    outcome = played.outcome
    unresolved = {"code": "unresolved", "message": "A $result names no part of an earlier result."}
    return CallMade(
        n=number,
        tool=played.tool,
        arguments=played.arguments,
        result=outcome.result if outcome else unresolved,
        is_error=outcome is None or outcome.is_error,
        changes=[change.to_json() for change in changes],
    )


def frame_of(changes: Sequence[Change]) -> Frame:
    """The narrowest frame that these changes fit into."""
    rows = [change for change in changes if len(_steps(change)) == ROW]
    created = Counter(_steps(change)[0] for change in rows if change.created)
    fields = {"/" + "/".join(_steps(change)[: ROW + 1]) for change in changes if change not in rows}
    return Frame(
        changed=tuple(sorted(fields)),
        created=dict(sorted(created.items())),
        deleted=tuple(sorted(change.path for change in rows if change.deleted)),
    )


def _steps(change: Change) -> list[str]:
    return change.path.split("/")[1:]
