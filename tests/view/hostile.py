"""A run and a server whose every text tries to be markup."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import zstandard

from .conftest import SERVER

OWN = "document.title='owned'"
EVIL = f'<img src=x onerror="{OWN}"><script>{OWN}</script>\'"&</pre></style>\u202e'
ROLLOUT = "random-surgery_waitlists-emergency-0"


def poisoned(run: Path, servers: Path, to: Path) -> tuple[Path, Path]:
    """Copies of a run and of its server, with such texts in them."""
    made, offered = to / "evil", to / "servers"
    shutil.copytree(run, made)
    shutil.copytree(servers / SERVER, offered / SERVER)
    _edit(made / "run.json", lambda card: card["suite"].update(servers=[str(offered / SERVER)]))
    _edit(offered / SERVER / SERVER / "scenarios" / "emergency.json", _scenario)
    _edit(offered / SERVER / "grading" / "emergency.json", _grading)
    _edit(offered / SERVER / "environment.json", _card)
    rows = [json.loads(line) for line in (made / "rollouts.jsonl").read_text().splitlines()]
    for row in rows:
        row["error"] = EVIL
    (made / "rollouts.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    file = made / "trajectories" / f"{ROLLOUT}.json.zst"
    told = json.loads(zstandard.decompress(file.read_bytes(), max_output_size=10**8))
    for step in told["steps"]:
        step.update(tool=EVIL, arguments={EVIL: EVIL}, result={"message": EVIL}, is_error=True, refusal=EVIL)
        step["diff"] = [{"path": f"/{EVIL.replace('/', '~1')}/x", "before": EVIL, "after": {EVIL: EVIL}}]
    told["messages"] = [{"role": EVIL, "content": EVIL}, {"role": "user", "content": [{"text": EVIL}]}]
    file.write_bytes(zstandard.compress(json.dumps(told).encode()))
    return made, offered


def _edit(file: Path, change: Any) -> None:
    value = json.loads(file.read_text())
    change(value)
    file.write_text(json.dumps(value))


def _scenario(value: dict[str, Any]) -> None:
    value.update(instruction=EVIL, tags=[EVIL], family=EVIL)
    value["start"][EVIL] = {EVIL: EVIL}


def _grading(value: dict[str, Any]) -> None:
    for check in value["checks"]:
        check.update(text=EVIL)


def _card(value: dict[str, Any]) -> None:
    value.update(title=EVIL, introduction=EVIL)
    for tool in value["tools"]:
        tool.update(description=EVIL)
    for rule in value["rules"]:
        rule.update(text=EVIL)
