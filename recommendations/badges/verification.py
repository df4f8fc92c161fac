"""Whether a badge proves something, by the issuers that are listed."""

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from recommendations.badges.facts import BadgeUnfit, Facts, Unfit
from recommendations.badges.keys import IssuerKey
from recommendations.badges.parsing import read_badge
from recommendations.badges.recipients import is_made_out_to

# What the clocks of two machines may be apart.
LEEWAY: Final = dt.timedelta(minutes=5)


class Open(StrEnum):
    """What of a proven badge could not be looked at, since it takes the network."""

    REVOCATION = "revocation"


@dataclass(frozen=True, slots=True)
class ListedKey:
    """A key of an issuer, and when badges were issued that it signs; ``until`` None has no end."""

    key: IssuerKey
    since: dt.datetime
    until: dt.datetime | None

    def signs_at(self, moment: dt.datetime) -> bool:
        """Whether it was in use at a moment."""
        return self.since <= moment and (self.until is None or moment < self.until)


@dataclass(frozen=True, slots=True)
class Judged:
    """A badge that is its bringer's and in force: what it says, whether a listed issuer ``signed`` it, what stays
    unchecked, and a digest that is the same for each copy of the badge, however it is written."""

    facts: Facts
    is_proof: bool
    unchecked: tuple[Open, ...]
    digest: str


def judge(given: str, *, email: str, keys: Mapping[str, Sequence[ListedKey]], now: dt.datetime) -> Judged:
    """Look at a badge that the owner of ``email`` brings; ``keys`` has those of listed issuers by the issuer's id.

    Raises:
        BadgeUnfit: if it cannot be read, is not theirs, is not in force, or has no signature by a key of its issuer
            though that is listed.
    """
    presented = read_badge(given)
    facts = presented.facts
    if not is_made_out_to(facts.recipients, email):
        raise BadgeUnfit(Unfit.RECIPIENT, "The badge is not made out to your e-mail address.")
    if facts.expires_at is not None and facts.expires_at <= now:
        raise BadgeUnfit(Unfit.EXPIRED, f"The badge was valid until {facts.expires_at:%d %B %Y}.")
    if facts.issued_at > now + LEEWAY:
        raise BadgeUnfit(Unfit.NOT_YET_VALID, "The badge is not valid yet.")
    is_listed = facts.issuer in keys
    usable = [one.key for one in keys.get(facts.issuer, ()) if one.signs_at(facts.issued_at)]
    if is_listed and not any(presented.is_signed_by(key) for key in usable):
        raise BadgeUnfit(
            Unfit.SIGNATURE,
            "The badge is not signed by a key that is listed for its issuer, or was changed since.",
        )
    unchecked = (Open.REVOCATION,) if is_listed and facts.has_status else ()
    return Judged(facts, is_listed, unchecked, _digest(facts))


def _digest(facts: Facts) -> str:
    return hashlib.sha256(f"{facts.issuer}\n{facts.badge_id}".encode()).hexdigest()
