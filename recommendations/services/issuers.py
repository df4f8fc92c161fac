"""Whose badges count, as administrators say."""

import datetime as dt
import uuid

from django.db import transaction

from accounts.locking import lock_if_present
from accounts.models import User
from ops import audit
from recommendations.enums import NotProven
from recommendations.models import BadgeIssuer, CredentialClaim
from recommendations.services.learner_records import sync_learner_record


def withdraw_proofs(*, by: User, issuer_id: uuid.UUID, now: dt.datetime) -> int:
    """Switch an issuer off and count what its badges proved as students' own words again; what staff confirmed stays.

    For an issuer whose key leaked. Each student is held in a transaction of their own, so that nobody waits for all.
    Returns how many claims it was.
    """
    with transaction.atomic():
        BadgeIssuer.objects.filter(pk=issuer_id).update(active=False)
        audit.record(
            by=by, action="badge_issuer.proofs_withdrawn", resource_type="badge_issuer", resource_id=issuer_id
        )
    proven = CredentialClaim.objects.filter(issuer=issuer_id, proven_at__isnull=False)
    return sum(_withdrawn(by, claim_id, now) for claim_id in list(proven.values_list("pk", flat=True)))


@transaction.atomic
def _withdrawn(by: User, claim_id: uuid.UUID, now: dt.datetime) -> bool:
    found = CredentialClaim.objects.filter(pk=claim_id).first()
    if found is None or not lock_if_present(found.user_id):
        return False
    claim = (
        CredentialClaim.objects.filter(pk=claim_id, proven_at__isnull=False).select_related("user").first()
    )
    if claim is None:
        return False
    claim.proven_at, claim.not_proven = None, NotProven.PROOF_WITHDRAWN
    claim.save(update_fields=["proven_at", "not_proven"])
    audit.record(
        by=by, action="credential_claim.proof_withdrawn", resource_type="credential_claim", resource_id=claim.pk,
        metadata={"credential_id": str(claim.credential_id)},
    )  # fmt: skip
    sync_learner_record(user=claim.user, credential_id=claim.credential_id, now=now)
    return True
