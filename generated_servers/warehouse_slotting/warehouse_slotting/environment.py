# ruff: noqa: D102 - the text of a rule is its docstring
"""Warehouse slotting.

A warehouse: pallets in racks, dangerous goods kept apart, and picks that take stock away under the
counters' eyes.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal, TypeVar

from pydantic import Field

from ._runtime import FREE_TEXT, Entity, Environment, Refusal, read, rule, write

PAGE_ROWS = 10

Temper = Literal["heated", "unheated"]
AisleState = Literal["open", "barred"]
Hazard = Literal["harmless", "flammable", "oxidising"]
PalletState = Literal["stored", "shipped", "scrapped"]
PickState = Literal["planned", "done", "dropped"]
Reason = Literal["complaints", "missing_papers", "safety_concerns", "unpaid_bills"]
HoldState = Literal["standing", "lifted"]
Request = Literal[
    "store_pallet",
    "move_pallet",
    "plan_pick",
    "do_pick",
    "drop_pick",
    "switch_pick",
    "postpone_pick",
    "scrap_pallet",
    "merge_pallets",
    "reclassify_product",
    "bar_aisle",
    "open_aisle",
    "place_hold",
    "lift_hold",
    "change_quota",
    "pass_on_quota",
]
Ground = Literal[
    "wrong_state",
    "barred_aisle",
    "same_rack",
    "on_hold",
    "earlier_wave_first",
    "same_pallet",
    "another_product",
    "not_later",
    "not_stored",
    "still_promised",
    "same_class",
    "same_quota",
    "same_holder",
    "not_unused",
    "rack_overloaded",
    "hazards_together",
    "flammable_in_heat",
    "promised_too_much",
    "aisle_barred",
    "pallet_gone",
    "wave_full",
    "held_for_that_already",
    "over_quota",
    "changed_too_often",
    "pallet_code_taken",
]
Measure = Literal["boxes_of", "weight_in", "standing_holds", "unused_quota", "changes_made"]

AisleId = Annotated[str, Field(description="Id of an aisle, such as ASL-01.")]
PartOfName = Annotated[str | None, Field(description="Part of the name, in any case.")]
InTemper = Annotated[Temper | None, Field(description="Only those with this climate.")]
InAisleState = Annotated[AisleState | None, Field(description="Only those in this state.")]
Page = Annotated[int, Field(description=f"Page of {PAGE_ROWS} rows, from 1; past the end it is empty.", ge=1)]
RackId = Annotated[str, Field(description="Id of a rack, such as RCK-01.")]
PartOfCode = Annotated[str | None, Field(description="Part of the code, in any case.")]
OfAisle = Annotated[str | None, Field(description="Only those of the aisle with this id.")]
ProductId = Annotated[str, Field(description="Id of a product, such as PRD-01.")]
InHazard = Annotated[Hazard | None, Field(description="Only those with this hazard class.")]
OfClient = Annotated[str | None, Field(description="Only those of the client with this id.")]
PalletId = Annotated[str, Field(description="Id of a pallet, such as PLL-01.")]
OfProduct = Annotated[str | None, Field(description="Only those of the product with this id.")]
OfRack = Annotated[str | None, Field(description="Only those of the rack with this id.")]
InPalletState = Annotated[PalletState | None, Field(description="Only those in this state.")]
PickId = Annotated[str, Field(description="Id of a pick, such as PCK-01.")]
OfPallet = Annotated[str | None, Field(description="Only those of the pallet with this id.")]
InPickState = Annotated[PickState | None, Field(description="Only those in this state.")]
HoldId = Annotated[str, Field(description="Id of a hold, such as HLD-01.")]
InReason = Annotated[Reason | None, Field(description="Only those with this reason.")]
PlacedFrom = Annotated[
    dt.date | None, Field(description="Only those whose starting day is on or after this day, YYYY-MM-DD.")
]
PlacedUntil = Annotated[
    dt.date | None, Field(description="Only those whose starting day is on or before this day, YYYY-MM-DD.")
]
InHoldState = Annotated[HoldState | None, Field(description="Only those in this state.")]
ClientId = Annotated[str, Field(description="Id of a client, such as CLN-01.")]
ChangeId = Annotated[str, Field(description="Id of a change, such as CHN-01.")]
OfPick = Annotated[str | None, Field(description="Only those of the pick with this id.")]
DayFrom = Annotated[
    dt.date | None, Field(description="Only those whose day is on or after this day, YYYY-MM-DD.")
]
DayUntil = Annotated[
    dt.date | None, Field(description="Only those whose day is on or before this day, YYYY-MM-DD.")
]
Code = Annotated[str, Field(description="Code, at most 200 characters.", min_length=1, max_length=200)]
Boxes = Annotated[int, Field(description="Boxes, 5 to 30.", ge=5, le=30)]
GivenBoxes = Annotated[int, Field(description="Boxes, 1 to 12.", ge=1, le=12)]
Wave = Annotated[int, Field(description="Wave, 1 to 3.", ge=1, le=3)]
OtherId = Annotated[str, Field(description="Id of the other pallet, such as PLL-01.")]
GivenHazard = Annotated[Hazard, Field(description="Hazard class.")]
GivenReason = Annotated[Reason, Field(description="Reason.")]
Quota = Annotated[int, Field(description="Quota, 3 to 12.", ge=3, le=12)]
ReceiverId = Annotated[str, Field(description="Id of the receiver, such as CLN-01.")]
Amount = Annotated[int, Field(description="Amount, in units, 1 to 4.", ge=1, le=4)]
GivenRequest = Annotated[Request, Field(description="Tool that was asked for.")]
GivenGround = Annotated[Ground, Field(description="Code with which the tool refuses it.")]
Note = Annotated[str, Field(description="Note, at most 500 characters.", min_length=1, max_length=500)]
About = Annotated[
    str | None,
    Field(description="Id of the row it is about, at most 200 characters.", min_length=1, max_length=200),
]
GivenMeasure = Annotated[Measure, Field(description="Name of the figure.")]
Figure = Annotated[int, Field(description="Value of the figure.")]

Row = TypeVar("Row")


class Aisle(Entity):
    """An aisle."""

    id: str
    name: str
    temper: Temper  # climate
    state: AisleState = "open"


class Rack(Entity):
    """A rack."""

    id: str
    code: str
    aisle_id: str
    bears: int  # load limit, in kilograms


class Product(Entity):
    """A product."""

    id: str
    name: str
    hazard: Hazard  # hazard class
    weight: int  # weight of a box, in kilograms
    client_id: str


class Pallet(Entity):
    """A pallet."""

    id: str
    code: str
    product_id: str
    rack_id: str
    boxes: int
    state: PalletState = "stored"


class Pick(Entity):
    """A pick."""

    id: str
    pallet_id: str
    boxes: int
    wave: int
    state: PickState = "planned"


class Hold(Entity):
    """A hold."""

    id: str
    product_id: str
    reason: Reason
    placed: dt.date  # starting day
    state: HoldState = "standing"


class Client(Entity):
    """A client."""

    id: str
    name: str
    quota: int = 6


class Change(Entity):
    """A change."""

    id: str
    pick_id: str
    day: dt.date
    round: int  # number in the log


class Decision(Entity):
    """A decision."""

    id: str
    request: Request
    about: str | None = None  # row it is about
    ground: Ground
    note: str = FREE_TEXT


class Report(Entity):
    """A report."""

    id: str
    measure: Measure
    about: str | None = None  # row it is about
    figure: int


class RackSheet(Entity):
    """A rack and what follows from it."""

    rack: Rack
    weight: int  # weight stored


class PalletSheet(Entity):
    """A pallet and what follows from it."""

    pallet: Pallet
    promised: int  # number of promised boxes


class ClientSheet(Entity):
    """A client and what follows from it."""

    client: Client
    used: int  # quota used
    unused: int  # unused quota


class WarehouseSlotting(Environment):
    """Warehouse slotting."""

    aisles: dict[str, Aisle]
    racks: dict[str, Rack]
    products: dict[str, Product]
    pallets: dict[str, Pallet]
    picks: dict[str, Pick]
    holds: dict[str, Hold]
    clients: dict[str, Client]
    changes: dict[str, Change]
    decisions: dict[str, Decision]
    reports: dict[str, Report]

    @read
    def get_aisle(self, aisle_id: AisleId) -> Aisle:
        """Look up one aisle."""
        return self.find(self.aisles, aisle_id, "aisle")

    @read
    def search_aisles(
        self, name: PartOfName = None, temper: InTemper = None, state: InAisleState = None, page: Page = 1
    ) -> list[Aisle]:
        """Find aisles by name, climate and state, in order of id."""
        rows = [row for row in self.aisles.values() if (name or "").casefold() in row.name.casefold()]
        rows = [row for row in rows if temper in (None, row.temper)]
        rows = [row for row in rows if state in (None, row.state)]
        return _page(sorted(rows, key=lambda row: row.id), page)

    @read
    def get_rack(self, rack_id: RackId) -> RackSheet:
        """Look up a rack and what follows from it: weight stored."""
        rack = self.find(self.racks, rack_id, "rack")
        return RackSheet(rack=rack, weight=self._weight(rack))

    @read
    def search_racks(self, code: PartOfCode = None, aisle_id: OfAisle = None, page: Page = 1) -> list[Rack]:
        """Find racks by code and aisle, in order of id."""
        rows = [row for row in self.racks.values() if (code or "").casefold() in row.code.casefold()]
        rows = [row for row in rows if aisle_id in (None, row.aisle_id)]
        return _page(sorted(rows, key=lambda row: row.id), page)

    @read
    def get_product(self, product_id: ProductId) -> Product:
        """Look up one product."""
        return self.find(self.products, product_id, "product")

    @read
    def search_products(
        self, name: PartOfName = None, hazard: InHazard = None, client_id: OfClient = None, page: Page = 1
    ) -> list[Product]:
        """Find products by name, hazard class and client, in order of id."""
        rows = [row for row in self.products.values() if (name or "").casefold() in row.name.casefold()]
        rows = [row for row in rows if hazard in (None, row.hazard)]
        rows = [row for row in rows if client_id in (None, row.client_id)]
        return _page(sorted(rows, key=lambda row: row.id), page)

    @read
    def get_pallet(self, pallet_id: PalletId) -> PalletSheet:
        """Look up a pallet and what follows from it: number of promised boxes."""
        pallet = self.find(self.pallets, pallet_id, "pallet")
        return PalletSheet(pallet=pallet, promised=self._promised(pallet))

    @read
    def search_pallets(
        self,
        code: PartOfCode = None,
        product_id: OfProduct = None,
        rack_id: OfRack = None,
        state: InPalletState = None,
        page: Page = 1,
    ) -> list[Pallet]:
        """Find pallets by code, product, rack and state, in order of id."""
        rows = [row for row in self.pallets.values() if (code or "").casefold() in row.code.casefold()]
        rows = [row for row in rows if product_id in (None, row.product_id)]
        rows = [row for row in rows if rack_id in (None, row.rack_id)]
        rows = [row for row in rows if state in (None, row.state)]
        return _page(sorted(rows, key=lambda row: row.id), page)

    @read
    def get_pick(self, pick_id: PickId) -> Pick:
        """Look up one pick."""
        return self.find(self.picks, pick_id, "pick")

    @read
    def search_picks(
        self, pallet_id: OfPallet = None, state: InPickState = None, page: Page = 1
    ) -> list[Pick]:
        """Find picks by pallet and state, in order of id."""
        rows = [row for row in self.picks.values() if pallet_id in (None, row.pallet_id)]
        rows = [row for row in rows if state in (None, row.state)]
        return _page(sorted(rows, key=lambda row: row.id), page)

    @read
    def get_hold(self, hold_id: HoldId) -> Hold:
        """Look up one hold."""
        return self.find(self.holds, hold_id, "hold")

    @read
    def search_holds(
        self,
        *,
        product_id: OfProduct = None,
        reason: InReason = None,
        placed_from: PlacedFrom = None,
        placed_until: PlacedUntil = None,
        state: InHoldState = None,
        page: Page = 1,
    ) -> list[Hold]:
        """Find holds by product, reason, starting day and state, in order of id."""
        rows = [row for row in self.holds.values() if product_id in (None, row.product_id)]
        rows = [row for row in rows if reason in (None, row.reason)]
        rows = [row for row in rows if placed_from is None or row.placed >= placed_from]
        rows = [row for row in rows if placed_until is None or row.placed <= placed_until]
        rows = [row for row in rows if state in (None, row.state)]
        return _page(sorted(rows, key=lambda row: row.id), page)

    @read
    def get_client(self, client_id: ClientId) -> ClientSheet:
        """Look up a client and what follows from it: quota used and unused quota."""
        client = self.find(self.clients, client_id, "client")
        return ClientSheet(client=client, used=self._used(client), unused=self._unused(client))

    @read
    def search_clients(self, name: PartOfName = None, page: Page = 1) -> list[Client]:
        """Find clients by name, in order of id."""
        rows = [row for row in self.clients.values() if (name or "").casefold() in row.name.casefold()]
        return _page(sorted(rows, key=lambda row: row.id), page)

    @read
    def get_change(self, change_id: ChangeId) -> Change:
        """Look up one change."""
        return self.find(self.changes, change_id, "change")

    @read
    def search_changes(
        self, pick_id: OfPick = None, day_from: DayFrom = None, day_until: DayUntil = None, page: Page = 1
    ) -> list[Change]:
        """Find changes by pick and day, in order of id."""
        rows = [row for row in self.changes.values() if pick_id in (None, row.pick_id)]
        rows = [row for row in rows if day_from is None or row.day >= day_from]
        rows = [row for row in rows if day_until is None or row.day <= day_until]
        return _page(sorted(rows, key=lambda row: row.id), page)

    @write
    def store_pallet(self, code: Code, product_id: ProductId, rack_id: RackId, boxes: Boxes) -> Pallet:
        """Store a pallet.

        Refused as: barred_aisle, rack_overloaded, hazards_together, flammable_in_heat, promised_too_much,
        aisle_barred, over_quota, pallet_code_taken.
        """
        self.find(self.products, product_id, "product")
        rack = self.find(self.racks, rack_id, "rack")
        if self.aisles[rack.aisle_id].state != "open":
            raise Refusal(
                "barred_aisle",
                f"Not possible: the aisle of the rack ({self.aisles[rack.aisle_id].state}) must be open.",
            )
        pallet = Pallet(id=self.new_id("PLL"), code=code, product_id=product_id, rack_id=rack_id, boxes=boxes)
        self.pallets[pallet.id] = pallet
        self._refuse_rack_overloaded(*self.racks.values())
        self._refuse_hazards_together(*self.pallets.values())
        self._refuse_flammable_in_heat(pallet)
        self._refuse_promised_too_much(pallet)
        self._refuse_aisle_barred(pallet)
        self._refuse_over_quota(*self.clients.values())
        self._refuse_pallet_code_taken(pallet)
        return pallet

    @write
    def move_pallet(self, pallet_id: PalletId, rack_id: RackId) -> Pallet:
        """Move a pallet.

        The pallet must be stored. Refused as: same_rack, barred_aisle, rack_overloaded, hazards_together,
        flammable_in_heat, aisle_barred, wave_full.
        """
        pallet = self._pallet(pallet_id, "stored")
        rack = self.find(self.racks, rack_id, "rack")
        if rack_id == pallet.rack_id:
            raise Refusal("same_rack", "Not possible: the new rack must not be the rack of the pallet.")
        if self.aisles[rack.aisle_id].state != "open":
            raise Refusal(
                "barred_aisle",
                f"Not possible: the aisle of the new rack ({self.aisles[rack.aisle_id].state}) must be open.",
            )
        pallet.rack_id = rack_id
        self._refuse_rack_overloaded(*self.racks.values())
        self._refuse_hazards_together(*self.pallets.values())
        self._refuse_flammable_in_heat(pallet)
        self._refuse_aisle_barred(pallet)
        self._refuse_wave_full(*self.picks.values())
        return pallet

    @write
    def plan_pick(self, pallet_id: PalletId, boxes: GivenBoxes, wave: Wave) -> Pick:
        """Plan a pick.

        Refused as: on_hold, promised_too_much, aisle_barred, pallet_gone, wave_full, changed_too_often.
        """
        pallet = self.find(self.pallets, pallet_id, "pallet")
        if any(
            hold.product_id == pallet.product_id and hold.state == "standing" for hold in self.holds.values()
        ):
            raise Refusal(
                "on_hold", "Not possible: there must be no standing hold on the product of the pallet."
            )
        pick = Pick(id=self.new_id("PCK"), pallet_id=pallet_id, boxes=boxes, wave=wave)
        self.picks[pick.id] = pick
        self._refuse_promised_too_much(*self.pallets.values())
        self._refuse_aisle_barred(*self.pallets.values())
        self._refuse_pallet_gone(pick)
        self._refuse_wave_full(*self.picks.values())
        self._refuse_changed_too_often(pick)
        return pick

    @write
    def do_pick(self, pick_id: PickId) -> Pick:
        """Do a pick.

        The pick must be planned. Refused as: earlier_wave_first, rack_overloaded, hazards_together,
        flammable_in_heat, promised_too_much, pallet_gone, over_quota.
        """
        pick = self._pick(pick_id, "planned")
        if any(
            other.pallet_id == pick.pallet_id and other.wave < pick.wave and other.state == "planned"
            for other in self.picks.values()
        ):
            raise Refusal(
                "earlier_wave_first",
                "Not possible: there must be no planned pick from the same pallet whose wave is less than "
                "the wave of the pick.",
            )
        pick.state = "done"
        self.pallets[pick.pallet_id].boxes = self.pallets[pick.pallet_id].boxes - pick.boxes
        if self.pallets[pick.pallet_id].boxes == 0:
            self.pallets[pick.pallet_id].state = "shipped"
        self._refuse_rack_overloaded(*self.racks.values())
        self._refuse_hazards_together(*self.pallets.values())
        self._refuse_flammable_in_heat(*self.pallets.values())
        self._refuse_promised_too_much(*self.pallets.values())
        self._refuse_pallet_gone(*self.picks.values())
        self._refuse_over_quota(*self.clients.values())
        return pick

    @write
    def drop_pick(self, pick_id: PickId) -> Pick:
        """Drop a pick.

        The pick must be planned.
        """
        pick = self._pick(pick_id, "planned")
        pick.state = "dropped"
        return pick

    @write
    def switch_pick(self, pick_id: PickId, pallet_id: PalletId) -> Pick:
        """Switch a pick.

        The pick must be planned. Refused as: same_pallet, another_product, promised_too_much,
        aisle_barred, pallet_gone, wave_full, changed_too_often.
        """
        pick = self._pick(pick_id, "planned")
        pallet = self.find(self.pallets, pallet_id, "pallet")
        if pallet_id == pick.pallet_id:
            raise Refusal("same_pallet", "Not possible: the new pallet must not be the pallet of the pick.")
        if pallet.product_id != self.pallets[pick.pallet_id].product_id:
            raise Refusal(
                "another_product",
                "Not possible: the product of the new pallet must be the product of the pallet of the pick.",
            )
        pick.pallet_id = pallet_id
        change = Change(
            id=self.new_id("CHN"),
            pick_id=pick_id,
            day=self.today(),
            round=1 + sum(1 for change in self.changes.values() if change.pick_id == pick_id),
        )
        self.changes[change.id] = change
        self._refuse_promised_too_much(*self.pallets.values())
        self._refuse_aisle_barred(*self.pallets.values())
        self._refuse_pallet_gone(pick)
        self._refuse_wave_full(*self.picks.values())
        self._refuse_changed_too_often(*self.picks.values())
        return pick

    @write
    def postpone_pick(self, pick_id: PickId, wave: Wave) -> Pick:
        """Postpone a pick.

        The pick must be planned. Refused as: not_later, wave_full, changed_too_often.
        """
        pick = self._pick(pick_id, "planned")
        if wave <= pick.wave:
            raise Refusal(
                "not_later",
                f"Not possible: the new wave ({wave}) must be more than the wave of the pick ({pick.wave}).",
            )
        pick.wave = wave
        change = Change(
            id=self.new_id("CHN"),
            pick_id=pick_id,
            day=self.today(),
            round=1 + sum(1 for change in self.changes.values() if change.pick_id == pick_id),
        )
        self.changes[change.id] = change
        self._refuse_wave_full(*self.picks.values())
        self._refuse_changed_too_often(*self.picks.values())
        return pick

    @write
    def scrap_pallet(self, pallet_id: PalletId) -> Pallet:
        """Scrap a pallet.

        The pallet must be stored. Refused as: pallet_gone.
        """
        pallet = self._pallet(pallet_id, "stored")
        pallet.state = "scrapped"
        self._refuse_pallet_gone(*self.picks.values())
        return pallet

    @write
    def merge_pallets(self, pallet_id: PalletId, other_id: OtherId) -> Pallet:
        """Merge another pallet into a pallet.

        The pallet must be stored. Refused as: same_pallet, not_stored, another_product, still_promised,
        on_hold, rack_overloaded, promised_too_much, pallet_gone.
        """
        pallet = self._pallet(pallet_id, "stored")
        other = self.find(self.pallets, other_id, "pallet")
        if other_id == pallet_id:
            raise Refusal("same_pallet", "Not possible: the other pallet must not be the pallet.")
        if other.state != "stored":
            raise Refusal("not_stored", f"Not possible: the other pallet ({other.state}) must be stored.")
        if other.product_id != pallet.product_id:
            raise Refusal(
                "another_product",
                "Not possible: the product of the other pallet must be the product of the pallet.",
            )
        if self._promised(other) != 0:
            raise Refusal(
                "still_promised",
                f"Not possible: the number of promised boxes of the other pallet ({self._promised(other)}) "
                "must be 0.",
            )
        if any(
            hold.product_id == pallet.product_id and hold.state == "standing" for hold in self.holds.values()
        ):
            raise Refusal(
                "on_hold", "Not possible: there must be no standing hold on the product of the pallet."
            )
        pallet.boxes = pallet.boxes + other.boxes
        other.boxes = 0
        other.state = "shipped"
        self._refuse_rack_overloaded(*self.racks.values())
        self._refuse_promised_too_much(pallet)
        self._refuse_pallet_gone(*self.picks.values())
        return pallet

    @write
    def reclassify_product(self, product_id: ProductId, hazard: GivenHazard) -> Product:
        """Reclassify a product.

        Refused as: same_class, hazards_together, flammable_in_heat.
        """
        product = self.find(self.products, product_id, "product")
        if hazard == product.hazard:
            raise Refusal(
                "same_class",
                f"Not possible: the new hazard class ({hazard}) must not be the hazard class of the product "
                f"({product.hazard}).",
            )
        product.hazard = hazard
        self._refuse_hazards_together(*self.pallets.values())
        self._refuse_flammable_in_heat(*self.pallets.values())
        return product

    @write
    def bar_aisle(self, aisle_id: AisleId) -> Aisle:
        """Bar an aisle.

        The aisle must be open. Refused as: aisle_barred.
        """
        aisle = self._aisle(aisle_id, "open")
        aisle.state = "barred"
        self._refuse_aisle_barred(*self.pallets.values())
        return aisle

    @write
    def open_aisle(self, aisle_id: AisleId) -> Aisle:
        """Open an aisle.

        The aisle must be barred.
        """
        aisle = self._aisle(aisle_id, "barred")
        aisle.state = "open"
        return aisle

    @write
    def place_hold(self, product_id: ProductId, reason: GivenReason) -> Hold:
        """Place a hold.

        Refused as: held_for_that_already.
        """
        self.find(self.products, product_id, "product")
        hold = Hold(id=self.new_id("HLD"), product_id=product_id, reason=reason, placed=self.today())
        self.holds[hold.id] = hold
        self._refuse_held_for_that_already(hold)
        return hold

    @write
    def lift_hold(self, hold_id: HoldId) -> Hold:
        """Lift a hold.

        The hold must be standing.
        """
        hold = self._hold(hold_id, "standing")
        hold.state = "lifted"
        return hold

    @write
    def change_quota(self, client_id: ClientId, quota: Quota) -> Client:
        """Change the quota of a client.

        Refused as: same_quota, over_quota.
        """
        client = self.find(self.clients, client_id, "client")
        if quota == client.quota:
            raise Refusal(
                "same_quota",
                f"Not possible: the new quota ({quota}) must not be the quota of the client "
                f"({client.quota}).",
            )
        client.quota = quota
        self._refuse_over_quota(client)
        return client

    @write
    def pass_on_quota(self, client_id: ClientId, receiver_id: ReceiverId, amount: Amount) -> Client:
        """Transfer a given number of units of quota from a client to a receiver.

        Refused as: same_holder, not_unused, over_quota.
        """
        client = self.find(self.clients, client_id, "client")
        receiver = self.find(self.clients, receiver_id, "client")
        if receiver_id == client_id:
            raise Refusal("same_holder", "Not possible: the receiver must not be the client.")
        if amount > self._unused(client):
            raise Refusal(
                "not_unused",
                f"Not possible: the amount ({amount}) must be at most the unused quota of the client "
                f"({self._unused(client)}).",
            )
        client.quota = client.quota - amount
        receiver.quota = receiver.quota + amount
        self._refuse_over_quota(client, receiver)
        return client

    @write
    def record_decision(
        self, request: GivenRequest, ground: GivenGround, note: Note, about: About = None
    ) -> Decision:
        """Record that a request was declined, and on which ground.

        Refused as: already_recorded.
        """
        if any(
            decision.request == request and decision.about == about for decision in self.decisions.values()
        ):
            raise Refusal("already_recorded", "This is on record already.")
        decision = Decision(id=self.new_id("DEC"), request=request, about=about, ground=ground, note=note)
        self.decisions[decision.id] = decision
        return decision

    @write
    def file_report(self, measure: GivenMeasure, figure: Figure, about: About = None) -> Report:
        """File a figure; it replaces an earlier one for the same measure and row."""
        report = Report(id=self.new_id("REP"), measure=measure, about=about, figure=figure)
        self.reports[report.id] = report
        for other in [
            other
            for other in self.reports.values()
            if other.id != report.id and other.measure == measure and other.about == about
        ]:
            del self.reports[other.id]
        return report

    @rule("For every rack, its weight stored is at most its load limit.")
    def rack_overloaded(self) -> bool:
        return not any(self._rack_overloaded(row) for row in self.racks.values())

    @rule(
        "For every stored pallet whose product's hazard class is flammable, there is no stored pallet "
        "whose product's hazard class is oxidising and whose rack has the same aisle."
    )
    def hazards_together(self) -> bool:
        return not any(self._hazards_together(row) for row in self.pallets.values())

    @rule(
        "For every stored pallet whose product's hazard class is flammable, the climate of the aisle of "
        "its rack is unheated."
    )
    def flammable_in_heat(self) -> bool:
        return not any(self._flammable_in_heat(row) for row in self.pallets.values())

    @rule("For every stored pallet, its number of promised boxes is at most its number of boxes.")
    def promised_too_much(self) -> bool:
        return not any(self._promised_too_much(row) for row in self.pallets.values())

    @rule("For every pallet whose number of promised boxes is more than 0, the aisle of its rack is open.")
    def aisle_barred(self) -> bool:
        return not any(self._aisle_barred(row) for row in self.pallets.values())

    @rule("For every planned pick, its pallet is stored.")
    def pallet_gone(self) -> bool:
        return not any(self._pallet_gone(row) for row in self.picks.values())

    @rule(
        "For every planned pick, the number of planned picks in the same wave whose pallet's rack has the "
        "same aisle is at most 3."
    )
    def wave_full(self) -> bool:
        return not any(self._wave_full(row) for row in self.picks.values())

    @rule(
        "For every standing hold, there is no other standing hold on the same product with the same reason."
    )
    def held_for_that_already(self) -> bool:
        return not any(self._held_for_that_already(row) for row in self.holds.values())

    @rule("For every client, its quota used is at most its quota.")
    def over_quota(self) -> bool:
        return not any(self._over_quota(row) for row in self.clients.values())

    @rule("For every pick, the number of changes to that pick is at most 3.")
    def changed_too_often(self) -> bool:
        return not any(self._changed_too_often(row) for row in self.picks.values())

    @rule("For every pallet, there is no other pallet with the same code.")
    def pallet_code_taken(self) -> bool:
        return not any(self._pallet_code_taken(row) for row in self.pallets.values())

    def _rack_overloaded(self, rack: Rack) -> bool:
        return self._weight(rack) > rack.bears

    def _hazards_together(self, pallet: Pallet) -> bool:
        return (
            pallet.state == "stored"
            and self.products[pallet.product_id].hazard == "flammable"
            and any(
                self.racks[other.rack_id].aisle_id == self.racks[pallet.rack_id].aisle_id
                and self.products[other.product_id].hazard == "oxidising"
                and other.state == "stored"
                for other in self.pallets.values()
            )
        )

    def _flammable_in_heat(self, pallet: Pallet) -> bool:
        return (
            pallet.state == "stored"
            and self.products[pallet.product_id].hazard == "flammable"
            and self.aisles[self.racks[pallet.rack_id].aisle_id].temper != "unheated"
        )

    def _promised_too_much(self, pallet: Pallet) -> bool:
        return pallet.state == "stored" and self._promised(pallet) > pallet.boxes

    def _aisle_barred(self, pallet: Pallet) -> bool:
        return self._promised(pallet) > 0 and self.aisles[self.racks[pallet.rack_id].aisle_id].state != "open"

    def _pallet_gone(self, pick: Pick) -> bool:
        return pick.state == "planned" and self.pallets[pick.pallet_id].state != "stored"

    def _wave_full(self, pick: Pick) -> bool:
        return (
            pick.state == "planned"
            and sum(
                1
                for other in self.picks.values()
                if other.wave == pick.wave
                and self.racks[self.pallets[other.pallet_id].rack_id].aisle_id
                == self.racks[self.pallets[pick.pallet_id].rack_id].aisle_id
                and other.state == "planned"
            )
            > 3
        )

    def _held_for_that_already(self, hold: Hold) -> bool:
        return (
            hold.state == "standing"
            and any(
                other.id != hold.id
                and other.state == "standing"
                and other.product_id == hold.product_id
                and other.reason == hold.reason
                for other in self.holds.values()
            )
        )

    def _over_quota(self, client: Client) -> bool:
        return self._used(client) > client.quota

    def _changed_too_often(self, pick: Pick) -> bool:
        return sum(1 for change in self.changes.values() if change.pick_id == pick.id) > 3

    def _pallet_code_taken(self, pallet: Pallet) -> bool:
        return any(other.id != pallet.id and other.code == pallet.code for other in self.pallets.values())

    def _refuse_rack_overloaded(self, *rows: Rack) -> None:
        for rack in rows:
            if self._rack_overloaded(rack):
                raise Refusal(
                    "rack_overloaded",
                    f"Not possible for {rack.id}: its weight stored ({self._weight(rack)}) must be at most "
                    f"its load limit ({rack.bears}).",
                )

    def _refuse_hazards_together(self, *rows: Pallet) -> None:
        for pallet in rows:
            if self._hazards_together(pallet):
                raise Refusal(
                    "hazards_together",
                    f"Not possible for {pallet.id}: there must be no stored pallet whose product's hazard "
                    "class is oxidising and whose rack has the same aisle.",
                )

    def _refuse_flammable_in_heat(self, *rows: Pallet) -> None:
        for pallet in rows:
            if self._flammable_in_heat(pallet):
                raise Refusal(
                    "flammable_in_heat",
                    f"Not possible for {pallet.id}: the climate of the aisle of its rack "
                    f"({self.aisles[self.racks[pallet.rack_id].aisle_id].temper}) must be unheated.",
                )

    def _refuse_promised_too_much(self, *rows: Pallet) -> None:
        for pallet in rows:
            if self._promised_too_much(pallet):
                raise Refusal(
                    "promised_too_much",
                    f"Not possible for {pallet.id}: its number of promised boxes ({self._promised(pallet)}) "
                    f"must be at most its number of boxes ({pallet.boxes}).",
                )

    def _refuse_aisle_barred(self, *rows: Pallet) -> None:
        for pallet in rows:
            if self._aisle_barred(pallet):
                raise Refusal(
                    "aisle_barred",
                    f"Not possible for {pallet.id}: the aisle of its rack "
                    f"({self.aisles[self.racks[pallet.rack_id].aisle_id].state}) must be open.",
                )

    def _refuse_pallet_gone(self, *rows: Pick) -> None:
        for pick in rows:
            if self._pallet_gone(pick):
                raise Refusal(
                    "pallet_gone",
                    f"Not possible for {pick.id}: its pallet ({self.pallets[pick.pallet_id].state}) must be "
                    "stored.",
                )

    def _refuse_wave_full(self, *rows: Pick) -> None:
        for pick in rows:
            if self._wave_full(pick):
                raise Refusal(
                    "wave_full",
                    f"Not possible for {pick.id}: the number of planned picks in the same wave whose "
                    "pallet's rack has the same aisle must be at most 3.",
                )

    def _refuse_held_for_that_already(self, *rows: Hold) -> None:
        for hold in rows:
            if self._held_for_that_already(hold):
                raise Refusal(
                    "held_for_that_already",
                    f"Not possible for {hold.id}: there must be no other standing hold on the same product "
                    "with the same reason.",
                )

    def _refuse_over_quota(self, *rows: Client) -> None:
        for client in rows:
            if self._over_quota(client):
                raise Refusal(
                    "over_quota",
                    f"Not possible for {client.id}: its quota used ({self._used(client)}) must be at most "
                    f"its quota ({client.quota}).",
                )

    def _refuse_changed_too_often(self, *rows: Pick) -> None:
        for pick in rows:
            if self._changed_too_often(pick):
                raise Refusal(
                    "changed_too_often",
                    f"Not possible for {pick.id}: the number of changes to that pick must be at most 3.",
                )

    def _refuse_pallet_code_taken(self, *rows: Pallet) -> None:
        for pallet in rows:
            if self._pallet_code_taken(pallet):
                raise Refusal(
                    "pallet_code_taken",
                    f"Not possible for {pallet.id}: there must be no other pallet with the same code.",
                )

    def _weight(self, rack: Rack) -> int:
        return sum(
            pallet.boxes * self.products[pallet.product_id].weight
            for pallet in self.pallets.values()
            if pallet.rack_id == rack.id and pallet.state == "stored"
        )

    def _promised(self, pallet: Pallet) -> int:
        return sum(
            pick.boxes
            for pick in self.picks.values()
            if pick.pallet_id == pallet.id and pick.state == "planned"
        )

    def _used(self, client: Client) -> int:
        return sum(
            1
            for pallet in self.pallets.values()
            if self.products[pallet.product_id].client_id == client.id and pallet.state == "stored"
        )

    def _unused(self, client: Client) -> int:
        return client.quota - self._used(client)

    def _aisle(self, aisle_id: str, *states: AisleState) -> Aisle:
        aisle = self.find(self.aisles, aisle_id, "aisle")
        if aisle.state not in states:
            raise Refusal("wrong_state", f"{aisle_id} is {aisle.state}, not {' or '.join(states)}.")
        return aisle

    def _pallet(self, pallet_id: str, *states: PalletState) -> Pallet:
        pallet = self.find(self.pallets, pallet_id, "pallet")
        if pallet.state not in states:
            raise Refusal("wrong_state", f"{pallet_id} is {pallet.state}, not {' or '.join(states)}.")
        return pallet

    def _pick(self, pick_id: str, *states: PickState) -> Pick:
        pick = self.find(self.picks, pick_id, "pick")
        if pick.state not in states:
            raise Refusal("wrong_state", f"{pick_id} is {pick.state}, not {' or '.join(states)}.")
        return pick

    def _hold(self, hold_id: str, *states: HoldState) -> Hold:
        hold = self.find(self.holds, hold_id, "hold")
        if hold.state not in states:
            raise Refusal("wrong_state", f"{hold_id} is {hold.state}, not {' or '.join(states)}.")
        return hold


def _page(rows: list[Row], page: int) -> list[Row]:
    return rows[PAGE_ROWS * (page - 1) :][:PAGE_ROWS]
