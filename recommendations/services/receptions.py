"""Keeping the sums of feedback: by the difference that each piece makes, and counted anew."""

import datetime as dt
import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from django.db import connection, transaction
from django.db.models import F

from recommendations.enums import Acceptance
from recommendations.models import CredentialReception, RecommendationFeedback

SHARE: Final = Decimal("0.0001")
_NAMES: Final[Mapping[str, str]] = {Acceptance.ACCEPTED: "accepted", Acceptance.REJECTED: "rejected"}
# Of several by one person about the same thing, on whichever list of the assessment, the newest counts.
_COUNT: Final = """
WITH standing AS (
    SELECT DISTINCT ON (run.assessment_id, item.credential_id, said.submitted_by_id)
           said.recommendation_id, said.item_id, said.acceptance_status
      FROM recommendation_feedback AS said
      JOIN recommendations AS run ON run.id = said.recommendation_id
      LEFT JOIN recommendation_items AS item ON item.id = said.item_id
     ORDER BY run.assessment_id, item.credential_id, said.submitted_by_id, said.submitted_at DESC, said.id DESC
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
    role_id: uuid.UUID, *, was: RecommendationFeedback | None, becomes: RecommendationFeedback | None
) -> None:
    """Count one person's word about a credential, or about the lists of an assessment, as it ``becomes`` instead of as
    it ``was``. For who holds the lock of the recommendations."""
    moved: dict[uuid.UUID, dict[str, Decimal]] = {}
    for word, sign in ((was, -1), (becomes, 1)):
        name = _NAMES.get(word.acceptance_status) if word else None
        for credential_id, share in (_shares(word) if word and name else {}).items():
            sums = moved.setdefault(credential_id, dict.fromkeys(_NAMES.values(), Decimal(0)))
            sums[str(name)] += sign * share
    _add(role_id, {one: sums for one, sums in moved.items() if any(sums.values())})


@transaction.atomic
def recount_receptions(*, now: dt.datetime) -> None:
    """Count all feedback anew, so that what was erased no longer counts; feedback given meanwhile waits."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE credential_receptions IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute("DELETE FROM credential_receptions")
        cursor.execute(_COUNT)


def _shares(word: RecommendationFeedback) -> dict[uuid.UUID, Decimal]:
    """How much a word says of each credential that it is about."""
    if word.item is not None:
        return {word.item.credential_id: Decimal(1)}
    listed = list(word.recommendation.items.values_list("credential_id", flat=True))
    return {one: (Decimal(1) / len(listed)).quantize(SHARE) for one in listed}


def _add(role_id: uuid.UUID, moved: Mapping[uuid.UUID, Mapping[str, Decimal]]) -> None:
    rows = [CredentialReception(credential_id=one, role_id=role_id) for one in sorted(moved)]
    CredentialReception.objects.bulk_create(rows, ignore_conflicts=True)
    # In one order for everybody, so that two lists with the same credentials cannot wait for each other.
    for credential_id in sorted(moved):
        CredentialReception.objects.filter(credential_id=credential_id, role_id=role_id).update(
            **{name: F(name) + by for name, by in moved[credential_id].items()}
        )
