"""Working a recommendation run out: read what is known, search, compare with others, rank, put into words."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from assessments.enums import MissingPart
from assessments.queries import Subject
from catalog import queries as catalog
from microcred.ai.base import Embedder, EmbeddingKey
from recommendations import queries
from recommendations.drafts import Draft, DraftItem, Embedding
from recommendations.fusion import Candidate, Ranked, fuse, weights_used
from recommendations.gaps import Need, SkillGap, Target, compare, find_needs
from recommendations.knn import Neighbourhood, neighbourhood
from recommendations.priors import UNKNOWN
from recommendations.queries import Offer
from recommendations.rationale import CredentialFacts, Quote, rationale, summary
from recommendations.retrieval import Evidence, gather, search_queries
from scoring import queries as scoring

PASSAGES_A_NEED: Final = 40
PASSAGES_AN_ITEM: Final = 3
MICROCENTS_A_CENT: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Basis:
    """What a run starts from: the profile beside the role's targets, and the needs that follow."""

    subject: Subject
    profile: tuple[SkillGap, ...]
    needs: tuple[Need, ...]

    @property
    def levels(self) -> dict[str, float]:
        """The measured levels by skill key."""
        return {line.skill_key: line.level for line in self.profile if line.level is not None}


@dataclass(frozen=True, slots=True)
class Findings:
    """What the search found, by credential, and which model's vectors were compared."""

    evidence: Mapping[uuid.UUID, Evidence]
    embedding: Embedding


def prepare(subject: Subject) -> Basis:
    """Read the newest profile of the assessment and the role's targets, and find the needs.

    A level that rests on nothing but the student's own word is not taken as measured.
    """
    targets = [
        Target(need.skill_key, need.skill_name, need.target_level, need.importance)
        for need in catalog.role_needs(subject.role_id)
    ]
    measured = {
        skill.skill_key: skill.level for skill in scoring.profile(subject.assessment_id) if skill.evidence > 0
    }
    return Basis(subject, tuple(compare(targets, measured)), tuple(find_needs(targets, measured)))


def search(basis: Basis, embedder: Embedder) -> Findings | None:
    """Find passages for the needs, first among the credentials meant for the role, else among all.

    None when nothing in the catalog can be compared, because it has not been embedded by this model.

    Raises:
        ProviderError: from the embedder.
    """
    asked = search_queries(basis.needs)
    key = EmbeddingKey.of(embedder)
    embedding = Embedding(embedder.provider, embedder.model)
    if not asked:
        return Findings({}, embedding)
    vectors = embedder.embed([query.text for query in asked])
    role_id: uuid.UUID | None
    for role_id in (basis.subject.role_id, None):
        found = queries.nearest(vectors, key=key, limit=PASSAGES_A_NEED, role_id=role_id)
        if any(found):
            return Findings(gather(list(zip(asked, found, strict=True))), embedding)
    return None


def conclude(basis: Basis, findings: Findings | None, *, rag_latency_ms: int) -> Draft:
    """Rank the catalog for the needs; without ``findings`` the ranking goes without retrieval."""
    offers = {offer.credential_id: offer for offer in queries.offers()}
    around = _neighbours(basis)
    unavailable = [part for part, known in (("retrieval", findings), ("neighbours", around)) if known is None]
    ranked = fuse(
        basis.needs,
        _candidates(offers, findings, around),
        levels=basis.levels,
        earned=queries.earned(basis.subject.user_id),
        missing=unavailable,
    )
    items = tuple(_item(one, offers, findings, around) for one in ranked)
    missing = () if findings else (MissingPart.RETRIEVAL.value,)
    return Draft(
        summary=_summary(basis, [item.title for item in items], unavailable),
        profile=basis.profile,
        items=items,
        missing=missing,
        embedding=findings.embedding if findings else None,
        parameters=_parameters(basis, findings, around, unavailable),
        metrics=_metrics(basis, rag_latency_ms),
    )


def without_recommendations(basis: Basis) -> Draft:
    """Return the run of last resort: the profile, and the plain word that there is no more."""
    missing = (MissingPart.RECOMMENDATIONS.value,)
    return Draft(
        summary=_summary(basis, [], missing),
        profile=basis.profile,
        missing=missing,
        metrics=_metrics(basis, 0),
    )


def _neighbours(basis: Basis) -> Neighbourhood | None:
    others = queries.learners(role_id=basis.subject.role_id, other_than=basis.subject.user_id)
    return neighbourhood(basis.levels, others)


def _candidates(
    offers: Mapping[uuid.UUID, Offer], findings: Findings | None, around: Neighbourhood | None
) -> list[Candidate]:
    evidence = findings.evidence if findings else {}
    scores = around.scores if around else {}
    rates = queries.acceptance_rates()
    return [
        Candidate(
            credential_id=credential_id,
            key=offer.key,
            levels=offer.levels,
            prerequisites=offer.prerequisites,
            retrieval=evidence[credential_id].score if credential_id in evidence else 0.0,
            neighbours=scores.get(credential_id, 0.0),
            feedback=rates.get(credential_id, UNKNOWN),
        )
        for credential_id, offer in offers.items()
    ]


def _item(
    ranked: Ranked,
    offers: Mapping[uuid.UUID, Offer],
    findings: Findings | None,
    around: Neighbourhood | None,
) -> DraftItem:
    offer = offers[ranked.candidate.credential_id]
    found = findings.evidence.get(offer.credential_id) if findings else None
    passages = found.passages[:PASSAGES_AN_ITEM] if found else ()
    facts = CredentialFacts(
        title=offer.title,
        provider=offer.provider,
        hours=offer.hours,
        served=tuple((need, offer.levels[need.skill_key]) for need in ranked.served),
        unmet=tuple(sorted(offers[one].title for one in ranked.unmet)),
        quotes=tuple(Quote(passage.snippet, passage.source_uri) for passage in passages),
        holders=around.holders.get(offer.credential_id, 0) if around else 0,
        neighbours=around.size if around else 0,
    )
    return DraftItem(offer.credential_id, offer.title, ranked.parts, rationale(facts), passages)


def _summary(basis: Basis, titles: Sequence[str], unavailable: Sequence[str]) -> str:
    return summary(
        role_name=basis.subject.role_name,
        profile=basis.profile,
        needs=basis.needs,
        titles=titles,
        missing=unavailable,
    )


def _parameters(
    basis: Basis, findings: Findings | None, around: Neighbourhood | None, unavailable: Sequence[str]
) -> dict[str, Any]:
    return {
        "weights": {part: round(weight, 4) for part, weight in weights_used(unavailable).items()},
        "unavailable": list(unavailable),
        "needs": [asdict(need) for need in basis.needs],
        "neighbours": {"size": around.size, "learners": around.learners} if around else None,
        "embedding": asdict(findings.embedding) if findings else None,
    }


def _metrics(basis: Basis, rag_latency_ms: int) -> dict[str, Any]:
    usage = scoring.model_usage(basis.subject.assessment_id)
    return {
        "token_cost_cents": usage.cost_microcents / MICROCENTS_A_CENT,
        "gpt_latency_ms": usage.latency_ms,
        "rag_latency_ms": rag_latency_ms,
    }
