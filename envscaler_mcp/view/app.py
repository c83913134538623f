"""The pages of `view`: which URL shows what."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.routing import Route

from envscaler_mcp.errors import BadInput
from envscaler_mcp.sandbox.checks import CheckRunner

from .again import again_of
from .comparing import comparing
from .dialogue import dialogue
from .listing import Pages, listing, page_of, wanted_of
from .playback import play_back
from .site import shown, site
from .wording import whole

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import ASGIApp

    from .shelf import Shelf


SERVERS = 50
"""Servers on one page."""


def viewer(shelf: Shelf, checks: CheckRunner) -> ASGIApp:
    """The site over what is on a shelf; checks are asked when somebody looks at a rollout."""
    pages = _Pages(shelf, checks)
    routes = {
        "/": pages.home,
        "/servers/{server}": pages.server,
        "/servers/{server}/scenarios/{scenario}": pages.scenario,
        "/runs/{run}": pages.run,
        "/runs/{run}/rollouts": pages.rollouts,
        "/runs/{run}/rollouts/{rollout}": pages.rollout,
        "/runs/{run}/rollouts/{rollout}/calls/{call:int}.json": pages.result,
        "/compare": pages.compare,
    }
    return site([Route(path, _in_thread(page)) for path, page in routes.items()])


def _in_thread(page: Callable[[Request], Response]) -> Callable[[Request], Awaitable[Response]]:
    async def answered(request: Request) -> Response:
        return await run_in_threadpool(page, request)

    return answered


@dataclass(frozen=True)
class _Pages:
    shelf: Shelf
    checks: CheckRunner

    def home(self, request: Request) -> Response:
        cards, number = self.shelf.cards(), page_of(request.query_params)
        return shown(
            "home",
            runs=self.shelf.runs(),
            servers=self.shelf.servers(cards[number * SERVERS : (number + 1) * SERVERS]),
            pages=Pages(len(cards), number, "/", {}, SERVERS),
            unread=sorted(self.shelf.unread.items()),
        )

    def run(self, request: Request) -> Response:
        found = self.shelf.run(request.path_params["run"])
        rescored = found.rescored()
        again = again_of(found.rows(), rescored.rows)
        return shown("run", name=found.name, overview=found.overview(), again=again, unscored=rescored.fault)

    def rollouts(self, request: Request) -> Response:
        found = self.shelf.run(request.path_params["run"])
        return shown("rollouts", **listing(found, request.query_params, request.url.path))

    def rollout(self, request: Request) -> Response:
        found = self.shelf.run(request.path_params["run"])
        row = found.index.row(request.path_params["rollout"])
        play = play_back(found.run, row, found.folders.get(row.server), self.checks)
        before, after = found.index.beside(row.id, wanted_of(found, request.query_params))
        said = play.trajectory.messages if play.trajectory else None
        again = again_of([row], found.rescored().rows)
        return shown(
            "rollout",
            name=found.name,
            play=play,
            again=again.pairs[0] if again and again.pairs else None,
            before=before,
            after=after,
            query=f"?{request.url.query}" if request.url.query else "",
            texts={one.verdict.id: one.text for one in play.asked},
            said=dialogue(said, len(play.moments)),
        )

    def result(self, request: Request) -> Response:
        """One result whole, as JSON; browsers show it as text."""
        found = self.shelf.run(request.path_params["run"])
        steps = found.run.trajectory(found.index.row(request.path_params["rollout"]).id).steps
        call = int(request.path_params["call"])
        if not 1 <= call <= len(steps):
            raise BadInput(f"call {call}", "there is no such call", f"it made {len(steps)}")
        return Response(whole(steps[call - 1].result), media_type="application/json")

    def server(self, request: Request) -> Response:
        offered = self.shelf.server(request.path_params["server"])
        return shown("server", offered=offered, policy=offered.folder.bundle.policy)

    def scenario(self, request: Request) -> Response:
        name, identifier = request.path_params["server"], request.path_params["scenario"]
        offered = self.shelf.server(name)
        scenario, ids = offered.folder.scenario(identifier), offered.folder.ids
        place = ids.index(identifier)
        return shown(
            "scenario",
            server=name,
            scenario=scenario,
            proven=offered.tiers[identifier],
            grading=offered.folder.grading(identifier),
            before=ids[place - 1] if place else None,
            after=ids[place + 1] if place + 1 < len(ids) else None,
            results={one.name: found for one in self.shelf.runs() if (found := one.passed(name, identifier))},
        )

    def compare(self, request: Request) -> Response:
        return shown("compare", **comparing(self.shelf, request.query_params))
