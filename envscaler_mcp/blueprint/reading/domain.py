"""A domain file: its core, its options, and the designs that they compose to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import combinations
from pathlib import Path

from envscaler_mcp.blueprint.design import Design
from envscaler_mcp.blueprint.nearest import instead
from envscaler_mcp.errors import BadInput

from .designing import design_of
from .draft import Draft
from .forms import DomainForm, OptionForm
from .located import Entry, Node, Place, Scalar, Sequence, Table, parse_located, place_of, plain, read_located
from .merging import joined, merged, overridden, without
from .patterns import Patterns, with_uses
from .problems import Problems
from .validating import validated

DOMAINS = Path(__file__).parent.parent / "domains"
MAX_OPTIONS = 8
_HEAD = ("needs", "excludes", "about")


@dataclass(frozen=True)
class Domain:
    """A domain that was read: its core as a whole, its options as far as their heads."""

    name: str
    title: str
    about: str
    topics: tuple[str, ...]
    path: Path
    options: tuple[str, ...]
    core: Table = field(repr=False)
    parts: dict[str, Table] = field(repr=False)
    needs: dict[str, tuple[str, ...]] = field(repr=False)
    excludes: dict[str, tuple[str, ...]] = field(repr=False)
    patterns: Patterns = field(repr=False)

    def compositions(self) -> tuple[tuple[str, ...], ...]:
        """The choices of options that go together, the smallest first, each in the order of the file."""
        sizes = range(len(self.options) + 1)
        every = (chosen for size in sizes for chosen in combinations(self.options, size))
        return tuple(chosen for chosen in every if self._goes(chosen))

    def design(self, options: tuple[str, ...] = ()) -> Design:
        """The design with these options.

        Raises:
            BadInput: there is no such option, they do not go together, or what they make does not read.
        """
        chosen = self._chosen(options)
        problems = Problems()
        design = self._design(chosen, problems)
        problems.raise_any()
        assert design is not None
        return design

    def check(self) -> None:
        """Read the core and each option with what it needs; see that no two options contradict each other."""
        problems = Problems()
        for chosen in (self._closure(()), *(self._closure((one,)) for one in self.options)):
            if self._goes(chosen):
                self._design(chosen, problems)
        problems.raise_any()
        self._check_pairs(problems)
        problems.raise_any()

    def _goes(self, chosen: tuple[str, ...]) -> bool:
        needed = {other for one in chosen for other in self.needs[one]}
        barred = {other for one in chosen for other in self.excludes[one]}
        return needed <= set(chosen) and not barred & set(chosen)

    def _chosen(self, options: tuple[str, ...]) -> tuple[str, ...]:
        for one in options:
            if one not in self.options:
                raise BadInput(
                    str(self.path), f"{self.name} has no option {one!r}", instead(one, self.options)
                )
        chosen = tuple(one for one in self.options if one in options)
        if not self._goes(chosen):
            message = f"the options {', '.join(chosen)} do not go together"
            raise BadInput(str(self.path), message, "see `needs` and `excludes` of each")
        return chosen

    def _closure(self, chosen: tuple[str, ...]) -> tuple[str, ...]:
        """The options with all that they need."""
        wanted = set(chosen)
        for _ in self.options:
            wanted |= {other for one in wanted for other in self.needs[one]}
        return tuple(one for one in self.options if one in wanted)

    def _design(self, chosen: tuple[str, ...], problems: Problems) -> Design | None:
        tree = self._tree(chosen, problems)
        form = validated(DomainForm, tree, problems)
        if form is None:
            return None
        number = self.compositions().index(chosen) if chosen else 0
        return design_of(Draft(form, tree, bool(chosen), problems), chosen, self._patterns(chosen), number)

    def _tree(self, chosen: tuple[str, ...], problems: Problems) -> Table:
        tree: Node = with_uses(self.core, self.core, self.patterns, problems)
        for part in self._grown(chosen, tree, problems):
            about = joined(tree.get("about") if isinstance(tree, Table) else None, part.get("about"))
            tree = merged(tree, without(part, *_HEAD))
            if isinstance(tree, Table) and about is not None:
                tree = replace(tree, entries={**tree.entries, "about": Entry(about.place, about)})
        assert isinstance(tree, Table)
        return tree

    def _grown(self, chosen: tuple[str, ...], core: Node, problems: Problems) -> Iterator[Table]:
        """The chosen options with what their patterns bring."""
        around = core
        for one in chosen:
            around = merged(around, without(self.parts[one], *_HEAD))
        for one in chosen:
            yield with_uses(self.parts[one], around, self.patterns, problems)

    def _patterns(self, chosen: tuple[str, ...]) -> tuple[str, ...]:
        found: list[str] = []
        for part in (self.core, *(self.parts[one] for one in chosen)):
            uses = part.get("uses")
            found += [str(plain(use)["pattern"]) for use in uses.parts] if isinstance(uses, Sequence) else []
        return tuple(dict.fromkeys(found))

    def _check_pairs(self, problems: Problems) -> None:
        for first, second in combinations(self.options, 2):
            chosen = self._closure((first, second))
            related = second in self._closure((first,)) or first in self._closure((second,))
            if related or not self._goes(chosen):
                continue
            parts = dict(zip(chosen, self._grown(chosen, self.core, Problems()), strict=True))
            for steps, node in overridden(
                without(parts[first], *_HEAD), without(parts[second], *_HEAD)
            ).items():
                shown = ".".join(map(str, steps))
                problems.add(
                    node.place,
                    f"{shown}: the options {first!r} and {second!r} say different things",
                    f"let one of them say `excludes: [{first}]`, or agree",
                )


def read_domain(path: Path | str, patterns: Patterns | None = None) -> Domain:
    """A domain file, checked: its core and every option.

    Raises:
        BadInput: it does not read; everything that is wrong with it is told, one sentence a line.
    """
    return _checked(read_located(Path(path), str(path)), Path(path), str(path), patterns)


def parse_domain(text: str | bytes, shown: str = "domain.yaml", patterns: Patterns | None = None) -> Domain:
    """A domain's text, which messages call `shown`. Raises BadInput as `read_domain` does."""
    return _checked(parse_located(text, shown), Path(shown), shown, patterns)


def domain_names() -> tuple[str, ...]:
    """The domains that come with the package."""
    return tuple(sorted(path.stem for path in DOMAINS.glob("*.yaml")))


@lru_cache(maxsize=128)
def domain_named(name: str) -> Domain:
    """A domain that comes with the package. Raises BadInput where there is none of that name.

    Its options are not tried here: a test of this package does that.
    """
    if name not in domain_names():
        raise BadInput(name, "there is no domain of that name", instead(name, domain_names()))
    path, shown = DOMAINS / f"{name}.yaml", f"domains/{name}.yaml"
    return _domain(read_located(path, shown), path, shown, Patterns())


def _checked(tree: Node, path: Path, shown: str, patterns: Patterns | None) -> Domain:
    domain = _domain(tree, path, shown, patterns or Patterns())
    domain.check()
    return domain


def _domain(tree: Node, path: Path, shown: str, patterns: Patterns) -> Domain:
    problems = Problems()
    if not isinstance(tree, Table):
        raise BadInput(
            f"{shown}:1",
            "the file holds no mapping",
            "see `envscaler-mcp new domain NAME` for one to start from",
        )
    core, parts = _options(tree, problems)
    form = validated(DomainForm, core, problems)
    heads = {name: validated(OptionForm, _head(part), problems) for name, part in parts.items()}
    _check_heads(heads, tree, problems)
    problems.raise_any()
    assert form is not None
    sure = {name: head for name, head in heads.items() if head is not None}
    return Domain(
        form.name,
        form.title,
        form.about,
        tuple(form.topics),
        path,
        tuple(parts),
        core,
        parts,
        {name: tuple(head.needs) for name, head in sure.items()},
        {name: tuple(head.excludes) for name, head in sure.items()},
        patterns,
    )


def _options(tree: Table, problems: Problems) -> tuple[Table, dict[str, Table]]:
    """The core without its options, and the options."""
    found: dict[str, Table] = {}
    options = tree.get("options")
    if isinstance(options, Table):
        for name, entry in options.entries.items():
            if isinstance(entry.node, Table):
                found[name] = entry.node
            else:
                problems.add(
                    entry.place, f"options.{name}: a mapping is expected", "say what the option adds"
                )
    elif options is not None and not (isinstance(options, Scalar) and options.value is None):
        problems.add(options.place, "options: a mapping is expected", "write NAME: {…} for every option")
    if len(found) > MAX_OPTIONS:
        place = options.place if options else tree.place
        problems.add(place, f"there are {len(found)} options", f"use at most {MAX_OPTIONS}")
    return without(tree, "options"), found


def _head(part: Table) -> Table:
    return replace(part, entries={key: entry for key, entry in part.entries.items() if key in _HEAD})


def _check_heads(heads: dict[str, OptionForm | None], tree: Table, problems: Problems) -> None:
    for name, head in heads.items():
        for key in ("needs", "excludes"):
            for other in getattr(head, key, ()):
                if other not in heads or other == name:
                    place = _place(tree, name, key)
                    problems.add(
                        place,
                        f"options.{name}.{key}: there is no other option {other!r}",
                        instead(other, tuple(heads)),
                    )


def _place(tree: Table, option: str, key: str) -> Place:
    return place_of(tree, ("options", option, key))
