"""What a student holds, ready for their pages: no more than the API tells them."""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from companion.words import Label
from recommendations import queries
from recommendations.enums import ClaimState, LearnerCredentialSource, NotProven

STATES: Final[Mapping[str, tuple[Label, str]]] = {
    ClaimState.OWN_WORD: (
        Label("Your own word", "warn"),
        "It is not recommended to you any more, and counts as done where another credential asks for it first.",
    ),
    ClaimState.PROVEN: (
        Label("Proven by a badge", "good"),
        "It is known that you hold it, and it is not recommended to you any more.",
    ),
    ClaimState.CONFIRMED: (
        Label("Confirmed", "good"),
        "An advisor has confirmed it. It is not recommended to you any more.",
    ),
    ClaimState.REFUSED: (
        Label("Refused", "bad"),
        "It counts for nothing, and may be recommended to you again. If that is wrong, ask your advisor to look again.",
    ),
}
SOURCES: Final[Mapping[str, tuple[Label, str]]] = {
    LearnerCredentialSource.FEEDBACK: (
        Label("Taken up", "accent"),
        "You accepted it when it was recommended to you. To undo that, take back on your result what you "
        "said of it.",
    ),
    LearnerCredentialSource.IMPORT: (Label("Recorded", "good"), "Your institution has recorded it."),
    LearnerCredentialSource.SYNTHETIC: (Label("Recorded", "plain"), "It is made up for a demonstration."),
    LearnerCredentialSource.BADGE: STATES[ClaimState.PROVEN],
    LearnerCredentialSource.CONFIRMED: STATES[ClaimState.CONFIRMED],
}
NOT_PROVEN: Final[Mapping[str, str]] = {
    NotProven.ISSUER_UNKNOWN: "Whoever issued the badge is not on the list of those whose badges count here.",
    NotProven.ACHIEVEMENT_UNKNOWN: "Nobody has said yet that what the badge is for is this credential.",
    NotProven.PROOF_WITHDRAWN: "Badges of whoever issued it do not count any more.",
}


@dataclass(frozen=True, slots=True)
class Badge:
    """What is kept of a badge; ``missing`` says why it proves nothing, empty where it does."""

    issuer: str
    achievement: str
    issued_at: dt.datetime
    expires_at: dt.datetime | None
    missing: str
    is_unchecked: bool


@dataclass(frozen=True, slots=True)
class HeldLine:
    """A credential with what there is to it; ``word`` is the student's own, None where it is known otherwise alone.

    ``is_new`` says that they have not seen yet what was decided about it.
    """

    credential_id: uuid.UUID
    title: str
    provider: str
    label: Label
    meaning: str
    word: Any
    badge: Badge | None
    reason: str
    decided_at: dt.datetime | None
    is_new: bool
    may_say: bool
    may_take_back: bool


def held_line(held: queries.Held) -> HeldLine:
    """Return one of them as the student reads it."""
    claim: Any = held.claim
    label, meaning = STATES[claim.state] if claim else SOURCES[str(held.known and held.known.source)]
    return HeldLine(
        credential_id=held.credential.pk,
        title=held.credential.title,
        provider=held.credential.provider,
        label=label,
        meaning=meaning,
        word=claim,
        badge=_badge(claim) if claim and claim.badge_digest else None,
        reason=claim.reason if claim else "",
        decided_at=claim.decided_at if claim else None,
        is_new=bool(claim and claim.decided_at and not claim.decision_seen_at),
        may_say=claim is None or claim.state != ClaimState.REFUSED,
        may_take_back=claim is not None and not claim.decision,
    )


def _badge(claim: Any) -> Badge:
    return Badge(
        issuer=claim.badge_issuer_name or claim.badge_issuer,
        achievement=claim.badge_achievement_name or claim.badge_achievement,
        issued_at=claim.badge_issued_at,
        expires_at=claim.badge_expires_at,
        missing=NOT_PROVEN.get(claim.not_proven, ""),
        is_unchecked=claim.revocation_unchecked,
    )
