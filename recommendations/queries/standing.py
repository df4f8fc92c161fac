"""How the things that a run rests on stand, and which of them have moved since."""

import uuid
from collections.abc import Mapping
from typing import Any, Final

from assessments import queries as assessments
from catalog import queries as catalog
from recommendations.chain import digest
from recommendations.queries.embeddings import newest_vector

CATALOG: Final = "catalog"
RUBRIC: Final = "rubric"
EMBEDDINGS: Final = "embeddings"


def standing_now(
    assessment_id: uuid.UUID, role_id: uuid.UUID, *, version: str | None = None
) -> dict[str, str]:
    """Return a short text for each thing that a run rests on; it is another once the thing has moved.

    The rubric's stands for the newest versions of the questions that were asked, their keys and rubrics. Ids of
    vectors rise with time, so the newest stands for all; one that goes takes its document's hash along. ``version`` is
    the catalog's, where it has just been read.
    """
    asked = assessments.asked_ids(assessment_id)
    versions = catalog.newest_version_ids(asked)
    return {
        CATALOG: catalog.catalog_fingerprint(role_id, version),
        RUBRIC: digest([[str(one), str(versions.get(one, ""))] for one in asked]),
        EMBEDDINGS: newest_vector(),
    }


def moved_since(
    parameters: Mapping[str, Any], *, assessment_id: uuid.UUID, role_id: uuid.UUID, version: str | None = None
) -> list[str]:
    """Return what has moved since a run with these stored parameters; nothing for runs that did not note it.
    ``version`` is as for `standing_now`."""
    then: Mapping[str, str] = parameters.get("standing", {})
    if not then:
        return []
    now = standing_now(assessment_id, role_id, version=version)
    return [name for name, stood in then.items() if now.get(name) != stood]
