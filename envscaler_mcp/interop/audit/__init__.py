"""What are the checks of a release worth? Everything is run on the start states; nothing is rendered.

- `reading`: a release and its recordings → subjects: one environment with its tasks each;
- `sources`: what a check's text tells: the state that it reads, its normal form, its long literals;
- `reach`: which parts of the state a tool can write;
- `arguments`: plausible arguments for probe calls;
- `stage`: a worker that comes back after it had to be killed;
- `starts`, `recordings`, `probing`: what is run on it;
- `findings`: what was found, as values; `judging`: one check's evidence → its findings;
- `running`: all environments, some at a time;
- `verdict`, `report`: the same in plain words, in HTML and in Markdown.
"""

from __future__ import annotations

from .findings import CODES, Audit, CheckAudit, EnvironmentAudit, Finding, ScenarioAudit, ToolAudit
from .reading import Reading, read_audit
from .report import TITLES, check_report_path, write_report
from .running import audit_release
from .verdict import headline, sentences

__all__ = [
    "CODES",
    "TITLES",
    "Audit",
    "CheckAudit",
    "EnvironmentAudit",
    "Finding",
    "Reading",
    "ScenarioAudit",
    "ToolAudit",
    "audit_release",
    "check_report_path",
    "headline",
    "read_audit",
    "sentences",
    "write_report",
]
