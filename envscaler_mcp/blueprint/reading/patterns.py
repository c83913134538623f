"""Reusable mechanics: a pattern file, with a domain's names put in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from envscaler_mcp.blueprint.nearest import instead, one_of

from .entities import collection_name, noun_of
from .forms import MOST_USES, EntityForm, PatternForm, UseForm
from .located import Entry, Node, Place, Scalar, Sequence, Table, read_located
from .merging import merged, without
from .problems import Problems
from .validating import validated

PATTERNS = Path(__file__).parent.parent / "patterns"
MAX_NESTING = 4
MAX_TEXT = 4_000

_BLANK = re.compile(r"<([a-z][a-z0-9_]*)(?:\.(rows|nouns?))?>")
_SIMPLE = re.compile(r"[A-Za-z0-9_.]+\Z")


@dataclass(frozen=True)
class Patterns:
    """Where pattern files lie: the first folder that has one wins."""

    folders: tuple[Path, ...] = (PATTERNS,)

    def names(self) -> tuple[str, ...]:
        """Of all patterns there are."""
        return tuple(sorted({path.stem for folder in self.folders for path in folder.glob("*.yaml")}))

    def find(self, name: str) -> Path | None:
        """The file of a pattern."""
        if name not in self.names():
            return None
        return next(path for folder in self.folders if (path := folder / f"{name}.yaml").is_file())


def with_uses(node: Table, around: Node, patterns: Patterns, problems: Problems, level: int = 0) -> Table:
    """A domain or option with what its `uses` say; its own keys win. `around` has the entities it names."""
    uses = node.get("uses")
    if not isinstance(uses, Sequence):
        return node
    grown: Node = without(node, "uses")
    if len(uses.parts) > MOST_USES or level > MAX_NESTING:
        message = f"{len(uses.parts)} patterns, on level {level} of patterns that use others"
        problems.add(uses.place, message, f"use at most {MOST_USES}, and none that uses itself")
        return without(node, "uses")
    for part in uses.parts:
        used = _used(part, merged(around, grown), patterns, problems)
        if used is not None:
            inner = with_uses(used, merged(around, grown), patterns, problems, level + 1)
            grown = merged(grown, inner, keep=True)
    return grown if isinstance(grown, Table) else node


def _used(part: Node, around: Node, patterns: Patterns, problems: Problems) -> Table | None:
    form = validated(UseForm, part, problems)
    if form is None:
        return None
    path = patterns.find(form.pattern)
    if path is None:
        problems.add(
            part.place, f"there is no pattern {form.pattern!r}", instead(form.pattern, patterns.names())
        )
        return None
    pattern = _pattern(path)
    given = _arguments(form, pattern[0], part.place, problems)
    if given is None:
        return None
    blanks = _Blanks(given, around, problems)
    content = blanks.filled(without(pattern[1], "pattern", "about", "parameters"))
    return content if isinstance(content, Table) else None


@lru_cache(maxsize=64)
def _pattern(path: Path) -> tuple[PatternForm, Table]:
    """The head of a pattern file, and the whole of it."""
    problems = Problems()
    node = read_located(path, f"patterns/{path.name}")
    head = node
    if isinstance(node, Table):
        head = replace(node, entries={k: v for k, v in node.entries.items() if k in PatternForm.model_fields})
    form = validated(PatternForm, head, problems)
    problems.raise_any()
    assert form is not None
    assert isinstance(node, Table)
    return form, node


def _arguments(form: UseForm, head: PatternForm, place: Place, problems: Problems) -> dict[str, str] | None:
    wanted = head.parameters
    for name in sorted({*form.with_} - {*wanted}):
        problems.add(place, f"the pattern {head.pattern!r} has no parameter {name!r}", instead(name, wanted))
    missing = [name for name in wanted if name not in form.with_]
    if missing:
        problems.add(
            place, f"the pattern {head.pattern!r} lacks {one_of(missing)}", "give every one under `with`"
        )
    return None if missing else {name: _closed(text) for name, text in form.with_.items()}


def _closed(argument: str) -> str:
    """A formula in parentheses, so that it stays whole wherever the pattern puts it."""
    return argument if _SIMPLE.match(argument) else f"({argument})"


@dataclass
class _Blanks:
    given: Mapping[str, str]
    around: Node
    problems: Problems

    def filled(self, node: Node) -> Node:
        if isinstance(node, Scalar):
            return replace(node, text=self._text(node.text, node.place))
        if isinstance(node, Sequence):
            return replace(node, parts=tuple(self.filled(part) for part in node.parts))
        entries: dict[str, Entry] = {}
        for key, entry in node.entries.items():
            spelt = self._text(key, entry.place)
            if spelt in entries:
                self.problems.add(
                    entry.place, f"the key {spelt!r} stands twice once names are put in", "bind other names"
                )
            entries[spelt] = replace(entry, node=self.filled(entry.node))
        return replace(node, entries=entries)

    def _text(self, text: str, place: Place) -> str:
        return _BLANK.sub(lambda found: self._word(found, place), text)[:MAX_TEXT]

    def _word(self, found: re.Match[str], place: Place) -> str:
        name, aspect = found.group(1), found.group(2)
        if name not in self.given:
            self.problems.add(place, f"<{name}> is no parameter of this pattern", instead(name, self.given))
            return found.group(0)
        bound = self.given[name]
        if not aspect:
            return bound
        form = self._entity(bound)
        if aspect == "rows":
            return collection_name(bound, form)
        noun = noun_of(bound, form)
        return noun.plural if aspect == "nouns" else noun.singular

    def _entity(self, name: str) -> EntityForm:
        """What the domain says of an entity's words; anything else wrong with it is told elsewhere."""
        entities = self.around.get("entities") if isinstance(self.around, Table) else None
        node = entities.get(name) if isinstance(entities, Table) else None
        words: dict[str, str] = {}
        for key in ("noun", "plural"):
            word = node.get(key) if isinstance(node, Table) else None
            if isinstance(word, Scalar):
                words[key] = word.text
        return EntityForm.model_validate(words)
