"""What a run starts from: what is stored, read once, and the needs that follow from it."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from assessments.queries import Subject
from catalog import queries as catalog
from microcred.pipelining import prefetched
from recommendations import queries
from recommendations.fits import Fits
from recommendations.gaps import Need, SkillGap, Target, compare, find_needs
from recommendations.priors import Reception
from recommendations.queries import Offer, Offers
from scoring import queries as scoring


@dataclass(frozen=True, slots=True)
class StoredInputs:
    """What is stored about an assessment and its role: what the role asks for, the newest profile and the number of
    the scoring run that drew it, the skills whose level the student contests, how things stood
    (`queries.dependency_fingerprints`), the version of the ``passages``, the catalog's offers, and what was said of
    those that bring a skill of the role."""

    subject: Subject
    asked: Sequence[catalog.RoleNeed]
    profile_run: int
    profile: Sequence[scoring.SkillLevel]
    contested: frozenset[str]
    standing: Mapping[str, str]
    passages: str
    offers: Offers
    receptions: Mapping[uuid.UUID, Reception]


@dataclass(frozen=True, slots=True)
class Basis:
    """What is known, and what follows from it for measured levels: the role's targets, the profile beside them, the
    needs, what the role's skills mean, by key, the levels that the student has only stated; the credentials that would
    close a gap, and those with everything that is to be done before them, which no other bears on."""

    known: StoredInputs
    targets: tuple[Target, ...]
    profile: tuple[SkillGap, ...]
    needs: tuple[Need, ...]
    descriptions: Mapping[str, str]
    stated: Mapping[str, float]
    helpful: tuple[Offer, ...]
    bearing: tuple[Offer, ...]

    @property
    def subject(self) -> Subject:
        """Whose assessment it is."""
        return self.known.subject

    @property
    def levels(self) -> dict[str, float]:
        """The measured levels by skill key."""
        return {line.skill_key: line.level for line in self.profile if line.level is not None}


def prepare(subject: Subject, *, levels: Mapping[str, float] | None = None) -> Basis:
    """Read what is known and return what follows, as `based_on` does."""
    return based_on(read(subject), levels=levels)


def read(subject: Subject) -> StoredInputs:
    """Read everything about an assessment that a run rests on, but for whom the learner is compared with."""
    with prefetched(
        queries.marks_read(subject.assessment_id),
        *scoring.profile_reads(subject.assessment_id),
        *queries.reception_reads(role_id=subject.role_id, user_id=subject.user_id),
    ):
        return _read(subject)


def _read(subject: Subject) -> StoredInputs:
    # Read first, so that what moves while the run is being worked out makes it stale.
    marks = queries.dependency_versions(subject.assessment_id)
    standing = queries.dependency_fingerprints(subject.role_id, marks)
    profile_run, profile = scoring.newest_profile(subject.assessment_id)
    asked, offers = _role_needs(subject.role_id, marks.catalog), queries.offers(marks.catalog)
    of_the_role = offers.with_what_comes_before(offers.that_bring(need.skill_key for need in asked))
    return StoredInputs(
        subject=subject,
        asked=asked,
        profile_run=profile_run,
        profile=profile,
        contested=scoring.contested_skills(subject.assessment_id),
        standing=standing,
        passages=marks.passages,
        offers=offers,
        receptions=queries.receptions(
            role_id=subject.role_id, user_id=subject.user_id, offers=offers, among=of_the_role
        ),
    )


def based_on(known: StoredInputs, *, levels: Mapping[str, float] | None = None) -> Basis:
    """Find the needs; nothing is read.

    A level that rests on nothing but the student's own word is not taken as measured; it counts where a credential
    asks for what comes before it. Measured ``levels`` by skill key stand in for the stored profile, to see what would
    follow from them.
    """
    targets = tuple(
        Target(need.skill_key, need.skill_name, need.target_level, need.importance) for need in known.asked
    )
    measured = levels
    if measured is None:
        measured = {skill.skill_key: skill.level for skill in known.profile if skill.evidence > 0}
    needs = tuple(find_needs(targets, measured, known.contested))
    serving = known.offers.that_bring(need.skill_key for need in needs)
    fits = Fits(needs)
    helpful = tuple(offer for offer in serving if fits.of(offer.levels) > 0)
    return Basis(
        known=known,
        targets=targets,
        profile=tuple(compare(targets, measured)),
        needs=needs,
        descriptions={need.skill_key: need.skill_description for need in known.asked},
        stated={skill.skill_key: skill.stated for skill in known.profile if skill.stated is not None},
        helpful=helpful,
        bearing=tuple(known.offers.with_what_comes_before(helpful)),
    )


@lru_cache(maxsize=64)
def _role_needs(role_id: uuid.UUID, version: str) -> Sequence[catalog.RoleNeed]:
    """What the role asks for; ``version`` is the catalog's, and another one's is never the same."""
    return tuple(catalog.role_needs(role_id))
