"""Students contest an inferred level; staff checks it; the profile and the recommendations follow."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from assessments.models import Assessment
from microcred.errors import Forbidden
from ops.models import AsyncJob, AuditLog
from scoring import oversight, queries
from scoring.models import SkillCheck, SkillContest, SkillEstimate
from scoring.oversight import ContestInvalid, ContestRefused, SkillNotInferred
from scoring.replay import profile_again
from tests.clients import client_of
from tests.factories.accounts import AdminFactory, UserFactory
from tests.factories.catalog import NOW
from tests.factories.oversight import judged_assessment

pytestmark = pytest.mark.django_db


@pytest.fixture
def assessment() -> Assessment:
    return judged_assessment()


def measured(assessment: Assessment) -> str:
    """The key of a skill that the answers say something about."""
    return next(level.skill_key for level in queries.profile(assessment.pk) if level.evidence > 0)


def level_of(assessment: Assessment, skill: str) -> float:
    return next(one.level for one in queries.profile(assessment.pk) if one.skill_key == skill)


def contest(
    assessment: Assessment, skill: str = "", reason: str = "I have done this for years."
) -> SkillContest:
    return oversight.contest_skill(
        by=assessment.user,
        assessment_id=assessment.pk,
        skill_key=skill or measured(assessment),
        reason=reason,
        now=NOW,
    )


def check(assessment: Assessment, level: str | None, skill: str = "") -> SkillCheck:
    return oversight.check_skill(
        by=AdminFactory(),
        assessment_id=assessment.pk,
        skill_key=skill or measured(assessment),
        level=None if level is None else Decimal(level),
        reason="I looked at your work.",
        now=NOW,
    )


class TestContesting:
    def test_it_is_kept_with_what_was_shown_and_the_recommendations_are_asked_for_anew(
        self, assessment: Assessment
    ) -> None:
        skill, jobs = measured(assessment), AsyncJob.objects.filter(kind="recommendations.recommend")
        before = jobs.count()

        row = contest(assessment)

        assert queries.contested_skills(assessment.pk) == {skill}
        assert (float(row.level), row.reason) == (level_of(assessment, skill), "I have done this for years.")
        assert jobs.count() == before + 1
        line = AuditLog.objects.get(action="skill.contested")
        assert line.metadata == {"skill": skill}

    def test_it_is_contested_once_until_it_has_been_checked(self, assessment: Assessment) -> None:
        contest(assessment)

        with pytest.raises(ContestRefused):
            contest(assessment)

    def test_a_level_that_was_checked_is_not_contested_again_while_it_stays(
        self, assessment: Assessment
    ) -> None:
        contest(assessment)
        check(assessment, None)

        with pytest.raises(ContestRefused, match="has not changed"):
            contest(assessment)

    def test_what_no_answer_speaks_of_cannot_be_contested(self, assessment: Assessment) -> None:
        with pytest.raises(SkillNotInferred):
            contest(assessment, skill="juggling")

    @pytest.mark.parametrize("reason", ["  ", "x" * 2001])
    def test_it_says_why(self, assessment: Assessment, reason: str) -> None:
        with pytest.raises(ContestInvalid):
            contest(assessment, reason=reason)

    def test_nobody_contests_for_the_student(self, assessment: Assessment) -> None:
        with pytest.raises(Forbidden):
            oversight.contest_skill(
                by=AdminFactory(),
                assessment_id=assessment.pk,
                skill_key=measured(assessment),
                reason="For them.",
                now=NOW,
            )


class TestChecking:
    def test_a_corrected_level_counts_from_then_on_whatever_is_scored_later(
        self, assessment: Assessment
    ) -> None:
        skill = measured(assessment)
        contest(assessment)

        row = check(assessment, "4.5")

        assert row.outcome == "corrected"
        assert level_of(assessment, skill) == 4.5
        assert queries.contested_skills(assessment.pk) == frozenset()
        newest = SkillEstimate.objects.filter(assessment=assessment, skill__key=skill).order_by("-run")[0]
        assert newest.correction == row
        again = profile_again(
            queries.question_results(assessment.pk), queries.corrections_of_run(assessment.pk, newest.run)
        )
        assert again[skill] == (newest.level, newest.deviation)

    def test_a_confirmed_level_stands(self, assessment: Assessment) -> None:
        skill = measured(assessment)
        before = level_of(assessment, skill)
        contest(assessment)

        row = check(assessment, None)

        assert (row.outcome, level_of(assessment, skill)) == ("confirmed", before)
        assert queries.contested_skills(assessment.pk) == frozenset()

    def test_what_nobody_contests_is_not_checked(self, assessment: Assessment) -> None:
        with pytest.raises(ContestRefused):
            check(assessment, "3")

    def test_a_level_is_on_the_scale(self, assessment: Assessment) -> None:
        contest(assessment)
        with pytest.raises(ContestInvalid):
            check(assessment, "5.5")

    def test_students_do_not_check(self, assessment: Assessment) -> None:
        contest(assessment)
        with pytest.raises(Forbidden):
            oversight.check_skill(
                by=assessment.user,
                assessment_id=assessment.pk,
                skill_key=measured(assessment),
                level=Decimal(5),
                reason="I know best.",
                now=NOW,
            )

    def test_the_student_is_told_once_with_the_reason_and_without_the_name(
        self, assessment: Assessment
    ) -> None:
        contest(assessment)
        row = check(assessment, "4.5")

        (notice,) = oversight.notices(assessment.pk)

        assert (notice.notice_id, notice.kind, notice.reason) == (row.pk, "contest", "I looked at your work.")
        assert notice.question_id is None
        assert notice.skill == row.contest.skill.name
        assert (float(notice.after["score"]), notice.after["maximum"]) == (4.5, 5)
        assert oversight.mark_seen(by=assessment.user, notice_ids=[row.pk], now=NOW) == 0


class TestTheDatabase:
    def test_it_refuses_a_second_open_contest(self, assessment: Assessment) -> None:
        row = contest(assessment)
        with pytest.raises(IntegrityError, match="once until it has been checked"), transaction.atomic():
            SkillContest.objects.create(
                assessment=assessment, skill=row.skill, level=1, deviation=1, reason="Again.",
                submitted_by=assessment.user, submitted_at=NOW,
            )  # fmt: skip

    def test_it_refuses_a_contest_by_another(self, assessment: Assessment) -> None:
        skill = SkillEstimate.objects.filter(assessment=assessment)[0].skill
        with pytest.raises(IntegrityError, match="their own"), transaction.atomic():
            SkillContest.objects.create(
                assessment=assessment, skill=skill, level=1, deviation=1, reason="Theirs.",
                submitted_by=UserFactory(), submitted_at=NOW,
            )  # fmt: skip

    def test_it_refuses_a_check_by_the_student_and_every_change_of_either(
        self, assessment: Assessment
    ) -> None:
        row = contest(assessment)
        with pytest.raises(IntegrityError, match="only staff"), transaction.atomic():
            SkillCheck.objects.create(
                contest=row, outcome="confirmed", before=row.level, level=row.level, reason="Mine.",
                checked_by=assessment.user, checked_at=NOW,
            )  # fmt: skip
        check(assessment, None)
        for model in (SkillContest, SkillCheck):
            with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
                model.objects.update(reason="Other.")
            with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
                model.objects.all().delete()


def test_over_http_a_student_contests_and_staff_checks_it(assessment: Assessment) -> None:
    skill = measured(assessment)
    address = f"/api/v1/assessments/{assessment.pk}/skills/{skill}"

    made = client_of(assessment.user).post(
        f"{address}/contest", '{"reason": "I use it daily."}', content_type="application/json"
    )
    refused = client_of(assessment.user).post(
        f"{address}/check", '{"reason": "So there."}', content_type="application/json"
    )
    checked = client_of(AdminFactory()).post(
        f"{address}/check", '{"reason": "Shown.", "level": 4}', content_type="application/json"
    )

    assert (made.status_code, made.json()["skill"]) == (201, skill)
    assert refused.status_code == 403
    assert (checked.status_code, checked.json()["outcome"], checked.json()["level"]) == (
        201,
        "corrected",
        4.0,
    )


def test_every_other_score_is_a_step_with_the_levels_that_would_follow(assessment: Assessment) -> None:
    steps = oversight.score_steps(assessment.pk)

    ups = [step for step in steps if step.criterion == "Reasoning" and step.levels == 1]
    assert [step.moved for step in steps] == sorted(step.moved for step in steps)
    assert len(ups) == 1
    assert (ups[0].was, ups[0].becomes) == ("Partial", "Full")
    now = oversight.levels_now(assessment.pk)
    assert all(ups[0].after[skill] >= level for skill, level in now.items())
    assert any(step.criterion == "" and step.levels == -1 for step in steps)
