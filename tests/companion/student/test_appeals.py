"""Students appeal against scores, follow what becomes of it, and read what people decided."""

import datetime as dt
import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.enums import Role
from accounts.models import User
from assessments.models import Assessment
from catalog.models import CredentialDocument
from companion.student.result_forms import AppealForm
from scoring import oversight
from scoring.models import Appeal, AppealMessage
from tests.companion.student.browsing import browser_of, result_of_today
from tests.factories.accounts import AdvisorAssignmentFactory, UserFactory
from tests.factories.assessments import question_id_of

pytestmark = pytest.mark.django_db
NOWHERE = "00000000-0000-0000-0000-000000000007"


@pytest.fixture
def assessment() -> Assessment:
    return result_of_today()


@pytest.fixture
def client(assessment: Assessment) -> Client:
    return browser_of(assessment.user)


@pytest.fixture
def advisor(assessment: Assessment) -> User:
    person: User = assessment.user.advisor_links.get().advisor
    return person


def words(html: bytes) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.decode())).replace(" .", ".")


def make(client: Client, assessment: Assessment, kind: str = "essay", **changed: str) -> Any:
    given = {"question_id": str(question_id_of(assessment, kind)), "statement": "I did weigh <b>both</b>."}
    criterion = {"criterion": "Reasoning"} if kind == "essay" else {}
    return client.post(
        reverse("student:make-appeal", args=[assessment.pk]), {**given, **criterion, **changed}
    )


class TestMaking:
    @pytest.mark.parametrize(
        ("criteria", "offered"),
        [(["Clarity"], ["Clarity"]), (["Clarity", "Reasoning"], ["", "Clarity", "Reasoning"])],
    )
    def test_a_criterion_that_is_the_only_one_need_not_be_chosen(
        self, criteria: list[str], offered: list[str]
    ) -> None:
        field: Any = AppealForm(criteria=criteria).fields["criterion"]

        assert [value for value, _ in field.choices] == offered

    def test_an_appeal_sent_twice_is_one_and_leads_to_its_thread(
        self, client: Client, assessment: Assessment
    ) -> None:
        answers = [make(client, assessment) for _ in range(2)]

        row = Appeal.objects.get()
        assert (row.criterion_name, row.status) == ("Reasoning", "open")
        assert [one["Location"] for one in answers] == [reverse("student:appeal", args=[row.pk])] * 2
        html = client.get(answers[0]["Location"]).content
        assert b"I did weigh &lt;b&gt;both&lt;/b&gt;." in html
        assert "Question 7, Reasoning" in words(html)

    def test_an_open_one_is_named_at_its_question_and_not_offered_again(
        self, client: Client, assessment: Assessment
    ) -> None:
        make(client, assessment)
        html = client.get(reverse("student:result", args=[assessment.pk])).content.decode()
        essay = html[html.index('id="question-7"') :]

        assert "Appeal open" in essay
        assert "I think this score is wrong" not in essay
        other = make(client, assessment, statement="Something else.")
        assert other.status_code == 400
        assert "An appeal about this is open already. Write into its thread." in words(other.content)

    @pytest.mark.parametrize(
        ("changed", "said"),
        [
            ({"statement": " "}, "Say why you think that the score is wrong."),
            ({"statement": "\x00"}, "Null characters are not allowed."),
            ({"statement": "x" * 4001}, "Ensure this value has at most 4000 characters"),
            ({"criterion": ""}, "Choose the part of the scoring that you mean."),
            ({"criterion": "Evidence"}, "An appeal about this part cannot be made any more. Choose another."),
        ],
    )
    def test_what_is_wrong_is_said_at_its_question(
        self, client: Client, assessment: Assessment, changed: dict[str, str], said: str
    ) -> None:
        answer = make(client, assessment, **changed)
        html = answer.content.decode()

        assert answer.status_code == 400
        assert said in html[html.index('id="question-7"') :]
        assert Appeal.objects.count() == 0

    def test_after_the_days_it_is_neither_offered_nor_taken(
        self, client: Client, assessment: Assessment
    ) -> None:
        late = timezone.now() - dt.timedelta(days=15)
        Assessment.objects.filter(pk=assessment.pk).update(completed_at=late)
        html = client.get(reverse("student:result", args=[assessment.pk])).content.decode()

        assert "I think this score is wrong" not in html
        answer = make(client, assessment)
        assert answer.status_code == 400
        assert "Appeals are possible within 14 days of the result" in words(answer.content)

    def test_what_is_somebody_elses_is_not_there(self, assessment: Assessment) -> None:
        stranger = Client()
        stranger.force_login(UserFactory(role=Role.STUDENT))

        assert make(stranger, assessment).status_code == 404
        assert Appeal.objects.count() == 0

    def test_a_question_that_was_not_asked_is_not_there(self, client: Client, assessment: Assessment) -> None:
        assert make(client, assessment, question_id=NOWHERE).status_code == 404
        assert make(client, assessment, question_id="x").status_code == 404


class TestThread:
    def test_a_message_sent_twice_is_said_once_and_a_later_one_again(
        self, client: Client, assessment: Assessment
    ) -> None:
        where = make(client, assessment)["Location"]

        for seen in ("1", "1", "2"):
            assert client.post(where, {"text": "Please look.", "seen": seen}).status_code == 302

        assert [one.text for one in AppealMessage.objects.order_by("sent_at")][1:] == ["Please look."] * 2

    def test_staff_is_not_named_and_the_decision_is_read(
        self, client: Client, assessment: Assessment, advisor: User
    ) -> None:
        where = make(client, assessment)["Location"]
        row = Appeal.objects.get()
        now = timezone.now()
        oversight.say(by=advisor, appeal_id=row.pk, text="I read it again.", now=now)
        new = oversight.NewScore(level="Full")
        oversight.decide(by=advisor, appeal_id=row.pk, new=new, reason="It weighs both.", now=now)

        html = client.get(where).content

        assert "Staff" in words(html)
        assert "The score was changed. Before: Partial, 1.33 of 4. Now: Full, 2.67 of 4." in words(html)
        assert "It weighs both." in words(html)
        assert advisor.name.encode() not in html
        assert "The appeal is decided." in words(html)
        late = client.post(where, {"text": "And this?", "seen": "2"})
        assert late.status_code == 400

    def test_an_empty_message_is_refused(self, client: Client, assessment: Assessment) -> None:
        answer = client.post(make(client, assessment)["Location"], {"text": " ", "seen": "1"})

        assert answer.status_code == 400
        assert b"Write something first." in answer.content

    @pytest.mark.parametrize("seen", ["-1", "x", "9" * 30])
    def test_a_form_that_a_page_never_sent_is_refused(
        self, client: Client, assessment: Assessment, seen: str
    ) -> None:
        answer = client.post(make(client, assessment)["Location"], {"text": "Please look.", "seen": seen})

        assert answer.status_code == 400
        assert "This page is out of date; load it again." in words(answer.content)

    def test_others_have_no_such_appeal(self, client: Client, assessment: Assessment, advisor: User) -> None:
        where = make(client, assessment)["Location"]
        for person in (UserFactory(role=Role.STUDENT), advisor):
            other = Client()
            other.force_login(person)
            assert other.get(where).status_code == 404

    def test_the_list_reads_as_much_for_one_as_for_three(
        self, client: Client, assessment: Assessment, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        assert "No appeals" in words(client.get(reverse("student:appeals")).content)
        for kind in ("essay", "numeric", "short_text"):
            make(client, assessment, kind)
        with django_assert_max_num_queries(9):
            html = client.get(reverse("student:appeals")).content
        assert words(html).count("Open") == 3


class TestNotices:
    @pytest.fixture
    def told(self, assessment: Assessment, advisor: User) -> None:
        oversight.override(
            by=advisor,
            assessment_id=assessment.pk,
            question_id=question_id_of(assessment, "numeric"),
            new=oversight.NewScore(score=Decimal(1)),
            reason="It was right <i>after all</i>.",
            now=timezone.now(),
        )

    @pytest.mark.usefixtures("told")
    def test_what_was_decided_is_read_and_marked(
        self, client: Client, assessment: Assessment, advisor: User
    ) -> None:
        html = client.get(reverse("student:notices")).content
        text = words(html)

        assert "A person changed this score. Before: 0 of 1. Now: 1 of 1." in text
        where = reverse("student:result", args=[assessment.pk])
        assert f'<a href="{where}#question-3">Question 3</a>'.encode() in html
        assert b"It was right &lt;i&gt;after all&lt;/i&gt;." in html
        assert advisor.name.encode() not in html
        home = reverse("student:home")
        assert "What people decided 1 new" in words(client.get(home).content)
        ids = re.findall(r'name="notice" value="([^"]+)"', html.decode())
        for _ in range(2):
            answer = client.post(reverse("student:notices-seen"), {"notice": ids})
            assert answer["Location"] == reverse("student:notices")
        assert oversight.notices_for(assessment.user)[0].seen_at is not None
        assert "1 new" not in words(client.get(home).content)
        assert "I have read them" not in words(client.get(reverse("student:notices")).content)

    @pytest.mark.usefixtures("told")
    def test_a_page_notes_by_itself_what_was_seen_unless_the_log_in_has_ended(
        self, client: Client, assessment: Assessment
    ) -> None:
        (one,) = oversight.notices_for(assessment.user)
        sent = {"notice": str(one.notice_id), "by_itself": "1"}

        assert Client().post(reverse("student:notices-seen"), sent).status_code == 302
        assert oversight.notices_for(assessment.user)[0].seen_at is None
        assert client.post(reverse("student:notices-seen"), sent).status_code == 204
        assert oversight.notices_for(assessment.user)[0].seen_at is not None
        assert "Noted" not in words(client.get(reverse("student:notices")).content)

    @pytest.mark.usefixtures("told")
    def test_the_result_leads_to_what_was_decided(self, client: Client, assessment: Assessment) -> None:
        html = client.get(reverse("student:result", args=[assessment.pk])).content

        assert "1 new" in words(html)
        assert b'<a href="#question-3">Question 3</a>' in html

    @pytest.mark.usefixtures("told")
    def test_those_of_others_are_not_there_to_mark(self, assessment: Assessment) -> None:
        stranger = Client()
        stranger.force_login(UserFactory(role=Role.STUDENT))
        one = oversight.notices_for(assessment.user)[0]

        for value in (str(one.notice_id), "x"):
            assert stranger.post(reverse("student:notices-seen"), {"notice": value}).status_code == 404
        assert oversight.notices_for(assessment.user)[0].seen_at is None

    def test_without_any_it_says_what_comes_here(self, client: Client) -> None:
        assert "Nothing so far" in words(client.get(reverse("student:notices")).content)


class TestDocuments:
    def test_a_description_is_read_with_the_passage_marked(
        self, client: Client, assessment: Assessment
    ) -> None:
        html = client.get(reverse("student:result", args=[assessment.pk])).content.decode()
        (first, *_) = re.findall(r'href="(/student/documents/[^"#]+)#passage"', html)

        page = client.get(first.replace("&amp;", "&")).content.decode()

        assert '<mark id="passage">Learn SQL joins. They are the heart of SQL for a role..' in page
        assert f'href="{reverse("student:result", args=[assessment.pk])}"' in page

    def test_what_is_no_longer_on_offer_cannot_be_read_as_in_the_api(self, client: Client) -> None:
        document = CredentialDocument.objects.first()
        assert document is not None
        where = reverse("student:document", args=[document.pk])
        assert client.get(where, {"from": NOWHERE, "start": "x"}).status_code == 200
        document.credential.active = False
        document.credential.save()

        gone = client.get(where)

        assert gone.status_code == client.get(reverse("student:document", args=[NOWHERE])).status_code == 404


def test_each_student_has_only_their_own(assessment: Assessment, client: Client) -> None:
    other = AdvisorAssignmentFactory().student
    stranger = Client()
    stranger.force_login(other)
    make(client, assessment)

    assert "No appeals" in words(stranger.get(reverse("student:appeals")).content)
