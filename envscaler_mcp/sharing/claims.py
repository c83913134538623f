"""What a server claims to have proven, held against its own files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from envscaler_mcp.certify import certificate_digests
from envscaler_mcp.errors import BadInput
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.spec import TIERS, Grading, Problem, Tier

from .certificate_card import CERTIFICATE, CertificateFile, certificate_card
from .parcel import Parcel

_NOTHING = Grading(id="none", checks=())


def claimed_tiers(folder: ServerFolder) -> dict[str, Tier]:
    """Scenario → the tier of a certificate that is about just these files; `rejected` where there is none."""
    if all(folder.grading(identifier) for identifier in folder.ids):
        return {proof.id: proof.tier for proof in certificate_card(folder).scenarios}
    card = _certificate_file(folder)
    claims: dict[str, Tier] = dict.fromkeys(folder.ids, "rejected")
    for proof in card.scenarios if card else ():
        if proof.id in claims and not _strange(folder, proof.id, proof.digests):
            claims[proof.id] = proof.tier
    return claims


def lowest(tiers: Mapping[str, Tier]) -> Tier | None:
    """What all scenarios have reached; None where there is none."""
    return min(tiers.values(), key=TIERS.index, default=None)


def claim_problems(folder: ServerFolder, parcel: Parcel) -> Iterator[Problem]:
    """Certificates about something else, and a card that says other than the certificates."""
    for identifier in folder.ids:
        grading = folder.grading(identifier)
        if grading and grading.certificate is None:
            message = "Nothing is proven of this scenario."
            yield Problem(
                code="uncertified", where=f"grading/{identifier}.json", message=message, severity="warning"
            )
        elif grading and grading.certificate:
            strange = _strange(folder, identifier, grading.certificate.digests, grading)
            yield from _about(f"grading/{identifier}.json", strange)
    if CERTIFICATE not in parcel.files:
        return
    card = CertificateFile.parse(parcel.files[CERTIFICATE], CERTIFICATE)
    if card.server != folder.card.name or {proof.id for proof in card.scenarios} != set(folder.ids):
        yield from _about(CERTIFICATE, ["server"])
    elif all(folder.grading(identifier) for identifier in folder.ids):
        if card != certificate_card(folder):
            message = "It says other than the certificates in grading/."
            yield Problem(code="certificate_differs", where=CERTIFICATE, message=message)
    else:
        for proof in card.scenarios:
            strange = _strange(folder, proof.id, proof.digests) if proof.digests else []
            yield from _about(f"{CERTIFICATE}#/{proof.id}", strange)


def _certificate_file(folder: ServerFolder) -> CertificateFile | None:
    try:
        return CertificateFile.load(folder.path / CERTIFICATE)
    except BadInput:
        return None


def _strange(
    folder: ServerFolder, identifier: str, digests: Mapping[str, str], grading: Grading | None = None
) -> list[str]:
    """Of what a certificate was given for, the parts that are not those that are here."""
    here = certificate_digests(folder, folder.scenario(identifier), grading or _NOTHING)
    if grading is None:
        del here["grading"]
    return [part for part, expected in here.items() if digests.get(part) != expected]


def _about(where: str, strange: list[str]) -> Iterator[Problem]:
    if strange == ["runtime"]:
        message = "The certificate was made with another version of the runtime; it has to be proven again."
        yield Problem(code="certificate_stale", where=where, message=message, severity="warning")
    elif strange:
        message = f"The certificate is about another {' and '.join(strange)} than the one that is here."
        yield Problem(code="certificate_of_another", where=where, message=message)
