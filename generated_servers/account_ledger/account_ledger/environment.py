# ruff: noqa: D102  (a rule says in its decorator what it means)
"""An inter-account ledger: money moves by double entry, and only after somebody else has agreed.

Three things compete for an account's money: its cover (balance and overdraft against holds and approved
transfers), its daily limit, and the calendar, whose cut-off decides on which day a transfer counts.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection
from typing import Annotated, Literal, TypeVar

from pydantic import Field

from ._runtime import FREE_TEXT, Entity, Environment, Refusal, read, rule, write

TWO_APPROVERS_ABOVE = 1_000_000  # cents
REVERSAL_WINDOW = 3  # business days
LARGEST_AMOUNT = 10**12  # cents
OPENING_TIME = dt.time(8)

Status = Literal["pending", "approved", "suspended", "settled", "reversed", "rejected"]
Action = Literal["transfer", "approval", "reversal", "hold", "release", "freeze", "unfreeze", "daily_limit"]
Reason = Literal[
    "above_original", "account_frozen", "already_approved", "already_reversed", "currency_mismatch",
    "daily_limit_exceeded", "daily_limit_in_use", "insufficient_funds", "not_active", "not_pending",
    "on_leave", "over_authority", "own_freeze", "own_hold", "own_request", "supervisor_only", "window_passed",
]  # fmt: skip

AccountId = Annotated[str, Field(description="Id of an account, such as AC-1004.")]
TransferId = Annotated[str, Field(description="Id of a transfer, such as TR-0107.")]
HoldId = Annotated[str, Field(description="Id of a hold, such as HD-03.")]
ActingClerk = Annotated[str, Field(description="Id of the clerk who does this, such as CL-03.")]
SourceId = Annotated[str, Field(description="Id of the account that pays.")]
TargetId = Annotated[str, Field(description="Id of the account that is paid.")]
SubjectId = Annotated[str, Field(description="Transfer (approval, reversal), hold (release), or account.")]
OfAccount = Annotated[str | None, Field(description="Only transfers with this account on either side.")]
OfStatus = Annotated[Status | None, Field(description="Only transfers in this status.")]
OfHolder = Annotated[str | None, Field(description="Part of the holder's name, in any case.")]
OfReference = Annotated[str | None, Field(description="Part of the reference, in any case.")]
AccountIds = Annotated[list[str], Field(description="Ids of the accounts that the figures are about.")]
Cents = Annotated[int, Field(description="In cents.")]
Rows = Annotated[int, Field(description="How many rows were counted.")]
Text = Annotated[str, Field(description="One line of at most 140 characters.")]
Kind = Annotated[Literal["deposit", "dispute", "legal"], Field(description="Why the money is held.")]
LastDay = Annotated[dt.date, Field(description="Last day of the hold, YYYY-MM-DD.")]
Asked = Annotated[Action, Field(description="What was asked for.")]
Why = Annotated[Reason, Field(description="The code with which the ledger refuses it.")]
Limit = Annotated[int, Field(description="At most so many rows, 1 to 50.")]
Offset = Annotated[int, Field(description="So many rows are passed over first.")]
Row = TypeVar("Row")


class Clerk(Entity):
    """Somebody who works on the ledger and approves amounts up to `approval_limit`."""

    id: str
    name: str
    role: Literal["clerk", "supervisor"]
    approval_limit: Cents
    on_leave: bool = False


class Account(Entity):
    """Money of one holder in one currency; `daily_limit` bounds what goes out on one value date."""

    id: str
    holder: str
    purpose: str
    currency: Literal["EUR", "USD"]
    opening_balance: Cents
    balance: Cents
    overdraft: Cents
    daily_limit: Cents
    limit_set_by: str
    frozen_by: Annotated[str | None, Field(description="Who froze it; null while it is not frozen.")] = None


class Transfer(Entity):
    """Money on its way from one account to another; never deleted, only rejected or reversed."""

    id: str
    source_id: str
    target_id: str
    amount: Cents
    reference: str
    requested_by: str
    requested_on: dt.date
    approvals: list[str]
    status: Status = "pending"
    value_date: Annotated[
        dt.date | None, Field(description="The day on which it counts; set by approval.")
    ] = None
    rejected_by: str | None = None
    reverses: Annotated[str | None, Field(description="The transfer that this one takes back.")] = None


class Entry(Entity):
    """One posting of a settled transfer; a negative amount takes money out of the account."""

    id: str
    transfer_id: str
    account_id: str
    amount: Cents
    day: dt.date


class Hold(Entity):
    """Money that stays on an account but may not be used."""

    id: str
    account_id: str
    kind: Kind
    amount: Cents
    expires_on: dt.date
    placed_by: str
    status: Literal["active", "released", "lapsed"] = "active"
    released_by: str | None = None


class BusinessDay(Entity):
    """A day of the calendar, its id the date; weekends and holidays are left out."""

    id: str
    cutoff: dt.time
    closed_by: Annotated[str | None, Field(description="Who closed it; null while it is open.")] = None


class Report(Entity):
    """Figures that somebody asked for."""

    id: str
    title: str = FREE_TEXT
    account_ids: list[str]
    count: int
    total: Cents


class Decision(Entity):
    """A request that was declined; its subject is a transfer, a hold or an account."""

    id: str
    action: Action
    subject_id: str
    reason: Reason
    explanation: str = FREE_TEXT


class Standing(Entity):
    """What an account can still do."""

    account: Account
    holds: Annotated[list[Hold], Field(description="Its active holds.")]
    available: Annotated[
        int, Field(description="Balance + overdraft - holds - approved transfers, in cents.")
    ]
    value_date: Annotated[dt.date, Field(description="The day on which a transfer approved now would count.")]
    limit_left: Annotated[int, Field(description="What the daily limit leaves for that day, in cents.")]


def require(condition: bool, code: str, message: str) -> None:
    """Refuse with this code and message unless the condition holds."""
    if not condition:
        raise Refusal(code, message)


def carried(amount: int, smallest: int = 1) -> int:
    """The amount, refused unless an account could carry it."""
    require(smallest <= amount <= LARGEST_AMOUNT, "bad_amount", f"Give {smallest} to {LARGEST_AMOUNT}.")
    return amount


def one_line(text: str) -> str:
    """The text without blanks around it, refused unless it is one printable line."""
    line = text.strip()
    require(line.isprintable() and 0 < len(line) <= 140, "bad_text", "Give one line of 1 to 140 characters.")
    return line


def page(rows: list[Row], limit: int, offset: int) -> list[Row]:
    """A bounded part of the rows."""
    require(1 <= limit <= 50 and offset >= 0, "bad_page", "limit is 1 to 50, offset 0 or more.")
    return rows[offset : offset + limit]


def approvers_needed(amount: int) -> int:
    """How many different people must agree to a transfer."""
    return 2 if amount > TWO_APPROVERS_ABOVE else 1


class AccountLedger(Environment):
    """Accounts, the transfers between them, and the people who ask for and agree to those."""

    clerks: dict[str, Clerk]
    accounts: dict[str, Account]
    transfers: dict[str, Transfer]
    entries: dict[str, Entry]
    holds: dict[str, Hold]
    days: dict[str, BusinessDay]
    reports: dict[str, Report]
    decisions: dict[str, Decision]

    @read
    def list_clerks(self) -> list[Clerk]:
        """List everybody who works on the ledger, with their role and how much they may approve."""
        return list(self.clerks.values())

    @read
    def list_days(self) -> list[BusinessDay]:
        """List the business days; the first open one is the current day."""
        return list(self.days.values())

    @read
    def search_accounts(
        self, holder: OfHolder = None, limit: Limit = 20, offset: Offset = 0
    ) -> list[Account]:
        """List accounts, all or those of a holder."""
        wanted = (holder or "").casefold()
        return page([row for row in self.accounts.values() if wanted in row.holder.casefold()], limit, offset)

    @read
    def get_standing(self, account_id: AccountId) -> Standing:
        """Look up one account with its active holds, what is available, and what its daily limit leaves."""
        account, day = self.find(self.accounts, account_id, "account"), self._value_date()
        active = [row for row in self.holds.values() if row.status == "active"]
        return Standing(
            account=account,
            holds=[row for row in active if row.account_id == account_id],
            available=account.balance + account.overdraft - self._claims()[account_id],
            value_date=day,
            limit_left=account.daily_limit - self._outgoing()[account_id, day],
        )

    @read
    def list_entries(self, account_id: AccountId, limit: Limit = 20, offset: Offset = 0) -> list[Entry]:
        """List the postings on one account."""
        self.find(self.accounts, account_id, "account")
        return page([row for row in self.entries.values() if row.account_id == account_id], limit, offset)

    @read
    def get_transfer(self, transfer_id: TransferId) -> Transfer:
        """Look up one transfer."""
        return self.find(self.transfers, transfer_id, "transfer")

    @read
    def search_transfers(
        self,
        account_id: OfAccount = None,
        status: OfStatus = None,
        reference: OfReference = None,
        limit: Limit = 20,
        offset: Offset = 0,
    ) -> list[Transfer]:
        """List transfers, all or those that fit."""
        wanted = (reference or "").casefold()
        rows = [row for row in self.transfers.values() if wanted in row.reference.casefold()]
        rows = [row for row in rows if account_id in (None, row.source_id, row.target_id)]
        return page([row for row in rows if status in (None, row.status)], limit, offset)

    @write
    def request_transfer(
        self, source_id: SourceId, target_id: TargetId, amount: Cents, reference: Text, clerk_id: ActingClerk
    ) -> Transfer:
        """Ask for a transfer between two accounts. It moves nothing until it is approved and settled."""
        source = self.find(self.accounts, source_id, "account")
        target = self.find(self.accounts, target_id, "account")
        require(source_id != target_id, "same_account", "A transfer needs two different accounts.")
        alike = source.currency == target.currency
        require(alike, "currency_mismatch", f"One is in {source.currency}, the other in {target.currency}.")
        return self._request(source, target_id, carried(amount), one_line(reference), clerk_id)

    @write
    def approve_transfer(self, transfer_id: TransferId, clerk_id: ActingClerk) -> Transfer:
        """Approve a pending transfer. The last approval needed sets its value date and reserves the money."""
        transfer, clerk = self.find(self.transfers, transfer_id, "transfer"), self._acting(clerk_id)
        require(transfer.status == "pending", "not_pending", f"{transfer_id} is {transfer.status}.")
        require(clerk_id != transfer.requested_by, "own_request", f"{clerk.name} asked for it.")
        require(clerk_id not in transfer.approvals, "already_approved", f"{clerk.name} has approved it.")
        entitled = transfer.amount <= clerk.approval_limit
        require(entitled, "over_authority", f"{clerk.name} approves up to {clerk.approval_limit} cents.")
        if len(transfer.approvals) + 1 >= approvers_needed(transfer.amount):
            self._reserve(transfer)
        transfer.approvals = sorted([*transfer.approvals, clerk_id])
        return transfer

    @write
    def reject_transfer(self, transfer_id: TransferId, clerk_id: ActingClerk) -> Transfer:
        """Stop a transfer that is pending, approved or suspended; money reserved for it is free again."""
        transfer, clerk = self.find(self.transfers, transfer_id, "transfer"), self._acting(clerk_id)
        unfinished = transfer.status in ("pending", "approved", "suspended")
        require(unfinished, "not_pending", f"{transfer_id} is {transfer.status}.")
        transfer.status, transfer.value_date, transfer.rejected_by = "rejected", None, clerk.id
        return transfer

    @write
    def settle_transfer(self, transfer_id: TransferId) -> Transfer:
        """Post an approved transfer whose value date is the current day: the money moves."""
        transfer, today = self.find(self.transfers, transfer_id, "transfer"), self._open_days()[0]
        require(transfer.status == "approved", "not_approved", f"{transfer_id} is {transfer.status}.")
        require(transfer.value_date == today, "not_due", f"{transfer_id} is due on {transfer.value_date}.")
        self._post(transfer, today)
        return transfer

    @write
    def reverse_transfer(self, transfer_id: TransferId, amount: Cents, clerk_id: ActingClerk) -> Transfer:
        """Ask to take a settled transfer back, wholly or in part, by a transfer the other way round."""
        original = self.find(self.transfers, transfer_id, "transfer")
        require(original.reverses is None, "is_reversal", f"{transfer_id} is a reversal itself.")
        again = any(
            row.reverses == transfer_id for row in self.transfers.values() if row.status != "rejected"
        )
        require(not again, "already_reversed", f"{transfer_id} has its reversal already.")
        require(original.status == "settled", "not_settled", f"{transfer_id} is {original.status}.")
        in_time = self._in_window(original, self._open_days()[0])
        require(in_time, "window_passed", f"{transfer_id} is older than {REVERSAL_WINDOW} business days.")
        require(carried(amount) <= original.amount, "above_original", f"It was for {original.amount} cents.")
        payer = self.accounts[original.target_id]
        reversal = self._request(payer, original.source_id, amount, original.reference, clerk_id)
        reversal.reverses = transfer_id
        return reversal

    @write
    def place_hold(
        self, account_id: AccountId, kind: Kind, amount: Cents, expires_on: LastDay, clerk_id: ActingClerk
    ) -> Hold:
        """Hold money on an account, so that transfers cannot use it."""
        available, clerk = self.get_standing(account_id).available, self._acting(clerk_id, kind == "legal")
        require(carried(amount) <= available, "insufficient_funds", f"{available} cents are available.")
        require(expires_on >= self._open_days()[0], "bad_date", "A hold cannot end before the current day.")
        key = self.new_id("HD")
        self.holds[key] = Hold(
            id=key, account_id=account_id, kind=kind, amount=amount, expires_on=expires_on, placed_by=clerk.id
        )
        return self.holds[key]

    @write
    def release_hold(self, hold_id: HoldId, clerk_id: ActingClerk) -> Hold:
        """End an active hold before its time."""
        hold = self.find(self.holds, hold_id, "hold")
        clerk = self._acting(clerk_id, hold.kind == "legal")
        require(hold.status == "active", "not_active", f"{hold_id} is {hold.status}.")
        require(clerk_id != hold.placed_by, "own_hold", f"{clerk.name} placed it; somebody else releases it.")
        hold.status, hold.released_by = "released", clerk_id
        return hold

    @write
    def freeze_account(self, account_id: AccountId, clerk_id: ActingClerk) -> Account:
        """Freeze an account: nothing goes out, and its pending and approved transfers are suspended."""
        account, clerk = self.find(self.accounts, account_id, "account"), self._acting(clerk_id, True)
        require(account.frozen_by is None, "account_frozen", f"{account_id} is frozen already.")
        account.frozen_by = clerk.id
        for transfer in self.transfers.values():
            if transfer.source_id == account_id and transfer.status in ("pending", "approved"):
                transfer.status, transfer.approvals, transfer.value_date = "suspended", [], None
        return account

    @write
    def unfreeze_account(self, account_id: AccountId, clerk_id: ActingClerk) -> Account:
        """Lift a freeze: suspended transfers are pending again, without the approvals they had."""
        account, clerk = self.find(self.accounts, account_id, "account"), self._acting(clerk_id, True)
        require(account.frozen_by is not None, "not_frozen", f"{account_id} is not frozen.")
        require(account.frozen_by != clerk_id, "own_freeze", f"{clerk.name} froze it; another lifts it.")
        account.frozen_by = None
        for transfer in self.transfers.values():
            if transfer.source_id == account_id and transfer.status == "suspended":
                transfer.status = "pending"
        return account

    @write
    def set_daily_limit(self, account_id: AccountId, amount: Cents, clerk_id: ActingClerk) -> Account:
        """Set how much may go out of an account on one value date."""
        account, clerk = self.find(self.accounts, account_id, "account"), self._acting(clerk_id, True)
        used = max(self._outgoing()[account_id, day] for day in self._open_days())
        require(carried(amount, 0) >= used, "daily_limit_in_use", f"{used} cents are used on an open day.")
        account.daily_limit, account.limit_set_by = amount, clerk.id
        return account

    @write
    def close_day(self, clerk_id: ActingClerk) -> BusinessDay:
        """Close the current day after its cut-off: settle what is due, let holds lapse, open the next day."""
        clerk, (today, *upcoming) = self._acting(clerk_id, True), self._open_days()
        require(self._value_date() != today, "before_cutoff", f"{today} can be closed after its cut-off.")
        for transfer in self.transfers.values():
            if transfer.status == "approved" and transfer.value_date == today:
                self._post(transfer, today)
        for hold in self.holds.values():
            if hold.status == "active" and hold.expires_on < upcoming[0]:
                hold.status = "lapsed"
        self.days[today.isoformat()].closed_by = clerk.id
        self.advance(dt.datetime.combine(upcoming[0], OPENING_TIME, self.now().tzinfo) - self.now())
        return self.days[today.isoformat()]

    @write
    def file_report(self, title: Text, account_ids: AccountIds, count: Rows, total: Cents) -> Report:
        """File figures that somebody asked for; replaces the report on the same accounts."""
        line, accounts = one_line(title), sorted(set(account_ids))
        require(0 < len(accounts) == len(account_ids), "bad_accounts", "Name each account once.")
        for account_id in accounts:
            self.find(self.accounts, account_id, "account")
        require(max(count, abs(total)) <= LARGEST_AMOUNT and count >= 0, "bad_figures", "No such figures.")
        earlier = [row.id for row in self.reports.values() if row.account_ids == accounts]
        key = earlier[0] if earlier else self.new_id("RP")
        self.reports[key] = Report(id=key, title=line, account_ids=accounts, count=count, total=total)
        return self.reports[key]

    @write
    def record_decision(
        self, action: Asked, subject_id: SubjectId, reason: Why, explanation: Text
    ) -> Decision:
        """Record that something asked for was declined, and why; replaces the record on the same request."""
        line, fits = one_line(explanation), subject_id in self._subjects(action)
        require(fits, "unknown_subject", f"{subject_id!r} cannot be the subject of this action.")
        rows = self.decisions.values()
        earlier = [row.id for row in rows if (row.action, row.subject_id) == (action, subject_id)]
        key = earlier[0] if earlier else self.new_id("DC")
        self.decisions[key] = Decision(
            id=key, action=action, subject_id=subject_id, reason=reason, explanation=line
        )
        return self.decisions[key]

    @rule("A settled transfer has two entries on its value date that sum to zero; there are no others.")
    def double_entry(self) -> bool:
        posted = [row for row in self.transfers.values() if row.status in ("settled", "reversed")]
        out = [(row.id, row.source_id, -row.amount, row.value_date) for row in posted]
        into = [(row.id, row.target_id, row.amount, row.value_date) for row in posted]
        entries = [(row.transfer_id, row.account_id, row.amount, row.day) for row in self.entries.values()]
        return Counter(out + into) == Counter(entries)

    @rule("The balance of an account is its opening balance plus its entries.")
    def balances_follow_entries(self) -> bool:
        posted = Counter[str]()
        for row in self.entries.values():
            posted[row.account_id] += row.amount
        return all(row.balance == row.opening_balance + posted[row.id] for row in self.accounts.values())

    @rule("Balance and overdraft cover the active holds and the approved transfers of an account.")
    def claims_are_covered(self) -> bool:
        claims = self._claims()
        return all(row.balance + row.overdraft >= claims[row.id] for row in self.accounts.values())

    @rule("On an open day no more goes out of an account than its daily limit; reversals do not count.")
    def daily_limits_hold(self) -> bool:
        outgoing, days = self._outgoing(), self._open_days()
        return all(outgoing[row.id, day] <= row.daily_limit for row in self.accounts.values() for day in days)

    @rule("Approvers differ from each other and from who asked, and may approve the amount.")
    def approvers_are_entitled(self) -> bool:
        limits = {row.id: row.approval_limit for row in self.clerks.values()}
        return all(
            len({*row.approvals, row.requested_by}) == len(row.approvals) + 1
            and all(row.amount <= limits.get(clerk_id, 0) for clerk_id in row.approvals)
            for row in self.transfers.values()
        )

    @rule("What is approved or settled has one approver, above 10,000.00 two; only then has it a value date.")
    def approvals_are_complete(self) -> bool:
        agreed = [row for row in self.transfers.values() if row.status in ("approved", "settled", "reversed")]
        dated = [row for row in self.transfers.values() if row.value_date is not None]
        return agreed == dated and all(len(row.approvals) >= approvers_needed(row.amount) for row in agreed)

    @rule("Unfinished transfers are suspended, without approvals, exactly while their source is frozen.")
    def frozen_accounts_pay_nothing(self) -> bool:
        frozen = {row.id for row in self.accounts.values() if row.frozen_by}
        suspended = [row for row in self.transfers.values() if row.status == "suspended"]
        moving = {row.source_id for row in self.transfers.values() if row.status in ("pending", "approved")}
        return not moving & frozen and all(row.source_id in frozen and not row.approvals for row in suspended)

    @rule("A transfer is taken back once at most, by no more than its amount, within three business days.")
    def reversals_fit(self) -> bool:
        live = [row for row in self.transfers.values() if row.reverses and row.status != "rejected"]
        done = {row.reverses for row in live if row.status == "settled"}
        marked = {row.id for row in self.transfers.values() if row.status == "reversed"}
        once = len({row.reverses for row in live}) == len(live)
        return once and done == marked and all(self._mirrors(row) for row in live)

    @rule("Both sides of a transfer are in one currency.")
    def one_currency(self) -> bool:
        currency = {row.id: row.currency for row in self.accounts.values()}
        sides = [(row.source_id, row.target_id) for row in self.transfers.values()]
        return all(one in currency and currency[one] == currency.get(other) for one, other in sides)

    @rule(
        "Supervisors alone freeze, set limits, close days and handle legal holds; nobody releases their own."
    )
    def duties_are_separate(self) -> bool:
        supervisors = {row.id for row in self.clerks.values() if row.role == "supervisor"}
        acted = [clerk_id for row in self.accounts.values() for clerk_id in (row.frozen_by, row.limit_set_by)]
        acted += [row.closed_by for row in self.days.values()]
        legal = [row for row in self.holds.values() if row.kind == "legal"]
        acted += [clerk_id for row in legal for clerk_id in (row.placed_by, row.released_by)]
        alone = any(row.placed_by == row.released_by for row in self.holds.values())
        return not alone and supervisors.issuperset(clerk_id for clerk_id in acted if clerk_id)

    @rule("Days close in order; a closed day leaves nothing to settle, and no hold that has ended.")
    def days_close_in_order(self) -> bool:
        opened = [day.closed_by is None for _, day in sorted(self.days.items())]
        today = self._open_days()[0]
        due = [row.value_date for row in self.transfers.values() if row.status == "approved"]
        ends = [row.expires_on for row in self.holds.values() if row.status == "active"]
        return opened == sorted(opened) and all(day is not None and day >= today for day in [*due, *ends])

    def _acting(self, clerk_id: str, as_supervisor: bool = False) -> Clerk:
        clerk = self.find(self.clerks, clerk_id, "clerk")
        require(not clerk.on_leave, "on_leave", f"{clerk.name} is on leave.")
        entitled = clerk.role == "supervisor" or not as_supervisor
        require(entitled, "supervisor_only", f"{clerk.name} is not a supervisor.")
        return clerk

    def _subjects(self, action: Action) -> Collection[str]:
        """The ids that a decision on this action can be about."""
        if action in ("approval", "reversal"):
            return self.transfers.keys()
        return self.holds.keys() if action == "release" else self.accounts.keys()

    def _open_days(self) -> list[dt.date]:
        return [dt.date.fromisoformat(key) for key, day in sorted(self.days.items()) if day.closed_by is None]

    def _value_date(self) -> dt.date:
        """The current day or, from its cut-off on, the next one."""
        days, now = self._open_days(), self.now()
        late = (now.date(), now.time()) >= (days[0], self.days[days[0].isoformat()].cutoff)
        require(len(days) > late, "calendar_ends", "The calendar has no further business day.")
        return days[late]

    def _claims(self) -> Counter[str]:
        """What active holds and approved transfers take of each account."""
        claims = Counter[str]()
        for hold in self.holds.values():
            claims[hold.account_id] += hold.amount if hold.status == "active" else 0
        for transfer in self.transfers.values():
            claims[transfer.source_id] += transfer.amount if transfer.status == "approved" else 0
        return claims

    def _outgoing(self) -> Counter[tuple[str, dt.date]]:
        """What counts against the daily limits, by account and value date."""
        outgoing = Counter[tuple[str, dt.date]]()
        for transfer in self.transfers.values():
            if transfer.value_date is not None and transfer.reverses is None:
                outgoing[transfer.source_id, transfer.value_date] += transfer.amount
        return outgoing

    def _request(self, source: Account, target_id: str, amount: int, text: str, clerk_id: str) -> Transfer:
        clerk = self._acting(clerk_id)
        require(source.frozen_by is None, "account_frozen", f"{source.id} is frozen; nothing goes out.")
        transfer = Transfer(
            id=self.new_id("TR"), source_id=source.id, target_id=target_id, amount=amount,
            reference=text, requested_by=clerk.id, requested_on=self._open_days()[0], approvals=[],
        )  # fmt: skip
        self.transfers[transfer.id] = transfer
        return transfer

    def _reserve(self, transfer: Transfer) -> None:
        """Give it its value date; from now on it takes of the account's cover and of its daily limit."""
        standing = self.get_standing(transfer.source_id)
        allowed = transfer.reverses is not None or transfer.amount <= standing.limit_left
        require(allowed, "daily_limit_exceeded", f"{standing.limit_left} cents are left for the day.")
        covered = transfer.amount <= standing.available
        require(covered, "insufficient_funds", f"{standing.available} cents are available.")
        transfer.status, transfer.value_date = "approved", standing.value_date

    def _post(self, transfer: Transfer, day: dt.date) -> None:
        """Double entry: what one account loses the other gains."""
        legs = ((transfer.source_id, -transfer.amount), (transfer.target_id, transfer.amount))
        for account_id, amount in legs:
            row = Entry(
                id=self.new_id("EN"), transfer_id=transfer.id, account_id=account_id, amount=amount, day=day
            )
            self.entries[row.id] = row
            self.accounts[account_id].balance += amount
        transfer.status = "settled"
        if transfer.reverses is not None:
            self.transfers[transfer.reverses].status = "reversed"

    def _mirrors(self, reversal: Transfer) -> bool:
        """Whether it goes the way of its original back, in time and by no more."""
        original = self.transfers.get(reversal.reverses or "")
        return (
            original is not None
            and original.reverses is None
            and (original.source_id, original.target_id) == (reversal.target_id, reversal.source_id)
            and reversal.amount <= original.amount
            and self._in_window(original, reversal.requested_on)
        )

    def _in_window(self, original: Transfer, day: dt.date) -> bool:
        """Whether it can be taken back on that day: only business days count."""
        paid, asked = (original.value_date or dt.date.min).isoformat(), day.isoformat()
        return len([key for key in self.days if paid < key <= asked]) <= REVERSAL_WINDOW
