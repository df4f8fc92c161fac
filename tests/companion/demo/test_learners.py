"""Synthetic learners: reproducible, believable, and never mistaken for real ones."""

import uuid

import pytest

from accounts.models import User
from assessments.models import Assessment
from catalog.queries import RoleNeed
from companion.demo.learners import DOMAIN, LEARNERS_PER_ROLE, Offer, ensure_learners, invent
from recommendations.enums import LearnerCredentialSource
from recommendations.models import LearnerCredential, LearnerProfile
from scoring import queries as scoring
from tests.factories.catalog import NOW, JobRoleFactory, RoleSkillFactory, SkillFactory
from tests.factories.recommendations import offered

NEEDS = [
    RoleNeed(
        skill_id=uuid.UUID(int=number),
        skill_key=key,
        skill_name=key.upper(),
        skill_description="",
        target_level=target,
        importance=3,
    )
    for number, (key, target) in enumerate([("sql", 4.0), ("charts", 3.0), ("ethics", 2.0)], start=1)
]
OFFERS = [
    Offer(uuid.UUID(int=100 + number), {need.skill_key: float(level)})
    for number, (need, level) in enumerate((need, level) for need in NEEDS for level in (1, 2, 3, 4))
]


def test_the_same_seed_gives_the_same_learners_and_another_seed_others() -> None:
    first = invent(NEEDS, OFFERS, count=20, seed=1)

    assert first == invent(NEEDS, OFFERS, count=20, seed=1)
    assert first != invent(NEEDS, OFFERS, count=20, seed=2)


def test_levels_lie_on_the_scale_for_every_skill_of_the_role() -> None:
    for learner in invent(NEEDS, OFFERS, count=200, seed=1):
        assert learner.levels.keys() == {"sql", "charts", "ethics"}
        assert all(0.3 <= level <= 5.0 for level in learner.levels.values())


def test_what_learners_earned_mostly_lifts_a_skill_that_they_lacked() -> None:
    offers = {offer.credential_id: offer for offer in OFFERS}
    learners = invent(NEEDS, OFFERS, count=200, seed=1)

    fitting = earned = 0
    for learner in learners:
        assert len(set(learner.earned)) == len(learner.earned) <= 4
        for credential_id in learner.earned:
            ((skill, level),) = offers[credential_id].skills.items()
            earned += 1
            fitting += learner.levels[skill] < level <= learner.levels[skill] + 2.5

    assert earned >= 300
    assert fitting / earned > 0.85


def test_a_role_without_needs_or_offers_has_learners_all_the_same() -> None:
    without_offers = invent(NEEDS, [], count=50, seed=1)
    without_needs = invent([], OFFERS, count=50, seed=1)

    assert [learner.earned for learner in without_offers] == [()] * 50
    assert [learner.levels for learner in without_needs] == [{}] * 50


@pytest.mark.django_db
def test_learners_are_stored_once_and_marked_as_synthetic() -> None:
    role = JobRoleFactory()
    RoleSkillFactory(role=role, skill=SkillFactory(key="sql"))
    JobRoleFactory(active=False)
    for number in range(1, 6):
        offered(f"sql-{number}", sql=float(number), roles=[role])

    assert ensure_learners(now=NOW) == LEARNERS_PER_ROLE
    assert ensure_learners(now=NOW) == 0

    people = User.objects.filter(email__endswith=f"@{DOMAIN}")
    assert people.count() == LEARNERS_PER_ROLE
    assert all(person.profile == {"synthetic": True} for person in people)
    assert not any(person.has_usable_password() for person in people)
    assert all(row.metadata["synthetic"] for row in Assessment.objects.all())
    assert set(LearnerCredential.objects.values_list("source", flat=True)) == {
        LearnerCredentialSource.SYNTHETIC
    }
    profile = LearnerProfile.objects.first()
    assert profile is not None
    assessment = Assessment.objects.get(user=profile.user)
    assert {row.skill_key: row.level for row in scoring.profile(assessment.pk)} == profile.levels


@pytest.mark.django_db
def test_a_role_that_comes_later_gets_its_learners_then() -> None:
    RoleSkillFactory(role=JobRoleFactory(key="analyst"))
    ensure_learners(now=NOW)
    RoleSkillFactory(role=JobRoleFactory(key="writer"))

    assert ensure_learners(now=NOW) == LEARNERS_PER_ROLE
    assert User.objects.filter(email=f"writer-{LEARNERS_PER_ROLE}@{DOMAIN}").exists()
