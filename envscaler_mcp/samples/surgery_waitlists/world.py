"""The hospital on Monday, 2 March 2026, at eight: the state from which every scenario starts.

Rows stand as tables, so that neighbours can be compared at a glance. Many values lie one step from a
boundary: a deadline on the very day of a list, a consent that ends the day before it, a list that just fits.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from .environment import DAYS_TO_TREAT

NOW = dt.datetime(2026, 3, 2, 8, 0)

State = dict[str, Any]
Row = dict[str, Any]

PATIENTS = """
PAT-01  Maria Santos      1957-11-30
PAT-02  Tom Ivers         1949-06-14
PAT-03  Elena Petrova     1955-01-22
PAT-04  Grace Adeyemi     1963-09-05
PAT-05  Maria Santos      1988-04-12
PAT-06  Henrik Dahl       1979-12-01
PAT-07  Yusuf Demir       1984-07-19
PAT-08  Chloe Martin      1992-03-27
PAT-09  Oskar Lindqvist   1951-10-08
PAT-10  Ruth Abrams       1946-05-30
PAT-11  Nadia Haddad      1975-02-11
PAT-12  Fatima Noor       1968-08-23
PAT-13  Jonas Berg        1991-02-03
PAT-14  Bianca Rossi      1982-11-16
PAT-15  Viktor Hansen     1959-04-09
PAT-16  Leila Karimi      1977-06-25
PAT-17  George Mensah     1965-12-12
PAT-18  Sofia Almeida     1980-01-05
PAT-19  Daniel Cohen      1972-10-21
PAT-20  Ewa Zielinska     1969-03-14
PAT-21  Samuel Okoro      1958-07-02
PAT-22  Aisha Khan        1986-05-18
PAT-23  Paul Fischer      1953-09-29
PAT-24  Ingrid Solberg    1974-02-20
PAT-25  Marco Bianchi     1961-11-11
PAT-26  Hannah Weiss      1990-08-08
PAT-27  Ivan Horvat       1967-01-31
PAT-28  Jonas Berg        1961-02-03
PAT-29  Rosa Delgado      1944-12-24
PAT-30  Arthur Wright     1947-03-03
PAT-31  Mei Tanaka        1950-06-06
PAT-32  Peter Novak       1970-05-17
PAT-33  Peter Novak       1970-07-15
PAT-34  Agnes Keller      1943-10-10
"""

PROCEDURES = """
PRC-01  Total hip replacement                  120
PRC-02  Total knee replacement                 105
PRC-03  Knee arthroscopy                        45
PRC-04  Knee arthroscopy with meniscus repair   75
PRC-05  Cataract surgery                        30
PRC-06  Cataract surgery with stent             50
PRC-07  Inguinal hernia repair, open            60
PRC-08  Inguinal hernia repair, laparoscopic    75
PRC-09  Gallbladder removal                     80
PRC-10  Colon resection                        180
PRC-11  Thyroid lobectomy                      100
PRC-12  Carpal tunnel release                   25
"""

SURGEONS = """
SUR-1  Ingrid Halvorsen  PRC-01 PRC-02 PRC-03
SUR-2  Tomás Rivera      PRC-02 PRC-03 PRC-04 PRC-12
SUR-3  Amara Okafor      PRC-07 PRC-08 PRC-09 PRC-10
SUR-4  Lena Brandt       PRC-07 PRC-09 PRC-11
SUR-5  Wei Zhang         PRC-05 PRC-06
SUR-6  Inés Rivera       PRC-05
SUR-7  Piotr Nowak       PRC-01 PRC-02 PRC-03 PRC-04
"""

LISTS = """
LST-01  Theatre 1  SUR-1  2026-03-03  morning    300  open
LST-02  Theatre 3  SUR-3  2026-03-04  morning    300  open
LST-03  Theatre 3  SUR-4  2026-03-05  morning    240  open
LST-04  Theatre 1  SUR-2  2026-03-06  afternoon  240  open
LST-05  Theatre 4  SUR-5  2026-03-06  morning    180  open
LST-06  Theatre 1  SUR-1  2026-03-09  morning    300  open
LST-07  Theatre 2  SUR-2  2026-03-10  morning    240  open
LST-08  Theatre 3  SUR-3  2026-03-11  morning    300  open
LST-09  Theatre 4  SUR-5  2026-03-12  morning    240  open
LST-10  Theatre 3  SUR-4  2026-03-12  afternoon  240  open
LST-11  Theatre 1  SUR-1  2026-03-16  morning    300  open
LST-12  Theatre 2  SUR-2  2026-03-17  morning    240  cancelled
LST-13  Theatre 3  SUR-3  2026-03-18  morning    300  open
LST-14  Theatre 4  SUR-6  2026-03-19  morning    150  open
LST-15  Theatre 1  SUR-1  2026-04-06  morning    300  open
LST-16  Theatre 2  SUR-2  2026-04-07  morning    240  open
LST-17  Theatre 3  SUR-3  2026-04-08  morning    300  open
LST-18  Theatre 3  SUR-3  2026-02-25  morning    300  open
LST-19  Theatre 2  SUR-7  2026-03-09  morning    180  open
"""

# id, patient, procedure, class, referred, consent, declines, postponements, status, list or outcome
ENTRIES = """
ENT-01  PAT-01  PRC-01  P3  2025-12-20  2026-01-15  0  1  booked   LST-06
ENT-02  PAT-02  PRC-01  P3  2025-12-28  2026-02-02  0  0  booked   LST-06
ENT-03  PAT-03  PRC-02  P3  2025-12-15  2026-01-20  0  0  booked   LST-01
ENT-04  PAT-04  PRC-02  P3  2026-02-20  2026-02-23  0  0  booked   LST-16
ENT-05  PAT-05  PRC-12  P4  2025-11-12  2026-01-28  0  0  booked   LST-16
ENT-06  PAT-06  PRC-04  P3  2025-12-29  2026-02-09  0  0  booked   LST-04
ENT-07  PAT-07  PRC-03  P3  2026-01-05  2026-01-12  1  0  booked   LST-04
ENT-08  PAT-08  PRC-04  P3  2025-12-30  2026-02-03  0  0  booked   LST-07
ENT-09  PAT-09  PRC-04  P4  2025-10-20  2026-02-10  0  1  booked   LST-07
ENT-10  PAT-10  PRC-01  P3  2026-01-08  2026-01-19  0  0  booked   LST-11
ENT-11  PAT-11  PRC-03  P3  2025-12-12  2025-12-09  0  0  waiting  -
ENT-12  PAT-12  PRC-03  P3  2025-12-18  2026-02-01  1  0  waiting  -
ENT-13  PAT-13  PRC-03  P3  2025-12-22  2026-01-30  0  0  waiting  -
ENT-14  PAT-14  PRC-12  P4  2025-10-01  2026-02-01  0  0  waiting  -
ENT-15  PAT-15  PRC-02  P2  2026-02-16  2026-02-19  0  0  waiting  -
ENT-16  PAT-16  PRC-03  P2  2026-02-05  2026-02-06  0  0  waiting  -
ENT-17  PAT-17  PRC-09  P3  2025-12-20  2026-01-22  0  0  booked   LST-02
ENT-18  PAT-18  PRC-08  P4  2025-09-25  2026-01-29  0  1  booked   LST-02
ENT-19  PAT-19  PRC-07  P3  2026-01-10  2026-01-26  0  0  booked   LST-02
ENT-20  PAT-20  PRC-11  P2  2026-02-13  2026-02-16  0  0  booked   LST-03
ENT-21  PAT-21  PRC-07  P3  2025-12-08  2026-01-12  1  0  offered  LST-03
ENT-22  PAT-22  PRC-09  P2  2026-02-12  2026-02-17  1  0  waiting  -
ENT-23  PAT-23  PRC-07  P3  2025-12-05  2026-01-14  0  0  waiting  -
ENT-24  PAT-24  PRC-09  P3  2025-12-27  2026-01-08  0  0  waiting  -
ENT-25  PAT-25  PRC-09  P2  2026-02-11  2026-02-12  0  0  booked   LST-08
ENT-26  PAT-26  PRC-08  P3  2025-12-16  2026-01-21  1  0  booked   LST-08
ENT-27  PAT-27  PRC-11  P2  2026-02-14  2026-02-18  0  0  booked   LST-10
ENT-28  PAT-01  PRC-10  P2  2026-02-18  2026-02-20  0  0  booked   LST-13
ENT-29  PAT-09  PRC-08  P4  2025-11-03  2026-02-05  0  0  booked   LST-17
ENT-30  PAT-29  PRC-05  P3  2025-12-09  2026-01-27  0  0  booked   LST-05
ENT-31  PAT-30  PRC-05  P4  2025-09-16  2026-02-04  0  0  booked   LST-05
ENT-32  PAT-31  PRC-06  P3  2025-12-19  2026-01-16  0  0  booked   LST-09
ENT-33  PAT-34  PRC-05  P4  2025-10-02  2026-02-11  0  0  offered  LST-14
ENT-34  PAT-03  PRC-05  P3  2025-12-10  2026-02-01  0  0  waiting  -
ENT-35  PAT-10  PRC-05  P4  2025-09-10  2025-12-13  0  0  waiting  -
ENT-36  PAT-23  PRC-06  P4  2025-09-20  2026-01-15  0  0  waiting  -
ENT-37  PAT-29  PRC-06  P4  2025-08-20  2025-11-30  1  0  waiting  -
ENT-38  PAT-28  PRC-05  P4  2025-10-15  -           0  0  waiting  -
ENT-39  PAT-02  PRC-05  P4  2025-11-01  2026-02-10  0  0  waiting  -
ENT-40  PAT-21  PRC-09  P3  2025-11-20  2025-12-18  0  0  waiting  -
ENT-41  PAT-07  PRC-08  P2  2026-02-02  -           0  0  waiting  -
ENT-42  PAT-33  PRC-11  P2  2026-02-01  2026-02-02  0  0  waiting  -
ENT-43  PAT-34  PRC-06  P4  2025-07-01  2025-10-01  0  0  closed   treated
ENT-44  PAT-24  PRC-12  P4  2025-10-10  -           0  0  closed   withdrawn
ENT-45  PAT-31  PRC-09  P3  2025-11-15  2025-12-01  2  0  closed   declined_twice
ENT-46  PAT-16  PRC-04  P3  2025-12-23  2026-02-06  0  0  booked   LST-19
"""

OFFERS = """
OFF-01  ENT-21  LST-03  2026-02-28  live
OFF-02  ENT-22  LST-03  2026-02-22  declined
OFF-03  ENT-33  LST-14  2026-03-04  live
OFF-04  ENT-20  LST-03  2026-02-18  accepted
OFF-05  ENT-12  LST-12  2026-02-19  lapsed
"""


def world() -> State:
    """A fresh copy of the start state."""
    return {
        "patients": _rows(PATIENTS, "id name born"),
        "procedures": _numbers(_rows(PROCEDURES, "id name minutes"), "minutes"),
        "surgeons": {key: {**row, "skills": row["skills"].split()} for key, row in _surgeons().items()},
        "lists": _numbers(_rows(LISTS, "id theatre surgeon_id day period minutes status"), "minutes"),
        "entries": {key: _entry(row) for key, row in _rows(ENTRIES, _ENTRY).items()},
        "offers": _rows(OFFERS, "id entry_id list_id answer_by status"),
        "decisions": {},
        "reports": {},
    }


_ENTRY = "id patient_id procedure_id priority referred_on consent_on declines postponements status where"


def _surgeons() -> dict[str, Row]:
    return _rows(SURGEONS, "id name skills")


def _rows(table: str, columns: str) -> dict[str, Row]:
    """Rows by id; columns of a table are separated by two blanks or more."""
    names = columns.split()
    rows = [re.split(r"\s{2,}", line) for line in table.strip().splitlines()]
    return {row[0]: dict(zip(names, row, strict=True)) for row in rows}


def _numbers(rows: dict[str, Row], *names: str) -> dict[str, Row]:
    return {key: {**row, **{name: int(row[name]) for name in names}} for key, row in rows.items()}


def _entry(row: Row) -> Row:
    """The deadline is computed; the last column is the list of a held place, or how a closed entry ended."""
    where = row.pop("where")
    treat_by = dt.date.fromisoformat(row["referred_on"]) + dt.timedelta(DAYS_TO_TREAT[row["priority"]])
    return {
        **row,
        "treat_by": treat_by.isoformat(),
        "consent_on": None if row["consent_on"] == "-" else row["consent_on"],
        "declines": int(row["declines"]),
        "postponements": int(row["postponements"]),
        "list_id": where if row["status"] in ("offered", "booked") else None,
        "outcome": where if row["status"] == "closed" else None,
    }
