"""`replay`: recorded calls played again through MCP, results and rewards compared."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from envscaler_mcp.errors import BadInput

from .options import TrustOption
from .output import Output, table
from .status import DONE, SHORT

if TYPE_CHECKING:
    from envscaler_mcp.interop.recorded import Recorded
    from envscaler_mcp.interop.replay import Replayed
    from envscaler_mcp.runtime.folder import ServerFolder


def replay(
    output: Output,
    source: Annotated[
        str, typer.Argument(metavar="SERVER-or-ENVIRONMENTS", help="A server, or a release's file.")
    ],
    trajectories: Annotated[Path, typer.Argument(help="Recorded trajectories (JSON or JSON lines).")],
    scenarios: Annotated[
        Path | None, typer.Option(help="The release's scenarios, as they were played.")
    ] = None,
    exact: Annotated[bool, typer.Option("--exact", help="Do not carry generated ids over.")] = False,
    adopt: Annotated[bool, typer.Option("--adopt", help="Make a solving trajectory the oracle.")] = False,
    trust: TrustOption = False,
) -> int:
    """Play recorded calls through MCP; compare every result, and the reward of the checks."""
    from envscaler_mcp.interop.recorded import read_recorded
    from envscaler_mcp.interop.replay import replay_all

    recorded, problems = read_recorded(trajectories)
    done: list[Replayed] = []
    adopted: list[str] = []
    with _servers(source, scenarios, adopt=adopt) as servers:
        paired = _paired(recorded, servers)
        lost = [one for one in recorded if not any(one in mine for _, mine in paired)]
        with output.progress("replay", len(recorded) - len(lost)) as steps:
            for folder, mine in paired:
                played = asyncio.run(
                    replay_all(
                        folder,
                        mine,
                        exact=exact,
                        trusted=trust,
                        progress=lambda one: steps.advance(one.recorded.where),
                    )
                )
                done += played
                adopted += _adopt(folder, played) if adopt else []
    if not done:
        raise BadInput(str(trajectories), _nothing(recorded, servers), "give the scenarios that were played")
    _report(output, done, lost, adopted, [problem.model_dump() for problem in problems])
    sound = not problems and not lost and all(one.matched == one.calls and one.reward_matched for one in done)
    return DONE if sound else SHORT


@contextmanager
def _servers(source: str, scenarios: Path | None, *, adopt: bool) -> Generator[dict[str, ServerFolder]]:
    """Env id → server: of a release (rendered into a folder that goes again), or one that exists."""
    from envscaler_mcp.runtime.folder import ServerFolder

    if Path(source).is_file():
        if adopt:
            raise BadInput(
                source, "there is no server to write an oracle to", "import the release, then name a server"
            )
        with tempfile.TemporaryDirectory() as place:
            yield _rendered(Path(source), scenarios, Path(place))
    else:
        folder = ServerFolder.find(source)
        yield {"": folder}


def _rendered(environments: Path, scenarios: Path | None, place: Path) -> dict[str, ServerFolder]:
    from envscaler_mcp.interop.release import read_release
    from envscaler_mcp.render import render, write_tree
    from envscaler_mcp.runtime.folder import ServerFolder

    servers: dict[str, ServerFolder] = {}
    for one in read_release(environments, scenarios).environments:
        path = place / one.environment.card.name
        if one.scenarios:
            write_tree(render(one.environment, one.scenarios), path)
            servers[one.env_id] = ServerFolder.load(path)
    return servers


def _paired(
    recorded: Sequence[Recorded], servers: dict[str, ServerFolder]
) -> list[tuple[ServerFolder, list[Recorded]]]:
    """Each server with the recordings of its scenarios."""
    return [
        (folder, mine)
        for env_id, folder in servers.items()
        if (mine := [one for one in recorded if env_id in ("", one.server) and one.scenario in folder.ids])
    ]


def _nothing(recorded: Sequence[Recorded], servers: dict[str, ServerFolder]) -> str:
    wanted = ", ".join(sorted({f"{one.server}/{one.scenario}" for one in recorded})[:3])
    return f"no trajectory belongs to a scenario of {len(servers)} servers (wanted: {wanted} …)"


def _adopt(folder: ServerFolder, played: Sequence[Replayed]) -> list[str]:
    from envscaler_mcp.interop.adopt import adopt_oracles

    return adopt_oracles(folder, played)


def _report(
    output: Output,
    done: list[Replayed],
    lost: Sequence[Recorded],
    adopted: list[str],
    problems: list[dict[str, Any]],
) -> None:
    rewarded = [one for one in done if one.recorded.reward is not None]
    differences = [difference for one in done for difference in one.differences]
    calls, matched = sum(one.calls for one in done), sum(one.matched for one in done)
    rewards_matched = sum(one.reward_matched for one in rewarded)
    rows = [
        (
            one.recorded.where,
            one.recorded.scenario,
            f"{one.matched}/{one.calls}",
            one.recorded.reward,
            one.score.reward_paper if one.score else None,
            "ended on a tool's exception" if one.recorded.crashed else ("solved" if one.solved else ""),
        )
        for one in done
    ]
    output.result(
        {
            "trajectories": len(done),
            "calls": calls,
            "matched": matched,
            "rewards": len(rewarded),
            "rewards_matched": rewards_matched,
            "differences": [vars(difference) for difference in differences],
            "crashed_upstream": sum(one.recorded.crashed for one in done),
            "adopted": adopted,
            "without_scenario": [one.where for one in lost],
            "problems": problems,
        },
        table(("trajectory", "scenario", "results equal", "recorded reward", "reward_paper", ""), rows),
        *(f"differs: {one.trajectory}, step {one.step}, {one.tool or 'reward'}" for one in differences),
        *(f"without a scenario: {one.where} ({one.server}/{one.scenario})" for one in lost),
        *(f"adopted as oracle: {scenario}" for scenario in adopted),
        f"{matched} of {calls} results equal, {rewards_matched} of {len(rewarded)} rewards reproduced.",
    )
