"""Students' own words about what they hold, and what staff decides about them."""

import datetime as dt
import uuid
from typing import Final

from django.db import transaction

from accounts.locking import lock_person
from accounts.models import User
from accounts.policy import Permission, allows
from catalog import queries as catalog
from microcred.errors import Conflict, Forbidden, Invalid
from ops import audit
from recommendations import queries
from recommendations.enums import ClaimDecision, LearnerCredentialSource
from recommendations.events import credential_claimed
from recommendations.models import CredentialClaim, LearnerCredential
from recommendations.services.learner_records import sync_learner_record
from recommendations.services.overriding import CredentialNotOffered
from scoring.oversight import checked_reason

MOST_CLAIMS: Final = 200
EARLIEST: Final = dt.date(1950, 1, 1)
# Somebody's day may have begun before the server's.
AHEAD: Final = dt.timedelta(days=1)


class DateUnfit(Invalid):
    """Nobody obtained it then."""

    default_code = "DATE_400"


class TooManyClaims(Conflict):
    """More is said to be held than anybody holds."""

    default_code = "CREDENTIALS_409"


class ClaimDecided(Conflict):
    """Staff has decided about it."""

    default_code = "CREDENTIAL_409"


class NotAnOwnWord(Conflict):
    """It is known by other means than the student's word."""

    default_code = "CREDENTIAL_409"


class NothingToDecide(Conflict):
    """It is decided like this already, or is something else by now."""

    default_code = "DECISION_409"


class DecisionMoved(Conflict):
    """Staff has decided otherwise since, or taken back what it had decided."""

    default_code = "DECISION_409"


@transaction.atomic
def say_held(
    *,
    by: User,
    credential_id: uuid.UUID,
    obtained_on: dt.date | None = None,
    note: str = "",
    now: dt.datetime,
) -> CredentialClaim:
    """Take a student's word that they hold a credential. It is not recommended to them any more, and counts as done
    where another asks for it first; others are not compared with it. Said again, date and note are those of the last.

    Raises:
        CredentialNotOffered: if the catalog has no such credential.
        DateUnfit: for a date before 1950 or to come.
        ClaimDecided: if staff has refused it, or has confirmed it with another date or note.
        TooManyClaims: if they say so of 200 already.
    """
    lock_person(by.pk)
    checked_date(obtained_on, now=now)
    claim = CredentialClaim.objects.filter(user=by, credential=credential_id).first()
    if claim is None:
        if not catalog.credentials().filter(pk=credential_id).exists():
            raise CredentialNotOffered(
                "The catalog offers no such credential.", details={"field": "credential_id"}
            )
        claim = new_claim(by, credential_id, now=now)
    elif claim.decision == ClaimDecision.REFUSED:
        raise refused(claim)
    elif claim.decision and (claim.obtained_on, claim.note) != (obtained_on, note):
        raise ClaimDecided("Staff has confirmed it as it was. Ask your advisor to take that back first.")
    claim.obtained_on, claim.note = obtained_on, note
    claim.save()
    record(by, "credential_claim.said", claim)
    announce_claim(claim)
    return claim


@transaction.atomic
def take_back_claim(*, by: User, credential_id: uuid.UUID, now: dt.datetime) -> None:
    """Forget a student's word, and the proof that came with it; what is known otherwise stays.

    Raises:
        ClaimMissing: if they hold no such credential here.
        NotAnOwnWord: if it is known by other means alone.
        ClaimDecided: if staff has decided about it.
    """
    lock_person(by.pk)
    held = queries.one_held(by.pk, credential_id)
    if held.claim is None:
        raise NotAnOwnWord(_known_otherwise(held.known))
    if held.claim.decision:
        raise ClaimDecided(
            f"Staff has {held.claim.state.label.lower()} it. Ask your advisor to take that back first."
        )
    record(by, "credential_claim.taken_back", held.claim)
    held.claim.delete()
    sync_learner_record(user=by, credential_id=credential_id, now=now)


@transaction.atomic
def check_claim(
    *, by: User, claim_id: uuid.UUID, decision: str, reason: str = "", seen: str = "", now: dt.datetime
) -> CredentialClaim:
    """Confirm a student's word, refuse it, or take back what was decided, which takes no reason; the student reads that
    of the other two. ``seen`` is the state that the caller saw, if they did.

    Raises:
        ClaimMissing: if it is not there or not for ``by`` to see.
        Forbidden: if ``by`` may see it but is not staff.
        ReasonMissing: without a reason of at most 2000 characters.
        NothingToDecide: if it is so already, or no longer in the state that was seen.
    """
    found = queries.visible_claim(by=by, claim_id=claim_id)
    if not allows(by, Permission.REVIEW_SCORES):
        raise Forbidden("Only staff decides about it.")
    becomes = "" if decision == ClaimDecision.TAKE_BACK else ClaimDecision(decision).value
    said = checked_reason(reason) if becomes else ""
    lock_person(found.user_id)
    claim = CredentialClaim.objects.select_related("user").filter(pk=claim_id).first()
    if claim is None or (seen and claim.state != seen):
        raise NothingToDecide("It has changed since you looked. Look again.")
    if claim.decision == becomes:
        raise NothingToDecide("It is decided like this already." if becomes else "Nothing was decided.")
    claim.decision, claim.reason = becomes, said
    claim.decided_by, claim.decided_at = (by, now) if becomes else (None, None)
    claim.decision_seen_at = None
    claim.save()
    record(by, "credential_claim.decided", claim, decision=str(decision))
    sync_learner_record(user=claim.user, credential_id=claim.credential_id, now=now)
    return claim


@transaction.atomic
def see_decision(
    *, by: User, credential_id: uuid.UUID, decided_at: dt.datetime, now: dt.datetime
) -> CredentialClaim:
    """Note that a student has seen what staff decided about their word at ``decided_at``; seen once is seen.

    Raises:
        ClaimMissing: if they hold no such credential here.
        DecisionMoved: if that is not what is decided now.
    """
    lock_person(by.pk)
    claim = queries.one_held(by.pk, credential_id).claim
    if claim is None or claim.decided_at is None or claim.decided_at != decided_at:
        raise DecisionMoved("Something else is decided by now. Read it again.")
    if claim.decision_seen_at is None:
        claim.decision_seen_at = now
        claim.save(update_fields=["decision_seen_at"])
        record(by, "credential_claim.seen", claim)
    return claim


def checked_date(obtained_on: dt.date | None, *, now: dt.datetime) -> None:
    """Raise DateUnfit for a day before 1950 or to come."""
    if obtained_on is not None and not EARLIEST <= obtained_on <= now.date() + AHEAD:
        raise DateUnfit(
            "Say on which day you obtained it, or leave the day out.", details={"field": "obtained_on"}
        )


def new_claim(student: User, credential_id: uuid.UUID, *, now: dt.datetime) -> CredentialClaim:
    """Return a word that was not said before, to be saved; raises TooManyClaims."""
    if CredentialClaim.objects.filter(user=student).count() >= MOST_CLAIMS:
        raise TooManyClaims(f"You may name up to {MOST_CLAIMS} credentials.")
    return CredentialClaim(user=student, credential_id=credential_id, said_at=now)


def refused(claim: CredentialClaim) -> ClaimDecided:
    """Return what a student is told who says again what staff has refused."""
    return ClaimDecided(f"Staff has refused it: “{claim.reason}” Ask your advisor to look again.")


def record(by: User, action: str, claim: CredentialClaim, **facts: str) -> None:
    """Write a line of the audit trail."""
    audit.record(
        by=by, action=action, resource_type="credential_claim", resource_id=claim.pk,
        metadata={"credential_id": str(claim.credential_id), "state": claim.state.value, **facts},
    )  # fmt: skip


def announce_claim(claim: CredentialClaim) -> None:
    """Tell higher floors of a student's word."""
    credential_claimed.send(sender=None, user_id=claim.user_id, credential_id=claim.credential_id)


def _known_otherwise(known: LearnerCredential | None) -> str:
    if known is not None and known.source == LearnerCredentialSource.FEEDBACK:
        return "You took it up by accepting a recommendation. Take that feedback back."
    return "Staff has recorded it. Ask your advisor."
