"""Everything that can be said of a parcel without running a line of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from envscaler_mcp.errors import BadInput
from envscaler_mcp.render import lint, wire_tools
from envscaler_mcp.render.lint.names import server_name_fault
from envscaler_mcp.render.rendering import CARD
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.runtime.standalone.canonical import StrictJsonError, digest, digest_bytes, loads
from envscaler_mcp.sandbox import policy
from envscaler_mcp.spec import EnvironmentCard, Grading, Problem, Scenario

from .as_rendered import foreign_parts
from .certificate_card import CERTIFICATE
from .claims import claim_problems
from .class_tools import differences
from .parcel import Parcel
from .poison import hidden_instructions, hidden_text, strings

_DESCRIBING = ("introduction", "title", "rules", "entities", "tools")
"""Parts of the card that a model may come to read."""


@dataclass(frozen=True)
class Examined:
    """What was found; `folder` where there is enough to go on with."""

    problems: tuple[Problem, ...]
    folder: ServerFolder | None = None

    @property
    def errors(self) -> tuple[Problem, ...]:
        """What forbids to run it."""
        return tuple(problem for problem in self.problems if problem.severity == "error")


def examine(parcel: Parcel, place: Path) -> Examined:
    """Look at a parcel, its files being written to `place`; nothing of it is run."""
    problems = list(parcel.problems)
    if any(problem.severity == "error" for problem in problems):
        return Examined(tuple(problems))
    card, fault = _card(parcel)
    if card is None:
        return Examined((*problems, *fault))
    problems += [*_listed(parcel, card), *_texts(parcel), *_strict(parcel, card)]
    if any(problem.code in ("bad_file", "missing_file", "bad_name") for problem in problems):
        return Examined(tuple(problems))
    folder = _laid_out(parcel, card, place)
    for look in (_policy, _tools, _instructions, _parts, claim_problems):
        problems += _held(look, folder, parcel)
    return Examined(tuple(problems), folder)


def _card(parcel: Parcel) -> tuple[EnvironmentCard | None, list[Problem]]:
    if CARD not in parcel.files:
        message = "There is no environment.json: this is no server of the form that can be verified."
        return None, [Problem(code="missing_file", where=CARD, message=message)]
    try:
        card = EnvironmentCard.parse(parcel.files[CARD], CARD)
    except BadInput as error:
        return None, [Problem(code="bad_file", where=CARD, message=error.message)]
    if fault := server_name_fault(card.name):
        return None, [Problem(code="bad_name", where=CARD, message=f"{card.name!r}: {fault}")]
    return card, []


def _listed(parcel: Parcel, card: EnvironmentCard) -> Iterator[Problem]:
    """The files against the digests in the card."""
    grading_lacks = False
    for name, expected in card.digests.items():
        content = parcel.files.get(name)
        if content is None and not parcel.may_lack(name, card.name):
            yield Problem(code="missing_file", where=name, message="The card lists this file; it is missing.")
        elif content is None:
            grading_lacks = grading_lacks or name.startswith("grading/")
        elif digest_bytes(content) != expected:
            message = "Its digest is not that of the card: it was changed after the server was rendered."
            yield Problem(code="digest_differs", where=name, message=message)
    for name in sorted(parcel.files.keys() - card.digests.keys() - {CARD, CERTIFICATE}):
        inside = parcel.kind != "folder" or name.startswith((f"{card.name}/", "grading/"))
        message = "The card does not list this file."
        yield Problem(
            code="unlisted_file", where=name, message=message, severity="error" if inside else "warning"
        )
    if grading_lacks:
        message = "The grading did not come along: what is claimed cannot be proven again here."
        yield Problem(code="no_grading", where="grading", message=message, severity="warning")


def _texts(parcel: Parcel) -> Iterator[Problem]:
    """Every file is a text without hidden characters, and every JSON file strict JSON."""
    for name, content in {**parcel.files, **parcel.metadata}.items():
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError as error:
            yield Problem(code="bad_file", where=name, message=f"not UTF-8 at byte {error.start}")
            continue
        yield from hidden_text(name, text)
        if name.endswith(".json"):
            yield from _json(name, content)


def _json(name: str, content: bytes) -> Iterator[Problem]:
    try:
        value = loads(content)
    except StrictJsonError as error:
        yield Problem(code="bad_file", where=name, message=f"not strict JSON: {error}")
        return
    for where, text in strings(value, f"{name}#"):
        # What stands there plainly was found in the file's text; this finds what is spelt \u200b.
        yield from (problem for problem in hidden_text(where, text) if text.encode() not in content)


def _strict(parcel: Parcel, card: EnvironmentCard) -> Iterator[Problem]:
    """Scenarios and gradings have their formats, and the id that their file says."""
    for name in (f"{card.name}/environment.py", f"{card.name}/policy.md", f"{card.name}/tools.json"):
        if name not in parcel.files:
            yield Problem(code="missing_file", where=name, message="A server cannot be without this file.")
    for name, content in parcel.files.items():
        folder, _, file = name.rpartition("/")
        model = {f"{card.name}/scenarios": Scenario, "grading": Grading}.get(folder)
        if model and file.endswith(".json"):
            try:
                record = model.parse(content, name)
            except BadInput as error:
                yield Problem(code="bad_file", where=name, message=error.message)
                continue
            if f"{record.id}.json" != file:
                yield Problem(code="bad_name", where=name, message=f"the id in it is {record.id!r}")


def _laid_out(parcel: Parcel, card: EnvironmentCard, place: Path) -> ServerFolder:
    for name, content in parcel.files.items():
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return ServerFolder(place, card)


def _held(
    look: Callable[[ServerFolder, Parcel], Iterator[Problem]], folder: ServerFolder, parcel: Parcel
) -> list[Problem]:
    """A look that meets bad input ends in a problem, with the place as the receiver knows it."""
    try:
        return list(look(folder, parcel))
    except (BadInput, ValueError, TypeError, AttributeError, KeyError, RecursionError) as error:
        message = str(error).replace(f"{folder.path}/", "")[:300]
        return [Problem(code="bad_file", where=CARD, message=message or type(error).__name__)]


def _policy(folder: ServerFolder, _: Parcel) -> Iterator[Problem]:
    """The only code of a stranger, and what it may say at all."""
    where = f"{folder.card.name}/environment.py"
    for found in policy.findings(folder.bundle.text("environment.py")):
        yield found.model_copy(update={"where": f"{where}, {found.where}", "severity": "error"})
    for requirement in folder.card.requirements:
        message = f"Installing the server installs {requirement}, which nobody looked at here."
        yield Problem(code="requirement", where=CARD, message=message, severity="warning")


def _tools(folder: ServerFolder, _: Parcel) -> Iterator[Problem]:
    """`tools.json` against the card, the class, and the linter's rules."""
    tools: Any = folder.bundle.tools
    if digest(wire_tools(folder.card)) != digest(tools):
        message = "tools.json does not say what environment.json says."
        yield Problem(code="tools_differ", where=f"{folder.card.name}/tools.json", message=message)
    yield from differences(folder.card, tools, folder.bundle.text("environment.py"))
    yield from (
        problem for problem in lint(folder.card, folder.bundle.policy) if problem.code != "hidden_text"
    )


def _instructions(folder: ServerFolder, _: Parcel) -> Iterator[Problem]:
    """Texts that a model reads: the card's, the tools', the policy, the tasks; a start state only warns."""
    card, server = folder.card, folder.card.name
    said = {name: part for name, part in card.to_json().items() if name in _DESCRIBING}
    places = [*strings(said, CARD), *strings(folder.bundle.tools, f"{server}/tools.json")]
    places.append((f"{server}/policy.md", folder.bundle.policy))
    for identifier in folder.ids:
        scenario = folder.scenario(identifier)
        where = f"{server}/scenarios/{identifier}.json"
        places += strings(scenario.model_copy(update={"start": {}}).to_json(), where)
        for place, text in strings(scenario.start, f"{where}/start"):
            yield from hidden_instructions(place, text, server=server, at_most="warning")
    for place, text in places:
        yield from hidden_instructions(place, text, server=server)


def _parts(folder: ServerFolder, parcel: Parcel) -> Iterator[Problem]:
    return foreign_parts(folder, parcel)
