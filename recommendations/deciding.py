"""What a ranking is made from, in a form that can be written down, and the ranking made again from it."""

import uuid
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import asdict
from typing import Any

from recommendations.chain import digest
from recommendations.fusion import Candidate, Ranked, fuse, gap_fit, weights_used
from recommendations.gaps import Need, Target, find_needs
from recommendations.profiles import Learner


def inputs(
    *,
    targets: Sequence[Target],
    levels: Mapping[str, float],
    needs: Sequence[Need],
    candidates: Sequence[Candidate],
    earned: Set[uuid.UUID],
    unavailable: Collection[str],
) -> dict[str, Any]:
    """Return everything that `fuse` was given, as JSON; candidates that cannot bear on the outcome are left out."""
    bearing = _bearing(needs, candidates)
    return {
        "targets": [asdict(target) for target in targets],
        "levels": dict(levels),
        "needs": [asdict(need) for need in needs],
        "weights": weights_used(unavailable),
        "unavailable": sorted(unavailable),
        "earned": sorted(str(one.credential_id) for one in bearing if one.credential_id in earned),
        "candidates": [_written(candidate) for candidate in bearing],
    }


def ranking(ranked: Sequence[Ranked]) -> list[dict[str, Any]]:
    """Return a ranking as JSON: credential, key and the parts of its confidence as decimal text."""
    return [
        {
            "credential": str(one.candidate.credential_id),
            "key": one.candidate.key,
            "parts": {part: f"{points:.3f}" for part, points in asdict(one.parts).items()},
        }
        for one in ranked
    ]


def needs_again(written: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Find the needs again from written targets and levels."""
    targets = [Target(**target) for target in written["targets"]]
    return [asdict(need) for need in find_needs(targets, written["levels"])]


def ranking_again(written: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Rank again from written inputs."""
    return ranking(
        fuse(
            [Need(**need) for need in written["needs"]],
            [_read(candidate) for candidate in written["candidates"]],
            levels=written["levels"],
            earned=frozenset(uuid.UUID(key) for key in written["earned"]),
            missing=written["unavailable"],
        )
    )


def learners_digest(learners: Sequence[Learner]) -> str:
    """Return a hash of all past learners that were compared with: their levels and credentials, no identities."""
    return digest(sorted([sorted(one.levels.items()), sorted(map(str, one.credentials))] for one in learners))


def _bearing(needs: Sequence[Need], candidates: Sequence[Candidate]) -> list[Candidate]:
    """Candidates that would help, and whatever stands before them, in the order given."""
    by_id = {candidate.credential_id: candidate for candidate in candidates}
    pending = [one.credential_id for one in candidates if gap_fit(needs, one.levels) > 0]
    bearing = set(pending)
    while pending:
        before = (by_id[pending.pop()].prerequisites & by_id.keys()) - bearing
        bearing |= before
        pending.extend(before)
    return [candidate for candidate in candidates if candidate.credential_id in bearing]


def _written(candidate: Candidate) -> dict[str, Any]:
    return {
        "credential": str(candidate.credential_id),
        "key": candidate.key,
        "levels": dict(candidate.levels),
        "prerequisites": sorted(map(str, candidate.prerequisites)),
        "retrieval": candidate.retrieval,
        "neighbours": candidate.neighbours,
        "feedback": candidate.feedback,
        "for_role": candidate.for_role,
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
