"""Environments with scenarios, answered by hand; `record` makes their stored calls anew."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.synthesis.worlds.world import World

NAMES = ("equipment_rental", "blood_donation", "medication_reminders", "insurance_claims")


def world_named(name: str) -> World:
    """One of them."""
    return import_module(f"tests.synthesis.worlds.{name}").WORLD
