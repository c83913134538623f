"""A small rental desk as a model might have answered it: outline, bodies, invariants, contracts, a start."""

from __future__ import annotations

from typing import Any

from tests.synthesis import rental_contracts, rental_start

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

CONTRACTS = rental_contracts.CONTRACTS
START = rental_start.START
