"""The trained scorers that judgements rest on."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.db.models import CharField, F, Func, Value

from scoring.models import EssayScore, ScorerVersion


def scorer_behind(row: EssayScore, question_id: uuid.UUID) -> Mapping[str, Any] | None:
    """Return which trained scorer gave a score, with the hashes of what it learned from and of what it learned; None
    for a score by anything else. Of a scorer that is gone only the version is known."""
    version = row.response_payload.get("raw", {}).get("whole", {}).get("scorer_version")
    if version is None:
        return None
    digest = Func(F("artefact"), function="sha256")
    stored = (
        ScorerVersion.objects.filter(question_id=question_id, version=version)
        .annotate(learned=Func(digest, Value("hex"), function="encode", output_field=CharField()))
        .values_list("data_hash", "learned")
        .first()
    )
    data, learned = stored or (None, None)
    return {"version": version, "data": data, "artefact": learned}
