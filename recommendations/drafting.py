"""Working a recommendation run out: read what is known, search, compare with others, rank, put into words."""

import hashlib
import uuid
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from django.conf import settings

from assessments.enums import MissingPart
from assessments.queries import Subject
from catalog import queries as catalog
from microcred.ai.base import Embedder, EmbeddingKey, Vectors
from microcred.ai.vectors import embed_soundly
from recommendations import calibration, deciding, queries
from recommendations.drafts import Draft, DraftItem, Embedding
from recommendations.fusion import Candidate, Ranked, fuse, gap_fit, weights_used
from recommendations.gaps import Need, SkillGap, Target, compare, find_needs
from recommendations.knn import Neighbourhood
from recommendations.priors import Reception, prior
from recommendations.queries import Offer
from recommendations.rationale import CredentialFacts, RunFacts
from recommendations.retrieval import Evidence, Passage, SearchQuery, gather, search_queries
from scoring import queries as scoring

PASSAGES_A_NEED: Final = 40
MOST_COMPARED: Final = 300
PASSAGES_AN_ITEM: Final = 3
MICROCENTS_A_CENT: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Basis:
    """What a run starts from: the role's targets, the profile beside them and the number of the scoring run that drew
    it, the needs that follow, the catalog's offers by id, what the role's skills mean, by key, the levels that the
    student has only stated, the skills whose level they contest, how things stood (`queries.standing_now`), and what
    was said of the offers."""

    subject: Subject
    profile_run: int
    profile: tuple[SkillGap, ...]
    needs: tuple[Need, ...]
    offers: Mapping[uuid.UUID, Offer]
    descriptions: Mapping[str, str]
    targets: tuple[Target, ...]
    stated: Mapping[str, float]
    contested: frozenset[str]
    standing: Mapping[str, str]
    receptions: Mapping[uuid.UUID, Reception]

    @property
    def levels(self) -> dict[str, float]:
        """The measured levels by skill key."""
        return {line.skill_key: line.level for line in self.profile if line.level is not None}

    @property
    def helpful(self) -> frozenset[uuid.UUID]:
        """The credentials that would close a gap."""
        return frozenset(key for key, offer in self.offers.items() if gap_fit(self.needs, offer.levels) > 0)


@dataclass(frozen=True, slots=True)
class Findings:
    """What the search found, by credential; what was asked, with the vectors, to be asked again; and what of it
    goes into the decision record."""

    evidence: Mapping[uuid.UUID, Evidence]
    key: EmbeddingKey
    asked: tuple[SearchQuery, ...] = ()
    vectors: Vectors | None = None
    hits: dict[str, Any] = field(default_factory=lambda: deciding.hits((), ()))

    @property
    def embedding(self) -> Embedding:
        """Which model's vectors were compared."""
        return Embedding(self.key.provider, self.key.model)

    @property
    def facts(self) -> dict[str, Any]:
        """What tells these vectors from others, for the decision record."""
        vectors = b"" if self.vectors is None else self.vectors.tobytes()
        return asdict(self.key) | self.hits | {"vectors": hashlib.sha256(vectors).hexdigest()}


def prepare(subject: Subject, *, levels: Mapping[str, float] | None = None) -> Basis:
    """Read the newest profile of the assessment and the role's targets, and find the needs.

    A level that rests on nothing but the student's own word is not taken as measured; it counts where a credential
    asks for what comes before it. Measured ``levels`` by skill key stand in for the stored profile, to see what would
    follow from them.
    """
    # Read first, so that what moves while the run is being worked out makes it stale.
    standing = queries.standing_now(subject.assessment_id, subject.role_id) if levels is None else {}
    profile_run = scoring.next_run(subject.assessment_id) - 1
    asked = catalog.role_needs(subject.role_id)
    targets = [Target(need.skill_key, need.skill_name, need.target_level, need.importance) for need in asked]
    measured, profile = levels, scoring.profile(subject.assessment_id)
    contested = scoring.contested_skills(subject.assessment_id)
    if measured is None:
        measured = {skill.skill_key: skill.level for skill in profile if skill.evidence > 0}
    offers = queries.offers()
    return Basis(
        subject=subject,
        profile_run=profile_run,
        profile=tuple(compare(targets, measured)),
        needs=tuple(find_needs(targets, measured, contested)),
        offers={offer.credential_id: offer for offer in offers},
        descriptions={need.skill_key: need.skill_description for need in asked},
        targets=tuple(targets),
        stated={skill.skill_key: skill.stated for skill in profile if skill.stated is not None},
        contested=contested,
        standing=standing,
        receptions=queries.receptions(role_id=subject.role_id, user_id=subject.user_id, offers=offers),
    )


def search(basis: Basis, embedder: Embedder) -> Findings | None:
    """Find passages for the needs among the credentials that would close a gap.

    Up to ``MOST_COMPARED`` of them are compared one by one, so that each is judged by its own best passages;
    of more the nearest passages are taken. None when nothing can be compared, because the catalog has not been
    embedded by this model.

    Raises:
        ProviderError: from the embedder. UnlikeVectors: its vectors are not of the index in use.
    """
    asked = tuple(search_queries(basis.needs))
    key, helpful = queries.comparable_key(embedder), basis.helpful
    if not asked or not helpful:
        return Findings({}, key)
    vectors = embed_soundly(embedder, [query.text for query in asked])
    if len(helpful) <= MOST_COMPARED:
        found = queries.nearest_of_each(vectors, key=key, credential_ids=helpful, limit=PASSAGES_AN_ITEM)
    else:
        found = queries.nearest(vectors, key=key, credential_ids=helpful, limit=PASSAGES_A_NEED)
    if not any(found):
        return None
    evidence, hits = gather(list(zip(asked, found, strict=True))), deciding.hits(asked, found)
    for artifact_id, hashes in queries.vector_hashes(hits["passages"].keys()).items():
        hits["passages"][artifact_id] |= hashes
    return Findings(evidence, key, asked, vectors, hits)


def conclude(basis: Basis, findings: Findings | None, *, rag_latency_ms: int) -> Draft:
    """Rank the catalog for the needs; without ``findings`` the ranking goes without retrieval."""
    around = neighbours(basis)
    unavailable = [part for part, known in (("retrieval", findings), ("neighbours", around)) if known is None]
    candidates, earned = candidates_for(basis, findings, around), queries.earned(basis.subject.user_id)
    ranked = fuse(
        basis.needs, candidates, levels=basis.levels, earned=earned, stated=basis.stated, missing=unavailable
    )
    passages = _passages(findings, [one.candidate.credential_id for one in ranked])
    items = tuple(_item(basis, one, passages, around) for one in ranked)
    missing = () if findings else (MissingPart.RETRIEVAL.value,)
    parameters = _parameters(basis, findings, around, unavailable)
    return Draft(
        profile=basis.profile,
        items=items,
        missing=missing,
        embedding=findings.embedding if findings else None,
        parameters=parameters,
        metrics=metrics(basis, rag_latency_ms),
        inputs=_inputs(basis, candidates, earned, unavailable)
        | {
            "neighbours": _compared(around),
            "embedding": findings.facts if findings else None,
            "ranking": deciding.ranking(ranked),
            "calibration": parameters["calibration"],
        },
        about=_about(basis, unavailable),
    )


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
    return deciding.inputs(
        targets=basis.targets,
        levels=basis.levels,
        needs=basis.needs,
        candidates=candidates,
        earned=earned,
        stated=basis.stated,
        unavailable=unavailable,
        contested=basis.contested,
        receptions=basis.receptions,
    )


def _compared(around: Neighbourhood | None) -> dict[str, Any] | None:
    return None if around is None else deciding.compared(around, secret=settings.RECORD_HASH_KEY)


def neighbours(basis: Basis) -> Neighbourhood | None:
    """Return who is most alike by measured levels, and what they went on to earn."""
    subject = basis.subject
    return queries.neighbours(basis.levels, role_id=subject.role_id, other_than=subject.user_id)


def candidates_for(basis: Basis, findings: Findings | None, around: Neighbourhood | None) -> list[Candidate]:
    """Return every offer with what is known for it; without ``findings`` or neighbours those parts are nothing."""
    evidence = findings.evidence if findings else {}
    scores = around.scores if around else {}
    return [
        Candidate(
            credential_id=credential_id,
            key=offer.key,
            levels=offer.levels,
            prerequisites=offer.prerequisites,
            retrieval=evidence[credential_id].score if credential_id in evidence else 0.0,
            neighbours=scores.get(credential_id, 0.0),
            feedback=prior(basis.receptions.get(credential_id, Reception())),
            for_role=not offer.role_ids or basis.subject.role_id in offer.role_ids,
        )
        for credential_id, offer in basis.offers.items()
    ]


def _passages(findings: Findings | None, chosen: Sequence[uuid.UUID]) -> dict[uuid.UUID, tuple[Passage, ...]]:
    """Return the nearest passages of each chosen credential; those the search passed over are asked now.

    What is found late is evidence to read and no part of the confidence.
    """
    if findings is None:
        return {}
    evidence = dict(findings.evidence)
    lacking = [credential_id for credential_id in chosen if credential_id not in evidence]
    if lacking and findings.vectors is not None:
        found = queries.nearest_of_each(
            findings.vectors, key=findings.key, credential_ids=lacking, limit=PASSAGES_AN_ITEM
        )
        evidence |= gather(list(zip(findings.asked, found, strict=True)))
    return {key: one.passages[:PASSAGES_AN_ITEM] for key, one in evidence.items()}


def _item(
    basis: Basis,
    ranked: Ranked,
    passages: Mapping[uuid.UUID, tuple[Passage, ...]],
    around: Neighbourhood | None,
) -> DraftItem:
    offer = basis.offers[ranked.candidate.credential_id]
    own = passages.get(offer.credential_id, ())
    subjects = [f"{need.skill_name} {basis.descriptions.get(need.skill_key, '')}" for need in ranked.served]
    facts = CredentialFacts(
        title=offer.title,
        provider=offer.provider,
        hours=offer.hours,
        served=tuple((need, offer.levels[need.skill_key]) for need in ranked.served),
        subject=" ".join(subjects),
        unmet=tuple(sorted(basis.offers[one].title for one in ranked.unmet)),
        holders=around.holders.get(offer.credential_id, 0) if around else 0,
        neighbours=around.size if around else 0,
    )
    return DraftItem(offer.credential_id, offer.title, ranked.parts, passages=own, facts=facts)


def _about(basis: Basis, unavailable: Collection[str]) -> RunFacts:
    return RunFacts(basis.subject.role_name, basis.profile, basis.needs, frozenset(unavailable))


def _parameters(
    basis: Basis, findings: Findings | None, around: Neighbourhood | None, unavailable: Sequence[str]
) -> dict[str, Any]:
    return {
        "profile_run": basis.profile_run,
        "weights": {part: round(weight, 4) for part, weight in weights_used(unavailable).items()},
        "unavailable": list(unavailable),
        "needs": [asdict(need) for need in basis.needs],
        "standing": dict(basis.standing),
        "calibration": asdict(calibration.fit(queries.outcomes())),
        "neighbours": {"size": around.size, "learners": around.learners} if around else None,
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
