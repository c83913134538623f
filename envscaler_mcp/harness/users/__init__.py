"""Simulated users, who know the details of a task and tell them when asked: `--mode conversation`."""

from __future__ import annotations

from .choose import Users, users_of
from .ready import refuse_without_slots
from .slot_user import SlotUser
from .talk import Talk, unsaid
from .user import User

__all__ = ["SlotUser", "Talk", "User", "Users", "refuse_without_slots", "unsaid", "users_of"]
