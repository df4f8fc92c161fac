"""Whether passages stand in their documents as they were found."""

import uuid
from collections.abc import Collection

from django.db.models import F
from django.db.models.functions import Substr

from recommendations.models import EmbeddingArtifact
from recommendations.retrieval import Passage


def standing_verbatim(passages: Collection[Passage]) -> frozenset[uuid.UUID]:
    """Return the ids of those passages whose words stand in the document, at their place, letter by letter."""
    there = Substr("chunk__document__text", F("chunk__start") + 1, F("chunk__end") - F("chunk__start"))
    rows = EmbeddingArtifact.objects.filter(pk__in=[one.artifact_id for one in passages]).order_by()
    found = {
        pk: (uri, start, end, text)
        for pk, uri, start, end, text in rows.annotate(there=there).values_list(
            "pk", "chunk__document__uri", "chunk__start", "chunk__end", "there"
        )
    }
    return frozenset(
        one.artifact_id
        for one in passages
        if found.get(one.artifact_id) == (one.source_uri, one.start, one.end, one.snippet)
    )
