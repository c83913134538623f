import ast

import pytest

from envscaler_mcp.errors import BadInput
from envscaler_mcp.interop.python_class import read_class

DEPOT = '''
"""A depot."""
import random
from typing import Dict, Optional

class Van:
    def __init__(self, plate: str):
        self.plate = plate
        self.load = 0

    def fill(self, amount: int) -> None:
        self.load += amount

class Depot:
    """A depot of vans.

    More about it.
    """

    def __init__(self):
        self.vans: Dict[str, Van] = {}

    def _load_scenario(self, scenario: dict, long_context=False) -> None:
        self.vans = {plate: Van(plate) for plate in scenario.get("vans", [])}

    def look(self, plate: str) -> Dict[str, object]:
        """Look at a van.

        Args:
            plate (str): Its plate.
        """
        return {"load": self.vans[plate].load}

    def fill_van(self, plate: str, amount: int, note: Optional[str] = None):
        """Fill a van."""
        if plate not in self.vans:
            return {"error": "no such van"}
        self.vans[plate].fill(amount)
        return {"filled": amount}
'''


@pytest.fixture
def place(tmp_path):
    """A folder with modules that fail when anybody runs them."""
    explode = "\nraise RuntimeError('this was executed')\n"
    (tmp_path / "depots").mkdir()
    (tmp_path / "depots" / "__init__.py").write_text("from .yard import Depot\n" + explode)
    (tmp_path / "depots" / "yard.py").write_text("from .parts import Part\n" + DEPOT + explode)
    (tmp_path / "depots" / "parts.py").write_text(
        "class Part:\n    def mend(self, part_id: str): self.ok = part_id\n"
    )
    (tmp_path / "depots" / "big.py").write_text(
        "from .yard import Depot\nclass Hub(Depot):\n    def sweep(self): pass\n"
    )
    (tmp_path / "lonely.py").write_text(DEPOT + explode)
    (tmp_path / "broken.py").write_text("class Depot(:")
    return tmp_path


def test_a_class_of_a_plain_module_is_copied(place):
    environment, problems = read_class("lonely:Depot", "_load_scenario", places=[place])
    card = environment.card
    assert (card.name, card.title, card.introduction) == ("depot", "Depot", "A depot of vans.")
    assert (card.form, card.class_name, card.load_method) == ("plain", "Depot", "_load_scenario")
    assert {tool.name: tool.kind for tool in card.tools} == {"look": "read", "fill_van": "write"}
    assert card.tools[0].input["properties"]["plate"]["description"] == "Its plate."
    assert "class Depot" in environment.source
    assert (card.requirements, problems) == ((), ())


def test_a_class_can_be_named_by_its_file(place):
    environment, _ = read_class(f"{place / 'lonely.py'}:Depot", places=[])
    assert environment.card.provenance.sources == ("lonely:Depot",)


def test_a_class_of_a_package_is_imported_by_the_server_only(place):
    environment, problems = read_class("depots:Depot", places=[place])
    assert "from depots.yard import Depot" in environment.source
    ast.parse(environment.source)
    assert [problem.code for problem in problems] == ["not_installed"]


def test_an_installed_class_becomes_a_requirement():
    environment, problems = read_class("hypothesis.database:InMemoryExampleDatabase")
    assert (
        environment.source.endswith('__all__ = ["InMemoryExampleDatabase"]\n')
        or "__all__" in environment.source
    )
    assert [each.split("==")[0] for each in environment.card.requirements] == ["hypothesis"]
    assert {tool.name: tool.kind for tool in environment.card.tools}["save"] == "write"
    assert not [problem for problem in problems if problem.severity == "error"]


def test_inherited_methods_are_tools(place):
    environment, _ = read_class("depots.big:Hub", places=[place])
    assert {tool.name: tool.kind for tool in environment.card.tools} == {
        "sweep": "read", "look": "read", "fill_van": "write",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("reference", "load", "message"),
    [
        ("lonely", None, "write MODULE:CLASS"),
        ("lonly:Depot", None, "did you mean lonely"),
        ("depots.yrd:Depot", None, "did you mean depots.yard"),
        ("lonely:Depo", None, "its classes are Van, Depot"),
        ("broken:Depot", None, "does not parse"),
        ("lonely:Depot", "load_scenario", "did you mean _load_scenario"),
        ("lonely:Depot", "zzz", "_load_scenario"),
        ("no such:Depot", None, "no Python module"),
    ],
)
def test_what_cannot_be_used_is_told_with_a_remedy(place, reference, load, message):
    with pytest.raises(BadInput, match=message):
        read_class(reference, load, places=[place])


def test_a_class_without_tools_is_refused(place):
    (place / "empty.py").write_text("class Empty:\n    def _hidden(self): pass\n")
    with pytest.raises(BadInput, match="no public method"):
        read_class("empty:Empty", places=[place])


def test_a_constructor_that_wants_too_much_is_told(place):
    (place / "greedy.py").write_text(
        "class Greedy:\n    def __init__(self, a, b): pass\n    def go(self): pass\n"
    )
    _, problems = read_class("greedy:Greedy", places=[place])
    assert [(problem.code, problem.severity) for problem in problems] == [("constructor", "error")]


def test_methods_that_cannot_be_tools_are_left_out(place):
    (place / "odd.py").write_text(
        "class Odd:\n"
        "    async def wait(self): pass\n"
        "    def pos(self, a, /): pass\n"
        "    def more(self, a: int, *rest, **others): pass\n"
        "    @property\n    def size(self): return 1\n"
        "    @staticmethod\n    def add(a: int, b: int): return a + b\n"
    )
    environment, problems = read_class("odd:Odd", places=[place])
    assert [tool.name for tool in environment.card.tools] == ["more", "add"]
    assert list(environment.card.tools[0].input["properties"]) == ["a"]
    assert [problem.where for problem in problems] == ["odd:Odd: wait", "odd:Odd: pos", "odd:Odd: more"]
