"""Marks: what stands at a place of an encoded state that JSON cannot say."""

from __future__ import annotations

from collections import Counter, OrderedDict, deque
from typing import Any

Mark = tuple[list[str | int], str]
"""A path into the JSON value, and what the value there was."""

KEYS = "keys:"
"""Begins the mark of a mapping whose keys are not all text; the keys follow as JSON."""

SAME = "same:"
"""Begins the mark of an object that stood already; the path of its first place follows as JSON."""

FACTORIES: dict[Any, str] = {
    list: "dict_of_list",
    dict: "dict_of_dict",
    int: "dict_of_int",
    set: "dict_of_set",
    str: "dict_of_str",
    float: "dict_of_float",
    bool: "dict_of_bool",
    tuple: "dict_of_tuple",
    deque: "dict_of_deque",
    Counter: "dict_of_counter",
    OrderedDict: "dict_of_ordered",
    None: "dict_of_nothing",
}
"""What a `defaultdict` makes of a missing key, and the mark for it."""
