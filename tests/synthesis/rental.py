"""A small rental desk as a model might have answered it: outline, bodies, invariants, contracts, a start."""

from __future__ import annotations

from typing import Any

Part = dict[str, Any]


def field(name: str, kind: str = "text", **more: Any) -> Part:
    """One field as an answer has it: everything is said."""
    plain: Part = {
        "name": name,
        "description": f"The {name.replace('_', ' ')}",
        "kind": kind,
        "many": False,
        "optional": False,
        "choices": [],
        "refers_to": None,
        "minimum": None,
        "maximum": None,
    }
    return plain | more


def stored(name: str, kind: str = "text", role: str = "stored", **more: Any) -> Part:
    """A field of a row."""
    return field(name, kind, **more) | {"role": role}


def reference(name: str, to: str, **more: Any) -> Part:
    """A parameter that takes an id."""
    return field(name, "reference", refers_to=to, **more)


MEMBER = reference("member_id", "Member")
ARTICLE = reference("article_id", "Article")
RENTAL = reference("rental_id", "Rental")

STATE: Part = {
    "entities": [
        {
            "name": "Member",
            "collection": "members",
            "prefix": "MEM",
            "description": "Someone who may rent.",
            "fields": [
                stored("name"),
                stored("status", "choice", choices=["active", "blocked"]),
                stored("most_rentals", "integer", minimum=0, maximum=9),
            ],
        },
        {
            "name": "Article",
            "collection": "articles",
            "prefix": "ART",
            "description": "A thing that is rented out.",
            "fields": [
                stored("title"),
                stored("daily_cents", "integer", minimum=0),
                stored("status", "choice", choices=["free", "out", "repair"]),
            ],
        },
        {
            "name": "Rental",
            "collection": "rentals",
            "prefix": "REN",
            "description": "An article in the hands of a member.",
            "fields": [
                stored("member_id", "reference", refers_to="Member"),
                stored("article_id", "reference", refers_to="Article"),
                stored("taken_on", "date"),
                stored("due_on", "date"),
                stored("returned_on", "date", optional=True),
                stored("charge_cents", "integer", optional=True),
            ],
        },
        {
            "name": "Reservation",
            "collection": "reservations",
            "prefix": "RES",
            "description": "A member's wish for an article.",
            "fields": [
                stored("member_id", "reference", refers_to="Member"),
                stored("article_id", "reference", refers_to="Article"),
                stored("status", "choice", choices=["open", "met", "cancelled"]),
            ],
        },
    ],
    "rules": [
        {
            "id": "out_is_rented",
            "text": "An article is out exactly while one rental of it is not returned.",
            "executable": True,
        },
        {
            "id": "within_limit",
            "text": "A member has at most as many unreturned rentals as the member's limit.",
            "executable": True,
        },
        {
            "id": "one_wish",
            "text": "A member has at most one open reservation for an article.",
            "executable": True,
        },
        {
            "id": "blocked_wish_nothing",
            "text": "A blocked member has no open reservation.",
            "executable": True,
        },
        {"id": "due_later", "text": "A rental is due after the day it was taken.", "executable": True},
        {"id": "only_active_rent", "text": "Only active members rent or reserve.", "executable": False},
    ],
}


def tool(
    name: str,
    kind: str,
    description: str,
    parameters: list[Part],
    returns: Part,
    reads: str,
    **more: Any,
) -> Part:
    """A tool as an answer has it."""
    plain: Part = {"writes": [], "refusals": [], "effects": [], "rules": []}
    said = {
        "name": name,
        "kind": kind,
        "description": description,
        "parameters": parameters,
        "returns": returns,
        "reads": reads.split(),
    }
    return plain | said | more


def row(entity: str) -> Part:
    """A tool gives back a row."""
    return {"shape": "row", "entity": entity, "fields": []}


def rows(entity: str) -> Part:
    """A tool gives back rows."""
    return {"shape": "rows", "entity": entity, "fields": []}


def refusals(**said: str) -> list[Part]:
    """Refusals by code."""
    return [{"code": code, "when": when} for code, when in said.items()]


TOOLS: Part = {
    "tools": [
        tool("get_member", "read", "Look up one member.", [MEMBER], row("Member"), "members"),
        tool(
            "search_articles",
            "read",
            "Find articles by status, in order of id; all where none is named.",
            [field("status", "choice", choices=["free", "out", "repair"], optional=True)],
            rows("Article"),
            "articles",
        ),
        tool(
            "list_rentals",
            "read",
            "List the rentals of a member, in order of id.",
            [MEMBER],
            rows("Rental"),
            "members rentals",
        ),
        tool(
            "get_article",
            "read",
            "Look up one article, and how many open reservations wait for it.",
            [ARTICLE],
            {
                "shape": "facts",
                "entity": None,
                "fields": [field("title"), field("status"), field("waiting", "integer")],
            },
            "articles reservations",
        ),
        tool(
            "rent_article",
            "write",
            "Rent a free article to an active member until a day after today.",
            [MEMBER, ARTICLE, field("due_on", "date")],
            row("Rental"),
            "members articles rentals reservations",
            writes=["articles", "rentals", "reservations"],
            refusals=refusals(
                member_blocked="The member is blocked.",
                not_free="The article is not free.",
                limit_reached="The member has as many unreturned rentals as the limit allows.",
                due_too_early="The day due is today or earlier.",
            ),
            effects=[
                "A rental taken today with that day due is added.",
                "The article is out.",
                "An open reservation of that member for that article is met.",
            ],
            rules=["out_is_rented", "within_limit", "due_later", "only_active_rent"],
        ),
        tool(
            "return_article",
            "write",
            "Take back the article of a rental and set the charge: the days since it was taken, at least one,"
            " times the daily price.",
            [RENTAL],
            row("Rental"),
            "rentals articles",
            writes=["rentals", "articles"],
            refusals=refusals(already_returned="The rental was returned before."),
            effects=[
                "The rental is returned today and has its charge.",
                "The article is free.",
            ],
            rules=["out_is_rented"],
        ),
        tool(
            "reserve_article",
            "write",
            "Reserve an article that is not free for an active member.",
            [MEMBER, ARTICLE],
            row("Reservation"),
            "members articles reservations",
            writes=["reservations"],
            refusals=refusals(
                member_blocked="The member is blocked.",
                is_free="The article is free.",
                reserved_already="The member has an open reservation for it.",
            ),
            effects=["An open reservation is added."],
            rules=["one_wish", "only_active_rent"],
        ),
        tool(
            "block_member",
            "write",
            "Block an active member and cancel the member's open reservations.",
            [MEMBER],
            row("Member"),
            "members reservations",
            writes=["members", "reservations"],
            refusals=refusals(member_blocked="The member is blocked already."),
            effects=["The member is blocked.", "Every open reservation of the member is cancelled."],
            rules=["blocked_wish_nothing"],
        ),
    ]
}

INVARIANTS = {
    "out_is_rented": """
rented = [one.article_id for one in self.rentals.values() if one.returned_on is None]
return all(rented.count(one.id) == (1 if one.status == "out" else 0) for one in self.articles.values())
""",
    "within_limit": """
held = [one.member_id for one in self.rentals.values() if one.returned_on is None]
return all(held.count(one.id) <= one.most_rentals for one in self.members.values())
""",
    "one_wish": """
wishes = [(one.member_id, one.article_id) for one in self.reservations.values() if one.status == "open"]
return len(set(wishes)) == len(wishes)
""",
    "blocked_wish_nothing": """
blocked = [one.id for one in self.members.values() if one.status == "blocked"]
return not any(one.member_id in blocked for one in self.reservations.values() if one.status == "open")
""",
    "due_later": "return all(one.due_on > one.taken_on for one in self.rentals.values())",
}

BODIES = {
    "get_member": 'return self.find(self.members, member_id, "member")',
    "search_articles": """
found = [one for one in self.articles.values() if status is None or one.status == status]
return sorted(found, key=lambda one: one.id)
""",
    "list_rentals": """
self.find(self.members, member_id, "member")
found = [one for one in self.rentals.values() if one.member_id == member_id]
return sorted(found, key=lambda one: one.id)
""",
    "get_article": """
article = self.find(self.articles, article_id, "article")
wishes = [one for one in self.reservations.values() if one.article_id == article_id and one.status == "open"]
return GetArticleResult(title=article.title, status=article.status, waiting=len(wishes))
""",
    "rent_article": """
member = self.find(self.members, member_id, "member")
article = self.find(self.articles, article_id, "article")
if member.status == "blocked":
    raise Refusal("member_blocked", f"{member_id} is blocked.")
if article.status != "free":
    raise Refusal("not_free", f"{article_id} is {article.status}.")
held = [one for one in self.rentals.values() if one.member_id == member_id and one.returned_on is None]
if len(held) >= member.most_rentals:
    raise Refusal("limit_reached", f"{member_id} has {len(held)} articles already.")
if due_on <= self.today():
    raise Refusal("due_too_early", f"{due_on} is not after today.")
rental = Rental(
    id=self.new_id("REN"), member_id=member_id, article_id=article_id, taken_on=self.today(), due_on=due_on
)
self.rentals[rental.id] = rental
article.status = "out"
for wish in self.reservations.values():
    if wish.member_id == member_id and wish.article_id == article_id and wish.status == "open":
        wish.status = "met"
return rental
""",
    "return_article": """
rental = self.find(self.rentals, rental_id, "rental")
if rental.returned_on is not None:
    raise Refusal("already_returned", f"{rental_id} was returned on {rental.returned_on}.")
article = self.articles[rental.article_id]
days = max(1, (self.today() - rental.taken_on).days)
rental.returned_on = self.today()
rental.charge_cents = days * article.daily_cents
article.status = "free"
return rental
""",
    "reserve_article": """
member = self.find(self.members, member_id, "member")
article = self.find(self.articles, article_id, "article")
if member.status == "blocked":
    raise Refusal("member_blocked", f"{member_id} is blocked.")
if article.status == "free":
    raise Refusal("is_free", f"{article_id} is free: rent it.")
for wish in self.reservations.values():
    if (wish.member_id, wish.article_id, wish.status) == (member_id, article_id, "open"):
        raise Refusal("reserved_already", f"{wish.id} stands already.")
made = Reservation(id=self.new_id("RES"), member_id=member_id, article_id=article_id, status="open")
self.reservations[made.id] = made
return made
""",
    "block_member": """
member = self.find(self.members, member_id, "member")
if member.status == "blocked":
    raise Refusal("member_blocked", f"{member_id} is blocked already.")
member.status = "blocked"
for wish in self.reservations.values():
    if wish.member_id == member_id and wish.status == "open":
        wish.status = "cancelled"
return member
""",
}

_PEOPLE = """
codes = []
member = before["members"].get(arguments["member_id"])
article = before["articles"].get(arguments["article_id"])
if member is None:
    codes.append("unknown_member")
if article is None:
    codes.append("unknown_article")
if member and member["status"] == "blocked":
    codes.append("member_blocked")
"""

CONTRACTS: dict[str, tuple[str, str]] = {
    "get_member": (
        'return [] if arguments["member_id"] in before["members"] else ["unknown_member"]',
        'return result == before["members"][arguments["member_id"]]',
    ),
    "search_articles": (
        "return []",
        """
status = arguments.get("status")
wanted = [one for key, one in sorted(before["articles"].items()) if status is None or one["status"] == status]
return result == wanted
""",
    ),
    "list_rentals": (
        'return [] if arguments["member_id"] in before["members"] else ["unknown_member"]',
        """
member = arguments["member_id"]
wanted = [one for key, one in sorted(before["rentals"].items()) if one["member_id"] == member]
return result == wanted
""",
    ),
    "get_article": (
        'return [] if arguments["article_id"] in before["articles"] else ["unknown_article"]',
        """
article = before["articles"][arguments["article_id"]]
wishes = [one for one in before["reservations"].values() if one["article_id"] == arguments["article_id"]]
waiting = len([one for one in wishes if one["status"] == "open"])
return result == {"title": article["title"], "status": article["status"], "waiting": waiting}
""",
    ),
    "rent_article": (
        _PEOPLE
        + """
if article and article["status"] != "free":
    codes.append("not_free")
held = [one for one in before["rentals"].values() if one["member_id"] == arguments["member_id"]]
held = [one for one in held if one["returned_on"] is None]
if member and len(held) >= member["most_rentals"]:
    codes.append("limit_reached")
if arguments["due_on"] <= now[:10]:
    codes.append("due_too_early")
return codes
""",
        """
new = [key for key in after["rentals"] if key not in before["rentals"]]
if len(new) != 1 or result != after["rentals"][new[0]]:
    return False
made = {**result}
del made["id"]
wanted = {
    "member_id": arguments["member_id"],
    "article_id": arguments["article_id"],
    "taken_on": now[:10],
    "due_on": arguments["due_on"],
    "returned_on": None,
    "charge_cents": None,
}
if made != wanted:
    return False
article = {**before["articles"][arguments["article_id"]], "status": "out"}
if after["articles"] != {**before["articles"], arguments["article_id"]: article}:
    return False
wishes = {}
for key, one in before["reservations"].items():
    hit = one["member_id"] == arguments["member_id"] and one["article_id"] == arguments["article_id"]
    wishes[key] = {**one, "status": "met"} if hit and one["status"] == "open" else one
return after["reservations"] == wishes
""",
    ),
    "return_article": (
        """
rental = before["rentals"].get(arguments["rental_id"])
if rental is None:
    return ["unknown_rental"]
return ["already_returned"] if rental["returned_on"] is not None else []
""",
        """
rental = before["rentals"][arguments["rental_id"]]
article = before["articles"][rental["article_id"]]
days = (dt.date.fromisoformat(now[:10]) - dt.date.fromisoformat(rental["taken_on"])).days
charge = max(1, days) * article["daily_cents"]
wanted = {**rental, "returned_on": now[:10], "charge_cents": charge}
free = {**before["articles"], article["id"]: {**article, "status": "free"}}
same = after["rentals"] == {**before["rentals"], rental["id"]: wanted}
return result == wanted and same and after["articles"] == free
""",
    ),
    "reserve_article": (
        _PEOPLE
        + """
if article and article["status"] == "free":
    codes.append("is_free")
for one in before["reservations"].values():
    same = one["member_id"] == arguments["member_id"] and one["article_id"] == arguments["article_id"]
    if same and one["status"] == "open":
        codes.append("reserved_already")
return codes
""",
        """
new = [key for key in after["reservations"] if key not in before["reservations"]]
if len(new) != 1:
    return False
made = after["reservations"][new[0]]
wanted = (arguments["member_id"], arguments["article_id"], "open")
kept = {key: one for key, one in after["reservations"].items() if key != new[0]}
said = (made["member_id"], made["article_id"], made["status"])
return result == made and said == wanted and kept == before["reservations"]
""",
    ),
    "block_member": (
        """
member = before["members"].get(arguments["member_id"])
if member is None:
    return ["unknown_member"]
return ["member_blocked"] if member["status"] == "blocked" else []
""",
        """
member = {**before["members"][arguments["member_id"]], "status": "blocked"}
wishes = {}
for key, one in before["reservations"].items():
    hit = one["member_id"] == arguments["member_id"] and one["status"] == "open"
    wishes[key] = {**one, "status": "cancelled"} if hit else one
members = after["members"] == {**before["members"], member["id"]: member}
return result == member and members and after["reservations"] == wishes
""",
    ),
}


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
