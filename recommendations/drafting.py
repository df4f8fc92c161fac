"""Working a recommendation run out: read what is known, search, compare with others, rank, put into words."""

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import asdict
from typing import Any, Final

from django.conf import settings

from assessments.enums import MissingPart
from microcred.ai.base import Embedder
from microcred.pipelining import prefetched
from recommendations import queries, ranking_record, searching
from recommendations.comparing import Compared
from recommendations.comparing import compare as compare_with_others
from recommendations.drafts import Draft, DraftItem
from recommendations.fusion import Candidate, Ranked, fuse, weights_used
from recommendations.knn import Neighbourhood
from recommendations.priors import Reception, prior
from recommendations.queries import Offer
from recommendations.rationale import CredentialFacts, RunFacts
from recommendations.retrieval import Passage
from recommendations.run_inputs import Basis
from recommendations.run_inputs import prepare as prepare
from recommendations.searching import Findings, passages_for
from recommendations.shallow_dicts import shallow_dict
from scoring import queries as scoring

MICROCENTS_A_CENT: Final = 1_000_000
# The prior of a credential of which nobody has spoken.
UNSPOKEN: Final = prior(Reception())


def search(basis: Basis, embedder: Embedder) -> Findings | None:
    """Find passages for the needs among the credentials that would close a gap, as `searching.search` does."""
    helpful = frozenset(offer.credential_id for offer in basis.helpful)
    version = basis.known.passages
    return searching.search(basis.needs, basis.descriptions, helpful, embedder, version)


def conclude(basis: Basis, findings: Findings | None, *, rag_latency_ms: int) -> Draft:
    """Rank the catalog for the needs; without ``findings`` the ranking goes without retrieval."""
    with prefetched(*queries.history_reads(basis.subject.user_id), queries.calibration_read()):
        return _concluded(basis, findings, rag_latency_ms)


def _concluded(basis: Basis, findings: Findings | None, rag_latency_ms: int) -> Draft:
    others = others_of(basis)
    unavailable = missing_parts(findings, others)
    candidates, earned = candidates_for(basis, findings, others), others.earned
    ranked = _ranked(basis, candidates, earned, unavailable)
    passages = passages_for(findings, [one.candidate.credential_id for one in ranked])
    items = tuple(_item(basis, one, passages, others.around) for one in ranked)
    missing = () if findings else (MissingPart.RETRIEVAL.value,)
    parameters = _parameters(basis, findings, others, unavailable)
    return Draft(
        profile=basis.profile,
        items=items,
        missing=missing,
        embedding=findings.embedding if findings else None,
        parameters=parameters,
        metrics={"rag_latency_ms": rag_latency_ms},
        inputs=_inputs(basis, candidates, earned, unavailable)
        | {
            "neighbours": _compared(others.around),
            "histories": ranking_record.histories(others.said, others.blend.pk, others.held, candidates),
            "embedding": findings.facts if findings else None,
            "ranking": ranking_record.ranking(ranked),
            "calibration": parameters["calibration"],
        },
        about=_about(basis, unavailable),
    )


def first_of(basis: Basis, findings: Findings | None) -> uuid.UUID | None:
    """Return the credential that comes first, as `conclude` ranks them; None where there is none."""
    others = others_of(basis)
    candidates = candidates_for(basis, findings, others)
    ranked = _ranked(basis, candidates, others.earned, missing_parts(findings, others))
    return ranked[0].candidate.credential_id if ranked else None


def without_recommendations(basis: Basis) -> Draft:
    """Return the run of last resort: the profile, and the plain word that there is no more."""
    missing = (MissingPart.RECOMMENDATIONS.value,)
    return Draft(
        profile=basis.profile,
        missing=missing,
        metrics=metrics(basis, 0),
        inputs=_inputs(basis, [], frozenset(), missing)
        | {"neighbours": None, "embedding": None, "ranking": []},
        about=_about(basis, missing),
    )


def _inputs(
    basis: Basis, candidates: Sequence[Candidate], earned: Set[uuid.UUID], unavailable: Collection[str]
) -> dict[str, Any]:
    return ranking_record.inputs(
        targets=basis.targets,
        levels=basis.levels,
        needs=basis.needs,
        candidates=candidates,
        earned=earned,
        stated=basis.stated,
        unavailable=unavailable,
        contested=basis.known.contested,
        receptions=basis.known.receptions,
    )


def _ranked(
    basis: Basis, candidates: Sequence[Candidate], earned: Set[uuid.UUID], unavailable: Collection[str]
) -> list[Ranked]:
    return fuse(
        basis.needs, candidates, levels=basis.levels, earned=earned, stated=basis.stated, missing=unavailable
    )


def _compared(around: Neighbourhood | None) -> dict[str, Any] | None:
    return None if around is None else ranking_record.compared(around, secret=settings.RECORD_HASH_KEY)


def others_of(basis: Basis) -> Compared:
    """Compare the student with other learners."""
    subject = basis.subject
    return compare_with_others(levels=basis.levels, role_id=subject.role_id, user_id=subject.user_id)


def missing_parts(findings: Findings | None, others: Compared) -> list[str]:
    """Return the parts of a confidence that the run goes without."""
    known = (("retrieval", findings is not None), ("neighbours", others.is_known))
    return [part for part, is_known in known if not is_known]


def candidates_for(
    basis: Basis, findings: Findings | None, others: Compared, *, among: Iterable[Offer] | None = None
) -> list[Candidate]:
    """Return the offers that bear on the ranking, or those ``among`` which one looks, with what is known for each;
    without ``findings`` or neighbours those parts are nothing."""
    scores = findings.evidence.scores if findings else {}
    receptions, role_id = basis.known.receptions, basis.subject.role_id
    return [
        Candidate(
            credential_id=offer.credential_id,
            key=offer.key,
            levels=offer.levels,
            prerequisites=offer.prerequisites,
            retrieval=scores.get(offer.credential_id, 0.0),
            neighbours=others.score(offer.credential_id),
            feedback=prior(receptions[offer.credential_id])
            if receptions and offer.credential_id in receptions
            else UNSPOKEN,
            for_role=not offer.role_ids or role_id in offer.role_ids,
        )
        for offer in (basis.bearing if among is None else among)
    ]


def _item(
    basis: Basis,
    ranked: Ranked,
    passages: Mapping[uuid.UUID, tuple[Passage, ...]],
    around: Neighbourhood | None,
) -> DraftItem:
    offers = basis.known.offers.by_id
    offer = offers[ranked.candidate.credential_id]
    own = passages.get(offer.credential_id, ())
    subjects = [f"{need.skill_name} {basis.descriptions.get(need.skill_key, '')}" for need in ranked.served]
    facts = CredentialFacts(
        title=offer.title,
        provider=offer.provider,
        hours=offer.hours,
        language=offer.language,
        served=tuple((need, offer.levels[need.skill_key]) for need in ranked.served),
        subject=" ".join(subjects),
        unmet=tuple(sorted(offers[one].title for one in ranked.unmet)),
        holders=around.holders.get(offer.credential_id, 0) if around else 0,
        neighbours=around.size if around else 0,
    )
    return DraftItem(offer.credential_id, offer.title, ranked.parts, passages=own, facts=facts)


def _about(basis: Basis, unavailable: Collection[str]) -> RunFacts:
    return RunFacts(basis.subject.role_name, basis.profile, basis.needs, frozenset(unavailable))


def _parameters(
    basis: Basis, findings: Findings | None, others: Compared, unavailable: Sequence[str]
) -> dict[str, Any]:
    return {
        "profile_run": basis.known.profile_run,
        "weights": {part: round(weight, 4) for part, weight in weights_used(unavailable).items()},
        "unavailable": list(unavailable),
        "needs": [shallow_dict(need) for need in basis.needs],
        "standing": dict(basis.known.standing),
        "calibration": asdict(queries.learnt_calibration()),
        "neighbours": others.sizes,
        "histories": dict(others.told),
        "embedding": asdict(findings.embedding) if findings else None,
    }


def metrics(basis: Basis, rag_latency_ms: int) -> dict[str, Any]:
    """Return what the run has taken so far."""
    usage = scoring.model_usage(basis.subject.assessment_id)
    return {
        "token_cost_cents": usage.cost_microcents / MICROCENTS_A_CENT,
        "gpt_latency_ms": usage.latency_ms,
        "rag_latency_ms": rag_latency_ms,
    }
