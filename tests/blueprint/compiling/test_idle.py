"""Only what is said again has a name."""

from __future__ import annotations

from envscaler_mcp.blueprint.compiling.idle import without_idle_names


def test_a_name_that_is_said_once_goes() -> None:
    lines = ["    return (key := self.rooms[f(row.id)].key) is not None"]
    assert without_idle_names(lines)[0] == "    return self.rooms[f(row.id)].key is not None"


def test_a_name_that_is_said_again_stays() -> None:
    lines = ["    if (key := self.rooms[row.id].key) is not None:", "        self.keys[key].used = True"]
    assert without_idle_names(lines) == lines
    assert without_idle_names(["    return True"]) == ["    return True"]
