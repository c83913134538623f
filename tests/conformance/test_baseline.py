"""What the baseline excuses is said one by one, and why."""

from __future__ import annotations

import json
import re

import yaml

from .node_tools import PINS

BASELINE = PINS.with_name("baseline.yml")


def test_every_entry_names_one_check_once():
    entries = yaml.safe_load(BASELINE.read_text(encoding="utf-8"))["server"]
    assert [entry for entry in entries if not re.fullmatch(r"[a-z0-9-]+:[a-z0-9-]+", entry)] == []
    assert len(set(entries)) == len(entries)


def test_every_group_of_entries_begins_with_its_reason():
    groups = BASELINE.read_text(encoding="utf-8").split("server:\n", 1)[1].strip().split("\n\n")
    assert [group for group in groups if not re.match(r"\s*# [A-Z][^:\n]+: \w", group)] == []


def test_programs_are_pinned_exactly():
    pins = json.loads(PINS.read_bytes())["dependencies"]
    assert [name for name, version in pins.items() if not re.match(r"\d+\.\d+\.\d+", version)] == []
