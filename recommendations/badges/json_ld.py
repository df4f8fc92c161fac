"""Badges as JSON-LD with a Data Integrity proof: `eddsa-rdfc-2022`, or `Ed25519Signature2020` as it was before.

What such a proof covers is the statements that the JSON comes to under its contexts, not the JSON: what no context
knows drops out. So the statements are what is read here, and nothing of the JSON beside them. The form is worked
out by openbadgeslib, whose guards bound what hostile statements cost (a second at most), keep PyLD's threads apart and
know no network; they are not public, which is why its version is pinned and no other module knows it.
"""

import functools
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from openbadgeslib.errors import LibOpenBadgesException
from openbadgeslib.ob3 import ldp
from openbadgeslib.ob3._canon_guard import WorkBudget
from openbadgeslib.ob3.contexts import load_context

from recommendations.badges.facts import BadgeUnfit, Unfit
from recommendations.badges.keys import IssuerKey
from recommendations.badges.presented import Presented
from recommendations.badges.rdf_statements import Statements, facts_of, is_assertion
from recommendations.badges.strict_json import read_object

CONTEXTS: Final = Path(__file__).with_name("contexts")
V1: Final = "https://www.w3.org/2018/credentials/v1"
UNVERSIONED: Final = "https://purl.imsglobal.org/spec/ob/v3p0/context.json"
OLDER: Final = {
    V1: "credentials-v1.json",
    "https://w3id.org/security/suites/ed25519-2020/v1": "ed25519-2020-v1.json",
    "https://w3id.org/security/data-integrity/v1": "data-integrity-v1.json",
}
SUITES: Final = ("eddsa-rdfc-2022", "eddsa-2022")
MOST_CONTEXTS: Final = 8
MOST_PROOFS: Final = 3
# Whose absence from what is signed would let a badge hold for longer than it says.
ENDS: Final = frozenset({"validUntil", "expirationDate", "expires"})
Loader = Callable[[str, Any], dict[str, Any]]


def read_document(text: str | bytes) -> Presented:
    """Read a badge in JSON-LD.

    Raises:
        BadgeUnfit: if it cannot be read, has no proof of a kind that is known here, or names contexts that are not.
    """
    document = read_object(text)
    told = document.pop("proof", None)
    proofs = [one for one in (told if isinstance(told, list) else [told]) if isinstance(one, dict)]
    if not proofs:
        raise BadgeUnfit(Unfit.UNSIGNED, "The badge is not signed.")
    known = [one for one in proofs if _is_known(one)][:MOST_PROOFS]
    if not known:
        raise BadgeUnfit(
            Unfit.UNSUPPORTED, "The badge is not signed by eddsa-rdfc-2022 or Ed25519Signature2020."
        )
    loader, budget = _loader(document.get("@context")), WorkBudget()
    statements = Statements.of(_canonical(document, loader, budget))
    facts = facts_of(statements)
    if facts.expires_at is None and ENDS & document.keys():
        raise BadgeUnfit(
            Unfit.SIGNATURE, "The badge says when it ends where its signature does not cover it."
        )
    contexts = document["@context"]
    options = [_canonical(_options(proof, contexts), loader, budget) for proof in known]
    signed = [_signed(proof, canonical, statements) for proof, canonical in zip(known, options, strict=True)]
    return Presented(facts, functools.partial(_is_signed, [one for one in signed if one]))


def _is_known(proof: Mapping[str, Any]) -> bool:
    kind, suite = proof.get("type"), proof.get("cryptosuite")
    known = kind == "Ed25519Signature2020" or (kind == "DataIntegrityProof" and suite in SUITES)
    return known and "previousProof" not in proof and isinstance(proof.get("proofValue"), str)


def _loader(contexts: Any) -> Loader:
    """What hands out contexts that are kept here, and no other: by name alone, never one that a badge brings along."""
    named = contexts if isinstance(contexts, list) else [contexts]
    if len(named) > MOST_CONTEXTS or not all(isinstance(one, str) for one in named):
        raise BadgeUnfit(Unfit.UNSUPPORTED, "The badge brings contexts of its own.")
    kept = OLDER | ({UNVERSIONED: "open-badges-v3p0.json"} if named[:1] == [V1] else {})

    def load(url: str, options: Any = None) -> dict[str, Any]:
        document = _kept(kept[url]) if url in kept else load_context(url)
        return {"contextUrl": None, "documentUrl": url, "document": document}

    return load


@functools.cache
def _kept(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((CONTEXTS / name).read_text("utf-8"))
    return found


def _canonical(document: dict[str, Any], loader: Loader, budget: WorkBudget) -> str:
    """What the budget allows is for a badge and its proofs together."""
    try:
        ldp._screen_structure(document)
        return ldp._canonize(document, loader, budget)
    except (LibOpenBadgesException, RecursionError) as error:
        raise BadgeUnfit(
            Unfit.UNSUPPORTED,
            "The badge names contexts that are not kept here, or is too intricate to be checked.",
        ) from error


def _options(proof: Mapping[str, Any], contexts: Any) -> dict[str, Any]:
    """A proof without its value, in the contexts of the badge."""
    return {name: value for name, value in proof.items() if name != "proofValue"} | {"@context": contexts}


def _signed(proof: Mapping[str, Any], options: str, statements: Statements) -> tuple[bytes, bytes] | None:
    """The signature and what it is over: the options, then the badge; None where it asserts nothing."""
    if not is_assertion(Statements.of(options)):
        return None
    try:
        signature = ldp._decode_proof_value(proof["proofValue"])
    except LibOpenBadgesException:
        return None
    return signature, b"".join(hashlib.sha256(one.encode()).digest() for one in (options, statements.text))


def _is_signed(signed: Sequence[tuple[bytes, bytes]], key: IssuerKey) -> bool:
    return isinstance(key.public, Ed25519PublicKey) and any(_fits(key.public, *one) for one in signed)


def _fits(key: Ed25519PublicKey, signature: bytes, data: bytes) -> bool:
    try:
        key.verify(signature, data)
    except InvalidSignature:
        return False
    return True
