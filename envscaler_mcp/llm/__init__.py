"""Asking models: one Protocol, its providers, and what stands between them and the stages.

`llm_of(spec, access)` gives an `Llm`; `await llm.complete(request)` gives a `Reply`. From the outside in, an
`Llm` is `Fitted` (parse, validate, one repair round), `Blotted` (no key gets in or out), `Metered` (ledger),
`Stored` (by digest; never paid twice), `Patient` (retries, pace, deadline), `Budgeted`, `Timed`, provider.
"""

from __future__ import annotations

from .access import Access
from .attempt import AnswerLost, Busy, GaveUp, InterruptedFault
from .budget import Budget, likely_tokens, most_tokens
from .choose import KNOWN, embedder_of, embeddings_beside, llm_of, price_of
from .clock import Clock, RealClock
from .embeddings import Embedder
from .estimate import Estimate, Planned, estimate
from .fitted import Fitted
from .ledger import Account, Ledger
from .llm import Answer, Finish, Llm, Model, Reply, Usage
from .patient import Patience
from .prices import PerMillion, Price, known_price
from .replay import NotStored
from .request import Message, Request, ask, call_digest
from .store import CallStore, StoredCall

__all__ = [
    "KNOWN",
    "Access",
    "Account",
    "Answer",
    "AnswerLost",
    "Budget",
    "Busy",
    "CallStore",
    "Clock",
    "Embedder",
    "Estimate",
    "Finish",
    "Fitted",
    "GaveUp",
    "InterruptedFault",
    "Ledger",
    "Llm",
    "Message",
    "Model",
    "NotStored",
    "Patience",
    "PerMillion",
    "Planned",
    "Price",
    "RealClock",
    "Reply",
    "Request",
    "StoredCall",
    "Usage",
    "ask",
    "call_digest",
    "embedder_of",
    "embeddings_beside",
    "estimate",
    "known_price",
    "likely_tokens",
    "llm_of",
    "most_tokens",
    "price_of",
]
