"""What a message of an agent asks for: slots by the words of their question, consent, or nothing.

Rules, not judgement: the same message is always heard as the same. Whoever asks vaguely is told more than
need be, never less; facts are the user's own, so telling them early gives no task away.
"""

from __future__ import annotations

import re
import unicodedata

from envscaler_mcp.spec.scenario import Slot

_ASKS = re.compile(
    r"\?|\b(please (tell|give|provide|specify|name|share|clarify|confirm|state|let me know)"
    r"|let me know (which|what|who|how|when|where|whether|the|your)"
    r"|i('ll| will)? (still )?need (to know|the|your|more|some|a few)|(tell|give) me|provide)\b"
)
_ANYTHING_ELSE = re.compile(
    r"\b(anything|something|nothing) (else|more|further)\b|\b(further|other) (help|assistance|requests?)\b"
    r"|\b(is|was) that (all|everything)\b|\ball set\b"
)
_SEEKS_CONSENT = re.compile(
    r"\b(shall|should|may|can|do) (i|we)\b|\b(confirm|proceed|go ahead|correct|is that right|okay|ok)\b"
    r"|\b(would|do) you (like|want)\b"
)
_REQUEST = re.compile(r" \((?P<ordinal>\w+) request\)$")
_CASE = re.compile(r", (?P<case>if (?:that is so|it is not so))$")
_WHICH = re.compile(r"^which (?P<noun>.+) is (?:meant|wanted)$")
_EMPTY_TEXT = """
a about all an and any are as at be been by can case could did do does done first for from give has
have how i if in into is it its know let like many me mean meant much my need not of on or our
please request said second should so tell that the their them there these they thing things third
this those to under want wanted was we were what when where whether which who whom whose will with
would you your
"""
_EMPTY = frozenset(_EMPTY_TEXT.split())


def asks(text: str) -> bool:
    """Whether a message wants an answer; `Is there anything else?` at its end wants none."""
    spoken = text.casefold()
    return bool(_ASKS.search(spoken)) and not _ANYTHING_ELSE.search(spoken)


def seeks_consent(text: str) -> bool:
    """Whether a message asks for leave, or whether something is right."""
    return bool(_SEEKS_CONSENT.search(text.casefold()))


def is_asked(slot: Slot, text: str) -> bool:
    """Whether a message has words of the slot's question or name in it; if it names a request, of that."""
    heard = words(text)
    ordinals = {one for one in _ORDINALS if re.search(rf"\b{one}\b", text.casefold())}
    ordinal = ordinal_of(slot)
    if ordinals and ordinal and ordinal not in ordinals:
        return False
    plain = _plain(slot)
    known = words(plain) | words(re.sub(r"[\d_-]+", " ", slot.id))
    return bool(known & heard) or plain.casefold() in text.casefold()


def spoken(slot: Slot) -> str:
    """What the user says to tell a slot: with the request and the case that it belongs to."""
    ordinal, case = ordinal_of(slot), _CASE.search(_without_request(slot))
    named = _WHICH.match(_plain(slot))
    parts = [
        f"for the {ordinal} request" if ordinal else "",
        case["case"] if case else "",
        f"the {named['noun']}" if named else "",
    ]
    about = ", ".join(part for part in parts if part)
    return f"{_capital(about)}: {slot.text}" if about else slot.text


def ordinal_of(slot: Slot) -> str:
    """`first`, where the slot's question says `(first request)`."""
    found = _REQUEST.search(slot.when_asked)
    return found["ordinal"] if found else ""


def words(text: str) -> frozenset[str]:
    """The words that say what is meant, folded: no case, no accents, no plural."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(sign for sign in folded if not unicodedata.combining(sign))
    return frozenset(_singular(word) for word in re.findall(r"\w+", bare) if word not in _EMPTY)


_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")


def _without_request(slot: Slot) -> str:
    return _REQUEST.sub("", slot.when_asked)


def _plain(slot: Slot) -> str:
    return _CASE.sub("", _without_request(slot))


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
