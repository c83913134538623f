"""A tiny native environment for tests of the runtime."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import Field

from envscaler_mcp.runtime.standalone import (
    FREE_TEXT,
    VOLATILE,
    Entity,
    Environment,
    Refusal,
    read,
    rule,
    write,
)
from envscaler_mcp.runtime.standalone.episode import Episode
from envscaler_mcp.runtime.standalone.native import NativeForm

PatientId = Annotated[str, Field(description="Id such as PAT-1.")]
NOW = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)


class Patient(Entity):
    id: str
    visits: Annotated[int, Field(ge=0, le=9)]
    born: dt.date | None = None
    note: Annotated[str | None, FREE_TEXT] = None
    seen: Annotated[int, VOLATILE] = 0


class Clinic(Environment):
    """A clinic."""

    patients: dict[str, Patient]
    limit: int = 5

    @read
    def get_patient(self, patient_id: PatientId) -> Patient:
        """Look up one patient."""
        return self.find(self.patients, patient_id, "patient")

    @read
    def list_patients(
        self,
        order: Annotated[Literal["id", "visits"], Field(description="Sorted by.")],
        born_after: Annotated[dt.date | None, Field(description="Only the younger")] = None,
        limit: Annotated[int, Field(ge=1, le=50, description="How many")] = 10,
    ) -> list[Patient]:
        """List patients."""
        young = [p for p in self.patients.values() if not born_after or (p.born and p.born > born_after)]
        return sorted(young, key=lambda patient: getattr(patient, order))[:limit]

    @write
    def add_visit(
        self, patient_id: PatientId, count: Annotated[int, Field(description="How many.")]
    ) -> Patient:
        """Add visits; writes before it refuses, on purpose."""
        patient = self.find(self.patients, patient_id, "patient")
        patient.visits += count
        if patient.visits > self.limit:
            raise Refusal("too_many", f"At most {self.limit} visits.")
        return patient

    @write
    def admit(self) -> Patient:
        """Admit a new patient."""
        patient = Patient(id=self.new_id("PAT"), visits=0)
        self.patients[patient.id] = patient
        return patient

    @write
    def wait(self) -> str:
        """Let an hour pass."""
        self.advance(dt.timedelta(hours=1))
        return self.now().isoformat()

    @write
    def fail(self, patient_id: PatientId) -> Patient:
        """Write, then fail inside."""
        self.find(self.patients, patient_id, "patient").visits = 0
        raise ZeroDivisionError("inside")

    @write
    def set_limit(self, limit: Annotated[int, Field(description="Visits for each patient.")]) -> int:
        """Change the limit; looks at no rule, on purpose."""
        self.limit = limit
        return limit

    @rule("No patient has more visits than the limit.")
    def within_limit(self) -> bool:
        return all(patient.visits <= self.limit for patient in self.patients.values())

    @rule("No limit is below zero; fails inside, on purpose.")
    def no_negative_limit(self) -> bool:
        return self.limit >= 0 or bool(self.patients["nobody"])


def start() -> dict[str, Any]:
    return {"patients": {"PAT-1": {"id": "PAT-1", "visits": 3, "born": "1990-01-01"}}}


def episode(seed: int = 7, **state: Any) -> Episode:
    return Episode.start(NativeForm(Clinic), {**start(), **state}, NOW, seed, server="s", scenario="001")
