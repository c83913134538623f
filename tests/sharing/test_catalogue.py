"""The catalogue counts only certificates that are about just these files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from envscaler_mcp.certify import certificate_digests
from envscaler_mcp.cli.app import run
from envscaler_mcp.errors import BadInput
from envscaler_mcp.render import render, write_tree
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.sharing.catalogue import catalogue_text, read_catalogue
from tests.render import tiny_servers


@pytest.fixture
def servers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A native server of two scenarios, one of them certified, and a plain one in a sub-folder."""
    monkeypatch.chdir(tmp_path)
    write_tree(render(*tiny_servers.plain()), Path("servers/imported/tiny_counter"))
    pairs = tiny_servers.scenarios(difficulty={"band": "easy"})
    path = Path("servers/tiny_library")
    write_tree(render(tiny_servers.native(), pairs), path)
    folder = ServerFolder.load(path)
    scenario, grading = pairs[0]
    assert grading.certificate is not None
    digests = certificate_digests(folder, scenario, grading)
    about_it = grading.certificate.model_copy(update={"digests": digests})
    pairs[0] = (scenario, grading.model_copy(update={"certificate": about_it}))
    write_tree(render(tiny_servers.native(), pairs), path)
    Path("servers/notes").mkdir()
    return Path("servers")


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    status = run(["list", *arguments, "--json", "--quiet"])
    return status, json.loads(capsys.readouterr().out)


def test_a_line_for_every_server(servers: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, said = told(capsys, str(servers))
    assert status == 0
    counter, library = said["servers"]
    assert counter["path"] == "servers/imported/tiny_counter"
    assert (counter["tier"], counter["difficulty"]) == ("rejected", {"unknown": 1})
    assert library == {
        "name": "tiny_library", "title": "Tiny library", "version": "1.0.0",
        "domain": "A library that lends books to its members. It is made for tests.",
        "path": "servers/tiny_library", "form": "native", "tools": 3, "rules": 1, "scenarios": 2,
        "difficulty": {"easy": 2}, "tier": "rejected", "tiers": {"rejected": 1, "certified": 1},
        "run": "uvx --from servers/tiny_library tiny_library",
    }  # fmt: skip


def test_a_changed_file_voids_the_certificate(servers: Path) -> None:
    source = servers / "tiny_library/tiny_library/environment.py"
    source.write_text(source.read_text() + "# another\n")
    assert read_catalogue(servers)[0][1].tiers == {"rejected": 2}


def test_a_damaged_server_is_named_and_the_others_are_listed(
    servers: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (servers / "tiny_library/tiny_library/scenarios/001.json").write_text("{")
    status, said = told(capsys, str(servers))
    assert status == 1
    assert [one["name"] for one in said["servers"]] == ["tiny_counter"]
    assert "001.json" in said["problems"][0]["where"]


def test_one_server_is_a_catalogue_too(servers: Path) -> None:
    assert [one.name for one in read_catalogue(servers / "tiny_library")[0]] == ["tiny_library"]


def test_there_must_be_a_folder(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(BadInput, match="no such folder"):
        read_catalogue(Path("nowhere"))
    assert run(["list", "nowhere", "--quiet"]) == 2
    capsys.readouterr()


def test_people_see_a_table(servers: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["list", str(servers), "--quiet"]) == 0
    shown = capsys.readouterr().out
    assert "1 rejected, 1 certified" in shown
    assert "uvx --from" in shown


def test_the_committed_catalogue_is_what_the_servers_say(root: Path) -> None:
    """`make regen` writes it anew."""
    folder = root / "generated_servers"
    listings, damaged = read_catalogue(folder)
    assert damaged == []
    assert (folder / "README.md").read_text(encoding="utf-8") == catalogue_text(listings, folder)
