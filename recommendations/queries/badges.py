"""Whose badges are taken as proof, and of what."""

import uuid
from collections import defaultdict
from dataclasses import dataclass

from catalog import queries as catalog
from recommendations.badges.keys import read_key
from recommendations.badges.verification import ListedKey
from recommendations.models import BadgeAchievement, BadgeIssuer, BadgeIssuerKey


def listed_keys() -> dict[str, list[ListedKey]]:
    """Return the keys of every issuer that is listed, by the id that stands in its badges; none where all are off."""
    found: dict[str, list[ListedKey]] = defaultdict(list)
    for identifier in BadgeIssuer.objects.filter(active=True).values_list("identifier", flat=True):
        found[identifier] = []
    rows = BadgeIssuerKey.objects.filter(active=True, issuer__active=True).select_related("issuer")
    for row in rows:
        found[row.issuer.identifier].append(ListedKey(read_key(row.pem), row.valid_from, row.valid_until))
    return found


def issuer_of(identifier: str) -> BadgeIssuer | None:
    """Return the issuer that is listed by this id, held for the transaction: who switches it off and withdraws its
    proofs then finds what the caller writes."""
    listed = BadgeIssuer.objects.select_for_update(no_key=True)
    return listed.filter(identifier=identifier, active=True).first()


@dataclass(frozen=True, slots=True)
class Meant:
    """The credential that a badge is for; ``proves`` tells whether its issuer is believed of that."""

    credential_id: uuid.UUID
    proves: bool


def credential_of(achievement: str, *, issuer: BadgeIssuer | None) -> Meant | None:
    """Return what an achievement is: the credential that was said for its issuer, else the one that has its address.

    An address proves only from an issuer that vouches by it.
    """
    if issuer is not None:
        said = BadgeAchievement.objects.filter(issuer=issuer, achievement=achievement).first()
        if said is not None:
            return Meant(said.credential_id, proves=True)
    found = catalog.credentials().filter(uri=achievement).values_list("pk", flat=True).first()
    return None if found is None else Meant(found, proves=issuer is not None and issuer.by_address)
