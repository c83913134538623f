"""Plain classes written as oddly as people and models write them, one way of keeping state each."""

from __future__ import annotations

CLASSES: dict[str, str] = {
    "aliases": """
class Shop:
    def __init__(self, init_config):
        self.init_config = init_config
        self.items = {}
        self.recent = []
        self.last = None
    def put(self, key, amount):
        row = {"id": key, "amount": amount}
        self.items[key] = row
        self.recent.append(row)
        self.last = row
        return {"success": True, "row": row}
    def change(self, key, amount):
        if key not in self.items:
            self.recent.append({"id": key, "amount": -1})
            return {"success": False, "error": "no such item"}
        self.items[key]["amount"] = amount
        return {"success": True, "recent": self.recent, "last": self.last}
    def configured(self):
        return {"success": True, "data": self.init_config}
    def drop(self, key):
        del self.items[key]
        return {"success": True, "count": len(self.init_config.get("items", {}))}
""",
    "shared_class_state": """
import itertools
_numbers = itertools.count(1)
class Shop:
    total = 0
    names = []
    limits = {"most": 3}
    def put(self, key, amount):
        Shop.total += amount
        self.names.append(key)
        return {"success": True, "number": next(_numbers), "names": self.names}
    def change(self, key, amount):
        self.limits["most"] += amount
        if amount > 2:
            return {"success": False, "error": "too many"}
        return {"success": True, "most": Shop.limits, "total": Shop.total}
    def configured(self, seen=[]):
        seen.append(len(self.names))
        return {"success": True, "seen": seen}
    def drop(self, key):
        self.names.remove(key)
        return {"success": True, "left": type(self).names}
""",
    "containers": """
from collections import Counter, OrderedDict, defaultdict, deque
import datetime
from decimal import Decimal
import uuid
class Shop:
    def __init__(self):
        self.counts = Counter()
        self.order = OrderedDict()
        self.queue = deque(maxlen=3)
        self.groups = defaultdict(set)
        self.nested = defaultdict(lambda: defaultdict(int))
        self.pairs = {(1, "a"), (2, "b")}
        self.grid = {(0, 0): "x", None: "y", 3: "z", True: "t", 1.5: "f"}
        self.frozen = frozenset({("a", (1, 2))})
        self.huge = 10 ** 40
        self.span = datetime.timedelta(days=1, seconds=3)
        self.clock = datetime.time(9, 30)
        self.price = Decimal("1.50")
        self.raw = b"\\xff\\x00a"
        self.ratio = float("nan")
        self.token = uuid.UUID(int=5)
        self.since = datetime.datetime.now()
        self.day = datetime.date.today()
    def put(self, key, amount):
        self.counts[key] += amount
        self.order[key] = amount
        self.order.move_to_end(key, last=False)
        self.queue.append((key, [amount]))
        self.groups[key].add((key, amount))
        self.nested[key]["n"] += amount
        self.pairs.add((amount, key))
        self.price += Decimal(amount) / 4
        self.grid[(amount, amount)] = key
        self.since += self.span
        top = self.counts.most_common(1)
        return {"success": True, "queue": list(self.queue), "top": top, "price": self.price}
    def change(self, key, amount):
        self.queue.rotate(1)
        self.raw += key.encode()
        if amount % 2:
            return {"success": False, "error": "odd"}
        return {"success": True, "grid": self.grid, "order": list(self.order.items()), "raw": self.raw}
    def configured(self):
        late = isinstance(self.since, datetime.datetime) and self.since > datetime.datetime.now()
        kind = type(self.since) is datetime.datetime
        age = (datetime.date.today() - self.day).days
        return {"late": late, "groups": self.groups["missing"], "nested": self.nested, "kind": kind,
                "age": age, "stamp": self.since.timestamp(), "views": self.order.keys()}
    def drop(self, key):
        self.order.pop(key)
        return self.pairs
""",
    "objects": """
import enum, threading
from dataclasses import dataclass, field
from typing import NamedTuple
class Level(enum.Enum):
    LOW = "low"
    HIGH = "high"
@dataclass
class Row:
    key: str
    amount: int
    tags: list = field(default_factory=list)
class Point(NamedTuple):
    x: int
    y: int
class Base:
    SCALE = {Level.LOW: 1, Level.HIGH: 10}
    def drop(self, key):
        self.rows = [row for row in self.rows if row.key != key]
        return len(self.rows)
class Shop(Base):
    def __init__(self, init_config=None, *, scale=2):
        self.rows = []
        self.level = Level.LOW
        self.point = Point(1, 2)
        self.numbers = iter(range(100, 200))
        self.pick = lambda row: row.amount
        self.scale = scale
    @staticmethod
    def _twice(amount):
        return amount * 2
    @classmethod
    def _scaled(cls, amount, level):
        return amount * cls.SCALE[level]
    @property
    def size(self):
        return len(self.rows)
    def put(self, key, amount):
        self.rows.append(Row(key, self._twice(amount), [next(self.numbers)]))
        self.level = Level.HIGH if self.size > 2 else Level.LOW
        self.point = self.point._replace(x=amount)
        return {"success": True, "most": max(self.rows, key=self.pick).key, "point": self.point}
    def change(self, key, amount):
        for row in self.rows:
            row.amount = self._scaled(amount, self.level)
        if amount > 3:
            raise RuntimeError("too much")
        return {"success": True, "rows": [(row.key, row.amount, row.tags) for row in self.rows]}
    def configured(self):
        return None
""",
    "chance": """
import random, uuid, time, secrets, string
import random as rnd
from datetime import datetime as moment, timedelta, timezone
class Shop:
    def __init__(self, init_config):
        self.made = {}
    def put(self, key, amount):
        number = "".join(random.choices(string.ascii_uppercase, k=6))
        self.made[number] = {"key": key, "token": uuid.uuid4().hex[:8], "secret": secrets.token_hex(4),
            "at": moment.now().isoformat(),
            "due": (moment.now() + timedelta(days=amount)).strftime("%Y-%m-%d"),
            "utc": moment.now(timezone.utc).isoformat(), "code": rnd.randint(1000, 9999)}
        return {"success": True, "number": number, "several": [f"R{time.time_ns()}" for _ in range(3)]}
    def change(self, key, amount):
        order = list(range(5))
        random.shuffle(order)
        return {"success": amount % 2 == 0, "order": order, "sample": random.sample(range(100), 3)}
    def configured(self):
        import random
        return random.random()
    def drop(self, key):
        return {"success": True, "roll": random.choice("abcdef"), "hash": hash(key)}
""",
    "reads_that_write": """
class Shop:
    def __init__(self, init_config):
        self.items = {}
        self.log = []
        self._cache = None
    def put(self, *, key: str, amount: int = 1, **extra):
        def stored(row):
            self.items[key] = row
            return row
        return {"success": True, "row": stored({"n": amount})}
    def change(self, key, amount):
        self._cache = self.items
        self._cache.setdefault(key, {})["n"] = amount
        return {"success": True, "same": self._cache is self.items}
    def configured(self):
        self.log.append(len(self.items))
        return self.log
    def drop(self, key):
        self.log += ["dropped " + key]
        return (self.items.pop(key), None)
""",
}
METHODS = ("put", "change", "configured", "drop")
