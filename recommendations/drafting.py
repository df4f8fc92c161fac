"""Working a recommendation run out: read what is known, search, compare with others, rank, put into words."""

import uuid
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import asdict, dataclass
from typing import Any, Final

from django.conf import settings

from assessments.enums import MissingPart
from assessments.queries import Subject
from catalog import queries as catalog
from microcred.ai.base import Embedder
from recommendations import calibration, deciding, queries, searching
from recommendations.comparing import Compared
from recommendations.comparing import compare as compare_with_others
from recommendations.drafts import Draft, DraftItem
from recommendations.fusion import Candidate, Ranked, fuse, gap_fit, weights_used
from recommendations.gaps import Need, SkillGap, Target, compare, find_needs
from recommendations.knn import Neighbourhood
from recommendations.priors import Reception, prior
from recommendations.queries import Offer
from recommendations.rationale import CredentialFacts, RunFacts
from recommendations.retrieval import Passage
from recommendations.searching import Findings, passages_for
from scoring import queries as scoring

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
    """Find passages for the needs among the credentials that would close a gap, as `searching.search` does."""
    return searching.search(basis.needs, basis.descriptions, basis.helpful, embedder)


def conclude(basis: Basis, findings: Findings | None, *, rag_latency_ms: int) -> Draft:
    """Rank the catalog for the needs; without ``findings`` the ranking goes without retrieval."""
    others = others_of(basis)
    unavailable = missing_parts(findings, others)
    candidates, earned = candidates_for(basis, findings, others), others.earned
    ranked = fuse(
        basis.needs, candidates, levels=basis.levels, earned=earned, stated=basis.stated, missing=unavailable
    )
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
        metrics=metrics(basis, rag_latency_ms),
        inputs=_inputs(basis, candidates, earned, unavailable)
        | {
            "neighbours": _compared(others.around),
            "histories": deciding.histories(others.said, others.blend.pk, others.held, candidates),
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


def others_of(basis: Basis) -> Compared:
    """Compare the student with other learners."""
    subject = basis.subject
    return compare_with_others(levels=basis.levels, role_id=subject.role_id, user_id=subject.user_id)


def missing_parts(findings: Findings | None, others: Compared) -> list[str]:
    """Return the parts of a confidence that the run goes without."""
    known = (("retrieval", findings is not None), ("neighbours", others.is_known))
    return [part for part, is_known in known if not is_known]


def candidates_for(basis: Basis, findings: Findings | None, others: Compared) -> list[Candidate]:
    """Return every offer with what is known for it; without ``findings`` or neighbours those parts are nothing."""
    evidence = findings.evidence if findings else {}
    return [
        Candidate(
            credential_id=credential_id,
            key=offer.key,
            levels=offer.levels,
            prerequisites=offer.prerequisites,
            retrieval=evidence[credential_id].score if credential_id in evidence else 0.0,
            neighbours=others.score(credential_id),
            feedback=prior(basis.receptions.get(credential_id, Reception())),
            for_role=not offer.role_ids or basis.subject.role_id in offer.role_ids,
        )
        for credential_id, offer in basis.offers.items()
    ]


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
    basis: Basis, findings: Findings | None, others: Compared, unavailable: Sequence[str]
) -> dict[str, Any]:
    return {
        "profile_run": basis.profile_run,
        "weights": {part: round(weight, 4) for part, weight in weights_used(unavailable).items()},
        "unavailable": list(unavailable),
        "needs": [asdict(need) for need in basis.needs],
        "standing": dict(basis.standing),
        "calibration": asdict(calibration.fit(queries.outcomes())),
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
