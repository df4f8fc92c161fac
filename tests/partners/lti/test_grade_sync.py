"""What a course's gradebook learns of a student's result: by jobs, over real HTTP, with tokens of its platform."""

import dataclasses
import datetime as dt
from decimal import Decimal
from typing import Any

import jwt
import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.models import User
from accounts.personal_data import erasing
from assessments import services as assessments
from assessments.models import Assessment
from catalog.models import JobRole
from ops import jobs
from ops.models import AsyncJob, AuditLog
from partners.lti import claims, grade_sync, keys, passback, repairs, services
from partners.models import LtiGrade, LtiKey, LtiLink, LtiPlatform
from recommendations.events import recommendation_ready
from recommendations.models import Recommendation
from scoring import oversight
from scoring.models import ProfileRun
from tests.authorization.world import released_by_staff
from tests.companion.scenes import finished_assessment
from tests.factories.accounts import AdminFactory, AdvisorAssignmentFactory, UserFactory
from tests.factories.assessments import question_id_of
from tests.factories.catalog import role_with_every_type
from tests.factories.partners import LtiGradeFactory
from tests.fakes.learning_platform import CLAIM, GIVEN, SCORE, LearningPlatform
from tests.partners.lti.visits import visit

pytestmark = pytest.mark.django_db
SUBJECT = GIVEN["claims"]["sub"]


@pytest.fixture
def course(platform: LearningPlatform, registered: LtiPlatform) -> LearningPlatform:
    """A platform whose course keeps grades, and names the role of every assessment here."""
    platform.gradebook = True
    platform.tool_keys = Client().get("/lti/keys").json()["keys"]
    platform.claims = {f"{CLAIM}custom": {"role": role_with_every_type().key}}
    return platform


@pytest.fixture
def robin(registered: LtiPlatform) -> User:
    made: User = UserFactory(email="robin@example.org")
    LtiLink.objects.create(
        platform=registered, subject=SUBJECT, person=made, confirmed=True, linked_at=timezone.now()
    )
    return made


def work() -> None:
    """Do what waits for gradebooks, as a worker does."""
    for job in AsyncJob.objects.filter(kind=grade_sync.SEND, status="queued").order_by("pk"):
        jobs.run(str(job.pk))


def finish(student: User) -> Assessment:
    """Take a student through an assessment for the course's role: 4.33 of the 7.67 points that are scored."""
    return finished_assessment(student, role=JobRole.objects.order_by("pk")[0])


def told(platform: LearningPlatform) -> list[tuple[float, str]]:
    return [(one["scoreGiven"], one["gradingProgress"]) for one in platform.scores]


def announce(assessment: Assessment) -> None:
    """Announce once more that there is a result."""
    run = Recommendation.objects.get(assessment=assessment, effective=True)
    with transaction.atomic():
        recommendation_ready.send(None, assessment_id=assessment.pk, recommendation_id=run.pk)


def override(assessment: Assessment, question: str, score: str, advisor: User) -> None:
    oversight.override(
        by=advisor, assessment_id=assessment.pk, question_id=question_id_of(assessment, question),
        new=oversight.NewScore(score=Decimal(score)), reason="It was right after all.", now=timezone.now(),
    )  # fmt: skip


class TestAResult:
    def test_is_told_once(self, course: LearningPlatform, robin: User) -> None:
        visit(Client(), course)
        work()
        assert course.scores == []

        assessment = finish(robin)
        work()

        (score,) = course.scores
        scored_at = ProfileRun.objects.get(assessment=assessment).created_at
        assert score == {
            "timestamp": f"{scored_at:%Y-%m-%dT%H:%M:%S}.{scored_at.microsecond // 1000:03}Z",
            "userId": SUBJECT, "scoreGiven": 56.45, "scoreMaximum": 100, "activityProgress": "Completed",
            "gradingProgress": "PendingManual",
        }  # fmt: skip
        grade = LtiGrade.objects.get()
        assert (grade.sent_score, grade.is_final, grade.last_error) == (Decimal("56.45"), False, "")
        assert (grade.scored_at, grade.sent_at is not None) == (scored_at, True)

        announce(assessment)
        visit(Client(), course)
        work()
        assert len(course.scores) == 1

    def test_of_before_the_launch_is_told_too(self, course: LearningPlatform, robin: User) -> None:
        finish(robin)

        visit(Client(), course)
        work()

        assert told(course) == [(56.45, "PendingManual")]

    def test_is_told_again_when_it_changes(self, course: LearningPlatform, robin: User) -> None:
        advisor = AdvisorAssignmentFactory(student=robin).advisor
        visit(Client(), course)
        assessment = finish(robin)
        work()

        override(assessment, "numeric", "1", advisor)
        announce(assessment)
        work()

        assert [score for score, _ in told(course)] == [56.45, 69.49]
        assert course.tokens == 1

    def test_is_final_once_nothing_waits_for_a_person(self, course: LearningPlatform, robin: User) -> None:
        """With what waited given half its points, 5 of 9 points."""
        advisor = AdvisorAssignmentFactory(student=robin).advisor
        visit(Client(), course)
        assessment = finish(robin)
        work()

        oversight.override(
            by=advisor, assessment_id=assessment.pk, question_id=question_id_of(assessment, "essay"),
            new=oversight.NewScore(criterion_key="evidence", level="l1"), reason="Some of it.", now=timezone.now(),
        )  # fmt: skip
        announce(assessment)
        work()

        assert told(course) == [(56.45, "PendingManual"), (55.56, "FullyGraded")]
        assert LtiGrade.objects.get().is_final is True

    def test_that_is_held_back_is_told_once_it_is_released(
        self, course: LearningPlatform, robin: User
    ) -> None:
        JobRole.objects.update(release_policy="staff")
        visit(Client(), course)
        with released_by_staff():
            assessment = finish(robin)
        visit(Client(), course)
        work()
        assert course.scores == []

        assessments.release(by=AdminFactory(), assessment_id=assessment.pk, now=timezone.now())
        work()

        assert told(course) == [(56.45, "PendingManual")]

    def test_of_somebody_else_is_nobodys_affair(self, course: LearningPlatform, robin: User) -> None:
        visit(Client(), course)

        finish(UserFactory())
        work()

        assert course.scores == []

    def test_of_another_role_is_not_told(self, course: LearningPlatform, robin: User) -> None:
        LtiGradeFactory(person=robin, platform=LtiPlatform.objects.get(), line_item=course.line_item)

        finish(robin)
        work()

        assert course.scores == []


class TestWhereNothingIsTold:
    @pytest.mark.parametrize(
        "place",
        [
            None,
            {"scope": [SCORE]},
            {"scope": [], "lineitem": "https://lms.example.edu/items/7"},
            {"scope": SCORE, "lineitem": "https://lms.example.edu/items/7"},
            {"scope": [SCORE], "lineitem": "ftp://lms.example.edu/items/7"},
            {"scope": [SCORE], "lineitem": f"https://lms.example.edu/{'7' * 1000}"},
            {"scope": [SCORE], "lineitem": 7},
        ],
    )
    def test_the_course_keeps_no_grade(self, course: LearningPlatform, robin: User, place: Any) -> None:
        course.claims |= {claims.ENDPOINT: place}

        visit(Client(), course)

        assert not LtiGrade.objects.exists()

    def test_the_course_names_no_role(self, course: LearningPlatform, robin: User) -> None:
        course.claims = {}

        visit(Client(), course)

        assert not LtiGrade.objects.exists()

    def test_the_platform_is_switched_off(self, course: LearningPlatform, robin: User) -> None:
        visit(Client(), course)
        LtiPlatform.objects.update(active=False)

        finish(robin)
        work()

        assert course.scores == []

    def test_the_account_is_unlinked(self, course: LearningPlatform, robin: User) -> None:
        visit(Client(), course)
        services.unlink(by=None, link=LtiLink.objects.get(), now=timezone.now())
        assert not LtiGrade.objects.exists()

    def test_the_student_was_erased(self, course: LearningPlatform, robin: User) -> None:
        visit(Client(), course)
        finish(robin)
        request = erasing.request_erasure(by=robin, person=robin, now=timezone.now())
        erasing.erase(request.pk, now=request.due_at)

        work()

        assert course.scores == []
        assert not LtiGrade.objects.exists()
        assert not LtiLink.objects.exists()


class TestAtTheSameMoment:
    def test_a_result_and_a_launch_are_found_by_the_repair(
        self, course: LearningPlatform, robin: User
    ) -> None:
        visit(Client(), course)
        finish(robin)
        AsyncJob.objects.filter(kind=grade_sync.SEND).delete()
        about = {"now": timezone.now(), "since": timezone.now() - dt.timedelta(hours=1)}

        assert [repairs.restore_grades(**about) for _ in range(2)] == [1, 0]

        work()
        assert told(course) == [(56.45, "PendingManual")]
        assert repairs.restore_grades(**about) == 0

    def test_an_older_score_is_not_noted_over_a_newer_one(
        self, course: LearningPlatform, robin: User
    ) -> None:
        advisor = AdvisorAssignmentFactory(student=robin).advisor
        visit(Client(), course)
        assessment = finish(robin)
        grade = LtiGrade.objects.get()
        older = grade_sync.offer(grade.pk)
        override(assessment, "numeric", "1", advisor)
        newer = grade_sync.offer(grade.pk)
        assert older is not None
        assert newer is not None
        assert newer.scored_at - older.scored_at > dt.timedelta(0)

        grade_sync.note_taken(grade.pk, newer, now=timezone.now())
        grade_sync.note_taken(grade.pk, older, now=timezone.now(), reason="late")
        grade_sync.note_refused(grade.pk, older, reason="score_404")
        grade_sync.note_given_up(grade.pk, now=timezone.now())

        grade.refresh_from_db()
        assert (grade.sent_score, grade.scored_at, grade.last_error) == (
            Decimal("69.49"),
            newer.scored_at,
            "",
        )
        assert not grade_sync.is_due(grade.pk)

    def test_a_launch_leaves_nothing_of_whoever_is_being_erased(
        self, course: LearningPlatform, robin: User
    ) -> None:
        visit(Client(), course)
        request = erasing.request_erasure(by=robin, person=robin, now=timezone.now())
        platform, role_id = LtiPlatform.objects.get(), LtiGrade.objects.get().role_id
        erasing.erase(request.pk, now=request.due_at)
        came = claims.Launch(subject=SUBJECT, resource_link="late", line_item=course.line_item)

        grade_sync.expect(came, platform, person=robin, role_id=role_id, now=timezone.now())

        assert not LtiGrade.objects.exists()


class TestTheTimeOfAScore:
    """AGS 2.0, 3.4.9: when the score was changed, later with every change; a gradebook refuses what is not newer."""

    def test_is_the_same_however_often_it_is_told(self, course: LearningPlatform, robin: User) -> None:
        visit(Client(), course)
        finish(robin)
        grade = LtiGrade.objects.get()

        first, again = grade_sync.offer(grade.pk), grade_sync.offer(grade.pk)

        assert first is not None
        assert again is not None
        assert (first.is_again, again.is_again) == (False, True)
        assert dataclasses.replace(again, is_again=False) == first

    def test_is_a_later_second_with_every_change_and_with_the_way_back(
        self, course: LearningPlatform, robin: User
    ) -> None:
        """Gradebooks that compare by seconds would drop the second of two changes of one second."""
        advisor = AdvisorAssignmentFactory(student=robin).advisor
        visit(Client(), course)
        assessment = finish(robin)
        work()
        for score in ("1", "0", "1"):
            override(assessment, "numeric", score, advisor)
            announce(assessment)
            work()

        told_at = [
            dt.datetime.fromisoformat(one["timestamp"]).replace(microsecond=0) for one in course.scores
        ]
        assert [score for score, _ in told(course)] == [56.45, 69.49, 56.45, 69.49]
        assert sorted(set(told_at)) == told_at
        assert course.outdated == []

    def test_is_that_of_the_release_for_what_was_held_back(
        self, course: LearningPlatform, robin: User
    ) -> None:
        JobRole.objects.update(release_policy="staff")
        visit(Client(), course)
        with released_by_staff():
            assessment = finish(robin)
        assessments.release(by=AdminFactory(), assessment_id=assessment.pk, now=timezone.now())
        work()

        assessment.refresh_from_db()
        assert LtiGrade.objects.get().scored_at == assessment.released_at

    def test_of_before_what_a_person_there_has_set_leaves_that(
        self, course: LearningPlatform, robin: User
    ) -> None:
        advisor = AdvisorAssignmentFactory(student=robin).advisor
        assessment = finish(robin)
        by_hand = {"timestamp": (timezone.now() + dt.timedelta(minutes=1)).isoformat()}
        course.scores.append(by_hand)

        for _ in range(2):
            visit(Client(), course)
            work()

        grade = LtiGrade.objects.get()
        assert (course.scores, len(course.outdated)) == ([by_hand], 1)
        assert (grade.last_error, grade.sent_score) == ("score_409", Decimal("56.45"))
        course.scores.clear()
        override(assessment, "numeric", "1", advisor)
        announce(assessment)
        work()
        grade.refresh_from_db()
        assert (told(course), grade.last_error) == ([(69.49, "PendingManual")], "")


class TestAPlatformThatDoesNotTakeIt:
    @pytest.fixture(autouse=True)
    def result(self, course: LearningPlatform, robin: User) -> None:
        visit(Client(), course)
        finish(robin)

    def again(self) -> None:
        AsyncJob.objects.filter(kind=grade_sync.SEND).update(next_run_at=timezone.now())
        work()

    @pytest.mark.parametrize("path", ["/token", "/items/7/scores?type_id=1"])
    @pytest.mark.parametrize("status", [401, 429, 500, 503])
    def test_for_now_is_told_later(self, course: LearningPlatform, path: str, status: int) -> None:
        takes = course.answers[path]
        course.answers[path] = lambda handler: handler.say(status, {})
        work()
        assert course.scores == []
        course.answers[path] = takes

        self.again()

        assert told(course) == [(56.45, "PendingManual")]

    def test_at_all_is_written_down(self, course: LearningPlatform) -> None:
        course.answers["/items/7/scores?type_id=1"] = lambda handler: handler.say(404, {})

        work()

        grade = LtiGrade.objects.get()
        assert (grade.last_error, grade.sent_at) == ("score_404", None)
        assert not AsyncJob.objects.filter(kind=grade_sync.SEND, status="queued").exists()

    def test_with_a_token_that_is_none_is_told_later(self, course: LearningPlatform) -> None:
        gives = course.answers["/token"]
        odd_ones: list[Any] = [
            [],
            {"access_token": 7},
            {"access_token": "a b"},
            {"access_token": "\r\nX: y"},
            {},
        ]
        course.answers["/token"] = lambda handler: handler.say(200, odd_ones.pop())
        while odd_ones:
            self.again()
        course.answers["/token"] = gives

        self.again()

        assert told(course) == [(56.45, "PendingManual")]

    def test_with_a_token_that_is_good_no_more_another_is_asked_for(
        self, course: LearningPlatform, robin: User
    ) -> None:
        work()
        course.tokens += 1
        course.scores.clear()
        LtiGrade.objects.update(sent_at=None)
        announce(Assessment.objects.get(user=robin))
        work()
        assert course.scores == []

        self.again()

        assert (len(course.scores), course.tokens) == (1, 3)

    def test_within_is_not_asked_where_that_is_not_allowed(
        self, course: LearningPlatform, settings: Settings
    ) -> None:
        settings.WEBHOOK_ALLOW_PRIVATE_ADDRESSES = False

        work()

        assert LtiGrade.objects.get().last_error == "address_refused"
        assert "/token" not in course.asked

    def test_a_token_that_came_encrypted_goes_nowhere_in_the_clear(self, course: LearningPlatform) -> None:
        LtiPlatform.objects.update(token_url="https://lms.example.edu/token")

        work()

        assert LtiGrade.objects.get().last_error == "address_refused"
        assert course.scores == []

    def test_for_good_is_given_up(self, course: LearningPlatform) -> None:
        course.answers["/token"] = lambda handler: handler.say(500, {})
        AsyncJob.objects.filter(kind=grade_sync.SEND).update(max_attempts=1)

        for _ in range(3):
            self.again()

        assert LtiGrade.objects.get().last_error == "gave_up"

    def test_for_good_is_tried_again_ever_more_rarely_and_after_a_month_no_more(
        self, course: LearningPlatform
    ) -> None:
        AsyncJob.objects.filter(kind=grade_sync.SEND).delete()
        grade, began = LtiGrade.objects.get(), timezone.now()
        grade_sync.offer(grade.pk)
        asked, now = [], began
        for _ in range(8):
            grade_sync.note_given_up(grade.pk, now=now)
            grade.refresh_from_db()
            if grade.retry_at is None:
                break
            assert repairs.try_again(now=grade.retry_at - dt.timedelta(seconds=1)) == 0
            assert [repairs.try_again(now=grade.retry_at) for _ in range(2)] == [1, 0]
            AsyncJob.objects.filter(kind=grade_sync.SEND).delete()
            now = grade.retry_at
            asked.append((now - began).days)

        assert asked == [1, 2, 4, 8, 16, 32]
        assert (grade.last_error, grade.failing_since) == ("stopped", began)
        assert repairs.try_again(now=now + dt.timedelta(days=400)) == 0

    def test_for_good_is_told_with_the_next_visit_all_the_same(self, course: LearningPlatform) -> None:
        AsyncJob.objects.filter(kind=grade_sync.SEND).delete()
        LtiGrade.objects.update(last_error="stopped", failing_since=timezone.now())

        visit(Client(), course)
        work()

        grade = LtiGrade.objects.get()
        assert told(course) == [(56.45, "PendingManual")]
        assert (grade.last_error, grade.failing_since, grade.retry_at) == ("", None, None)


class TestTheKey:
    def test_is_published_and_nothing_else_of_it(self, registered: LtiPlatform) -> None:
        answer = Client().get("/lti/keys")

        (shown,) = answer.json()["keys"]
        assert sorted(shown) == ["alg", "e", "kid", "kty", "n", "use"]
        assert jwt.PyJWK(shown).key.key_size == 2048
        assert answer["Cache-Control"] == "public, max-age=300"
        assert "PRIVATE" not in LtiKey.objects.get().sealed

    def test_is_not_asked_for_at_will(self, registered: LtiPlatform, settings: Settings) -> None:
        settings.RATE_LIMITS_ENABLED = True
        settings.RATE_LIMITS = {**settings.RATE_LIMITS, "keys": [(2, 3600)]}

        answers = [Client().get("/lti/keys") for _ in range(3)]
        elsewhere = Client(REMOTE_ADDR="198.51.100.7").get("/lti/keys")

        assert [answer.status_code for answer in (*answers, elsewhere)] == [200, 200, 429, 200]
        assert int(answers[2]["Retry-After"]) > 0

    def test_a_former_one_is_published_for_a_day(self, course: LearningPlatform, robin: User) -> None:
        now = timezone.now()
        first = LtiKey.objects.get()

        services.change_key(by=None, now=now)

        shown = [one["kid"] for one in keys.published(now=now)]
        assert shown == [keys.signing()[0], first.pk.hex]
        assert [one["kid"] for one in keys.published(now=now + dt.timedelta(days=1))] == shown[:1]
        assert AuditLog.objects.filter(action="lti_key.changed").count() == 1
        course.tool_keys = list(keys.published(now=now))
        visit(Client(), course)
        finish(robin)
        work()
        assert len(course.scores) == 1

    def test_there_is_one_that_signs(self, registered: LtiPlatform) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            LtiKey.objects.create(sealed="", current=True, created_at=timezone.now())


@pytest.mark.parametrize(
    ("line_item", "scores"),
    [
        ("https://lms.example.edu/items/7", "https://lms.example.edu/items/7/scores"),
        ("https://lms.example.edu/items/7/", "https://lms.example.edu/items/7/scores"),
        (
            "https://lms.example.edu/7/lineitem?type_id=1",
            "https://lms.example.edu/7/lineitem/scores?type_id=1",
        ),
    ],
)
def test_scores_are_sent_below_the_line_item(line_item: str, scores: str) -> None:
    assert passback._scores_of(line_item) == scores


def test_a_link_that_is_moved_to_another_place_is_told_anew(course: LearningPlatform, robin: User) -> None:
    visit(Client(), course)
    finish(robin)
    work()
    LtiGrade.objects.update(line_item="https://lms.example.edu/items/6")
    course.scores.clear()

    visit(Client(), course)
    work()

    assert told(course) == [(56.45, "PendingManual")]
