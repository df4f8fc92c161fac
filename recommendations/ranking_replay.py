"""A ranking worked out again from what a decision record says it was made from, link by link.

Levels and targets make the needs; needs and the passages near them the retrieval scores; neighbours theirs; all of them
with the weights the ranking. Beside that, the vectors and the profiles that were compared are looked up.
"""

import datetime as dt
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from django.conf import settings
from django.db.models import Prefetch

from recommendations import queries, ranking_record
from recommendations.chain import keyed
from recommendations.knn import similarity
from recommendations.models import LearnerCredential, LearnerProfile
from scoring.replay import Difference, Kind, compare

# The search for neighbours takes squares and roots in another order.
AS_GOOD_AS_EQUAL: Final = 1e-9


def replay(written: Mapping[str, Any]) -> Iterator[Difference]:
    """Yield whatever comes out otherwise; engines of another edition have moved on."""
    if not written:
        return
    kind: Kind = "different" if written["edition"] == ranking_record.RANKING_EDITION else "moved_on"
    yield from compare("weights", written["weights"], ranking_record.weights_again(written), kind=kind)
    yield from compare(
        "needs", _by_skill(written["needs"]), _by_skill(ranking_record.needs_again(written)), kind=kind
    )
    if written["embedding"]:
        yield from compare(
            "search texts", written["embedding"]["queries"], ranking_record.queries_again(written), kind=kind
        )
        yield from _vectors(written["embedding"])
    yield from _signal("retrieval", written, ranking_record.retrieval_again(written), kind)
    yield from _signal("neighbours", written, ranking_record.neighbours_again(written), kind)
    if "receptions" in written:
        yield from _signal("feedback", written, ranking_record.feedback_again(written), kind)
    if written["neighbours"]:
        yield from _neighbours(written["neighbours"], written["levels"], kind)
    yield from compare(
        "ranking", _by_place(written["ranking"]), _by_place(ranking_record.ranking_again(written)), kind=kind
    )


def _signal(
    name: str, written: Mapping[str, Any], again: Mapping[str, float], kind: Kind
) -> Iterator[Difference]:
    """A score of the candidates that was worked out before they were ranked."""
    for candidate in written["candidates"]:
        score = again.get(candidate["credential"], 0.0)
        yield from compare(f"{name} of {candidate['key']}", candidate[name], score, kind=kind)


def _vectors(embedding: Mapping[str, Any]) -> Iterator[Difference]:
    """The vectors that were near; a document that was changed since took its vectors with it."""
    stored = queries.vector_hashes([uuid.UUID(key) for key in embedding["passages"]])
    for key, passage in embedding["passages"].items():
        if key not in stored:
            yield Difference("erased", f"embedding {key}")
            continue
        was = {name: passage.get(name) for name in stored[key]}
        yield from compare(f"embedding {key}", was, stored[key])


def _neighbours(around: Mapping[str, Any], levels: Mapping[str, float], kind: Kind) -> Iterator[Difference]:
    """The profiles that were nearest; a learner who was assessed or has earned something since has moved on."""
    held = Prefetch("user__learner_credentials", queryset=LearnerCredential.objects.all())
    rows = LearnerProfile.objects.prefetch_related(held).in_bulk(
        [one["profile"] for one in around["nearest"]]
    )
    for place, one in enumerate(around["nearest"], start=1):
        row, name = rows.get(uuid.UUID(one["profile"])), f"neighbour {place}"
        if row is None:
            yield Difference("erased", name)
        else:
            yield from _neighbour(name, one, row, around["means"], levels, kind)


def _neighbour(
    name: str,
    one: Mapping[str, Any],
    row: LearnerProfile,
    means: Mapping[str, float],
    levels: Mapping[str, float],
    kind: Kind,
) -> Iterator[Difference]:
    credentials = sorted(str(held.credential_id) for held in row.user.learner_credentials.all())
    yield from compare(f"{name}, credentials", one["credentials"], credentials, kind="moved_on")
    if row.recorded_at != dt.datetime.fromisoformat(one["as_of"]):
        yield from compare(f"{name}, profile of", one["as_of"], row.recorded_at.isoformat(), kind="moved_on")
        return
    stored = keyed(dict(row.levels), settings.RECORD_HASH_KEY)
    yield from compare(f"{name}, levels", one["levels"], stored)
    alike = similarity(levels, row.levels, means)
    if stored == one["levels"] and abs(alike - one["similarity"]) > AS_GOOD_AS_EQUAL:
        yield from compare(f"{name}, similarity", one["similarity"], alike, kind=kind)


def _by_skill(needs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """With their places, so that a difference names the skill."""
    return {need["skill_key"]: {**need, "place": place} for place, need in enumerate(needs, start=1)}


def _by_place(ranking: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {f"place {place}": dict(one) for place, one in enumerate(ranking, start=1)}
