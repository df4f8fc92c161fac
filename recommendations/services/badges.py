"""Badges that students bring, and whose badges count."""

import datetime as dt
import uuid
from typing import Final

from django.db import IntegrityError, transaction

from accounts.locking import lock_person
from accounts.models import User
from catalog import queries as catalog
from microcred.errors import Conflict, Invalid
from recommendations import queries
from recommendations.badges.facts import BadgeUnfit
from recommendations.badges.verification import Judged, judge
from recommendations.enums import ClaimDecision, NotProven
from recommendations.models import BadgeIssuer, CredentialClaim
from recommendations.services.claims import announce_claim, checked_date, new_claim, record, refused
from recommendations.services.learner_records import sync_learner_record
from recommendations.services.overriding import CredentialNotOffered

OTHER_CREDENTIAL: Final = "other_credential"
ACHIEVEMENT: Final = "achievement"


class BadgeRefused(Invalid):
    """The badge is no proof, and nothing is kept of it; ``reason`` in the details says why in one word."""

    default_code = "BADGE_400"

    def __init__(self, message: str, *, reason: str) -> None:
        super().__init__(message, details={"field": "badge", "reason": reason})


class BadgeUsed(Conflict):
    """The badge proves something already."""

    default_code = "BADGE_409"


def bring_badge(
    *,
    by: User,
    badge: str,
    credential_id: uuid.UUID | None = None,
    obtained_on: dt.date | None = None,
    note: str = "",
    now: dt.datetime,
) -> CredentialClaim:
    """Take a badge as proof that a student holds a credential; no network is used.

    A badge of an issuer who is not listed, or for something that nobody said is a credential of the catalog, is kept
    as the student's own word about ``credential_id``, with what is missing. Of the badge no more is kept than the claim
    has fields for.

    Raises:
        BadgeRefused: if it cannot be read, is not theirs, not in force, not signed by its issuer, or leaves open which
            credential it is for.
        BadgeUsed: if it proves another credential, or another student's.
        ClaimDecided: if staff has refused it.
        CredentialNotOffered, DateUnfit, TooManyClaims: as for an own word.
    """
    try:
        judged = judge(badge, email=by.email, keys=queries.listed_keys(), now=now)
    except BadgeUnfit as unfit:
        raise BadgeRefused(unfit.words, reason=unfit.why.value) from unfit
    checked_date(obtained_on, now=now)
    try:
        with transaction.atomic():
            return _kept(by, judged, credential_id, obtained_on=obtained_on, note=note, now=now)
    except IntegrityError as error:
        if "credential_claims_badge_proves_once" in str(error):
            raise BadgeUsed("This badge has been brought as proof already. It proves once.") from error
        raise


def _kept(
    by: User,
    judged: Judged,
    credential_id: uuid.UUID | None,
    *,
    obtained_on: dt.date | None,
    note: str,
    now: dt.datetime,
) -> CredentialClaim:
    lock_person(by.pk)
    issuer = queries.issuer_of(judged.facts.issuer) if judged.is_proof else None
    meant, missing = _meant(judged, issuer, credential_id)
    claim = CredentialClaim.objects.filter(user=by, credential=meant).first() or new_claim(by, meant, now=now)
    if claim.decision == ClaimDecision.REFUSED and (missing or claim.proven_at is not None):
        raise refused(claim)
    claim.obtained_on, claim.note = obtained_on or judged.facts.issued_at.date(), note
    if not (missing and claim.proven_at):
        _put(claim, judged, issuer, missing, now)
    claim.save()
    record(by, "credential_claim.badge_brought", claim, not_proven=missing)
    sync_learner_record(user=by, credential_id=meant, now=now)
    announce_claim(claim)
    return claim


def _meant(judged: Judged, issuer: BadgeIssuer | None, asked: uuid.UUID | None) -> tuple[uuid.UUID, str]:
    """The credential, and what is missing for a proof of it."""
    found = queries.credential_of(judged.facts.achievement, issuer=issuer)
    if found is not None and asked not in (None, found.credential_id):
        raise BadgeRefused("The badge is for another credential.", reason=OTHER_CREDENTIAL)
    meant = found.credential_id if found else asked
    if meant is None:
        raise BadgeRefused(
            "It is not known here which credential the badge is for. Name it to have the badge taken as your own word.",
            reason=ACHIEVEMENT,
        )
    if found is None and not catalog.credentials().filter(pk=meant).exists():
        raise CredentialNotOffered(
            "The catalog offers no such credential.", details={"field": "credential_id"}
        )
    if issuer is None:
        return meant, NotProven.ISSUER_UNKNOWN
    return meant, "" if found and found.proves else NotProven.ACHIEVEMENT_UNKNOWN


def _put(
    claim: CredentialClaim, judged: Judged, issuer: BadgeIssuer | None, missing: str, now: dt.datetime
) -> None:
    facts = judged.facts
    claim.badge_digest, claim.not_proven = judged.digest, missing
    claim.badge_issuer, claim.badge_issuer_name = facts.issuer, facts.issuer_name
    claim.badge_achievement, claim.badge_achievement_name = facts.achievement, facts.achievement_name
    claim.badge_issued_at, claim.badge_expires_at = facts.issued_at, facts.expires_at
    claim.revocation_unchecked = facts.has_status
    claim.issuer = issuer
    claim.proven_at = None if missing else now
    if not missing and claim.decision == ClaimDecision.REFUSED:
        # It was refused for want of the proof that is here now.
        claim.decision, claim.reason, claim.decided_by, claim.decided_at = "", "", None, None
