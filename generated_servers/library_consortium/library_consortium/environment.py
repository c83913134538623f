# ruff: noqa: D102 - the text of a rule is its docstring
"""Library consortium.

Several branch libraries that share their copies: loans by class of reader, holds across branches, copies in
transit.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal, TypeVar

from pydantic import Field

from ._runtime import FREE_TEXT, Entity, Environment, Refusal, read, rule, write

PAGE_ROWS = 10

BranchState = Literal["open", "closed"]
Genre = Literal["novel", "biography", "atlas", "cookbook"]
ItemState = Literal["on_shelf", "on_loan", "set_aside", "withdrawn"]
Grade = Literal["child", "adult", "scholar"]
LoanState = Literal["running", "returned", "lost"]
RequestState = Literal["queued", "ready", "collected", "cancelled"]
DecisionRequest = Literal[
    "lend",
    "renew_loan",
    "return_copy",
    "report_lost",
    "place_request",
    "set_aside",
    "collect",
    "cancel_request",
    "redirect_request",
    "send_copy",
    "pay_fines",
    "close_branch",
    "reopen_branch",
    "reclassify",
    "rate",
    "correct_rating",
    "record_strike",
    "forgive_strike",
]
Ground = Literal[
    "wrong_state",
    "not_on_shelf",
    "owes_fines",
    "closed_branch",
    "others_are_waiting",
    "struck_out",
    "renewed_too_often",
    "overdue",
    "nothing_to_wait_for",
    "rated_poorly",
    "not_queued",
    "another_work",
    "wrong_branch",
    "not_first_in_line",
    "not_set_aside",
    "same_branch",
    "there_already",
    "more_than_owed",
    "same_class",
    "nothing_to_rate",
    "same_stars",
    "struck_out_already",
    "no_strikes",
    "too_many_loans",
    "lent_twice",
    "branch_closed",
    "held_twice",
    "too_many_holds",
    "same_work_twice",
    "loan_unrecorded",
    "rated_already",
]
Measure = Literal["copies_on_shelf", "fines_owed", "poor_ratings"]

BranchId = Annotated[str, Field(description="Id of a branch, such as BRN-01.")]
PartOfName = Annotated[str | None, Field(description="Part of the name, in any case.")]
InBranchState = Annotated[BranchState | None, Field(description="Only those in this state.")]
Page = Annotated[int, Field(description=f"Page of {PAGE_ROWS} rows, from 1; past the end it is empty.", ge=1)]
WorkId = Annotated[str, Field(description="Id of a work, such as WRK-01.")]
InGenre = Annotated[Genre | None, Field(description="Only those with this genre.")]
ItemId = Annotated[str, Field(description="Id of a copy, such as ITM-01.")]
PartOfBarcode = Annotated[str | None, Field(description="Part of the barcode, in any case.")]
OfWork = Annotated[str | None, Field(description="Only those of the work with this id.")]
OfBranch = Annotated[str | None, Field(description="Only those of the branch with this id.")]
InItemState = Annotated[ItemState | None, Field(description="Only those in this state.")]
ReaderId = Annotated[str, Field(description="Id of a reader, such as RDR-01.")]
InGrade = Annotated[Grade | None, Field(description="Only those with this class.")]
LoanId = Annotated[str, Field(description="Id of a loan, such as LN-01.")]
OfReader = Annotated[str | None, Field(description="Only those of the reader with this id.")]
OfItem = Annotated[str | None, Field(description="Only those of the copy with this id.")]
DueFrom = Annotated[
    dt.date | None, Field(description="Only those whose due date is on or after this day, YYYY-MM-DD.")
]
DueUntil = Annotated[
    dt.date | None, Field(description="Only those whose due date is on or before this day, YYYY-MM-DD.")
]
InLoanState = Annotated[LoanState | None, Field(description="Only those in this state.")]
RequestId = Annotated[str, Field(description="Id of a hold, such as RQS-01.")]
PlacedFrom = Annotated[
    dt.date | None, Field(description="Only those whose starting day is on or after this day, YYYY-MM-DD.")
]
PlacedUntil = Annotated[
    dt.date | None, Field(description="Only those whose starting day is on or before this day, YYYY-MM-DD.")
]
InRequestState = Annotated[RequestState | None, Field(description="Only those in this state.")]
RatingId = Annotated[str, Field(description="Id of a rating, such as RTN-01.")]
Payment = Annotated[int, Field(description="Payment, in cents, 50 to 3000.", ge=50, le=3000)]
GivenGrade = Annotated[Grade, Field(description="Class.")]
Stars = Annotated[int, Field(description="Stars, 1 to 5.", ge=1, le=5)]
GivenRequest = Annotated[DecisionRequest, Field(description="Tool that was asked for.")]
GivenGround = Annotated[Ground, Field(description="Code with which the tool refuses it.")]
Note = Annotated[str, Field(description="Note, at most 500 characters.", min_length=1, max_length=500)]
About = Annotated[
    str | None,
    Field(description="Id of the row it is about, at most 200 characters.", min_length=1, max_length=200),
]
GivenMeasure = Annotated[Measure, Field(description="Name of the figure.")]
Figure = Annotated[int, Field(description="Value of the figure.")]

Row = TypeVar("Row")


class Branch(Entity):
    """A branch."""

    id: str
    name: str
    state: BranchState = "open"


class Work(Entity):
    """A work."""

    id: str
    name: str
    genre: Genre


class Item(Entity):
    """A copy."""

    id: str
    barcode: str
    work_id: str
    branch_id: str
    state: ItemState = "on_shelf"


class Reader(Entity):
    """A reader."""

    id: str
    name: str
    grade: Grade  # class
    fines: int  # debt in fines, in cents
    strikes: int = 0

    @property
    def most(self) -> int:
        return 2 if self.grade == "child" else (3 if self.grade == "adult" else 5)


class Loan(Entity):
    """A loan."""

    id: str
    reader_id: str
    item_id: str  # copy
    due: dt.date  # due date
    renewals: int = 0  # number of renewals
    state: LoanState = "running"


class Request(Entity):
    """A hold."""

    id: str
    reader_id: str
    work_id: str
    branch_id: str  # pick-up branch
    placed: dt.date  # starting day
    state: RequestState = "queued"


class Rating(Entity):
    """A rating."""

    id: str
    reader_id: str
    work_id: str
    stars: int


class Decision(Entity):
    """A decision."""

    id: str
    request: DecisionRequest
    about: str | None = None  # row it is about
    ground: Ground
    note: str = FREE_TEXT


class Report(Entity):
    """A report."""

    id: str
    measure: Measure
    about: str | None = None  # row it is about
    figure: int


class WorkSheet(Entity):
    """A work and what follows from it."""

    work: Work
    poor_ratings: int  # number of poor ratings
    good_ratings: int  # number of good ratings


class ReaderSheet(Entity):
    """A reader and what follows from it."""

    reader: Reader
    most: int  # number of loans allowed
    borrowed: int  # number of running loans


class LibraryConsortium(Environment):
    """Library consortium."""

    branches: dict[str, Branch]
    works: dict[str, Work]
    items: dict[str, Item]
    readers: dict[str, Reader]
    loans: dict[str, Loan]
    requests: dict[str, Request]
    ratings: dict[str, Rating]
    decisions: dict[str, Decision]
    reports: dict[str, Report]

    @read
    def get_branch(self, branch_id: BranchId) -> Branch:
        """Look up one branch."""
        return self.find(self.branches, branch_id, "branch")

    @read
    def search_branches(
        self, name: PartOfName = None, state: InBranchState = None, page: Page = 1
    ) -> list[Branch]:
        """Find branches by name and state, in order of id."""
        rows = [row for row in self.branches.values() if (name or "").casefold() in row.name.casefold()]
        rows = [row for row in rows if state in (None, row.state)]
        return _page(sorted(rows, key=lambda row: row.id), page)

    @read
    def get_work(self, work_id: WorkId) -> WorkSheet:
        """Look up a work and what follows from it: number of poor ratings and number of good ratings."""
        work = self.find(self.works, work_id, "work")
        return WorkSheet(
            work=work, poor_ratings=self._poor_ratings(work), good_ratings=self._good_ratings(work)
        )

    @read
    def search_works(self, name: PartOfName = None, genre: InGenre = None, page: Page = 1) -> list[Work]:
        """Find works by name and genre, in order of id."""
        rows = [row for row in self.works.values() if (name or "").casefold() in row.name.casefold()]
        rows = [row for row in rows if genre in (None, row.genre)]
        return _page(sorted(rows, key=lambda row: row.id), page)

    @read
    def get_item(self, item_id: ItemId) -> Item:
        """Look up one copy."""
        return self.find(self.items, item_id, "item")

    @read
    def search_items(
        self,
        barcode: PartOfBarcode = None,
        work_id: OfWork = None,
        branch_id: OfBranch = None,
        state: InItemState = None,
        page: Page = 1,
    ) -> list[Item]:
        """Find copies by barcode, work, branch and state, in order of id."""
        rows = [row for row in self.items.values() if (barcode or "").casefold() in row.barcode.casefold()]
        rows = [row for row in rows if work_id in (None, row.work_id)]
        rows = [row for row in rows if branch_id in (None, row.branch_id)]
        rows = [row for row in rows if state in (None, row.state)]
        return _page(sorted(rows, key=lambda row: row.id), page)

    @read
    def get_reader(self, reader_id: ReaderId) -> ReaderSheet:
        """Look up a reader and what follows from it: number of loans allowed and number of running loans."""
        reader = self.find(self.readers, reader_id, "reader")
        return ReaderSheet(reader=reader, most=reader.most, borrowed=self._borrowed(reader))

    @read
    def search_readers(self, name: PartOfName = None, grade: InGrade = None, page: Page = 1) -> list[Reader]:
        """Find readers by name and class, in order of id."""
        rows = [row for row in self.readers.values() if (name or "").casefold() in row.name.casefold()]
        rows = [row for row in rows if grade in (None, row.grade)]
        return _page(sorted(rows, key=lambda row: row.id), page)

    @read
    def get_loan(self, loan_id: LoanId) -> Loan:
        """Look up one loan."""
        return self.find(self.loans, loan_id, "loan")

    @read
    def search_loans(
        self,
        *,
        reader_id: OfReader = None,
        item_id: OfItem = None,
        due_from: DueFrom = None,
        due_until: DueUntil = None,
        state: InLoanState = None,
        page: Page = 1,
    ) -> list[Loan]:
        """Find loans by reader, copy, due date and state, in order of id."""
        rows = [row for row in self.loans.values() if reader_id in (None, row.reader_id)]
        rows = [row for row in rows if item_id in (None, row.item_id)]
        rows = [row for row in rows if due_from is None or row.due >= due_from]
        rows = [row for row in rows if due_until is None or row.due <= due_until]
        rows = [row for row in rows if state in (None, row.state)]
        return _page(sorted(rows, key=lambda row: row.id), page)

    @read
    def get_request(self, request_id: RequestId) -> Request:
        """Look up one hold."""
        return self.find(self.requests, request_id, "request")

    @read
    def search_requests(
        self,
        *,
        reader_id: OfReader = None,
        work_id: OfWork = None,
        branch_id: OfBranch = None,
        placed_from: PlacedFrom = None,
        placed_until: PlacedUntil = None,
        state: InRequestState = None,
        page: Page = 1,
    ) -> list[Request]:
        """Find holds by reader, work, pick-up branch, starting day and state, in order of id."""
        rows = [row for row in self.requests.values() if reader_id in (None, row.reader_id)]
        rows = [row for row in rows if work_id in (None, row.work_id)]
        rows = [row for row in rows if branch_id in (None, row.branch_id)]
        rows = [row for row in rows if placed_from is None or row.placed >= placed_from]
        rows = [row for row in rows if placed_until is None or row.placed <= placed_until]
        rows = [row for row in rows if state in (None, row.state)]
        return _page(sorted(rows, key=lambda row: row.id), page)

    @read
    def get_rating(self, rating_id: RatingId) -> Rating:
        """Look up one rating."""
        return self.find(self.ratings, rating_id, "rating")

    @read
    def search_ratings(
        self, reader_id: OfReader = None, work_id: OfWork = None, page: Page = 1
    ) -> list[Rating]:
        """Find ratings by reader and work, in order of id."""
        rows = [row for row in self.ratings.values() if reader_id in (None, row.reader_id)]
        rows = [row for row in rows if work_id in (None, row.work_id)]
        return _page(sorted(rows, key=lambda row: row.id), page)

    @write
    def lend(self, reader_id: ReaderId, item_id: ItemId) -> Loan:
        """Lend a loan.

        Refused as: not_on_shelf, owes_fines, closed_branch, others_are_waiting, struck_out,
        too_many_loans, lent_twice, same_work_twice, loan_unrecorded.
        """
        reader = self.find(self.readers, reader_id, "reader")
        item = self.find(self.items, item_id, "item")
        if item.state != "on_shelf":
            raise Refusal("not_on_shelf", f"Not possible: the copy ({item.state}) must be on shelf.")
        if reader.fines >= 2500:
            raise Refusal(
                "owes_fines",
                f"Not possible: the debt in fines of the reader ({reader.fines} cents) must be less than "
                "€25.00.",
            )
        if self.branches[item.branch_id].state != "open":
            raise Refusal(
                "closed_branch",
                f"Not possible: the branch of the copy ({self.branches[item.branch_id].state}) must be open.",
            )
        if any(
            request.work_id == item.work_id and request.state == "queued" and request.reader_id != reader_id
            for request in self.requests.values()
        ):
            raise Refusal(
                "others_are_waiting",
                "Not possible: there must be no queued hold on the work of the copy whose reader is not "
                "the reader.",
            )
        if reader.strikes >= 3:
            raise Refusal(
                "struck_out",
                f"Not possible: the number of strikes of the reader ({reader.strikes}) must be less than 3.",
            )
        loan = Loan(
            id=self.new_id("LN"),
            reader_id=reader_id,
            item_id=item_id,
            due=self.today() + dt.timedelta(21 if reader.grade == "scholar" else 14),
        )
        self.loans[loan.id] = loan
        item.state = "on_loan"
        for request in self.requests.values():
            if (
                request.reader_id == reader_id
                and request.work_id == item.work_id
                and request.state == "queued"
            ):
                request.state = "collected"
        self._refuse_too_many_loans(*self.readers.values())
        self._refuse_lent_twice(loan)
        self._refuse_same_work_twice(loan)
        self._refuse_loan_unrecorded(*self.items.values())
        return loan

    @write
    def renew_loan(self, loan_id: LoanId) -> Loan:
        """Renew a loan.

        The loan must be running. Refused as: renewed_too_often, others_are_waiting, overdue.
        """
        loan = self._loan(loan_id, "running")
        if loan.renewals >= 2:
            raise Refusal(
                "renewed_too_often",
                f"Not possible: the number of renewals of the loan ({loan.renewals}) must be less than 2.",
            )
        if any(
            request.work_id == self.items[loan.item_id].work_id and request.state == "queued"
            for request in self.requests.values()
        ):
            raise Refusal(
                "others_are_waiting",
                "Not possible: there must be no queued hold on the work of the copy of the loan.",
            )
        if loan.due < self.today():
            raise Refusal(
                "overdue",
                f"Not possible: the due date of the loan ({loan.due}) must not be before today "
                f"({self.today()}).",
            )
        loan.renewals = loan.renewals + 1
        loan.due = loan.due + dt.timedelta(14)
        return loan

    @write
    def return_copy(self, loan_id: LoanId) -> Loan:
        """Record a loan as returned.

        The loan must be running. Refused as: loan_unrecorded.
        """
        loan = self._loan(loan_id, "running")
        loan.state = "returned"
        self.items[loan.item_id].state = "on_shelf"
        if loan.due < self.today():
            self.readers[loan.reader_id].fines = (
                self.readers[loan.reader_id].fines + (self.today() - loan.due).days * 50
            )
        self._refuse_loan_unrecorded(*self.items.values())
        return loan

    @write
    def report_lost(self, loan_id: LoanId) -> Loan:
        """Record a loan as lost.

        The loan must be running. Refused as: loan_unrecorded.
        """
        loan = self._loan(loan_id, "running")
        loan.state = "lost"
        self.items[loan.item_id].state = "withdrawn"
        self.readers[loan.reader_id].fines = self.readers[loan.reader_id].fines + 2500
        self._refuse_loan_unrecorded(*self.items.values())
        return loan

    @write
    def place_request(self, reader_id: ReaderId, work_id: WorkId, branch_id: BranchId) -> Request:
        """Place a hold.

        Refused as: closed_branch, nothing_to_wait_for, rated_poorly, branch_closed, held_twice,
        too_many_holds.
        """
        self.find(self.readers, reader_id, "reader")
        work = self.find(self.works, work_id, "work")
        branch = self.find(self.branches, branch_id, "branch")
        if branch.state != "open":
            raise Refusal("closed_branch", f"Not possible: the branch ({branch.state}) must be open.")
        if not any(item.work_id == work_id and item.state != "withdrawn" for item in self.items.values()):
            raise Refusal(
                "nothing_to_wait_for", "Not possible: there must be a copy of the work that is not withdrawn."
            )
        if self._poor_ratings(work) > self._good_ratings(work):
            raise Refusal(
                "rated_poorly",
                f"Not possible: the number of poor ratings of the work ({self._poor_ratings(work)}) must be "
                f"at most the number of good ratings of the work ({self._good_ratings(work)}).",
            )
        request = Request(
            id=self.new_id("RQS"),
            reader_id=reader_id,
            work_id=work_id,
            branch_id=branch_id,
            placed=self.today(),
        )
        self.requests[request.id] = request
        self._refuse_branch_closed(request)
        self._refuse_held_twice(request)
        self._refuse_too_many_holds(*self.readers.values())
        return request

    @write
    def set_aside(self, item_id: ItemId, request_id: RequestId) -> Item:
        """Put a copy aside for a hold.

        The copy must be on shelf. Refused as: not_queued, another_work, wrong_branch, not_first_in_line.
        """
        item = self._item(item_id, "on_shelf")
        request = self.find(self.requests, request_id, "request")
        if request.state != "queued":
            raise Refusal("not_queued", f"Not possible: the hold ({request.state}) must be queued.")
        if request.work_id != item.work_id:
            raise Refusal("another_work", "Not possible: the work of the hold must be the work of the copy.")
        if request.branch_id != item.branch_id:
            raise Refusal(
                "wrong_branch", "Not possible: the pick-up branch of the hold must be the branch of the copy."
            )
        if any(
            other.work_id == request.work_id and other.placed < request.placed and other.state == "queued"
            for other in self.requests.values()
        ):
            raise Refusal(
                "not_first_in_line",
                "Not possible: there must be no queued hold on the same work whose starting day is before "
                "the starting day of the hold.",
            )
        item.state = "set_aside"
        request.state = "ready"
        return item

    @write
    def collect(self, request_id: RequestId, item_id: ItemId) -> Request:
        """Collect a hold.

        The hold must be ready. Refused as: not_set_aside, too_many_loans, lent_twice, same_work_twice,
        loan_unrecorded.
        """
        request = self._request(request_id, "ready")
        item = self.find(self.items, item_id, "item")
        if (
            item.state != "set_aside"
            or item.work_id != request.work_id
            or item.branch_id != request.branch_id
        ):
            raise Refusal(
                "not_set_aside",
                f"Not possible: the copy ({item.state}) must be set aside and the work of the copy must be "
                "the work of the hold and the branch of the copy must be the pick-up branch of the hold.",
            )
        request.state = "collected"
        loan = Loan(
            id=self.new_id("LN"),
            reader_id=request.reader_id,
            item_id=item_id,
            due=self.today() + dt.timedelta(14),
        )
        self.loans[loan.id] = loan
        item.state = "on_loan"
        self._refuse_too_many_loans(*self.readers.values())
        self._refuse_lent_twice(loan)
        self._refuse_same_work_twice(loan)
        self._refuse_loan_unrecorded(*self.items.values())
        return request

    @write
    def cancel_request(self, request_id: RequestId) -> Request:
        """Cancel a hold.

        The hold must be queued.
        """
        request = self._request(request_id, "queued")
        request.state = "cancelled"
        return request

    @write
    def redirect_request(self, request_id: RequestId, branch_id: BranchId) -> Request:
        """Redirect a hold.

        The hold must be queued. Refused as: same_branch, branch_closed.
        """
        request = self._request(request_id, "queued")
        self.find(self.branches, branch_id, "branch")
        if branch_id == request.branch_id:
            raise Refusal(
                "same_branch", "Not possible: the new branch must not be the pick-up branch of the hold."
            )
        request.branch_id = branch_id
        self._refuse_branch_closed(request)
        return request

    @write
    def send_copy(self, item_id: ItemId, branch_id: BranchId) -> Item:
        """Send a copy.

        The copy must be on shelf. Refused as: there_already, closed_branch.
        """
        item = self._item(item_id, "on_shelf")
        branch = self.find(self.branches, branch_id, "branch")
        if branch_id == item.branch_id:
            raise Refusal("there_already", "Not possible: the new branch must not be the branch of the copy.")
        if branch.state != "open":
            raise Refusal("closed_branch", f"Not possible: the new branch ({branch.state}) must be open.")
        item.branch_id = branch_id
        return item

    @write
    def pay_fines(self, reader_id: ReaderId, payment: Payment) -> Reader:
        """Take a given payment towards the fines of a reader.

        Refused as: more_than_owed.
        """
        reader = self.find(self.readers, reader_id, "reader")
        if payment > reader.fines:
            raise Refusal(
                "more_than_owed",
                f"Not possible: the payment ({payment} cents) must be at most the debt in fines of the "
                f"reader ({reader.fines} cents).",
            )
        reader.fines = reader.fines - payment
        return reader

    @write
    def close_branch(self, branch_id: BranchId) -> Branch:
        """Close a branch.

        The branch must be open. Refused as: branch_closed.
        """
        branch = self._branch(branch_id, "open")
        branch.state = "closed"
        self._refuse_branch_closed(*self.requests.values())
        return branch

    @write
    def reopen_branch(self, branch_id: BranchId) -> Branch:
        """Reopen a branch.

        The branch must be closed.
        """
        branch = self._branch(branch_id, "closed")
        branch.state = "open"
        return branch

    @write
    def reclassify(self, reader_id: ReaderId, grade: GivenGrade) -> Reader:
        """Reclassify a reader.

        Refused as: same_class, too_many_loans.
        """
        reader = self.find(self.readers, reader_id, "reader")
        if grade == reader.grade:
            raise Refusal(
                "same_class",
                f"Not possible: the new class ({grade}) must not be the class of the reader "
                f"({reader.grade}).",
            )
        reader.grade = grade
        self._refuse_too_many_loans(reader)
        return reader

    @write
    def rate(self, reader_id: ReaderId, work_id: WorkId, stars: Stars) -> Rating:
        """Rate a rating.

        Refused as: nothing_to_rate, rated_already.
        """
        self.find(self.readers, reader_id, "reader")
        self.find(self.works, work_id, "work")
        if not any(
            loan.reader_id == reader_id
            and self.items[loan.item_id].work_id == work_id
            and loan.state != "lost"
            for loan in self.loans.values()
        ):
            raise Refusal(
                "nothing_to_rate",
                "Not possible: there must be a loan of the reader that is not lost and whose copy's work "
                "is the work.",
            )
        rating = Rating(id=self.new_id("RTN"), reader_id=reader_id, work_id=work_id, stars=stars)
        self.ratings[rating.id] = rating
        self._refuse_rated_already(rating)
        return rating

    @write
    def correct_rating(self, rating_id: RatingId, stars: Stars) -> Rating:
        """Correct a rating.

        Refused as: same_stars.
        """
        rating = self.find(self.ratings, rating_id, "rating")
        if stars == rating.stars:
            raise Refusal(
                "same_stars",
                f"Not possible: the new number of stars ({stars}) must not be the number of stars of the "
                f"rating ({rating.stars}).",
            )
        rating.stars = stars
        return rating

    @write
    def record_strike(self, reader_id: ReaderId) -> Reader:
        """Record a strike against a reader.

        Refused as: struck_out_already.
        """
        reader = self.find(self.readers, reader_id, "reader")
        if reader.strikes >= 3:
            raise Refusal(
                "struck_out_already",
                f"Not possible: the number of strikes of the reader ({reader.strikes}) must be less than 3.",
            )
        reader.strikes = reader.strikes + 1
        if reader.strikes >= 3:
            for request in self.requests.values():
                if request.reader_id == reader_id and request.state == "queued":
                    request.state = "cancelled"
        return reader

    @write
    def forgive_strike(self, reader_id: ReaderId) -> Reader:
        """Take one strike off the file of a reader.

        Refused as: no_strikes.
        """
        reader = self.find(self.readers, reader_id, "reader")
        if reader.strikes <= 0:
            raise Refusal(
                "no_strikes",
                f"Not possible: the number of strikes of the reader ({reader.strikes}) must be more than 0.",
            )
        reader.strikes = reader.strikes - 1
        return reader

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

    @rule("For every reader, their number of running loans is at most their number of loans allowed.")
    def too_many_loans(self) -> bool:
        return not any(self._too_many_loans(row) for row in self.readers.values())

    @rule("For every running loan, there is no other running loan of the same copy.")
    def lent_twice(self) -> bool:
        return not any(self._lent_twice(row) for row in self.loans.values())

    @rule("For every hold that is queued or ready, its pick-up branch is open.")
    def branch_closed(self) -> bool:
        return not any(self._branch_closed(row) for row in self.requests.values())

    @rule(
        "For every hold that is queued or ready, there is no other hold of the same reader on the same "
        "work that is queued or ready."
    )
    def held_twice(self) -> bool:
        return not any(self._held_twice(row) for row in self.requests.values())

    @rule("For every reader, the number of holds of that reader that are queued or ready is at most 3.")
    def too_many_holds(self) -> bool:
        return not any(self._too_many_holds(row) for row in self.readers.values())

    @rule(
        "For every running loan, there is no other running loan of the same reader whose copy has the same "
        "work."
    )
    def same_work_twice(self) -> bool:
        return not any(self._same_work_twice(row) for row in self.loans.values())

    @rule("For every copy that is on loan, there is a running loan of that copy.")
    def loan_unrecorded(self) -> bool:
        return not any(self._loan_unrecorded(row) for row in self.items.values())

    @rule("For every rating, there is no other rating of the same work by the same reader.")
    def rated_already(self) -> bool:
        return not any(self._rated_already(row) for row in self.ratings.values())

    def _too_many_loans(self, reader: Reader) -> bool:
        return self._borrowed(reader) > reader.most

    def _lent_twice(self, loan: Loan) -> bool:
        return (
            loan.state == "running"
            and any(
                other.id != loan.id and other.item_id == loan.item_id and other.state == "running"
                for other in self.loans.values()
            )
        )

    def _branch_closed(self, request: Request) -> bool:
        return request.state in ("queued", "ready") and self.branches[request.branch_id].state != "open"

    def _held_twice(self, request: Request) -> bool:
        return (
            request.state in ("queued", "ready")
            and any(
                other.id != request.id
                and other.reader_id == request.reader_id
                and other.work_id == request.work_id
                and other.state in ("queued", "ready")
                for other in self.requests.values()
            )
        )

    def _too_many_holds(self, reader: Reader) -> bool:
        return (
            sum(
                1
                for request in self.requests.values()
                if request.reader_id == reader.id and request.state in ("queued", "ready")
            )
            > 3
        )

    def _same_work_twice(self, loan: Loan) -> bool:
        return (
            loan.state == "running"
            and any(
                other.id != loan.id
                and other.reader_id == loan.reader_id
                and self.items[other.item_id].work_id == self.items[loan.item_id].work_id
                and other.state == "running"
                for other in self.loans.values()
            )
        )

    def _loan_unrecorded(self, item: Item) -> bool:
        return (
            item.state == "on_loan"
            and not any(loan.item_id == item.id and loan.state == "running" for loan in self.loans.values())
        )

    def _rated_already(self, rating: Rating) -> bool:
        return any(
            other.id != rating.id and other.work_id == rating.work_id and other.reader_id == rating.reader_id
            for other in self.ratings.values()
        )

    def _refuse_too_many_loans(self, *rows: Reader) -> None:
        for reader in rows:
            if self._too_many_loans(reader):
                raise Refusal(
                    "too_many_loans",
                    f"Not possible for {reader.id}: their number of running loans "
                    f"({self._borrowed(reader)}) must be at most their number of loans allowed "
                    f"({reader.most}).",
                )

    def _refuse_lent_twice(self, *rows: Loan) -> None:
        for loan in rows:
            if self._lent_twice(loan):
                raise Refusal(
                    "lent_twice",
                    f"Not possible for {loan.id}: there must be no other running loan of the same copy.",
                )

    def _refuse_branch_closed(self, *rows: Request) -> None:
        for request in rows:
            if self._branch_closed(request):
                raise Refusal(
                    "branch_closed",
                    f"Not possible for {request.id}: its pick-up branch "
                    f"({self.branches[request.branch_id].state}) must be open.",
                )

    def _refuse_held_twice(self, *rows: Request) -> None:
        for request in rows:
            if self._held_twice(request):
                raise Refusal(
                    "held_twice",
                    f"Not possible for {request.id}: there must be no other hold of the same reader on the "
                    "same work that is queued or ready.",
                )

    def _refuse_too_many_holds(self, *rows: Reader) -> None:
        for reader in rows:
            if self._too_many_holds(reader):
                raise Refusal(
                    "too_many_holds",
                    f"Not possible for {reader.id}: the number of holds of that reader that are queued or "
                    "ready must be at most 3.",
                )

    def _refuse_same_work_twice(self, *rows: Loan) -> None:
        for loan in rows:
            if self._same_work_twice(loan):
                raise Refusal(
                    "same_work_twice",
                    f"Not possible for {loan.id}: there must be no other running loan of the same reader "
                    "whose copy has the same work.",
                )

    def _refuse_loan_unrecorded(self, *rows: Item) -> None:
        for item in rows:
            if self._loan_unrecorded(item):
                raise Refusal(
                    "loan_unrecorded",
                    f"Not possible for {item.id}: there must be a running loan of that copy.",
                )

    def _refuse_rated_already(self, *rows: Rating) -> None:
        for rating in rows:
            if self._rated_already(rating):
                raise Refusal(
                    "rated_already",
                    f"Not possible for {rating.id}: there must be no other rating of the same work by the "
                    "same reader.",
                )

    def _poor_ratings(self, work: Work) -> int:
        return sum(1 for rating in self.ratings.values() if rating.work_id == work.id and rating.stars <= 2)

    def _good_ratings(self, work: Work) -> int:
        return sum(1 for rating in self.ratings.values() if rating.work_id == work.id and rating.stars >= 4)

    def _borrowed(self, reader: Reader) -> int:
        return sum(
            1 for loan in self.loans.values() if loan.reader_id == reader.id and loan.state == "running"
        )

    def _branch(self, branch_id: str, *states: BranchState) -> Branch:
        branch = self.find(self.branches, branch_id, "branch")
        if branch.state not in states:
            raise Refusal("wrong_state", f"{branch_id} is {branch.state}, not {' or '.join(states)}.")
        return branch

    def _item(self, item_id: str, *states: ItemState) -> Item:
        item = self.find(self.items, item_id, "item")
        if item.state not in states:
            raise Refusal("wrong_state", f"{item_id} is {item.state}, not {' or '.join(states)}.")
        return item

    def _loan(self, loan_id: str, *states: LoanState) -> Loan:
        loan = self.find(self.loans, loan_id, "loan")
        if loan.state not in states:
            raise Refusal("wrong_state", f"{loan_id} is {loan.state}, not {' or '.join(states)}.")
        return loan

    def _request(self, request_id: str, *states: RequestState) -> Request:
        request = self.find(self.requests, request_id, "request")
        if request.state not in states:
            raise Refusal("wrong_state", f"{request_id} is {request.state}, not {' or '.join(states)}.")
        return request


def _page(rows: list[Row], page: int) -> list[Row]:
    return rows[PAGE_ROWS * (page - 1) :][:PAGE_ROWS]
