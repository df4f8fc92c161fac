"""The advisor's pages, as each kind of user meets them."""

import datetime as dt
import re
import uuid
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from accounts.models import GuardianLink, User
from assessments.enums import AssessmentStatus
from assessments.models import Assessment
from catalog.models import CredentialDocument
from recommendations.models import RecommendationFeedback
from tests.companion.scenes import advised_student, finished_assessment
from tests.factories.accounts import AdminFactory, AdvisorFactory, UserFactory
from tests.factories.assessments import started_assessment, submitted_assessment
from tests.factories.nudges import NudgeFactory
from tests.factories.practice import SkillRatingFactory

pytestmark = pytest.mark.django_db
LIST = "/advisor/"


def browser_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page_of(assessment: Assessment) -> str:
    return reverse("advisor:assessment", args=[assessment.pk])


def queries_of(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


class TestWhoSeesWhat:
    def test_visitors_are_sent_to_the_log_in_page(self) -> None:
        response = Client().get(LIST)

        assert response.status_code == 302
        assert response["Location"] == "/login?next=/advisor/"

    @pytest.mark.parametrize(
        ("sent_from", "back"),
        [
            ("http://testserver/student/tasks/?show=all#list", "/student/tasks/%3Fshow%3Dall"),
            ("https://elsewhere.example/student/tasks/", "/start"),
            ("", "/start"),
        ],
    )
    def test_whose_log_in_has_ended_comes_back_to_the_page_that_they_sent_from(
        self, sent_from: str, back: str
    ) -> None:
        done = reverse("student:finish-task", args=[uuid.uuid4()])
        response = Client().post(done, headers={"Referer": sent_from})

        assert (response.status_code, response["Location"]) == (302, f"/login?next={back}")

    @pytest.mark.parametrize("role", [Role.STUDENT, Role.GUARDIAN])
    def test_students_and_guardians_find_no_pages_here(self, role: Role) -> None:
        _, student = advised_student()
        assessment = started_assessment(user=student)
        visitor = student if role == Role.STUDENT else UserFactory(role=role)
        if role == Role.GUARDIAN:
            GuardianLink.objects.create(guardian=visitor, student=student)
        client = browser_of(visitor)

        assert client.get(LIST).status_code == 404
        assert client.get(page_of(assessment)).status_code == 404

    def test_advisors_see_the_students_assigned_to_them_and_no_others(self) -> None:
        advisor, student = advised_student()
        own, foreign = started_assessment(user=student), started_assessment()
        client = browser_of(advisor)

        listed = client.get(LIST).content.decode()

        assert str(own.pk) in listed
        assert str(foreign.pk) not in listed
        assert client.get(page_of(own)).status_code == 200
        assert client.get(page_of(foreign)).status_code == 404

    def test_admins_see_everybody(self) -> None:
        assessment = started_assessment()
        client = browser_of(AdminFactory())

        assert str(assessment.pk) in client.get(LIST).content.decode()
        assert client.get(page_of(assessment)).status_code == 200

    def test_an_assessment_that_is_not_there_is_not_found(self) -> None:
        client = browser_of(AdminFactory())

        assert client.get(reverse("advisor:assessment", args=[uuid.uuid4()])).status_code == 404
        assert client.get(reverse("advisor:document", args=[uuid.uuid4()])).status_code == 404

    def test_pages_with_answers_are_kept_by_no_cache(self) -> None:
        response = browser_of(AdminFactory()).get(LIST)

        assert "no-store" in response["Cache-Control"]


class TestList:
    def test_an_empty_list_says_what_to_do(self) -> None:
        assert "No assessments yet" in browser_of(AdvisorFactory()).get(LIST).content.decode()

    def test_filters_narrow_it(self) -> None:
        advisor, student = advised_student()
        _, other = advised_student(advisor)
        open_one, handed_in = started_assessment(user=student), submitted_assessment(user=other)
        Assessment.objects.update(expires_at=timezone.now() + dt.timedelta(hours=1))
        client = browser_of(advisor)

        def found(**filters: str) -> set[str]:
            listed = client.get(LIST, filters).content.decode()
            return {str(one.pk) for one in (open_one, handed_in) if str(one.pk) in listed}

        assert found(search=student.email.upper()) == {str(open_one.pk)}
        assert found(status="awaiting_async") == {str(handed_in.pk)}
        assert found(role=str(open_one.role_id)) == {str(open_one.pk)}
        assert found(status="no such status") == {str(open_one.pk), str(handed_in.pk)}
        assert found(search="nobody") == set()

    def test_what_is_overdue_counts_as_expired_before_it_is_swept(self) -> None:
        assessment = started_assessment()
        client = browser_of(AdminFactory())

        assert str(assessment.pk) in client.get(LIST, {"status": "expired"}).content.decode()
        assert str(assessment.pk) not in client.get(LIST, {"status": "in_progress"}).content.decode()

    def test_made_up_learners_are_left_out_until_asked_for(self) -> None:
        assessment = started_assessment()
        Assessment.objects.update(metadata={"synthetic": True})
        client = browser_of(AdminFactory())

        assert str(assessment.pk) not in client.get(LIST).content.decode()
        assert str(assessment.pk) in client.get(LIST, {"synthetic": "on"}).content.decode()

    def test_it_shows_the_top_recommendation(self) -> None:
        advisor, student = advised_student()
        assessment = finished_assessment(student)
        first = assessment.recommendations.get().items.get(position=1)

        listed = browser_of(advisor).get(LIST).content.decode()

        assert first.title in listed
        assert str(first.confidence) in listed
        assert "7 of 7" in listed

    def test_the_number_of_queries_does_not_grow(self) -> None:
        advisor, student = advised_student()
        finished_assessment(student)
        client = browser_of(advisor)
        with_one = queries_of(client, LIST)
        for _ in range(2):
            _, another = advised_student(advisor)
            finished_assessment(another)

        assert queries_of(client, LIST) == with_one
        assert with_one <= 10

    def test_twenty_five_make_a_page(self) -> None:
        first = started_assessment()
        for _ in range(25):
            started_assessment(role=first.role)
        client = browser_of(AdminFactory())

        assert str(first.pk) not in client.get(LIST).content.decode()
        assert str(first.pk) in client.get(LIST, {"page": "2"}).content.decode()
        assert client.get(LIST, {"page": "nonsense"}).status_code == 200


class TestAssessment:
    def test_an_open_one_shows_neither_answers_nor_scores(self) -> None:
        assessment = started_assessment()
        Assessment.objects.update(expires_at=timezone.now() + dt.timedelta(hours=1))

        shown = browser_of(AdminFactory()).get(page_of(assessment)).content.decode()

        assert "The student is still answering" in shown
        assert "shorttextcanary" not in shown
        assert 'http-equiv="refresh"' not in shown

    def test_one_that_is_being_scored_renews_itself_and_shows_no_scores(self) -> None:
        assessment = submitted_assessment()

        shown = browser_of(AdminFactory()).get(page_of(assessment)).content.decode()

        assert '<meta http-equiv="refresh" content="3">' in shown
        assert "Scoring the essays" in shown
        assert "of 1.00" not in shown

    def test_an_expired_one_shows_answers_without_scores(self) -> None:
        assessment = submitted_assessment()
        Assessment.objects.update(status=AssessmentStatus.EXPIRED)

        shown = browser_of(AdminFactory()).get(page_of(assessment)).content.decode()

        assert "The time for this assessment is over" in shown
        assert "I would start by asking" in shown
        assert "of 1.00" not in shown

    def test_what_the_student_was_reminded_of_last_is_there_with_the_reason(self) -> None:
        advisor, student = advised_student()
        assessment = started_assessment(user=student)
        client = browser_of(advisor)
        assert "Reminders" not in client.get(page_of(assessment)).content.decode()
        for day in range(1, 5):
            NudgeFactory(
                user=student, title=f"Goal {day} <b>", reason=f"Reached on {day} March.",
                created_at=dt.datetime(2026, 3, day, 12, tzinfo=dt.UTC),
            )  # fmt: skip
        NudgeFactory(title="Of somebody else")

        page = client.get(page_of(assessment)).content.decode()

        assert re.findall(r"Goal \d &lt;b&gt;", page) == [f"Goal {day} &lt;b&gt;" for day in (4, 3, 2)]
        assert "Reached on 4 March." in page
        assert "Of somebody else" not in page

    def test_a_failed_one_says_why(self) -> None:
        assessment = submitted_assessment()
        Assessment.objects.update(status=AssessmentStatus.FAILED, failure_reason="The worker died.")

        shown = browser_of(AdminFactory()).get(page_of(assessment)).content.decode()

        assert "The worker died." in shown

    def test_every_part_of_a_degraded_result_is_named(self) -> None:
        advisor, student = advised_student()
        assessment = finished_assessment(student)
        Assessment.objects.update(degraded=True, missing=["essay_scores", "retrieval"])

        shown = browser_of(advisor).get(page_of(assessment)).content.decode()

        assert "The essays could not be scored." in shown
        assert "The catalog could not be searched." in shown

    def test_the_parts_shown_add_up_to_the_confidence(self) -> None:
        advisor, student = advised_student()
        shown = browser_of(advisor).get(page_of(finished_assessment(student))).content.decode()

        tables = re.findall(r'<table class="parts">(.*?)</table>', shown, re.DOTALL)

        assert len(tables) == 2
        for table in tables:
            *parts, confidence = [
                Decimal(number) for number in re.findall(r'<td class="number">(.*?)</td>', table)
            ]
            assert len(parts) == 5
            assert sum(parts) == confidence

    def test_a_trace_leads_to_its_place_in_the_document(self) -> None:
        advisor, student = advised_student()
        client = browser_of(advisor)
        shown = client.get(page_of(finished_assessment(student))).content.decode()
        plain = re.sub(r"</?mark>", "", shown)

        address = re.search(r'href="(/advisor/documents/[^"#]+)#passage"', shown)
        assert address is not None
        document = client.get(address[1].replace("&amp;", "&")).content.decode()

        assert f'<a href="{page_of(Assessment.objects.get())}">{student}, ' in document
        marked = re.findall(r'<mark id="passage">(.*?)</mark>', document)
        assert marked
        assert all(text in plain for text in marked)

    @pytest.mark.parametrize("origin", ["x", "01900000-0000-7000-8000-000000000000", "of another's student"])
    def test_a_document_leads_back_to_no_assessment_that_is_not_the_reader_s(self, origin: str) -> None:
        advisor, student = advised_student()
        finished_assessment(student)
        stranger = started_assessment()
        document = CredentialDocument.objects.first()
        assert document is not None
        address = reverse("advisor:document", args=[document.pk])
        asked = {"from": str(stranger.pk) if " " in origin else origin}

        shown = browser_of(advisor).get(address, asked).content.decode()

        assert "/advisor/assessments/" not in shown
        assert str(stranger.user) not in shown

    def test_a_passage_whose_document_has_changed_is_not_linked(self) -> None:
        advisor, student = advised_student()
        assessment = finished_assessment(student)
        CredentialDocument.objects.update(text="Something else.")

        shown = browser_of(advisor).get(page_of(assessment)).content.decode()

        assert "/advisor/documents/" not in shown
        assert "The document has changed since" in shown

    def test_a_hostile_essay_is_shown_as_text(self) -> None:
        advisor, student = advised_student()
        shown = browser_of(advisor).get(page_of(finished_assessment(student))).content.decode()

        assert re.findall(r"<script[^>]*>", shown) == ['<script src="/static/session-end.js" defer>']
        assert "<img src=x" not in shown
        assert "The essay asks for the &lt;b&gt;question&lt;/b&gt;" in shown
        suspected = '<mark class="suspected">&lt;script</mark>'
        rest = "&gt;alert(&quot;pwned&quot;)&lt;/script&gt; needs a question first"
        assert f"{suspected}<mark>{rest}<sup>1</sup></mark>" in shown
        assert "is what seems to speak to whoever scores it." in shown

    def test_staff_read_key_reasons_notes_and_what_scoring_took(self) -> None:
        advisor, student = advised_student()
        shown = browser_of(advisor).get(page_of(finished_assessment(student))).content.decode()

        assert "staff-feedback-canary" in shown
        assert "Needs review" in shown
        assert "The quote is not in the answer." in shown
        assert "openai gpt-4o-mini" in shown
        assert "prompt essay-1" in shown
        assert "0.0210 cents" in shown
        assert "The text seems to give orders to whoever scores it." in shown
        assert "This result is provisional." in shown

    def test_the_profile_is_there_in_numbers(self) -> None:
        advisor, student = advised_student()
        assessment = finished_assessment(student)
        level = assessment.skill_estimates.get().level

        shown = browser_of(advisor).get(page_of(assessment)).content.decode()

        assert f'data-label="Level" class="number">{level:.1f}<' in shown
        assert 'data-label="Target" class="number">4.0<' in shown

    def test_what_was_practised_since_stands_beside_the_skill(self) -> None:
        advisor, student = advised_student()
        assessment = finished_assessment(student)
        SkillRatingFactory(user=student, rating=1450.0, answers=6)
        SkillRatingFactory(rating=700.0, answers=99)

        page = browser_of(advisor).get(page_of(assessment)).content.decode()

        assert "practised 6 times, now at difficulty 7 of 10" in page
        assert "99 times" not in page

    def test_the_number_of_queries_does_not_grow_with_recommendations(self) -> None:
        advisor, student = advised_student()
        assessment = finished_assessment(student)
        client = browser_of(advisor)
        with_two = queries_of(client, page_of(assessment))
        assessment.recommendations.get().items.get(position=2).delete()

        assert queries_of(client, page_of(assessment)) == with_two
        assert with_two <= 36


class TestFeedback:
    @pytest.fixture
    def assessment(self) -> Assessment:
        _, student = advised_student()
        return finished_assessment(student)

    @pytest.fixture
    def client(self, assessment: Assessment) -> Client:
        return browser_of(User.objects.get(advised_links__student=assessment.user))

    def test_it_is_recorded_and_shown(self, client: Client, assessment: Assessment) -> None:
        item = assessment.recommendations.get().items.get(position=1)
        body = {
            "about": str(item.credential_id),
            "relevance": "4",
            "acceptance": "accepted",
            "comments": "Fits <well>.",
        }

        response = client.post(page_of(assessment), body)

        assert response.status_code == 302
        assert response["Location"] == page_of(assessment) + "#feedback"
        stored = RecommendationFeedback.objects.get()
        assert (stored.item, stored.relevance_score, stored.acceptance_status) == (item, 4, "accepted")
        shown = client.get(page_of(assessment)).content.decode()
        assert shown.count("Your feedback is recorded.") == 1
        assert shown.index('id="feedback"') < shown.index(
            "Your feedback is recorded."
        )  # where #feedback leads
        assert "Fits &lt;well&gt;." in shown

    def test_it_can_be_taken_back_and_then_no_more(self, client: Client, assessment: Assessment) -> None:
        about = {"about": str(assessment.recommendations.get().items.get(position=1).credential_id)}
        client.post(page_of(assessment), about | {"relevance": "4", "acceptance": "accepted"})

        taken = client.post(page_of(assessment), about | {"take_back": "yes"})
        shown = client.get(page_of(assessment)).content.decode()
        again = client.post(page_of(assessment), about | {"take_back": "yes"})

        assert (taken.status_code, again.status_code) == (302, 400)
        assert "What you said is taken back." in shown
        assert "Taken back" in shown
        assert "There is no feedback of yours to take back." in again.content.decode()
        assert [row.withdrawn for row in RecommendationFeedback.objects.order_by("submitted_at")] == [
            False,
            True,
        ]

    def test_it_may_be_about_the_whole_list(self, client: Client, assessment: Assessment) -> None:
        client.post(page_of(assessment), {"about": "", "relevance": "2", "acceptance": "rejected"})

        assert RecommendationFeedback.objects.get().item is None

    @pytest.mark.parametrize(
        "fault",
        [
            {"relevance": "6"},
            {"relevance": ""},
            {"acceptance": "perhaps"},
            {"about": str(uuid.uuid4())},
            {"comments": "x" * 2001},
            {"comments": "a\x00b"},
        ],
    )
    def test_what_is_wrong_is_refused_with_a_reason(
        self, client: Client, assessment: Assessment, fault: dict[str, str]
    ) -> None:
        body = {"about": "", "relevance": "3", "acceptance": "pending", "comments": "", **fault}

        response = client.post(page_of(assessment), body)

        assert response.status_code == 400
        assert "Your feedback was not recorded." in response.content.decode()
        assert not RecommendationFeedback.objects.exists()

    def test_a_foreign_advisor_cannot_give_any(self, assessment: Assessment) -> None:
        response = browser_of(AdvisorFactory()).post(
            page_of(assessment), {"relevance": "3", "acceptance": "pending"}
        )

        assert response.status_code == 404
        assert not RecommendationFeedback.objects.exists()

    def test_a_forged_form_is_refused(self, assessment: Assessment) -> None:
        forger = Client(enforce_csrf_checks=True)
        forger.force_login(AdminFactory())

        response = forger.post(page_of(assessment), {"relevance": "3", "acceptance": "pending"})

        assert response.status_code == 403

    def test_there_is_none_about_an_assessment_without_recommendations(self) -> None:
        open_one = started_assessment()

        response = browser_of(AdminFactory()).post(
            page_of(open_one), {"relevance": "3", "acceptance": "pending"}
        )

        assert response.status_code == 404


class TestDocument:
    @pytest.mark.parametrize(
        "place", ["", "?start=-1&end=abc", "?start=99999999999999&end=1", "?start=5&end=2"]
    )
    def test_odd_places_mark_nothing(self, place: str) -> None:
        _, student = advised_student()
        finished_assessment(student)
        document = CredentialDocument.objects.first()
        assert document is not None

        response = browser_of(AdvisorFactory()).get(reverse("advisor:document", args=[document.pk]) + place)

        assert response.status_code == 200
        assert "<mark" not in response.content.decode()
