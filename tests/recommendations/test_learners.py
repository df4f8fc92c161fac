"""Synthetic learners are whole enough to be neighbours, and marked."""

import pytest

from assessments.enums import AssessmentStatus
from assessments.models import Assessment
from recommendations.enums import LearnerCredentialSource
from recommendations.models import LearnerCredential, LearnerProfile
from recommendations.profiles import Learner
from recommendations.queries import earned, learners
from recommendations.services import record_synthetic_learner
from scoring import queries as scoring
from tests.factories.accounts import UserFactory
from tests.factories.catalog import NOW, CredentialFactory, JobRoleFactory, SkillFactory

pytestmark = pytest.mark.django_db


def test_a_synthetic_learner_has_an_assessment_a_profile_and_credentials() -> None:
    user, role, taken = UserFactory(), JobRoleFactory(), CredentialFactory()
    SkillFactory(key="sql")

    assessment_id = record_synthetic_learner(
        user=user, role_id=role.pk, levels={"sql": 2.5}, credentials=[taken.pk], now=NOW
    )

    assessment = Assessment.objects.get(pk=assessment_id)
    assert (assessment.status, assessment.metadata["synthetic"]) == (AssessmentStatus.COMPLETED, True)
    assert [(skill.skill_key, skill.level) for skill in scoring.profile(assessment_id)] == [("sql", 2.5)]
    assert LearnerCredential.objects.get().source == LearnerCredentialSource.SYNTHETIC
    assert earned(user.pk) == {taken.pk}
    stored = LearnerProfile.objects.get()
    assert learners(role_id=role.pk, user_ids=[user.pk]) == {
        user.pk: Learner({"sql": 2.5}, frozenset({taken.pk}), profile_id=stored.pk, as_of=stored.recorded_at)
    }
