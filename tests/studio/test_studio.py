"""The studio driven over MCP by a client that knows nothing of it but its tools."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters

from envscaler_mcp.certify.play import result_of
from envscaler_mcp.render import lint_tools
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.sharing.packing import pack
from envscaler_mcp.sharing.versioning import succeeding
from envscaler_mcp.studio import Studio
from envscaler_mcp.studio.studio import NAME

from .desk_parts import BOOKING_ID, CLOSING, CODE, DRAFT, MORE_SEATS, ROOM_ID, UNSOUND, Step, tool

INHERENTLY_OPEN = ("free_form_inputs", "open_outputs")
"""States and arguments are whatever the environment that is being written says."""


@dataclass
class Author:
    """A scripted client."""

    client: Client

    async def ask(self, name: str, /, **arguments: Any) -> dict[str, Any]:
        """Call one tool; it must not be refused."""
        said = await self.answer(name, **arguments)
        assert "code" not in said or "result" in said, f"{name}: {said}"
        return said

    async def answer(self, name: str, /, **arguments: Any) -> dict[str, Any]:
        """Call one tool, whatever it says."""
        answer = await self.client.call_tool(name, arguments)
        return result_of(answer)

    async def put(self, *steps: Step) -> None:
        """Put parts into the desk; none may have a problem."""
        for name, arguments in steps:
            assert (await self.ask(name, draft=DRAFT, **arguments))["problems"] == []


def studio(folder: Path) -> Studio:
    def packing(server: ServerFolder, form: str) -> Path:
        assert form == "zip"
        made = pack(server, "zip")
        (folder / made.name).write_bytes(made.content)
        return folder / made.name

    return Studio(folder / "drafts", folder / "out", succeeding, packing)


@asynccontextmanager
async def author(folder: Path) -> AsyncGenerator[Author]:
    async with Client(studio(folder).server()) as client:
        yield Author(client)


@asynccontextmanager
async def spawned(folder: Path) -> AsyncGenerator[Author]:
    places = ["--drafts", str(folder / "drafts"), "--out", str(folder / "out"), "--packs", str(folder)]
    command = ["-m", "envscaler_mcp", "studio", *places]
    async with Client(StdioServerParameters(command=sys.executable, args=command)) as client:
        yield Author(client)


async def started(one: Author) -> None:
    await one.ask("start_draft", name=DRAFT, title="Booking desk", introduction="Rooms, and who booked them.")


def form_of(folder: ServerFolder) -> set[str]:
    """The files of a server, without its own name and those of its scenarios."""
    ids = "|".join(map(re.escape, folder.ids))
    named = (path.replace(folder.card.name, "NAME") for path in folder.card.digests)
    return {re.sub(rf"/({ids})\.json$|/_runtime/.*", "/ID", path) for path in named}


async def test_from_nothing_to_a_server_with_two_certified_scenarios(tmp_path: Path, root: Path):
    async with spawned(tmp_path) as one:
        await started(one)
        await one.put(*CODE)
        played = await one.ask("try_calls", draft=DRAFT, calls=CLOSING[1]["oracle"])
        assert played["frame"]["changed"] == sorted(CLOSING[1]["frame"]["changed"])
        assert played["frame"]["created"] == {"bookings": 1}
    async with spawned(tmp_path) as one:  # another process: the draft is as it was left
        assert (await one.ask("list_drafts"))["result"][0]["name"] == DRAFT
        await one.put(CLOSING, MORE_SEATS, UNSOUND)
        refused = await one.answer("render_server", draft=DRAFT)
        assert refused["code"] == "not_certified"
        assert "unsound is only solved" in refused["message"]
        assert not (tmp_path / "out" / DRAFT).exists()
        await one.ask("remove_part", draft=DRAFT, name="unsound")
        made = await one.ask("render_server", draft=DRAFT)
        packed = await one.ask("pack_server", server=DRAFT, format="zip")
    assert {line["id"]: line["tier"] for line in made["scenarios"]} == {
        "closing": "certified",
        "more-seats": "certified",
    }
    assert Path(packed["file"]).is_file()
    server = ServerFolder.load(Path(made["path"]))
    assert form_of(server) == form_of(ServerFolder.load(root / "generated_servers" / "surgery_waitlists"))
    tests = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"],
        cwd=server.path,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert tests.returncode == 0, tests.stdout


async def test_code_that_the_policy_refuses_is_named_at_its_part_and_never_run(tmp_path: Path):
    async with author(tmp_path) as one:
        await started(one)
        await one.put(*CODE)
        marker = tmp_path / "ran"
        body = f"import os\nos.mkdir({str(marker)!r})\nreturn self.find(self.bookings, booking_id, 'b')"
        name, arguments = tool("get_booking", "read", "Look.", "Booking", body, BOOKING_ID)
        said = await one.ask(name, draft=DRAFT, **arguments)
        assert any(
            "get_booking" in problem and "imports something" in problem for problem in said["problems"]
        )
        for asked in ("certify_draft", "render_server"):
            assert (await one.answer(asked, draft=DRAFT))["code"] == "has_problems"
        assert not marker.exists()
        assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "body",
    [
        "return 1)\nimport os",
        'return """',
        "",
        "return (",
        "    return 1\n  return 2",
    ],
)
async def test_a_part_that_is_no_python_of_its_kind_is_told_and_kept(tmp_path: Path, body: str):
    async with author(tmp_path) as one:
        await started(one)
        name, arguments = tool("count", "read", "Count.", "int", body)
        (problem,) = (await one.ask(name, draft=DRAFT, **arguments))["problems"]
        assert "read count" in problem
        shown = await one.ask("show_draft", draft=DRAFT)
        assert shown["tools"] == ["count"]
        assert shown["source"] == ""


async def test_no_text_ends_what_it_stands_in(tmp_path: Path):
    texts = '"""\nimport os\n"""\\', "{{ 1 }} '''; x", "# \r\n@write"
    async with author(tmp_path) as one:
        await started(one)
        for number, text in enumerate(texts):
            name, arguments = tool(f"count_{number}", "read", text, "int", "return 1")
            arguments["parameters"] = [{"name": "of", "type": "str", "description": text}]
            await one.put((name, arguments))
        source = (await one.ask("show_draft", draft=DRAFT))["source"]
        problems = (await one.ask("find_problems", draft=DRAFT))["result"]
    assert [line for line in source.split("\n") if line.startswith(("import", "from", "@"))] == [
        "from __future__ import annotations",
        "from typing import Annotated",
        "from pydantic import Field",
        "from ._runtime import Environment, read",
    ]
    assert not [one for one in problems if one["code"] in ("does_not_load", "not_python")]


async def test_what_is_not_certified_can_only_be_left_out(tmp_path: Path):
    async with author(tmp_path) as one:
        await started(one)
        given: list[dict[str, Any]] = MORE_SEATS[1]["checks"]
        always = "def check(initial, final):\n    return True\n"
        paid = {**MORE_SEATS[1], "id": "paid", "checks": [{**check, "source": always} for check in given]}
        await one.put(*CODE, MORE_SEATS, ("put_scenario", paid))
        made = await one.ask("render_server", draft=DRAFT, leave_out_unsound=True)
        assert made["left_out"] == ["paid"]
        await one.ask("remove_part", draft=DRAFT, name="more-seats")
        proven = await one.ask("certify_draft", draft=DRAFT)
        (bad,) = proven["scenarios"]
        assert not proven["sound"]
        assert bad["tier"] == "rejected"
        assert "goal_true_at_start" in {problem["code"] for problem in bad["problems"]}
        refused = await one.answer("render_server", draft=DRAFT, leave_out_unsound=True)
        assert refused["code"] == "nothing_proven"
    assert ServerFolder.load(Path(made["path"])).ids == ["more-seats"]


def rows(*fields: str, collection: str | None = None) -> dict[str, Any]:
    named = [{"name": field, "type": "str"} for field in fields]
    return {"description": "A row.", "fields": named, "collection": collection}


@pytest.mark.parametrize(
    ("part", "told"),
    [
        (("put_entity", {"name": "Loan", **rows("id", collection="rooms")}), "rooms stands 2 times"),
        (("put_entity", {"name": "Loan", **rows("id", collection="book_room")}), "book_room stands 2 times"),
        (("put_entity", {"name": "Loan", **rows("id", "day", "day")}), "field day stands 2 times"),
        (("put_entity", {"name": "Loan", **rows("id", "class")}), "class is taken"),
        (("put_entity", {"name": "Environment", **rows("id")}), "Environment is taken"),
        (("put_constant", {"name": "Room", "value": "1"}), "Room stands 2 times"),
        (tool("copy", "read", "Count.", "int", "return 1"), "copy is taken"),
        (tool("count", "read", "Count.", "int", "return 1", ROOM_ID, ROOM_ID), "room_id stands 2 times"),
    ],
)  # fmt: skip
async def test_names_that_get_in_the_way_are_told_at_once(tmp_path: Path, part: Step, told: str):
    async with author(tmp_path) as one:
        await started(one)
        await one.put(*CODE)
        name, arguments = part
        (problem,) = (await one.ask(name, draft=DRAFT, **arguments))["problems"]
        assert told in problem
        refused = await one.answer("find_problems", draft=DRAFT)
        assert told in refused["result"][0]["message"]


async def test_a_damaged_draft_hides_no_other(tmp_path: Path):
    async with author(tmp_path) as one:
        await started(one)
        (tmp_path / "drafts" / "bad").mkdir()
        (tmp_path / "drafts" / "bad" / "draft.json").write_text("{")
        bad, good = (await one.ask("list_drafts"))["result"]
        assert bad["title"].startswith("Damaged: ")
        assert (good["name"], good["title"]) == (DRAFT, "Booking desk")


async def test_two_studios_lose_no_part_of_each_other(tmp_path: Path):
    async with author(tmp_path) as one, author(tmp_path) as other:
        await started(one)
        await asyncio.gather(
            *(
                (one, other)[number % 2].ask(
                    "put_constant", draft=DRAFT, name=f"C{number}", value=str(number)
                )
                for number in range(12)
            )
        )
        shown = await one.ask("show_draft", draft=DRAFT)
    assert sorted(shown["constants"]) == sorted(f"C{number}" for number in range(12))


async def test_bad_input_is_an_answer_with_a_remedy(tmp_path: Path):
    async with author(tmp_path) as one:
        for name, arguments, code, said in (
            ("show_draft", {"draft": "../etc"}, "bad_input", "start_draft"),
            ("start_draft", {"name": "No Name"}, "invalid_arguments", "name:"),
            (
                "start_draft",
                {"name": "desk", "title": "A\nB", "introduction": "x"},
                "invalid_arguments",
                "title",
            ),
            ("start_from_topic", {"topic": "quantum chess"}, "bad_input", "write_domain"),
            ("make_from_domain", {"name": "nowhere"}, "bad_input", "nowhere"),
            ("pack_server", {"server": "nowhere"}, "bad_input", "environment.json"),
        ):
            answer = await one.answer(name, **arguments)
            assert (answer["code"], said in answer["message"]) == (code, True), answer
        await started(one)
        again = await one.answer("start_draft", name=DRAFT, title="x", introduction="y")
        assert "there is one of this name" in again["message"]
        nothing = await one.answer("remove_part", draft=DRAFT, name="ghost")
        assert "no part 'ghost'" in nothing["message"]


async def test_a_description_of_a_domain_is_read_line_by_line(tmp_path: Path):
    async with author(tmp_path) as one:
        text = (await one.ask("domain_template", name="tool_desk"))["result"]
        damaged = await one.ask("write_domain", name="tool_desk", text=text.replace("state:", "stat:", 1))
        assert re.match(r"tool_desk\.yaml:\d+: ", damaged["problems"][0])
        assert (await one.ask("write_domain", name="tool_desk", text=text))["problems"] == []
        assert (await one.ask("domain_template", name="tool_desk"))["result"] == text


@pytest.mark.slow
async def test_a_topic_becomes_a_server_without_any_code(tmp_path: Path):
    async with author(tmp_path) as one:
        made = await one.ask("start_from_topic", topic="library", scenarios=1)
    assert made["scenarios"] == 1
    assert ServerFolder.load(Path(made["path"])).ids == ["001"]


def test_clients_can_take_its_tools(tmp_path: Path):
    found = [one for one in lint_tools(studio(tmp_path).tools, NAME) if one.code not in INHERENTLY_OPEN]
    assert found == []
