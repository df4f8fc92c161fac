"""What a ranking is made from, in a form that can be written down, and the ranking made again from it."""

import uuid
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from microcred.code_editions import edition
from recommendations.chain import digest, keyed
from recommendations.collaborative.serving import HistoryScores, mixed, score_of
from recommendations.fits import Fits
from recommendations.fusion import LIMIT, Candidate, Ranked, fuse, weights_used
from recommendations.gaps import Need, Target, find_needs
from recommendations.knn import Neighbour, Neighbourhood, scores_of
from recommendations.priors import Reception, Voices, prior
from recommendations.profiles import Learner
from recommendations.record_json import all_of
from recommendations.retrieval import Hit, search_queries
from recommendations.shallow_dicts import shallow_dict

_HERE: Final = Path(__file__).parent
_ENGINES: Final = (
    "collaborative/serving.py",
    "learner_index.py",
    "search_hits.py",
    "fits.py",
    "fusion.py",
    "gaps.py",
    "knn.py",
    "priors.py",
    "retrieval.py",
)
RANKING_EDITION: Final = edition(_HERE / name for name in _ENGINES)
_NOBODY: Final = uuid.UUID(int=0)


def inputs(
    *,
    targets: Sequence[Target],
    levels: Mapping[str, float],
    needs: Sequence[Need],
    candidates: Sequence[Candidate],
    earned: Set[uuid.UUID],
    stated: Mapping[str, float],
    unavailable: Collection[str],
    contested: Set[str] = frozenset(),
    receptions: Mapping[uuid.UUID, Reception] | None = None,
) -> dict[str, Any]:
    """Return everything that `fuse` was given, as JSON; candidates that cannot bear on the outcome are left out."""
    bearing = _bearing(needs, candidates)
    return {
        "edition": RANKING_EDITION,
        "targets": [shallow_dict(target) for target in targets],
        "levels": dict(levels),
        "stated": dict(stated),
        "contested": sorted(contested),
        "needs": [shallow_dict(need) for need in needs],
        "weights": weights_used(unavailable),
        "unavailable": sorted(unavailable),
        "earned": sorted(str(one.credential_id) for one in bearing if earned and one.credential_id in earned),
        "candidates": all_of(bearing),
        "receptions": {
            str(one.credential_id): asdict(receptions[one.credential_id])
            for one in bearing
            if receptions and one.credential_id in receptions
        },
    }


def ranking(ranked: Sequence[Ranked]) -> list[dict[str, Any]]:
    """Return a ranking as JSON: credential, key and the parts of its confidence as decimal text."""
    return [
        {
            "credential": str(one.candidate.credential_id),
            "key": one.candidate.key,
            "parts": {part: f"{points:.3f}" for part, points in shallow_dict(one.parts).items()},
        }
        for one in ranked
    ]


def compared(around: Neighbourhood, *, secret: str) -> dict[str, Any]:
    """Return whom the learner was compared with, as JSON: profiles by id, their levels by keyed hash, the rest as it
    went into the scores; of all others a hash."""
    return {
        "size": around.size,
        "learners": around.learners,
        "hash": around.digest,
        "means": dict(around.means),
        "popularity": {str(key): number for key, number in around.popularity.items()},
        "nearest": [_nearest(one, secret) for one in around.nearest],
    }


def histories(
    said: HistoryScores[uuid.UUID] | None,
    blend_id: uuid.UUID | None,
    held: Sequence[uuid.UUID],
    candidates: Sequence[Candidate],
) -> dict[str, Any] | None:
    """Return what the learned blend said, as JSON: of which credentials held, and of each candidate the parts that its
    score adds up; None where it said nothing."""
    if said is None:
        return None
    parts = {str(one.credential_id): said.parts_of(one.credential_id) for one in candidates}
    return {
        "blend": str(blend_id),
        "held": list(map(str, held)),
        "known": said.known,
        "share": said.share,
        "weights": dict(said.weights),
        "highest": said.highest,
        "parts": {key: own for key, own in parts.items() if any(own.values())},
    }


def weights_again(written: Mapping[str, Any]) -> dict[str, float]:
    """Weigh the parts again."""
    return weights_used(written["unavailable"])


def needs_again(written: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Find the needs again from written targets and levels."""
    targets = [Target(**target) for target in written["targets"]]
    contested = frozenset(written.get("contested", ()))
    return [asdict(need) for need in find_needs(targets, written["levels"], contested)]


def retrieval_again(written: Mapping[str, Any]) -> dict[str, float]:
    """Work the retrieval scores of the candidates out again from written hits, by the id of the credential."""
    embedding = written["embedding"] or {"hits": [], "passages": {}}
    asked = search_queries([Need(**need) for need in written["needs"]])
    scores: dict[str, float] = {}
    # What nothing in the catalog serves was never searched for; another edition may search for more or less.
    for query, near in zip(asked, embedding["hits"], strict=False):
        for key, found in near.items():
            credential = embedding["passages"][key]["credential"]
            scores[credential] = max(query.share * relevance_of(found), scores.get(credential, 0.0))
    return scores


def relevance_of(found: float | Sequence[Any]) -> float:
    """Return the relevance of a hit as it is written; it was its similarity while the search went by meaning alone."""
    if isinstance(found, (int, float)):
        return min(1.0, max(0.0, found))
    similarity, vector_rank, text_rank = found
    return Hit(_NOBODY, _NOBODY, similarity, vector_rank, text_rank).relevance


def queries_again(written: Mapping[str, Any]) -> str:
    """Return the hash of what would be searched for now."""
    asked = search_queries([Need(**need) for need in written["needs"]])
    return digest([query.text for query in asked] if written["embedding"]["hits"] else [])


def neighbours_again(written: Mapping[str, Any]) -> dict[str, float]:
    """Work the neighbours' scores of credentials out again from what is written of neighbours and histories."""
    by_profile, said = _by_profile_again(written["neighbours"]), written.get("histories")
    if said is None:
        return by_profile
    return {
        key: mixed(
            by_profile.get(key, 0.0),
            score_of(said["parts"].get(key, {}), said["weights"], said["highest"]),
            said["share"],
        )
        for key in {*by_profile, *said["parts"]}
    }


def _by_profile_again(around: Mapping[str, Any] | None) -> dict[str, float]:
    if around is None:
        return {}
    nearest = [
        Neighbour(Learner({}, frozenset(map(uuid.UUID, one["credentials"]))), one["similarity"])
        for one in around["nearest"]
    ]
    popularity = {uuid.UUID(key): number for key, number in around["popularity"].items()}
    return {str(key): score for key, score in scores_of(nearest, popularity, around["learners"]).items()}


def feedback_again(written: Mapping[str, Any]) -> dict[str, float]:
    """Work the priors of the candidates out again from what was said of them, by the id of the credential."""
    receptions = {
        key: Reception(**{of: Voices(**voices) for of, voices in said.items()})
        for key, said in written["receptions"].items()
    }
    keys = [candidate["credential"] for candidate in written["candidates"]]
    return {key: prior(receptions.get(key, Reception())) for key in keys}


def ranking_again(written: Mapping[str, Any], *, limit: int = LIMIT) -> list[dict[str, Any]]:
    """Rank again from written inputs, as many as went on the list or another ``limit``."""
    return ranking(
        fuse(
            [Need(**need) for need in written["needs"]],
            [_read(candidate) for candidate in written["candidates"]],
            levels=written["levels"],
            earned=frozenset(uuid.UUID(key) for key in written["earned"]),
            stated=written.get("stated", {}),
            missing=written["unavailable"],
            weights=written["weights"],
            limit=limit,
        )
    )


def parts_of(written: Mapping[str, Any], credential_id: uuid.UUID) -> dict[str, str] | None:
    """Return the parts of the confidence in a credential, had the ranking gone on until it came to it.

    None where the ranking would never come to it: it closes no gap, what stands before it has to be taken first, or it
    was not in the catalog; and where the engines are not those that ranked.
    """
    if written.get("edition") != RANKING_EDITION:
        return None
    ranked = ranking_again(written, limit=len(written["candidates"]))
    found = {one["credential"]: one["parts"] for one in ranked}
    parts: dict[str, str] | None = found.get(str(credential_id))
    return parts


def _bearing(needs: Sequence[Need], candidates: Sequence[Candidate]) -> list[Candidate]:
    """Candidates that would help, and whatever stands before them, in the order given."""
    fits = Fits(needs)
    helpful = [one for one in candidates if fits.of(one.levels) > 0]
    if len(helpful) == len(candidates):
        return helpful
    by_id = {candidate.credential_id: candidate for candidate in candidates}
    pending = [one.credential_id for one in helpful]
    bearing = set(pending)
    while pending:
        before = (by_id[pending.pop()].prerequisites & by_id.keys()) - bearing
        bearing |= before
        pending.extend(before)
    return [candidate for candidate in candidates if candidate.credential_id in bearing]


def _nearest(one: Neighbour, secret: str) -> dict[str, Any]:
    learner = one.learner
    return {
        "profile": str(learner.profile_id),
        "as_of": learner.as_of.isoformat() if learner.as_of else None,
        "levels": keyed(dict(learner.levels), secret),
        "similarity": one.similarity,
        "credentials": sorted(map(str, learner.credentials)),
    }


def _read(written: Mapping[str, Any]) -> Candidate:
    return Candidate(
        credential_id=uuid.UUID(written["credential"]),
        key=written["key"],
        levels=written["levels"],
        prerequisites=frozenset(uuid.UUID(key) for key in written["prerequisites"]),
        retrieval=written["retrieval"],
        neighbours=written["neighbours"],
        feedback=written["feedback"],
        for_role=written["for_role"],
    )
