# ruff: noqa: D102 - the text of a rule is its docstring
"""Energy contracts.

The contracts desk of an electricity supplier: who is supplied where, at which tariff, through which meter,
and what is owed.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal, TypeVar

from pydantic import Field

from ._runtime import FREE_TEXT, Entity, Environment, Refusal, read, rule, write

PAGE_ROWS = 10
FIRST_DAY = dt.date(2000, 1, 1)
LAST_DAY = dt.date(2099, 12, 31)

Metering = Literal["simple", "smart"]
TariffState = Literal["offered", "discontinued"]
MeterState = Literal["in_stock", "installed", "scrapped"]
ContractState = Literal["pending", "active", "blocked", "ended"]
BillState = Literal["due", "paid", "waived"]
Reason = Literal["complaints", "missing_papers", "safety_concerns", "unpaid_bills"]
HoldState = Literal["standing", "lifted"]
Request = Literal[
    "sign_contract",
    "start_supply",
    "change_tariff",
    "exchange_meter",
    "issue_bill",
    "record_payment",
    "waive_bill",
    "warn_customer",
    "block_supply",
    "unblock_supply",
    "end_contract",
    "install_meter",
    "scrap_meter",
    "discontinue_tariff",
    "place_hold",
    "lift_hold",
]
Ground = Literal[
    "wrong_state",
    "in_the_past",
    "debts_first",
    "not_yet",
    "same_tariff",
    "not_offered",
    "term_running",
    "same_meter",
    "reading_too_low",
    "not_supplied",
    "implausible",
    "on_hold",
    "too_large_to_waive",
    "nothing_overdue",
    "warned_twice",
    "not_warned",
    "still_owing",
    "bills_due",
    "calibration_over_soon",
    "meter_in_use",
    "wrong_meter",
    "meter_not_installed",
    "tariff_discontinued",
    "owes_too_much",
    "too_many_contracts",
    "calibration_over",
    "held_for_that_already",
]
Measure = Literal["owed", "overdue_bills", "contracts_at_tariff", "standing_holds"]

CustomerId = Annotated[str, Field(description="Id of a customer, such as CST-01.")]
PartOfName = Annotated[str | None, Field(description="Part of the name, in any case.")]
PartOfCity = Annotated[str | None, Field(description="Part of the city, in any case.")]
Page = Annotated[int, Field(description=f"Page of {PAGE_ROWS} rows, from 1; past the end it is empty.", ge=1)]
TariffId = Annotated[str, Field(description="Id of a tariff, such as TRF-01.")]
InMetering = Annotated[Metering | None, Field(description="Only those with this metering.")]
InTariffState = Annotated[TariffState | None, Field(description="Only those in this state.")]
MeterId = Annotated[str, Field(description="Id of a meter, such as MTR-01.")]
PartOfNumber = Annotated[str | None, Field(description="Part of the number, in any case.")]
InMetering2 = Annotated[Metering | None, Field(description="Only those with this kind.")]
BuiltFrom = Annotated[
    dt.date | None,
    Field(description="Only those whose day of calibration is on or after this day, YYYY-MM-DD."),
]
BuiltUntil = Annotated[
    dt.date | None,
    Field(description="Only those whose day of calibration is on or before this day, YYYY-MM-DD."),
]
InMeterState = Annotated[MeterState | None, Field(description="Only those in this state.")]
ContractId = Annotated[str, Field(description="Id of a contract, such as CNT-01.")]
OfCustomer = Annotated[str | None, Field(description="Only those of the customer with this id.")]
OfTariff = Annotated[str | None, Field(description="Only those of the tariff with this id.")]
OfMeter = Annotated[str | None, Field(description="Only those of the meter with this id.")]
StartsFrom = Annotated[
    dt.date | None, Field(description="Only those whose first day is on or after this day, YYYY-MM-DD.")
]
StartsUntil = Annotated[
    dt.date | None, Field(description="Only those whose first day is on or before this day, YYYY-MM-DD.")
]
InContractState = Annotated[ContractState | None, Field(description="Only those in this state.")]
BillId = Annotated[str, Field(description="Id of a bill, such as BLL-01.")]
OfContract = Annotated[str | None, Field(description="Only those of the contract with this id.")]
PayableFrom = Annotated[
    dt.date | None, Field(description="Only those whose due day is on or after this day, YYYY-MM-DD.")
]
PayableUntil = Annotated[
    dt.date | None, Field(description="Only those whose due day is on or before this day, YYYY-MM-DD.")
]
InBillState = Annotated[BillState | None, Field(description="Only those in this state.")]
HoldId = Annotated[str, Field(description="Id of a hold, such as HLD-01.")]
InReason = Annotated[Reason | None, Field(description="Only those with this reason.")]
PlacedFrom = Annotated[
    dt.date | None, Field(description="Only those whose starting day is on or after this day, YYYY-MM-DD.")
]
PlacedUntil = Annotated[
    dt.date | None, Field(description="Only those whose starting day is on or before this day, YYYY-MM-DD.")
]
InHoldState = Annotated[HoldState | None, Field(description="Only those in this state.")]
Starts = Annotated[dt.date, Field(description="First day, YYYY-MM-DD.", ge=FIRST_DAY, le=LAST_DAY)]
NewMeterId = Annotated[str, Field(description="Id of the new meter, such as MTR-01.")]
Last = Annotated[int, Field(description="Last reading of the old meter, 1000 to 45000.", ge=1000, le=45000)]
NowAt = Annotated[int, Field(description="Present reading, 1000 to 45000.", ge=1000, le=45000)]
GivenReason = Annotated[Reason, Field(description="Reason.")]
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


class Customer(Entity):
    """A customer."""

    id: str
    name: str
    city: str
    warnings: int = 0


class Tariff(Entity):
    """A tariff."""

    id: str
    name: str
    rate: int  # price of a unit, in cents
    months: int  # minimum term, in months
    metering: Metering
    state: TariffState = "offered"


class Meter(Entity):
    """A meter."""

    id: str
    number: str
    kind: Metering
    built: dt.date  # day of calibration
    reading: int  # last reading
    state: MeterState = "in_stock"


class Contract(Entity):
    """A contract."""

    id: str
    customer_id: str
    tariff_id: str
    meter_id: str
    starts: dt.date  # first day
    opened_at: int  # reading at the start
    state: ContractState = "pending"

    @property
    def live(self) -> bool:
        return self.state in ("pending", "active", "blocked")


class Bill(Entity):
    """A bill."""

    id: str
    contract_id: str
    amount: int  # cents
    payable: dt.date  # due day
    state: BillState = "due"


class Hold(Entity):
    """A hold."""

    id: str
    contract_id: str
    reason: Reason
    placed: dt.date  # starting day
    state: HoldState = "standing"


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


class CustomerSheet(Entity):
    """A customer and what follows from it."""

    customer: Customer
    owed: int  # amount owed, in cents


class ContractSheet(Entity):
    """A contract and what follows from it."""

    contract: Contract
    term_ends: dt.date  # end of the minimum term
    live: bool


class EnergyContracts(Environment):
    """Energy contracts."""

    customers: dict[str, Customer]
    tariffs: dict[str, Tariff]
    meters: dict[str, Meter]
    contracts: dict[str, Contract]
    bills: dict[str, Bill]
    holds: dict[str, Hold]
    decisions: dict[str, Decision]
    reports: dict[str, Report]

    @read
    def get_customer(self, customer_id: CustomerId) -> CustomerSheet:
        """Look up a customer and what follows from it: amount owed."""
        customer = self.find(self.customers, customer_id, "customer")
        return CustomerSheet(customer=customer, owed=self._owed(customer))

    @read
    def search_customers(
        self, name: PartOfName = None, city: PartOfCity = None, page: Page = 1
    ) -> list[Customer]:
        """Find customers by name and city, in order of id."""
        rows = [row for row in self.customers.values() if (name or "").casefold() in row.name.casefold()]
        rows = [row for row in rows if (city or "").casefold() in row.city.casefold()]
        return _page(sorted(rows, key=lambda row: row.id), page)

    @read
    def get_tariff(self, tariff_id: TariffId) -> Tariff:
        """Look up one tariff."""
        return self.find(self.tariffs, tariff_id, "tariff")

    @read
    def search_tariffs(
        self,
        name: PartOfName = None,
        metering: InMetering = None,
        state: InTariffState = None,
        page: Page = 1,
    ) -> list[Tariff]:
        """Find tariffs by name, metering and state, in order of id."""
        rows = [row for row in self.tariffs.values() if (name or "").casefold() in row.name.casefold()]
        rows = [row for row in rows if metering in (None, row.metering)]
        rows = [row for row in rows if state in (None, row.state)]
        return _page(sorted(rows, key=lambda row: row.id), page)

    @read
    def get_meter(self, meter_id: MeterId) -> Meter:
        """Look up one meter."""
        return self.find(self.meters, meter_id, "meter")

    @read
    def search_meters(
        self,
        *,
        number: PartOfNumber = None,
        kind: InMetering2 = None,
        built_from: BuiltFrom = None,
        built_until: BuiltUntil = None,
        state: InMeterState = None,
        page: Page = 1,
    ) -> list[Meter]:
        """Find meters by number, kind, day of calibration and state, in order of id."""
        rows = [row for row in self.meters.values() if (number or "").casefold() in row.number.casefold()]
        rows = [row for row in rows if kind in (None, row.kind)]
        rows = [row for row in rows if built_from is None or row.built >= built_from]
        rows = [row for row in rows if built_until is None or row.built <= built_until]
        rows = [row for row in rows if state in (None, row.state)]
        return _page(sorted(rows, key=lambda row: row.id), page)

    @read
    def get_contract(self, contract_id: ContractId) -> ContractSheet:
        """Look up a contract and what follows from it: end of the minimum term and live."""
        contract = self.find(self.contracts, contract_id, "contract")
        return ContractSheet(contract=contract, term_ends=self._term_ends(contract), live=contract.live)

    @read
    def search_contracts(
        self,
        *,
        customer_id: OfCustomer = None,
        tariff_id: OfTariff = None,
        meter_id: OfMeter = None,
        starts_from: StartsFrom = None,
        starts_until: StartsUntil = None,
        state: InContractState = None,
        page: Page = 1,
    ) -> list[Contract]:
        """Find contracts by customer, tariff, meter, first day and state, in order of id."""
        rows = [row for row in self.contracts.values() if customer_id in (None, row.customer_id)]
        rows = [row for row in rows if tariff_id in (None, row.tariff_id)]
        rows = [row for row in rows if meter_id in (None, row.meter_id)]
        rows = [row for row in rows if starts_from is None or row.starts >= starts_from]
        rows = [row for row in rows if starts_until is None or row.starts <= starts_until]
        rows = [row for row in rows if state in (None, row.state)]
        return _page(sorted(rows, key=lambda row: row.id), page)

    @read
    def get_bill(self, bill_id: BillId) -> Bill:
        """Look up one bill."""
        return self.find(self.bills, bill_id, "bill")

    @read
    def search_bills(
        self,
        contract_id: OfContract = None,
        payable_from: PayableFrom = None,
        payable_until: PayableUntil = None,
        state: InBillState = None,
        page: Page = 1,
    ) -> list[Bill]:
        """Find bills by contract, due day and state, in order of id."""
        rows = [row for row in self.bills.values() if contract_id in (None, row.contract_id)]
        rows = [row for row in rows if payable_from is None or row.payable >= payable_from]
        rows = [row for row in rows if payable_until is None or row.payable <= payable_until]
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
        contract_id: OfContract = None,
        reason: InReason = None,
        placed_from: PlacedFrom = None,
        placed_until: PlacedUntil = None,
        state: InHoldState = None,
        page: Page = 1,
    ) -> list[Hold]:
        """Find holds by contract, reason, starting day and state, in order of id."""
        rows = [row for row in self.holds.values() if contract_id in (None, row.contract_id)]
        rows = [row for row in rows if reason in (None, row.reason)]
        rows = [row for row in rows if placed_from is None or row.placed >= placed_from]
        rows = [row for row in rows if placed_until is None or row.placed <= placed_until]
        rows = [row for row in rows if state in (None, row.state)]
        return _page(sorted(rows, key=lambda row: row.id), page)

    @write
    def sign_contract(
        self, customer_id: CustomerId, tariff_id: TariffId, meter_id: MeterId, starts: Starts
    ) -> Contract:
        """Sign a contract.

        Refused as: in_the_past, debts_first, meter_in_use, wrong_meter, meter_not_installed,
        tariff_discontinued, too_many_contracts.
        """
        customer = self.find(self.customers, customer_id, "customer")
        self.find(self.tariffs, tariff_id, "tariff")
        meter = self.find(self.meters, meter_id, "meter")
        if starts < self.today():
            raise Refusal(
                "in_the_past",
                f"Not possible: the first day ({starts}) must not be before today ({self.today()}).",
            )
        if self._owed(customer) >= 40000:
            raise Refusal(
                "debts_first",
                f"Not possible: the amount owed of the customer ({self._owed(customer)} cents) must be less "
                "than €400.00.",
            )
        contract = Contract(
            id=self.new_id("CNT"),
            customer_id=customer_id,
            tariff_id=tariff_id,
            meter_id=meter_id,
            starts=starts,
            opened_at=meter.reading,
        )
        self.contracts[contract.id] = contract
        self._refuse_meter_in_use(contract)
        self._refuse_wrong_meter(contract)
        self._refuse_meter_not_installed(contract)
        self._refuse_tariff_discontinued(contract)
        self._refuse_too_many_contracts(*self.customers.values())
        return contract

    @write
    def start_supply(self, contract_id: ContractId) -> Contract:
        """Start the supply under a contract.

        The contract must be pending. Refused as: not_yet, calibration_over.
        """
        contract = self._contract(contract_id, "pending")
        if contract.starts > self.today():
            raise Refusal(
                "not_yet",
                f"Not possible: the first day of the contract ({contract.starts}) must not be after today "
                f"({self.today()}).",
            )
        contract.state = "active"
        self._refuse_calibration_over(contract)
        return contract

    @write
    def change_tariff(self, contract_id: ContractId, tariff_id: TariffId) -> Contract:
        """Change the tariff of a contract.

        The contract must be pending or active. Refused as: same_tariff, not_offered, term_running,
        wrong_meter, tariff_discontinued.
        """
        contract = self._contract(contract_id, "pending", "active")
        tariff = self.find(self.tariffs, tariff_id, "tariff")
        if tariff_id == contract.tariff_id:
            raise Refusal(
                "same_tariff", "Not possible: the new tariff must not be the tariff of the contract."
            )
        if tariff.state != "offered":
            raise Refusal("not_offered", f"Not possible: the new tariff ({tariff.state}) must be offered.")
        if contract.state != "pending" and tariff.months < self.tariffs[contract.tariff_id].months:
            raise Refusal(
                "term_running",
                f"Not possible: the contract ({contract.state}) must be pending or the minimum term of the "
                f"new tariff ({tariff.months}) must be at least the minimum term of the tariff of the "
                f"contract ({self.tariffs[contract.tariff_id].months}).",
            )
        contract.tariff_id = tariff_id
        self._refuse_wrong_meter(contract)
        self._refuse_tariff_discontinued(contract)
        return contract

    @write
    def exchange_meter(self, contract_id: ContractId, new_meter_id: NewMeterId, last: Last) -> Contract:
        """Exchange the meter of a contract for a new meter.

        The contract must be pending or active. Refused as: same_meter, reading_too_low, meter_in_use,
        wrong_meter, meter_not_installed, calibration_over.
        """
        contract = self._contract(contract_id, "pending", "active")
        new_meter = self.find(self.meters, new_meter_id, "meter")
        if new_meter_id == contract.meter_id:
            raise Refusal("same_meter", "Not possible: the new meter must not be the meter of the contract.")
        if last < self.meters[contract.meter_id].reading:
            raise Refusal(
                "reading_too_low",
                f"Not possible: the last reading of the old meter ({last}) must be at least the last "
                f"reading of the meter of the contract ({self.meters[contract.meter_id].reading}).",
            )
        self.meters[contract.meter_id].reading = last
        self.meters[contract.meter_id].state = "in_stock"
        contract.meter_id = new_meter_id
        contract.opened_at = new_meter.reading
        self._refuse_meter_in_use(contract)
        self._refuse_wrong_meter(contract)
        self._refuse_meter_not_installed(*self.contracts.values())
        self._refuse_calibration_over(contract)
        return contract

    @write
    def issue_bill(self, contract_id: ContractId, now_at: NowAt) -> Bill:
        """Issue a bill.

        Refused as: not_supplied, reading_too_low, implausible, on_hold, owes_too_much.
        """
        contract = self.find(self.contracts, contract_id, "contract")
        if contract.state != "active":
            raise Refusal("not_supplied", f"Not possible: the contract ({contract.state}) must be active.")
        if now_at <= self.meters[contract.meter_id].reading:
            raise Refusal(
                "reading_too_low",
                f"Not possible: the present reading ({now_at}) must be more than the last reading of the "
                f"meter of the contract ({self.meters[contract.meter_id].reading}).",
            )
        if now_at - self.meters[contract.meter_id].reading > 3000:
            raise Refusal(
                "implausible",
                f"Not possible: the present reading ({now_at}) minus the last reading of the meter of the "
                f"contract ({self.meters[contract.meter_id].reading}) must be at most 3,000.",
            )
        if any(hold.contract_id == contract_id and hold.state == "standing" for hold in self.holds.values()):
            raise Refusal("on_hold", "Not possible: there must be no standing hold on the contract.")
        bill = Bill(
            id=self.new_id("BLL"),
            contract_id=contract_id,
            amount=(now_at - contract.opened_at) * self.tariffs[contract.tariff_id].rate // 10,
            payable=self.today() + dt.timedelta(14),
        )
        self.bills[bill.id] = bill
        contract.opened_at = now_at
        self.meters[contract.meter_id].reading = now_at
        self._refuse_owes_too_much(*self.customers.values())
        return bill

    @write
    def record_payment(self, bill_id: BillId) -> Bill:
        """Record a bill as paid.

        The bill must be due.
        """
        bill = self._bill(bill_id, "due")
        bill.state = "paid"
        return bill

    @write
    def waive_bill(self, bill_id: BillId) -> Bill:
        """Waive a bill.

        The bill must be due. Refused as: too_large_to_waive.
        """
        bill = self._bill(bill_id, "due")
        if bill.amount > 20000:
            raise Refusal(
                "too_large_to_waive",
                f"Not possible: the amount of the bill ({bill.amount} cents) must be at most €200.00.",
            )
        bill.state = "waived"
        return bill

    @write
    def warn_customer(self, customer_id: CustomerId) -> Customer:
        """Warn a customer.

        Refused as: nothing_overdue, warned_twice.
        """
        customer = self.find(self.customers, customer_id, "customer")
        if not any(
            self.contracts[bill.contract_id].customer_id == customer_id
            and bill.state == "due"
            and bill.payable < self.today()
            for bill in self.bills.values()
        ):
            raise Refusal(
                "nothing_overdue",
                "Not possible: there must be a bill that is due, whose contract's customer is the customer "
                "and whose due day is before today.",
            )
        if customer.warnings >= 2:
            raise Refusal(
                "warned_twice",
                f"Not possible: the number of warnings of the customer ({customer.warnings}) must be less "
                "than 2.",
            )
        customer.warnings = customer.warnings + 1
        return customer

    @write
    def block_supply(self, contract_id: ContractId) -> Contract:
        """Block the supply under a contract.

        The contract must be active. Refused as: not_warned, on_hold.
        """
        contract = self._contract(contract_id, "active")
        if self.customers[contract.customer_id].warnings < 2:
            raise Refusal(
                "not_warned",
                "Not possible: the number of warnings of the customer of the contract "
                f"({self.customers[contract.customer_id].warnings}) must be at least 2.",
            )
        if any(hold.contract_id == contract_id and hold.state == "standing" for hold in self.holds.values()):
            raise Refusal("on_hold", "Not possible: there must be no standing hold on the contract.")
        contract.state = "blocked"
        return contract

    @write
    def unblock_supply(self, contract_id: ContractId) -> Contract:
        """Unblock the supply under a contract.

        The contract must be blocked. Refused as: still_owing, calibration_over.
        """
        contract = self._contract(contract_id, "blocked")
        if self._owed(self.customers[contract.customer_id]) != 0:
            raise Refusal(
                "still_owing",
                "Not possible: the amount owed of the customer of the contract "
                f"({self._owed(self.customers[contract.customer_id])} cents) must be €0.00.",
            )
        contract.state = "active"
        self.customers[contract.customer_id].warnings = 0
        self._refuse_calibration_over(contract)
        return contract

    @write
    def end_contract(self, contract_id: ContractId) -> Contract:
        """End a contract.

        The contract must be pending, active or blocked. Refused as: term_running, bills_due.
        """
        contract = self._contract(contract_id, "pending", "active", "blocked")
        if contract.state == "active" and self._term_ends(contract) > self.today() + dt.timedelta(30):
            raise Refusal(
                "term_running",
                f"Not possible: the contract ({contract.state}) must not be active or the end of the "
                f"minimum term of the contract ({self._term_ends(contract)}) must not be more than 30 days "
                f"after today ({self.today()}).",
            )
        if any(bill.contract_id == contract_id and bill.state == "due" for bill in self.bills.values()):
            raise Refusal("bills_due", "Not possible: there must be no bill for the contract that is due.")
        contract.state = "ended"
        return contract

    @write
    def install_meter(self, meter_id: MeterId) -> Meter:
        """Install a meter.

        The meter must be in stock. Refused as: calibration_over_soon.
        """
        meter = self._meter(meter_id, "in_stock")
        if (self.today() - meter.built).days > 3200:
            raise Refusal(
                "calibration_over_soon",
                f"Not possible: today ({self.today()}) must be at most 3,200 days after the day of "
                f"calibration of the meter ({meter.built}).",
            )
        meter.state = "installed"
        return meter

    @write
    def scrap_meter(self, meter_id: MeterId) -> Meter:
        """Scrap a meter.

        The meter must be in stock or installed. Refused as: meter_not_installed.
        """
        meter = self._meter(meter_id, "in_stock", "installed")
        meter.state = "scrapped"
        self._refuse_meter_not_installed(*self.contracts.values())
        return meter

    @write
    def discontinue_tariff(self, tariff_id: TariffId) -> Tariff:
        """Discontinue a tariff.

        The tariff must be offered. Refused as: tariff_discontinued.
        """
        tariff = self._tariff(tariff_id, "offered")
        tariff.state = "discontinued"
        self._refuse_tariff_discontinued(*self.contracts.values())
        return tariff

    @write
    def place_hold(self, contract_id: ContractId, reason: GivenReason) -> Hold:
        """Place a hold.

        Refused as: held_for_that_already.
        """
        self.find(self.contracts, contract_id, "contract")
        hold = Hold(id=self.new_id("HLD"), contract_id=contract_id, reason=reason, placed=self.today())
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

    @rule(
        "For every contract that is pending, active or blocked, there is no other contract through the "
        "same meter that is pending, active or blocked."
    )
    def meter_in_use(self) -> bool:
        return not any(self._meter_in_use(row) for row in self.contracts.values())

    @rule(
        "For every contract that is pending, active or blocked, the metering of its tariff is simple or "
        "the kind of its meter is smart."
    )
    def wrong_meter(self) -> bool:
        return not any(self._wrong_meter(row) for row in self.contracts.values())

    @rule("For every contract that is pending, active or blocked, its meter is installed.")
    def meter_not_installed(self) -> bool:
        return not any(self._meter_not_installed(row) for row in self.contracts.values())

    @rule("For every pending contract, its tariff is offered.")
    def tariff_discontinued(self) -> bool:
        return not any(self._tariff_discontinued(row) for row in self.contracts.values())

    @rule("For every customer, their amount owed is at most €1,500.00.")
    def owes_too_much(self) -> bool:
        return not any(self._owes_too_much(row) for row in self.customers.values())

    @rule(
        "For every customer, the number of contracts of that customer that are pending, active or blocked "
        "is at most 3."
    )
    def too_many_contracts(self) -> bool:
        return not any(self._too_many_contracts(row) for row in self.customers.values())

    @rule("For every active contract, today is at most 3,560 days after the day of calibration of its meter.")
    def calibration_over(self) -> bool:
        return not any(self._calibration_over(row) for row in self.contracts.values())

    @rule(
        "For every standing hold, there is no other standing hold on the same contract with the same reason."
    )
    def held_for_that_already(self) -> bool:
        return not any(self._held_for_that_already(row) for row in self.holds.values())

    def _meter_in_use(self, contract: Contract) -> bool:
        return (
            contract.live
            and any(
                other.id != contract.id and other.meter_id == contract.meter_id and other.live
                for other in self.contracts.values()
            )
        )

    def _wrong_meter(self, contract: Contract) -> bool:
        return (
            contract.live
            and self.tariffs[contract.tariff_id].metering != "simple"
            and self.meters[contract.meter_id].kind != "smart"
        )

    def _meter_not_installed(self, contract: Contract) -> bool:
        return contract.live and self.meters[contract.meter_id].state != "installed"

    def _tariff_discontinued(self, contract: Contract) -> bool:
        return contract.state == "pending" and self.tariffs[contract.tariff_id].state != "offered"

    def _owes_too_much(self, customer: Customer) -> bool:
        return self._owed(customer) > 150000

    def _too_many_contracts(self, customer: Customer) -> bool:
        return (
            sum(
                1
                for contract in self.contracts.values()
                if contract.customer_id == customer.id and contract.live
            )
            > 3
        )

    def _calibration_over(self, contract: Contract) -> bool:
        return (
            contract.state == "active" and (self.today() - self.meters[contract.meter_id].built).days > 3560
        )

    def _held_for_that_already(self, hold: Hold) -> bool:
        return (
            hold.state == "standing"
            and any(
                other.id != hold.id
                and other.state == "standing"
                and other.contract_id == hold.contract_id
                and other.reason == hold.reason
                for other in self.holds.values()
            )
        )

    def _refuse_meter_in_use(self, *rows: Contract) -> None:
        for contract in rows:
            if self._meter_in_use(contract):
                raise Refusal(
                    "meter_in_use",
                    f"Not possible for {contract.id}: there must be no other contract through the same "
                    "meter that is pending, active or blocked.",
                )

    def _refuse_wrong_meter(self, *rows: Contract) -> None:
        for contract in rows:
            if self._wrong_meter(contract):
                raise Refusal(
                    "wrong_meter",
                    f"Not possible for {contract.id}: the metering of its tariff "
                    f"({self.tariffs[contract.tariff_id].metering}) must be simple or the kind of its meter "
                    f"({self.meters[contract.meter_id].kind}) must be smart.",
                )

    def _refuse_meter_not_installed(self, *rows: Contract) -> None:
        for contract in rows:
            if self._meter_not_installed(contract):
                raise Refusal(
                    "meter_not_installed",
                    f"Not possible for {contract.id}: its meter ({self.meters[contract.meter_id].state}) "
                    "must be installed.",
                )

    def _refuse_tariff_discontinued(self, *rows: Contract) -> None:
        for contract in rows:
            if self._tariff_discontinued(contract):
                raise Refusal(
                    "tariff_discontinued",
                    f"Not possible for {contract.id}: its tariff ({self.tariffs[contract.tariff_id].state}) "
                    "must be offered.",
                )

    def _refuse_owes_too_much(self, *rows: Customer) -> None:
        for customer in rows:
            if self._owes_too_much(customer):
                raise Refusal(
                    "owes_too_much",
                    f"Not possible for {customer.id}: their amount owed ({self._owed(customer)} cents) must "
                    "be at most €1,500.00.",
                )

    def _refuse_too_many_contracts(self, *rows: Customer) -> None:
        for customer in rows:
            if self._too_many_contracts(customer):
                raise Refusal(
                    "too_many_contracts",
                    f"Not possible for {customer.id}: the number of contracts of that customer that are "
                    "pending, active or blocked must be at most 3.",
                )

    def _refuse_calibration_over(self, *rows: Contract) -> None:
        for contract in rows:
            if self._calibration_over(contract):
                raise Refusal(
                    "calibration_over",
                    f"Not possible for {contract.id}: today ({self.today()}) must be at most 3,560 days "
                    f"after the day of calibration of its meter ({self.meters[contract.meter_id].built}).",
                )

    def _refuse_held_for_that_already(self, *rows: Hold) -> None:
        for hold in rows:
            if self._held_for_that_already(hold):
                raise Refusal(
                    "held_for_that_already",
                    f"Not possible for {hold.id}: there must be no other standing hold on the same contract "
                    "with the same reason.",
                )

    def _owed(self, customer: Customer) -> int:
        return sum(
            bill.amount
            for bill in self.bills.values()
            if self.contracts[bill.contract_id].customer_id == customer.id and bill.state == "due"
        )

    def _term_ends(self, contract: Contract) -> dt.date:
        return contract.starts + dt.timedelta(self.tariffs[contract.tariff_id].months * 30)

    def _tariff(self, tariff_id: str, *states: TariffState) -> Tariff:
        tariff = self.find(self.tariffs, tariff_id, "tariff")
        if tariff.state not in states:
            raise Refusal("wrong_state", f"{tariff_id} is {tariff.state}, not {' or '.join(states)}.")
        return tariff

    def _meter(self, meter_id: str, *states: MeterState) -> Meter:
        meter = self.find(self.meters, meter_id, "meter")
        if meter.state not in states:
            raise Refusal("wrong_state", f"{meter_id} is {meter.state}, not {' or '.join(states)}.")
        return meter

    def _contract(self, contract_id: str, *states: ContractState) -> Contract:
        contract = self.find(self.contracts, contract_id, "contract")
        if contract.state not in states:
            raise Refusal("wrong_state", f"{contract_id} is {contract.state}, not {' or '.join(states)}.")
        return contract

    def _bill(self, bill_id: str, *states: BillState) -> Bill:
        bill = self.find(self.bills, bill_id, "bill")
        if bill.state not in states:
            raise Refusal("wrong_state", f"{bill_id} is {bill.state}, not {' or '.join(states)}.")
        return bill

    def _hold(self, hold_id: str, *states: HoldState) -> Hold:
        hold = self.find(self.holds, hold_id, "hold")
        if hold.state not in states:
            raise Refusal("wrong_state", f"{hold_id} is {hold.state}, not {' or '.join(states)}.")
        return hold


def _page(rows: list[Row], page: int) -> list[Row]:
    return rows[PAGE_ROWS * (page - 1) :][:PAGE_ROWS]
