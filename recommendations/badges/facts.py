"""What a badge says, read from what its signature covers, and why one may be no proof."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

LONGEST_NAME: Final = 500


class Unfit(StrEnum):
    """Why a badge is refused."""

    UNREADABLE = "unreadable"
    TOO_LARGE = "too_large"
    NO_BADGE = "no_badge"
    UNSIGNED = "unsigned"
    UNSUPPORTED = "unsupported"
    SIGNATURE = "signature"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    RECIPIENT = "recipient"


class BadgeUnfit(Exception):
    """A badge that is no proof, and is not kept either."""

    def __init__(self, why: Unfit, words: str) -> None:
        super().__init__(words)
        self.why = why
        self.words = words


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom a badge is made out to: an e-mail address, or the hash of one with its salt."""

    identity: str
    hashed: bool = False
    salt: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a badge says. ``has_status`` tells that it names a list on which it may have been revoked since."""

    badge_id: str
    issuer: str
    issuer_name: str
    achievement: str
    achievement_name: str
    issued_at: dt.datetime
    expires_at: dt.datetime | None
    recipients: tuple[Recipient, ...]
    has_status: bool


def moment(text: object) -> dt.datetime:
    """Return a moment as badges write it, which has a zone.

    Raises:
        BadgeUnfit: if it is none.
    """
    try:
        found = dt.datetime.fromisoformat(text) if isinstance(text, str) else None
        if found is not None and found.utcoffset() is not None:
            return found.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        pass
    raise BadgeUnfit(Unfit.NO_BADGE, "A date of the badge cannot be read.")


def named(text: object) -> str:
    """Return the id that something in a badge has.

    Raises:
        BadgeUnfit: if there is none, or a longer one than is kept.
    """
    if isinstance(text, str) and 0 < len(text) <= LONGEST_NAME and text.isprintable():
        return text
    raise BadgeUnfit(
        Unfit.NO_BADGE,
        f"The badge, its issuer and its achievement need ids of up to {LONGEST_NAME} characters.",
    )
