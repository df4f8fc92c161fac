"""Students see and decide what becomes of their data."""

import datetime as dt
import io
import re
import zipfile
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from accounts.personal_data import consents, erasing
from accounts.personal_data.models import Consent, DataExport, ErasureRequest
from ops import jobs
from ops.models import AuditLog
from partners import services as partners
from partners.models import LtiGrade, LtiLink, LtiPlatform
from tests.factories.accounts import PASSWORD, UserFactory
from tests.factories.assessments import started_assessment
from tests.factories.partners import LtiGradeFactory, LtiLinkFactory
from tests.factories.service_keys import service_key

pytestmark = pytest.mark.django_db
CURRENT = consents.CURRENT[consents.MODEL_SCORING]


@pytest.fixture
def student() -> User:
    made: User = UserFactory()
    return made


@pytest.fixture
def client(student: User) -> Client:
    return browser_of(student)


def browser_of(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def shown(client: Client) -> str:
    return client.get(reverse("student:data")).content.decode()


def choose(client: Client, page: str, allowed: str, version: str = CURRENT) -> str:
    (seen,) = re.findall(r'name="seen" value="(\d+)"', page)
    answer = client.post(
        reverse("student:choose-model"), {"allowed": allowed, "version": version, "seen": seen}, follow=True
    )
    return answer.content.decode()


def test_the_text_is_that_of_the_guide() -> None:
    guide = (settings.BASE_DIR / "docs/guides/privacy.md").read_text()
    said = re.search(r"\*\*Version ([\d-]+)\.\*\* \*(.*?)\*\n", guide, re.DOTALL)

    assert said is not None
    assert (said[1], " ".join(said[2].split())) == (CURRENT, consents.TEXTS[consents.MODEL_SCORING])


def test_a_choice_is_kept_once_with_the_text_that_was_shown(client: Client, student: User) -> None:
    page = shown(client)
    assert "Nobody has asked you yet." in page

    for _ in range(2):
        said = choose(client, page, "no")

    consent = Consent.objects.get()
    assert (consent.user, consent.given, consent.version) == (student, False, CURRENT)
    assert "No language model reads what you write from now on." in said
    assert "You refused on" in said
    assert "I refuse</button>" not in said
    assert "I agree</button>" in said
    student.refresh_from_db()
    assert not student.model_scoring


def test_a_choice_of_an_earlier_text_is_refused(client: Client) -> None:
    said = choose(client, shown(client), "yes", version="2026-11")

    assert f"Nothing was changed. The current text is version {CURRENT}." in said
    assert Consent.objects.count() == 0


def test_a_choice_is_refused_where_the_account_has_changed_since(client: Client, student: User) -> None:
    page = shown(client)
    student.save()

    assert "Nothing was changed. Your account has changed since." in choose(client, page, "yes")
    assert Consent.objects.count() == 0


def test_a_choice_of_neither_is_refused(client: Client) -> None:
    assert "Choose one of the two." in choose(client, shown(client), "perhaps")


def test_what_was_agreed_to_before_the_current_text_can_be_said_anew(client: Client, student: User) -> None:
    Consent.objects.create(
        user=student, purpose=consents.MODEL_SCORING, version="2026-11", given=True, decided_at=timezone.now()
    )

    page = shown(client)

    assert "to an earlier text than this" in page
    assert "I agree</button>" in page
    assert "I refuse</button>" in page


def test_a_copy_is_made_once_and_fetched(client: Client, student: User) -> None:
    address = reverse("student:copy")
    assert client.get(address).status_code == 404

    for _ in range(2):
        page = client.post(reverse("student:ask-for-copy"), follow=True).content.decode()

    assert DataExport.objects.count() == 1
    assert "Your copy is being made: 0 of" in page
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in page
    assert '<p role="status" data-look-again="3">' in page
    assert client.get(address)["Location"] == reverse("student:data")
    jobs.drain(skip_waits=True)
    page = shown(client)
    assert "Download the copy" in page
    assert "http-equiv" not in page
    asked = client.head(address)
    assert (asked.status_code, asked["Content-Type"]) == (200, "application/zip")
    assert not AuditLog.objects.filter(action="export.fetched").exists()
    answer: Any = client.get(address)
    assert answer["Content-Disposition"].startswith('attachment; filename="my-data-')
    assert "no-store" in answer["Cache-Control"]
    names = zipfile.ZipFile(io.BytesIO(answer.getvalue())).namelist()
    assert "about.json" in names
    assert AuditLog.objects.filter(action="export.fetched", actor_id=student.pk).count() == 1
    assert browser_of(UserFactory()).get(address).status_code == 404


def test_a_copy_that_failed_or_takes_long_says_so(client: Client, student: User) -> None:
    long_ago = timezone.now() - dt.timedelta(hours=1)
    made = DataExport.objects.create(user=student, requested_at=long_ago, total=9)

    page = shown(client)
    assert "Look again" in page
    assert "http-equiv" not in page
    DataExport.objects.filter(pk=made.pk).update(failed_at=long_ago)
    assert "Your copy could not be made." in shown(client)


def test_everything_is_erased_after_a_while_for_who_knows_the_password(client: Client, student: User) -> None:
    address = reverse("student:erase-data")
    assert "That happens in 14 days." in client.get(address).content.decode()

    refused = client.post(address, {"password": "another"})
    for _ in range(2):
        page = client.post(address, {"password": PASSWORD}, follow=True).content.decode()

    assert (refused.status_code, "That is not your password." in refused.content.decode()) == (400, True)
    assert ErasureRequest.objects.get().user == student
    assert "Your data will be erased" in page
    assert "You have asked for this already." in client.get(address).content.decode()


def test_an_erasure_is_called_off(client: Client, student: User) -> None:
    erasing.request_erasure(by=student, person=student, now=timezone.now())

    first, second = (
        client.post(reverse("student:keep-data"), follow=True).content.decode() for _ in range(2)
    )

    assert "The erasure is called off. Everything stays as it is." in first
    assert "Nothing is to be erased." in second
    assert "will be erased" not in second
    assert ErasureRequest.objects.get().cancelled_at


def test_an_erasure_that_has_begun_is_not_called_off(client: Client, student: User) -> None:
    made = erasing.request_erasure(by=student, person=student, now=timezone.now())
    ErasureRequest.objects.filter(pk=made.pk).update(started_at=timezone.now())

    page = client.post(reverse("student:keep-data"), follow=True).content.decode()

    assert "The erasure has begun and cannot be called off." in page
    assert "Keep my data</button>" not in page


def test_who_has_no_password_proves_otherwise_who_they_are(client: Client, student: User) -> None:
    student.set_unusable_password()
    student.save()
    client.force_login(student)
    session = client.session
    session["started_at"] = 0
    session.save()

    answer = client.post(reverse("student:erase-data"))

    assert answer.status_code == 302
    assert ErasureRequest.objects.count() == 0


def test_programs_that_read_a_result_are_listed_and_those_of_others_are_not(
    client: Client, student: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    assert "No program has read a result of yours." in shown(client)
    now = timezone.now()
    key = service_key()[0]
    for person, program in (
        (UserFactory(), "Lighthouse"),
        (student, "Harbour"),
        (student, "Harbour <b>again</b>"),
    ):
        partners.note_reading(
            assessment_id=started_assessment(user=person).pk, service_key_id=key.pk, program=program, now=now
        )

    with django_assert_num_queries(9):
        page = shown(client)

    assert "Harbour &lt;b&gt;again&lt;/b&gt;" in page
    assert "Lighthouse" not in page


class TestCoursesThatLeadHere:
    def test_are_listed_with_what_their_gradebooks_were_told(self, client: Client, student: User) -> None:
        assert "Courses that lead to your account" not in shown(client)
        link = LtiLinkFactory(person=student, platform__name="Northfield <b>Moodle</b>")
        LtiGradeFactory(
            person=student,
            platform=link.platform,
            role__name="Analyst",
            sent_score="56.45",
            sent_at=timezone.now(),
        )
        LtiGradeFactory(person=student, platform=link.platform, resource_link="other", role__name="Not told")
        LtiGradeFactory(platform=link.platform, sent_score="12.34", sent_at=timezone.now())
        LtiLinkFactory(platform=link.platform, platform__name="Somebody else's")

        page = " ".join(shown(client).split())

        assert page.count("Unlink Northfield &lt;b&gt;Moodle&lt;/b&gt;</button>") == 1
        assert page.count(" of 100.") == 1
        assert "Its gradebook was told of Analyst: 56.45 of 100." in page

    def test_are_unlinked(self, client: Client, student: User) -> None:
        link = LtiLinkFactory(person=student)
        LtiGradeFactory(person=student, platform=link.platform)
        others = LtiGradeFactory(platform=link.platform)

        said = client.post(reverse("student:unlink-course", args=[link.pk]), follow=True).content.decode()

        assert "Northfield Moodle does not lead to your account any more." in said
        assert not LtiLink.objects.exists()
        assert LtiGrade.objects.get() == others
        row = AuditLog.objects.get(action="user.course_unlinked")
        assert (row.actor_id, row.resource_id) == (student.pk, student.pk)

    def test_of_others_are_none_of_ones_business(self, client: Client) -> None:
        link = LtiLinkFactory()

        assert client.post(reverse("student:unlink-course", args=[link.pk])).status_code == 404
        assert LtiLink.objects.count() == 1

    def test_the_only_way_in_stays(self, client: Client, student: User) -> None:
        student.set_unusable_password()
        student.save()
        client.force_login(student)
        link, another = LtiLinkFactory(person=student), LtiLinkFactory(person=student)
        LtiPlatform.objects.filter(pk=another.platform_id).update(active=False)

        page = client.post(reverse("student:unlink-course", args=[link.pk]), follow=True).content.decode()

        assert "This course is the only way into your account. Choose a password first." in page
        assert LtiLink.objects.count() == 2
        LtiPlatform.objects.update(active=True)
        client.post(reverse("student:unlink-course", args=[link.pk]))
        assert LtiLink.objects.get() == another
