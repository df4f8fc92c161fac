"""Keeping the sums of feedback: by the difference that each piece makes, and counted anew."""

import datetime as dt
import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from django.db import connection, transaction
from django.db.models import F

from recommendations.enums import Acceptance
from recommendations.models import CredentialReception, Recommendation

SHARE: Final = Decimal("0.0001")
# Of several by one person about the same thing the newest counts.
_COUNT: Final = """
WITH standing AS (
    SELECT DISTINCT ON (recommendation_id, item_id, submitted_by_id)
           recommendation_id, item_id, acceptance_status
      FROM recommendation_feedback
     ORDER BY recommendation_id, item_id, submitted_by_id, submitted_at DESC, id DESC
), voices AS (
    SELECT item.credential_id, assessment.role_id, standing.acceptance_status AS status,
           CASE WHEN standing.item_id IS NULL
                THEN round(1.0 / count(*) OVER (PARTITION BY standing.voice), 4) ELSE 1.0 END AS share
      FROM (SELECT row_number() OVER () AS voice, * FROM standing
             WHERE acceptance_status IN ('accepted', 'rejected')) AS standing
      JOIN recommendations AS run ON run.id = standing.recommendation_id
      JOIN assessments AS assessment ON assessment.id = run.assessment_id
      JOIN recommendation_items AS item ON item.recommendation_id = run.id
       AND (standing.item_id IS NULL OR item.id = standing.item_id)
)
INSERT INTO credential_receptions (id, credential_id, role_id, accepted, rejected)
SELECT gen_random_uuid(), credential_id, role_id,
       coalesce(sum(share) FILTER (WHERE status = 'accepted'), 0),
       coalesce(sum(share) FILTER (WHERE status = 'rejected'), 0)
  FROM voices GROUP BY credential_id, role_id
"""


def move(
    recommendation: Recommendation, credential_id: uuid.UUID | None, *, was: str | None, becomes: str
) -> None:
    """Count one person's word about a credential, or without one about the list, as it ``becomes`` instead of ``was``.

    For who holds the lock of the recommendation.
    """
    if credential_id is not None:
        shares = {credential_id: Decimal(1)}
    else:
        listed = list(recommendation.items.values_list("credential_id", flat=True))
        shares = {one: (Decimal(1) / len(listed)).quantize(SHARE) for one in listed}
    moved = {
        name: _counts(status, becomes) - _counts(status, was)
        for name, status in (("accepted", Acceptance.ACCEPTED), ("rejected", Acceptance.REJECTED))
    }
    if any(moved.values()):
        _add(recommendation.assessment.role_id, shares, moved)


@transaction.atomic
def recount_receptions(*, now: dt.datetime) -> None:
    """Count all feedback anew, so that what was erased no longer counts; feedback given meanwhile waits."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE credential_receptions IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute("DELETE FROM credential_receptions")
        cursor.execute(_COUNT)


def _counts(status: str, word: str | None) -> int:
    return int(word == status)


def _add(role_id: uuid.UUID, shares: Mapping[uuid.UUID, Decimal], moved: Mapping[str, int]) -> None:
    rows = [CredentialReception(credential_id=one, role_id=role_id) for one in sorted(shares)]
    CredentialReception.objects.bulk_create(rows, ignore_conflicts=True)
    # In one order for everybody, so that two lists with the same credentials cannot wait for each other.
    for credential_id in sorted(shares):
        CredentialReception.objects.filter(credential_id=credential_id, role_id=role_id).update(
            **{name: F(name) + steps * shares[credential_id] for name, steps in moved.items()}
        )
