"""Recording what learners hold."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence

from django.db import transaction

from accounts.locking import lock_person
from accounts.models import User
from assessments import services as assessments
from microcred.errors import Conflict
from ops import audit
from recommendations.enums import LearnerCredentialSource, LearnerCredentialStatus
from recommendations.models import CredentialClaim, LearnerCredential, LearnerProfile
from recommendations.models.claims import KNOWN
from recommendations.services.learner_records import OF_CLAIMS, sync_learner_record
from scoring import services as scoring


class NotARecord(Conflict):
    """It follows from a student's word that is proven or confirmed."""

    default_code = "CREDENTIAL_409"


@transaction.atomic
def record_synthetic_learner(
    *,
    user: User,
    role_id: uuid.UUID,
    levels: Mapping[str, float],
    credentials: Sequence[uuid.UUID],
    now: dt.datetime,
) -> uuid.UUID:
    """Give a made-up past learner a completed assessment, skill levels (0 to 5 by key) and credentials.

    The assessment and the credentials are marked as synthetic. Returns the id of the assessment.
    """
    assessment = assessments.record_synthetic(user=user, role_id=role_id, now=now, metadata={})
    scoring.record_profile(assessment_id=assessment.pk, levels=dict(levels), run=1)
    LearnerProfile.objects.update_or_create(
        user=user, role_id=role_id, defaults={"levels": dict(levels), "recorded_at": now}
    )
    LearnerCredential.objects.bulk_create(
        [
            LearnerCredential(
                user=user,
                credential_id=credential_id,
                status=LearnerCredentialStatus.COMPLETED,
                source=LearnerCredentialSource.SYNTHETIC,
                recorded_at=now,
            )
            for credential_id in credentials
        ],
        ignore_conflicts=True,
    )
    return assessment.pk


@transaction.atomic
def record_credential(
    *, by: User, user: User, credential_id: uuid.UUID, status: LearnerCredentialStatus, now: dt.datetime
) -> LearnerCredential:
    """Record a credential that a learner holds as it became known from elsewhere; the latest word counts.

    What the student said of it, and what proves that, stays beside it.
    """
    lock_person(user.pk)
    row, _ = LearnerCredential.objects.update_or_create(
        user=user,
        credential_id=credential_id,
        defaults={"status": status, "source": LearnerCredentialSource.IMPORT, "recorded_at": now},
    )
    _audit(by, "learner_credential.recorded", row, status=status.value)
    return row


@transaction.atomic
def remove_credential(*, by: User, row: LearnerCredential, now: dt.datetime) -> None:
    """Take back that a learner holds a credential, as staff recorded it or as it was accepted; what a badge proves or
    staff confirmed otherwise is then known by that.

    Raises:
        NotARecord: if it is known by a proof or a confirmation, which are decided about with the student's word.
    """
    lock_person(row.user_id)
    if row.source in OF_CLAIMS:
        raise NotARecord("A badge proves it, or staff confirmed it. Decide about it on the advisor’s page.")
    _audit(by, "learner_credential.removed", row)
    credential_id = row.credential_id
    row.delete()
    known = CredentialClaim.objects.filter(KNOWN, user=row.user_id, credential=credential_id)
    if known.exists():
        sync_learner_record(user=row.user, credential_id=credential_id, now=now)


def _audit(by: User, action: str, row: LearnerCredential, **facts: str) -> None:
    audit.record(
        by=by, action=action, resource_type="user", resource_id=row.user_id,
        metadata={"credential_id": str(row.credential_id), **facts},
    )  # fmt: skip
