"""The contracts of the rental desk, as a model might answer them: refusals, and what a success leaves."""

from __future__ import annotations

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
