"""The default user: rules instead of a model, so that the same agent meets the same user every time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from envscaler_mcp.spec import Conversation, Slot

from .asking import asks, is_asked, ordinal_of, seeks_consent, spoken
from .user import Answer

VERSION = "slots/1"
"""A change of what is said to the same message makes it another user."""
CONSENT = "Yes, please, if it is what I asked for and the policy allows it."
NO_MORE = "I have told you all that I know. Please do what I asked for, as the policy says."
GO_ON = "Good. Please go ahead, and tell me when everything is done."


class SlotUser:
    """Tells slots when asked, consents to what was asked for, and ends when all is told and said to be done.

    Asked in general, it tells what comes next. An agent that says it is done while there is something it
    was not told is told all of it; one that has made no call since it knew everything is asked, once, to
    go ahead.
    """

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation
        self._told: set[str] = set()
        self._calls_when_told = 0
        self._urged = False

    async def hear(self, text: str, calls: int) -> Answer:
        """Answer by the rules."""
        named = [slot for slot in self._conversation.slots if is_asked(slot, text)]
        if not asks(text):
            return self._close(calls)
        if named:
            fresh = [slot for slot in named if slot.id not in self._told]
            return self._tell(fresh or named, calls, consent=seeks_consent(text) and not fresh)
        if rest := list(self._untold()):
            return self._tell(_next_of(rest), calls)
        return Answer(CONSENT if seeks_consent(text) else NO_MORE)

    def _close(self, calls: int) -> Answer:
        if rest := list(self._untold()):
            return self._tell(rest, calls)
        if calls == self._calls_when_told and not self._urged:
            self._urged = True
            return Answer(GO_ON)
        return Answer(self._conversation.closing or "Thank you.", ends=True)

    def _tell(self, slots: Sequence[Slot], calls: int, *, consent: bool = False) -> Answer:
        if any(slot.id not in self._told for slot in slots):
            self._calls_when_told = calls
        self._told.update(slot.id for slot in slots)
        said = " ".join(spoken(slot) for slot in slots)
        return Answer(f"{CONSENT} {said}" if consent else said, tuple(slot.id for slot in slots))

    def _untold(self) -> Iterator[Slot]:
        return (slot for slot in self._conversation.slots if slot.id not in self._told)


def _next_of(slots: Sequence[Slot]) -> list[Slot]:
    """The first one, and what belongs to the same request."""
    return [slot for slot in slots if ordinal_of(slot) == ordinal_of(slots[0])]
