"""A parcel room: small enough that a bare server of it can be written by hand, line for line."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ._runtime import Entity, Environment, Refusal, read, rule, write

SHELVES = 20
ParcelId = Annotated[str, Field(description="Id of a parcel, such as PCL-001.")]
Shelf = Annotated[int, Field(description="Shelf, 1 to 20.", ge=1, le=SHELVES)]
Status = Literal["stored", "collected", "returned"]


class Parcel(Entity):
    """A parcel on a shelf, or gone."""

    id: str
    recipient: str
    shelf: int
    grams: int
    status: Status = "stored"
    note: str = ""


class Parcels(Environment):
    """A parcel room."""

    parcels: dict[str, Parcel]

    @read
    def get_parcel(self, parcel_id: ParcelId) -> Parcel:
        """Look up one parcel."""
        return self.find(self.parcels, parcel_id, "parcel")

    @read
    def search_parcels(
        self, recipient: Annotated[str, Field(description="The recipient's whole name.")]
    ) -> list[Parcel]:
        """List the parcels of one recipient."""
        return [parcel for parcel in self.parcels.values() if parcel.recipient == recipient]

    @read
    def list_shelf(self, shelf: Shelf) -> list[Parcel]:
        """List the stored parcels of one shelf."""
        return [row for row in self.parcels.values() if row.shelf == shelf and row.status == "stored"]

    @write
    def store_parcel(
        self,
        recipient: Annotated[str, Field(description="The recipient's name.")],
        shelf: Shelf,
        grams: Annotated[int, Field(description="Weight in grams, 1 to 30000.", ge=1, le=30000)],
    ) -> Parcel:
        """Take in a new parcel."""
        parcel = Parcel(id=self.new_id("PCL"), recipient=recipient, shelf=shelf, grams=grams)
        self.parcels[parcel.id] = parcel
        return parcel

    @write
    def move_parcel(self, parcel_id: ParcelId, shelf: Shelf) -> Parcel:
        """Put a stored parcel on another shelf."""
        parcel = self._stored(parcel_id)
        parcel.shelf = shelf
        return parcel

    @write
    def collect_parcel(self, parcel_id: ParcelId) -> Parcel:
        """Hand a stored parcel to its recipient."""
        parcel = self._stored(parcel_id)
        parcel.status = "collected"
        return parcel

    @write
    def return_parcel(self, parcel_id: ParcelId) -> Parcel:
        """Send a stored parcel back."""
        parcel = self._stored(parcel_id)
        parcel.status = "returned"
        return parcel

    @write
    def note_parcel(
        self, parcel_id: ParcelId, note: Annotated[str, Field(description="A remark, in one sentence.")]
    ) -> Parcel:
        """Write a remark on a parcel."""
        parcel = self.find(self.parcels, parcel_id, "parcel")
        parcel.note = note
        return parcel

    @rule("Every parcel has a shelf of the room.")
    def shelves_exist(self) -> bool:
        """See the rule."""
        return all(1 <= parcel.shelf <= SHELVES for parcel in self.parcels.values())

    def _stored(self, parcel_id: str) -> Parcel:
        parcel = self.find(self.parcels, parcel_id, "parcel")
        if parcel.status != "stored":
            raise Refusal("not_stored", f"{parcel_id} is {parcel.status}.")
        return parcel
