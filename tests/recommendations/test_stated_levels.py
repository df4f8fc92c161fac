"""What a student says in profile questions: part of the profile, and heard where a credential asks what comes first."""

import pytest

from assessments import queries as assessments
from catalog.models import Credential
from recommendations.drafting import conclude, prepare
from recommendations.drafts import Draft
from recommendations.wording import put_into_words
from scoring import queries as scoring
from scoring import services
from tests.factories.assessments import submitted_assessment
from tests.factories.catalog import (
    CredentialFactory,
    CredentialSkillFactory,
    JobRoleFactory,
    RoleSkillFactory,
    SkillFactory,
    published_question,
)

pytestmark = pytest.mark.django_db


def credential(key: str, skill: str, level: float) -> Credential:
    made: Credential = CredentialFactory(key=key, title=key.capitalize())
    CredentialSkillFactory(credential=made, skill=SkillFactory(key=skill), level=level)
    return made


def drafted(answer: str, *, stated: float = 3) -> Draft:
    """The draft for a student who is weak in SQL and chose `answer`, whose c2 states a level of statistics."""
    role = JobRoleFactory()
    RoleSkillFactory(role=role, skill=SkillFactory(key="sql", name="SQL"))
    SkillFactory(key="statistics")
    signal = {"choice": "c2", "skill": "statistics", "level": stated}
    published_question(role=role)
    published_question("profile", role=role, rules={"kind": "profile", "signals": [signal]})
    first = credential("samples", "statistics", 3)
    credential("windows", "sql", 3).prerequisites.add(first)
    assessment = submitted_assessment(role=role, answers={"multiple_choice": "c1", "profile": answer})
    services.draw_profile(assessment.pk)
    return put_into_words(conclude(prepare(assessments.subject(assessment.pk)), None, rag_latency_ms=0))


@pytest.mark.parametrize(
    ("answer", "stated", "asked_first"),
    [("c1", 3, True), ("c2", 3, False), ("c2", 0, True), ("c2", 1, True)],
    ids=["said nothing of it", "said working level", "said none", "said awareness"],
)
def test_a_prerequisite_that_nothing_measured_goes_by_the_students_word(
    answer: str, stated: float, asked_first: bool
) -> None:
    draft = drafted(answer, stated=stated)

    assert [item.title for item in draft.items] == ["Windows"]
    assert ("Samples" in draft.items[0].rationale) is asked_first


def test_the_word_alone_is_no_measured_level_and_is_written_into_the_record() -> None:
    draft = drafted("c2", stated=5)

    assert draft.inputs["stated"] == {"statistics": 3.33}
    assert draft.inputs["levels"].keys() == {"sql"}


def test_the_profile_shows_the_word_with_its_doubt() -> None:
    drafted("c2", stated=4)
    assessment_id = assessments.with_result().model.objects.get().pk

    said = {skill.skill_key: (skill.level, skill.evidence) for skill in scoring.profile(assessment_id)}

    assert said["statistics"] == (3.0, 0.0)
