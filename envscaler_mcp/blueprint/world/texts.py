"""Texts that rows are made of: names of people and places, codes after a mask, one of a list.

Names of people and cities are mimesis'; which of them, and everything else, depends on the seed alone.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cached_property

from mimesis import Address, Person
from mimesis.enums import Gender
from mimesis.locales import Locale
from mimesis.random import Random

from envscaler_mcp.blueprint.likes import MASK

CITIES = (Locale.EN_GB, Locale.DE, Locale.FR, Locale.IT, Locale.NL, Locale.DA, Locale.FI)
PEOPLE = (*CITIES, Locale.EN, Locale.ES, Locale.PT)
ENGLISH = (Locale.EN, Locale.EN_GB)
FIRST_NAMES = (
    "Alice", "Amelia", "Andrew", "Anna", "Arthur", "Beatrice", "Ben", "Charlotte", "Clara", "Daniel",
    "David", "Edith", "Edward", "Eleanor", "Emily", "Emma", "Florence", "Frances", "George", "Grace",
    "Hannah", "Harold", "Helen", "Henry", "Isaac", "Jack", "James", "Jane", "Joan", "John", "Joseph",
    "Julia", "Kate", "Laura", "Leo", "Louisa", "Margaret", "Martha", "Martin", "Mary", "Matthew",
    "Nora", "Oliver", "Oscar", "Patrick", "Paul", "Peter", "Philip", "Rachel", "Robert", "Rose", "Ruth",
    "Samuel", "Sarah", "Simon", "Sophie", "Stephen", "Susan", "Thomas", "Victor", "Walter", "William",
)  # fmt: skip
CITY_POOL = 9
"""So many cities are in play: people of one town are told apart by other things."""
LONGEST = 14
NAME = re.compile(r"[A-ZÀ-Þ][a-zß-ÿ]{2,}(-[A-ZÀ-Þ][a-zß-ÿ]{2,})?")
TRIES = 200

STREETS = (
    "Alder", "Anchor", "Bakers", "Beacon", "Bridge", "Canal", "Castle", "Cherry", "Church", "Copper",
    "Dove", "Elm", "Ferry", "Fountain", "Garden", "Granary", "Harbour", "Hazel", "Kettle", "King",
    "Linden", "Market", "Mill", "Orchard", "Park", "Quarry", "Queen", "River", "Rose", "Saddlers",
    "School", "Station", "Tanners", "Temple", "Victoria", "Walnut", "Weavers", "Willow",
)  # fmt: skip
WAYS = ("Street", "Road", "Lane", "Avenue", "Square", "Row", "Place", "Hill")
TRADES = (
    "Logistics", "Brothers", "Foods", "Instruments", "Textiles", "Printing", "Joinery", "Partners",
    "Glassworks", "Marine", "Engineering", "Supplies", "Interiors", "Catering", "Motors", "Optics",
    "Timber", "Electrics", "Packaging", "Tools",
)  # fmt: skip
QUALITIES = (
    "Amber", "Blue", "Bright", "Broad", "Copper", "Crimson", "Distant", "Early", "Evening", "Fallen",
    "First", "Gentle", "Golden", "Green", "Grey", "Hidden", "Hollow", "Iron", "Last", "Little", "Long",
    "Lost", "Morning", "Narrow", "New", "Northern", "Old", "Open", "Pale", "Quiet", "Red", "Second",
    "Silent", "Silver", "Slow", "Southern", "Still", "Tall", "White", "Winter",
)  # fmt: skip
THINGS = (
    "Anchor", "Arch", "Atlas", "Basin", "Beacon", "Bell", "Bridge", "Brook", "Canopy", "Chapel",
    "Cliff", "Clock", "Coast", "Compass", "Crossing", "Field", "Forest", "Gallery", "Garden", "Gate",
    "Harbour", "Harvest", "Hearth", "Hill", "Island", "Kestrel", "Ladder", "Lake", "Lantern", "Meadow",
    "Mill", "Mirror", "Orchard", "Path", "Pavilion", "Quarry", "River", "Sail", "Shore", "Signal",
    "Spring", "Station", "Summit", "Thread", "Tower", "Valley", "Village", "Voyage", "Wharf", "Window",
)  # fmt: skip
SENTENCES = (
    "Asked for at the desk.", "Came in by letter.", "Came in by phone.", "Agreed with the person in charge.",
    "See the file.", "Follows the usual course.", "Mentioned in the weekly meeting.", "Noted on arrival.",
)  # fmt: skip


class Texts:
    """Texts of one start state. The same seed gives the same texts in the same order of asking."""

    def __init__(self, seed: object) -> None:
        self._rng = random.Random(f"texts/{seed}")
        self._names = Random()
        self._names.seed(f"names/{seed}")

    def text(self, like: str | Sequence[str], *, free: bool = False, taken: Collection[str] = ()) -> str:
        """A text.

        Args:
            like: one of `LIKES`, a mask, or a list of values; any other word is numbered.
            free: the text is not judged: a sentence, where `like` says nothing.
            taken: texts that would not do, if there is any other.
        """
        if not isinstance(like, str):
            return self._unlike(taken, lambda: self._rng.choice(like), like)
        if like in self._makers:
            return self._unlike(taken, self._makers[like])
        if MASK.search(like):
            return self._unlike(taken, lambda: self.masked(like))
        if like:
            return next(one for one in _numbered(like) if one not in taken)
        return self._unlike(taken, self._makers["sentence" if free else "title"])

    def namesake(self, name: str) -> str:
        """Somebody else of the same surname."""
        surname = name.partition(" ")[2]
        return f"{self._first_name(self._locale(PEOPLE))} {surname}"

    def masked(self, mask: str) -> str:
        """A code after a mask; its first digit is not 0."""
        code = MASK.sub(self._masked_part, mask)
        digits = [place for place, sign in enumerate(mask) if sign == "#"]
        if digits and code[digits[0]] == "0" and (len(digits) > 1):
            return f"{code[: digits[0]]}{self._rng.randint(1, 9)}{code[digits[0] + 1 :]}"
        return code

    @cached_property
    def _makers(self) -> Mapping[str, Callable[[], str]]:
        choice = self._rng.choice
        return {
            "person": self._person,
            "city": lambda: choice(self._cities),
            "street": lambda: f"{choice(STREETS)} {choice(WAYS)}",
            "email": self._email,
            "phone": lambda: f"020 7946 0{self._rng.randint(0, 999):03}",
            "company": lambda: f"{self._surname(self._locale(PEOPLE))} {choice(TRADES)}",
            "word": lambda: choice(THINGS).lower(),
            "title": lambda: f"{choice(QUALITIES)} {choice(THINGS)}",
            "sentence": lambda: choice(SENTENCES),
        }

    def _unlike(self, taken: Collection[str], make: Callable[[], str], all_of: Sequence[str] = ()) -> str:
        """One that is not taken; where all are, one that is."""
        free = [one for one in all_of if one not in taken]
        if free:
            return self._rng.choice(free)
        made = make()
        for _ in range(TRIES):
            if made not in taken:
                break
            made = make()
        return made

    def _person(self) -> str:
        locale = self._locale(PEOPLE)
        return f"{self._first_name(locale)} {self._surname(locale)}"

    def _email(self) -> str:
        first, _, last = self._person().lower().partition(" ")
        host = self._rng.choice(("example.com", "example.org", "example.net"))
        return f"{_ascii(first)}.{_ascii(last)}@{host}"

    def _locale(self, locales: Sequence[Locale]) -> Locale:
        return self._rng.choice(locales)

    def _first_name(self, locale: Locale) -> str:
        if locale in ENGLISH:
            return self._rng.choice(FIRST_NAMES)
        gender = self._rng.choice((Gender.FEMALE, Gender.MALE))
        return self._plain(lambda: self._people(locale).first_name(gender=gender))

    def _surname(self, locale: Locale) -> str:
        return self._plain(lambda: self._people(locale).last_name(gender=Gender.MALE))

    def _plain(self, make: Callable[[], str]) -> str:
        """A name of one word that anybody can type."""
        names = (make() for _ in range(TRIES))
        return next(name for name in names if NAME.fullmatch(name) and len(name) <= LONGEST)

    def _people(self, locale: Locale) -> Person:
        if locale not in self._providers:
            self._providers[locale] = Person(locale, random=self._names)
        return self._providers[locale]

    @cached_property
    def _providers(self) -> dict[Locale, Person]:
        return {}

    @cached_property
    def _cities(self) -> Sequence[str]:
        addresses = [Address(locale, random=self._names) for locale in CITIES]
        cities: dict[str, None] = {}
        while len(cities) < CITY_POOL:
            cities[self._plain(self._rng.choice(addresses).city)] = None
        return tuple(cities)

    def _masked_part(self, part: re.Match[str]) -> str:
        if part[0] == "#":
            return str(self._rng.randint(0, 9))
        return "".join(self._rng.choice("ABCDEFGHJKLMNPRSTUVWXYZ") for _ in part[0])


def _numbered(like: str) -> Iterator[str]:
    number = 0
    while True:
        number += 1
        yield f"{like[:1].upper()}{like[1:]} {number}"


def _ascii(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.translate(_LETTERS))
    return letters.encode("ascii", "ignore").decode("ascii")


_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "æ": "ae"})
