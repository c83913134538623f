import ast
import textwrap

import pytest

from envscaler_mcp.interop.writes import writing_methods

WRITES = [
    "self.x = 1",
    "self.x[k] = 1",
    "self.x[k]['a']['b'] = 1",
    "del self.x[k]",
    "self.count += 1",
    "self.rows.append(1)",
    "self.x.setdefault(k, []).append(1)",
    "row = self.x[k]; row['a'] = 1",
    "row = self.x.get(k)\n    if row:\n        row.update(a=1)",
    "for row in self.x.values():\n        row['a'] = 1",
    "for key, row in list(self.x.items()):\n        row['a'] = 1",
    "found = [r for r in self.x.values() if r]\n    found[0]['a'] = 1",
    "row = next((r for r in self.x.values()), None)\n    row['a'] = 1",
    "rows = sorted(self.x.values())\n    for row in rows:\n        row.pop('a')",
    "mine = {}\n    mine['r'] = self.x[k]\n    mine['r']['a'] = 1",
    "found = []\n    for r in self.x.values():\n        found.append(r)\n    found[0]['a'] = 1",
    "rows = self.rows\n    rows += [1]",
    "try:\n        row = self.x[k]\n    except KeyError:\n        return\n    row['a'] = 1",
    "row = self._row(k)\n    row['a'] = 1",
    "self._set(k)",
    "self._change(self.x[k], 1)",
    "heapq.heappush(self.rows, 1)",
    "setattr(self, 'x', 1)",
    "if (row := self.x.get(k)):\n        row['a'] = 1",
    "self.part.rename('a')",
    "a, self.x = 1, 2",
    "while k:\n        self.x.clear()",
    "with lock:\n        self.x.clear()",
    "match k:\n        case 1:\n            self.x.clear()",
]
READS = [
    "return self.x[k]",
    "rows = []\n    rows.append(self.x)\n    return rows",
    "rows = list(self.rows)\n    rows.sort()",
    "row = dict(self.x[k])\n    row['a'] = 1",
    "row = self.x[k].copy()\n    row['a'] = 1",
    "row = copy.deepcopy(self.x[k])\n    row['a']['b'] = 1",
    "count = self.count\n    count += 1",
    "row = self.x[k]\n    row = {}\n    row['a'] = 1",
    "names = {r['name'] for r in self.x.values()}\n    names.add('b')",
    "out = {**self.x[k], 'a': 1}\n    out['b'] = 2",
    "return self._row(k)",
    "return self.part.label()",
    "text = k.strip(); text = text.replace('a', 'b')",
    "self._change({}, 1)",
]
CLASS = """
class Part:
    def rename(self, name):
        self.name = name
    def label(self):
        return self.name
class Shed:
    def _row(self, k):
        return self.x.get(k)
    def _set(self, k):
        self._deep(k)
    def _deep(self, k):
        self.x[k] = 1
    def _change(self, row, value):
        row['a'] = value
    def tool(self, k):
    {body}
"""


def writes(body):
    source = CLASS.replace("    {body}", textwrap.indent(textwrap.dedent("    " + body), "        "))
    module = ast.parse(source)
    return "tool" in writing_methods(module.body[-1], module)


@pytest.mark.parametrize("body", WRITES)
def test_a_method_that_changes_state_writes(body):
    assert writes(body)


@pytest.mark.parametrize("body", READS)
def test_a_method_that_only_looks_reads(body):
    assert not writes(body)
