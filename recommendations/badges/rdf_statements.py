"""The statements that a signature covers, as canonical N-Quads, and what they say of a badge."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from microcred.storable_json import storable
from recommendations.badges.facts import BadgeUnfit, Facts, Recipient, Unfit, moment, named
from recommendations.badges.recipients import of_identity, of_subject

TYPE: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
OF_BADGES: Final = "https://purl.imsglobal.org/spec/vc/ob/vocab.html#"
OF_CREDENTIALS: Final = "https://www.w3.org/2018/credentials#"
OF_SECURITY: Final = "https://w3id.org/security#"
NAME: Final = "https://schema.org/name"
BADGES: Final = frozenset(OF_BADGES + name for name in ("OpenBadgeCredential", "AchievementCredential"))
# IRIs and blank nodes have no space in them, nor has a line a break that is not escaped.
_THING: Final = r"<\S+>|_:\S+"
_QUAD: Final = re.compile(
    rf"(?P<subject>{_THING}) <(?P<predicate>\S+)> "
    rf'(?:(?P<thing>{_THING})|"(?P<literal>(?:[^"\\]|\\.)*)"(?:\^\^<\S+>|@\S+)?)(?P<graph> (?:{_THING}))? \.'
)
_ESCAPED: Final = re.compile(r"\\(.)")
_PLAIN: Final = {"n": "\n", "r": "\r", "t": "\t"}
# Contexts of 2022 number terms that they define twice.
_NUMBERED: Final = re.compile(r"-\d+$")


@dataclass(frozen=True)
class Statements:
    """Statements in their canonical ``text``; ``of_things`` has those without a graph, by subject and predicate."""

    text: str
    of_things: Mapping[str, Mapping[str, Sequence[str]]]

    @staticmethod
    def of(text: str) -> "Statements":
        """Read canonical N-Quads; graphs with a name, such as proofs and credentials within, are left aside.

        Raises:
            BadgeUnfit: for an IRI that could be read in two ways.
        """
        found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for line in filter(None, text.split("\n")):
            quad = _QUAD.fullmatch(line)
            if quad is None:
                raise BadgeUnfit(Unfit.NO_BADGE, "The badge holds an address that is none.")
            if quad["graph"] is None:
                predicate = _NUMBERED.sub("", quad["predicate"])
                found[_bare(quad["subject"])][predicate].append(_value(quad))
        return Statements(text, found)

    def all(self, thing: str, *predicates: str) -> list[str]:
        """Return everything that is said of a thing by any of these."""
        said = self.of_things.get(thing, {})
        return [value for predicate in predicates for value in said.get(predicate, ())]

    def one(self, thing: str, *predicates: str) -> str:
        """Return the only thing that is said.

        Raises:
            BadgeUnfit: if there is nothing, or more.
        """
        found = self.all(thing, *predicates)
        if len(found) == 1:
            return found[0]
        raise BadgeUnfit(
            Unfit.NO_BADGE,
            "The signed part of the badge needs one issuer, recipient, achievement and date each.",
        )


def facts_of(statements: Statements) -> Facts:
    """Return what a badge says.

    Raises:
        BadgeUnfit: if the statements are not those of one badge.
    """
    badges = [one for one in statements.of_things if BADGES.intersection(statements.all(one, TYPE))]
    if len(badges) != 1:
        raise BadgeUnfit(Unfit.NO_BADGE, "This is no Open Badge of version 3.0.")
    badge = badges[0]
    issuer = statements.one(badge, *_terms("issuer"))
    subject = statements.one(badge, *_terms("credentialSubject"))
    achievement = statements.one(subject, *_terms("achievement", "Achievement"))
    ends = [moment(one) for one in statements.all(badge, *_terms("validUntil", "expirationDate"))]
    return Facts(
        badge_id=_id(badge),
        issuer=_id(issuer),
        issuer_name=_name(statements, issuer),
        achievement=_id(achievement),
        achievement_name=_name(statements, achievement),
        issued_at=moment(statements.one(badge, *_terms("validFrom", "issuanceDate"))),
        expires_at=min(ends, default=None),
        recipients=(*of_subject(subject), *_identities(statements, subject)),
        has_status=bool(statements.all(badge, *_terms("credentialStatus"))),
    )


def is_assertion(options: Statements) -> bool:
    """Whether a proof is made to assert something, which a proof for logging in is not; one that ends is none here."""
    things = list(options.of_things)
    purposes = [said for thing in things for said in options.all(thing, OF_SECURITY + "proofPurpose")]
    ends = any(options.all(thing, OF_SECURITY + "expiration") for thing in things)
    return purposes == [OF_SECURITY + "assertionMethod"] and not ends


def _terms(*names: str) -> list[str]:
    return [base + name for name in names for base in (OF_CREDENTIALS, OF_BADGES)]


def _id(thing: str) -> str:
    return named("" if thing.startswith("_:") else thing)


def _name(statements: Statements, thing: str) -> str:
    return str(storable(next(iter(statements.all(thing, NAME)), "")))[:200]


def _identities(statements: Statements, subject: str) -> Iterator[Recipient]:
    def said(one: str, term: str) -> Any:
        found = statements.all(one, OF_BADGES + term)
        return found[0] if len(found) == 1 else "" if not found else None

    for one in statements.all(subject, OF_BADGES + "identifier"):
        hashed = said(one, "hashed") in ("true", "1")
        yield from of_identity(
            said(one, "identityType"), said(one, "identityHash"), hashed, said(one, "salt")
        )


def _value(quad: re.Match[str]) -> str:
    if quad["thing"] is not None:
        return _bare(quad["thing"])
    return _ESCAPED.sub(lambda found: _PLAIN.get(found[1], found[1]), quad["literal"])


def _bare(thing: str) -> str:
    return thing[1:-1] if thing.startswith("<") else thing
