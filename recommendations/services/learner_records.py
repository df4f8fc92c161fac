"""A learner's record of a credential, which follows what is known: what staff recorded, a proof or a confirmation, and
what was accepted in feedback, in this order."""

import datetime as dt
import uuid
from typing import Final

from accounts.models import User
from recommendations import queries
from recommendations.enums import LearnerCredentialSource, LearnerCredentialStatus
from recommendations.models import CredentialClaim, LearnerCredential
from recommendations.models.claims import KNOWN

OF_CLAIMS: Final = frozenset({LearnerCredentialSource.BADGE, LearnerCredentialSource.CONFIRMED})
OF_STAFF: Final = frozenset({LearnerCredentialSource.IMPORT, LearnerCredentialSource.SYNTHETIC})


def sync_learner_record(*, user: User, credential_id: uuid.UUID, now: dt.datetime) -> None:
    """Have the record say what is known of a credential; for callers that hold the person.

    What staff recorded is left as it is. A student's word that is neither proven nor confirmed leaves no record, so
    that nobody is compared with it.
    """
    row = LearnerCredential.objects.filter(user=user, credential=credential_id).first()
    if row is not None and row.source in OF_STAFF:
        return
    claim = CredentialClaim.objects.filter(KNOWN, user=user, credential=credential_id).first()
    if claim is not None:
        source = LearnerCredentialSource.BADGE if claim.proven_at else LearnerCredentialSource.CONFIRMED
        since = row.recorded_at if row is not None and row.source in OF_CLAIMS else now
        _write(user, credential_id, LearnerCredentialStatus.COMPLETED, source, since)
    elif row is not None and row.source in OF_CLAIMS:
        _as_accepted(user, credential_id)


def _as_accepted(user: User, credential_id: uuid.UUID) -> None:
    """What is left where nothing proves it any more: that it was accepted in feedback, if it was."""
    since = queries.accepted_since(credential_id, by=user)
    if since is None:
        LearnerCredential.objects.filter(user=user, credential=credential_id).delete()
    else:
        _write(user, credential_id, LearnerCredentialStatus.ACCEPTED, LearnerCredentialSource.FEEDBACK, since)


def _write(
    user: User,
    credential_id: uuid.UUID,
    status: LearnerCredentialStatus,
    source: LearnerCredentialSource,
    since: dt.datetime,
) -> None:
    LearnerCredential.objects.update_or_create(
        user=user,
        credential_id=credential_id,
        defaults={"status": status, "source": source, "recorded_at": since},
    )
