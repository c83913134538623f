"""A start of the rental desk: each refusal can be met there, and each effect can be seen."""

from __future__ import annotations

from typing import Any

Part = dict[str, Any]


def _member(key: str, status: str, most: int) -> Part:
    return {"id": key, "name": f"Member {key}", "status": status, "most_rentals": most}


def _article(key: str, cents: int, status: str) -> Part:
    return {"id": key, "title": f"Article {key}", "daily_cents": cents, "status": status}


def _rental(key: str, member: str, article: str, days: str, **more: Any) -> Part:
    taken, due = days.split()
    plain: Part = {"returned_on": None, "charge_cents": None}
    return (
        {"id": key, "member_id": member, "article_id": article, "taken_on": taken, "due_on": due}
        | plain
        | more
    )


def _wish(key: str, member: str, article: str, status: str) -> Part:
    return {"id": key, "member_id": member, "article_id": article, "status": status}


START: Part = {
    "members": [
        _member("MEM-001", "active", 2),
        _member("MEM-002", "active", 1),
        _member("MEM-003", "blocked", 2),
        _member("MEM-004", "active", 3),
    ],
    "articles": [
        _article("ART-001", 500, "out"),
        _article("ART-002", 750, "free"),
        _article("ART-003", 1200, "free"),
        _article("ART-004", 300, "repair"),
        _article("ART-005", 900, "out"),
    ],
    "rentals": [
        _rental("REN-001", "MEM-002", "ART-001", "2026-02-26 2026-03-05"),
        _rental("REN-002", "MEM-001", "ART-005", "2026-03-01 2026-03-03"),
        _rental(
            "REN-003",
            "MEM-004",
            "ART-003",
            "2026-02-01 2026-02-04",
            returned_on="2026-02-04",
            charge_cents=3600,
        ),
    ],
    "reservations": [
        _wish("RES-001", "MEM-004", "ART-001", "open"),
        _wish("RES-002", "MEM-004", "ART-002", "open"),
        _wish("RES-003", "MEM-001", "ART-004", "open"),
        _wish("RES-004", "MEM-003", "ART-001", "cancelled"),
        _wish("RES-005", "MEM-001", "ART-001", "met"),
    ],
}
