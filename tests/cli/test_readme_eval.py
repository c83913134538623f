"""The README's commands for a hosted model, as they stand there; one variable leads to a scripted one."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

from envscaler_mcp.harness.run import Run
from tests.llm.model_script import plays
from tests.llm.model_server import ModelServer

HEADING = "### Run an eval on a hosted model"
SECONDS = 110


def commands(readme: str) -> str:
    """The section's first block."""
    found = re.search(rf"^{re.escape(HEADING)}\n+```sh\n(.*?)```", readme, re.MULTILINE | re.DOTALL)
    assert found, f"there is no section {HEADING!r}"
    return found[1]


def test_its_three_commands_work_as_they_stand(root: Path, tmp_path: Path) -> None:
    written = commands((root / "README.md").read_text())
    assert len(written.strip().splitlines()) == 3
    for name in (".venv", "generated_servers"):
        (tmp_path / name).symlink_to(root / name)
    around = {
        name: value for name, value in os.environ.items() if not name.startswith(("OPENAI_", "ANTHROPIC_"))
    }
    with ModelServer(plays([])) as model:
        done = subprocess.run(
            ["bash", "-eu", "-c", written],
            cwd=tmp_path,
            env={**around, "OPENAI_BASE_URL": model.openai},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        asked = len(model.asked)
    assert "A dry run: nothing was spent" in done.stdout
    assert "about $" in done.stdout
    (folder,) = (tmp_path / "runs").iterdir()
    rows = Run.open(folder).rows()
    hosted = [row for row in rows if row.agent.startswith("openai:")]
    assert hosted
    assert len(hosted) == asked
    assert {row.outcome for row in rows} == {"failed"}
    assert all(row.tokens > 0 for row in hosted)
