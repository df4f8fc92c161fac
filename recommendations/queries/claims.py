"""What students say that they hold, beside what is known otherwise."""

import datetime as dt
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Q, QuerySet

from accounts.models import User
from accounts.policy import sees_student
from microcred.compiled_queries import CompiledQuery
from microcred.errors import Missing
from microcred.pipelining import PipelinedQuery
from recommendations.enums import ClaimDecision, LearnerCredentialStatus
from recommendations.models import CredentialClaim, LearnerCredential

_CLAIMED: Final = CompiledQuery(
    lambda user_id: (
        CredentialClaim.objects.filter(user_id=user_id)
        .exclude(decision=ClaimDecision.REFUSED)
        .order_by()
        .values_list("credential_id", flat=True)
    ),
    user_id=uuid.UUID,
)
_WAITING: Final = Q(decision="", proven_at=None)


class ClaimMissing(Missing):
    """There is no such word of a student, or not for the caller to see."""

    default_code = "CREDENTIAL_404"


@dataclass(frozen=True, slots=True)
class Held:
    """One credential of a student: their word about it, how else it is known, or both."""

    credential: Any
    claim: CredentialClaim | None
    known: LearnerCredential | None

    @property
    def since(self) -> dt.datetime:
        """When it was said, or became known: whichever came last."""
        said = [self.claim.said_at] if self.claim else []
        return max(said + ([self.known.recorded_at] if self.known else []))

    @property
    def status(self) -> LearnerCredentialStatus:
        """How far the student has come with it, by their own word where that goes further."""
        if self.claim is not None and self.claim.decision != ClaimDecision.REFUSED:
            return LearnerCredentialStatus.COMPLETED
        return LearnerCredentialStatus(self.known.status if self.known else LearnerCredentialStatus.COMPLETED)

    @property
    def is_kept_from_lists(self) -> bool:
        """Whether it is not recommended again, and opens what asks for it."""
        return self.known is not None or (
            self.claim is not None and self.claim.decision != ClaimDecision.REFUSED
        )


def claimed_by(user_id: uuid.UUID) -> frozenset[uuid.UUID]:
    """Return the credentials that a student says that they hold, but for those that staff refused."""
    return frozenset(_CLAIMED.rows(user_id=user_id))


def claimed_read(user_id: uuid.UUID) -> PipelinedQuery[Any]:
    """Return what `claimed_by` asks, to be pipelined with others."""
    return _CLAIMED.read(user_id=user_id)


def held_by(user_id: uuid.UUID) -> list[Held]:
    """Return every credential that a student says that they hold, has taken up or completed, the latest first."""
    claims = _by_credential(CredentialClaim.objects.filter(user=user_id))
    known = _by_credential(LearnerCredential.objects.filter(user=user_id))
    found = [
        Held((claims.get(pk) or known[pk]).credential, claims.get(pk), known.get(pk))
        for pk in claims.keys() | known.keys()
    ]
    return sorted(found, key=lambda one: (one.since, one.credential.pk), reverse=True)


def _by_credential(rows: QuerySet[Any]) -> Mapping[uuid.UUID, Any]:
    return {row.credential_id: row for row in rows.select_related("credential").order_by()}


def one_held(user_id: uuid.UUID, credential_id: uuid.UUID) -> Held:
    """Return one credential of a student.

    Raises:
        ClaimMissing: if it is none of theirs.
    """
    found = [one for one in held_by(user_id) if one.credential.pk == credential_id]
    if not found:
        raise ClaimMissing("You hold no such credential here.")
    return found[0]


def visible_claim(*, by: User, claim_id: uuid.UUID) -> CredentialClaim:
    """Return a student's word.

    Raises:
        ClaimMissing: if it is not there or not for the caller to see; the two look the same.
    """
    rows = CredentialClaim.objects.filter(sees_student(by, path="user"), pk=claim_id)
    found = rows.select_related("credential").first()
    if found is None:
        raise ClaimMissing("No such credential of a student.")
    return found


def claims_to_check(by: User) -> QuerySet[CredentialClaim]:
    """Return the words of students in sight that are neither proven nor decided about, the oldest first."""
    waiting = _WAITING & sees_student(by, path="user")
    return CredentialClaim.objects.filter(waiting).order_by("said_at", "pk")


def decisions_to_see(
    student_ids: Collection[uuid.UUID],
    *,
    since: dt.datetime | None = None,
    until: dt.datetime | None = None,
) -> QuerySet[CredentialClaim]:
    """Return the words of students that staff has decided about, in a span of time, and they have not seen that."""
    found = CredentialClaim.objects.filter(
        user__in=student_ids, decided_at__isnull=False, decision_seen_at=None
    )
    if since is not None:
        found = found.filter(decided_at__gte=since)
    if until is not None:
        found = found.filter(decided_at__lte=until)
    return found.select_related("credential").order_by("decided_at", "pk")


def open_claims(student_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, int]:
    """Return how many words of each of these students are neither proven nor decided about."""
    waiting = CredentialClaim.objects.filter(_WAITING, user__in=student_ids)
    counted: dict[uuid.UUID, int] = {}
    for user_id in waiting.order_by().values_list("user_id", flat=True):
        counted[user_id] = counted.get(user_id, 0) + 1
    return counted
