"""Which servers there are, and how far each is proven by certificates that are about just its files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from envscaler_mcp.certify import proven_tier
from envscaler_mcp.errors import BadInput
from envscaler_mcp.render.markdown import code, inline
from envscaler_mcp.render.sharing_files import summary
from envscaler_mcp.render.summing_up import MEANINGS
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.spec import TIERS, Scenario, Tier, write_text

CATALOGUE = "README.md"
BANDS = ("easy", "medium", "hard")


@dataclass(frozen=True)
class Listing:
    """One line of the catalogue; the keys are those of `list --json`."""

    name: str
    title: str
    version: str
    domain: str
    """What it is about, in one line."""
    path: str
    form: str
    tools: int
    rules: int
    scenarios: int
    difficulty: dict[str, int]
    tier: Tier | None
    """What all of its scenarios have reached; None where there is none."""
    tiers: dict[str, int]
    run: str


def read_catalogue(folder: Path) -> tuple[list[Listing], list[BadInput]]:
    """Every server in a folder, one level of sub-folders included, and what cannot be read.

    Raises:
        BadInput: there is no such folder.
    """
    if not folder.is_dir():
        raise BadInput(str(folder), "there is no such folder", "name a folder of generated servers")
    found: list[Listing] = []
    damaged: list[BadInput] = []
    for place in _places(folder):
        try:
            found.append(listing(ServerFolder.load(place)))
        except (BadInput, OSError, ValueError) as error:
            damaged.append(_as_bad_input(place, error))
    return found, damaged


def listing(folder: ServerFolder) -> Listing:
    """One server's line.

    Raises:
        BadInput: a file of it is damaged.
    """
    card = folder.card
    scenarios = [folder.scenario(identifier) for identifier in folder.ids]
    tiers = Counter(_tier(folder, scenario) for scenario in scenarios)
    bands = Counter(scenario.difficulty.band or "unknown" for scenario in scenarios)
    return Listing(
        name=card.name,
        title=card.title,
        version=card.version,
        domain=summary(card),
        path=folder.path.as_posix(),
        form=card.form,
        tools=len(card.tools),
        rules=len(card.rules),
        scenarios=len(scenarios),
        difficulty={band: bands[band] for band in (*BANDS, "unknown") if bands[band]},
        tier=next((tier for tier in TIERS if tiers[tier]), None),
        tiers={tier: tiers[tier] for tier in TIERS if tiers[tier]},
        run=f"uvx --from {_quoted(folder.path.as_posix())} {card.name}",
    )


def catalogue_text(listings: Sequence[Listing], folder: Path) -> str:
    """The catalogue as `README.md` of the folder; the same servers give the same bytes."""
    lines = [
        "# Generated servers",
        "",
        "Each folder is an MCP server of its own: it needs no key and nothing of this project at run time.",
        "A tier counts only where its certificate is about just these files. `make regen` writes this page.",
        "",
        "| server | domain | tools | rules | scenarios | difficulty | proven |",
        "|---|---|---|---|---|---|---|",
        *(_line(one, folder) for one in listings),
        "",
        "Run one from this folder (stdio; `--http` for streamable HTTP), or put it into a client:",
        "",
        "```sh",
        *(f"uvx --from {_quoted('./' + _inside(one, folder))} {one.name}" for one in listings),
        "envscaler-mcp install NAME --client claude-code --write",
        "```",
        "",
        *(f"- **{tier}**: {MEANINGS[tier]}" for tier in reversed(TIERS[1:])),
        "- **rejected**: found unsound, or without a certificate that is about just these files",
    ]
    return "\n".join(lines) + "\n"


def write_catalogue(folder: Path) -> str:
    """Write the catalogue into the folder, and return its text.

    Raises:
        BadInput: a server is damaged, or the file cannot be written.
    """
    listings, damaged = read_catalogue(folder)
    if damaged:
        raise damaged[0]
    text = catalogue_text(listings, folder)
    write_text(folder / CATALOGUE, text)
    return text


def _places(folder: Path) -> Iterator[Path]:
    """The folders of servers, sorted by path."""
    if (folder / "environment.json").is_file():
        yield folder
        return
    for place in sorted(path for path in folder.iterdir() if path.is_dir() and path.name[0] not in "._"):
        if (place / "environment.json").is_file():
            yield place
        else:
            yield from sorted(card.parent for card in place.glob("[!._]*/environment.json"))


def _tier(folder: ServerFolder, scenario: Scenario) -> Tier:
    grading = folder.grading(scenario.id)
    return proven_tier(folder, scenario, grading) if grading else "rejected"


def _line(one: Listing, folder: Path) -> str:
    place = _inside(one, folder)
    cells = (
        f"[{code(one.name)}]({place}/)",
        f"**{inline(one.title)}.** {inline(one.domain)}",
        str(one.tools),
        str(one.rules),
        str(one.scenarios),
        tally(one.difficulty),
        tally(one.tiers),
    )
    return f"| {' | '.join(cells)} |"


def tally(counts: dict[str, int]) -> str:
    """`3 easy, 2 hard`; what all have in common stands alone."""
    if len(counts) == 1:
        return next(iter(counts))
    return ", ".join(f"{count} {name}" for name, count in counts.items()) or "–"


def _inside(one: Listing, folder: Path) -> str:
    return Path(one.path).relative_to(folder).as_posix()


def _quoted(path: str) -> str:
    return f'"{path}"' if " " in path else path


def _as_bad_input(place: Path, error: Exception) -> BadInput:
    if isinstance(error, BadInput):
        return error
    return BadInput(str(place), f"a file of it cannot be read ({error})", "render or import it again")
