"""Which account a course opens: the one that was linked, on the page where its owner said so, and no other."""

import datetime as dt
import re

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts import services as accounts
from accounts.enums import AuthMethod, LinkState, Role
from accounts.institution import links as institution
from accounts.institution.errors import LogInRefused
from accounts.institution.id_tokens import Identity
from accounts.models import InstitutionLink, PageSession, User
from ops.models import AsyncJob, AuditLog
from partners.lti import grade_sync, services
from partners.models import LtiLink, LtiPlatform
from tests.accounts.test_second_factor import code_of, switch_on
from tests.factories.accounts import PASSWORD, AdvisorFactory, InstitutionLinkFactory, UserFactory
from tests.factories.assessments import started_assessment
from tests.factories.catalog import role_with_every_type
from tests.factories.partners import LtiGradeFactory, LtiLinkFactory
from tests.fakes.learning_platform import CLAIM, GIVEN, LearningPlatform
from tests.partners.lti.visits import HOME, PAGE, is_in, visit

pytestmark = pytest.mark.django_db
SUBJECT = GIVEN["claims"]["sub"]
MAKE = "Make me an account"


def shown(client: Client) -> str:
    return re.sub(r"\s+", " ", client.get(PAGE).content.decode())


@pytest.fixture
def robin() -> User:
    made: User = UserFactory(email="robin@example.org", name="Robin")
    return made


def log_in(client: Client, person: User, **over: str) -> str:
    given = {"username": person.email, "password": PASSWORD, **over}
    return str(client.post("/login", given)["Location"])


@pytest.mark.usefixtures("registered")
class TestLinkingOnesAccount:
    def test_who_comes_for_the_first_time_logs_in_and_says_yes(
        self, client: Client, platform: LearningPlatform, robin: User
    ) -> None:
        assert visit(client, platform)["Location"] == PAGE
        page = shown(client)
        assert (
            "Northfield Canvas has sent you as <strong>Robin Ferrante</strong> (robin@example.org)." in page
        )
        assert MAKE not in page
        assert f'href="/login?next={PAGE}"' in page

        assert log_in(client, robin, next=PAGE) == PAGE
        assert "Yes, link it to this account" in shown(client)
        assert not LtiLink.objects.exists()
        answer = client.post(PAGE)

        assert answer["Location"] == HOME
        link = LtiLink.objects.get()
        assert (link.person, link.subject, link.confirmed) == (robin, SUBJECT, True)
        rows = AuditLog.objects.filter(action="user.course_linked")
        assert [(row.actor_id, row.metadata) for row in rows] == [
            (robin.pk, {"platform_id": str(link.platform_id), "how": "confirmed"})
        ]
        elsewhere = Client()
        assert visit(elsewhere, platform)["Location"] == HOME
        assert elsewhere.session["_auth_user_id"] == str(robin.pk)

    def test_no_other_site_says_yes(self, client: Client, platform: LearningPlatform, robin: User) -> None:
        strict = Client(enforce_csrf_checks=True)
        visit(strict, platform)
        strict.force_login(robin)

        assert strict.post(PAGE).status_code == 403
        assert not LtiLink.objects.exists()

    def test_an_old_log_in_is_proven_first(
        self, client: Client, platform: LearningPlatform, robin: User
    ) -> None:
        visit(client, platform)
        log_in(client, robin)
        session = client.session
        session["started_at"] -= 31 * 60
        session.save()

        assert client.post(PAGE)["Location"] == "/prove?next=%2Fstudent%2Fcourse"
        assert not LtiLink.objects.exists()

    def test_after_ten_minutes_nothing_waits(
        self, client: Client, platform: LearningPlatform, robin: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        visit(client, platform)
        monkeypatch.setattr("partners.lti.pending_launches.WITHIN_SECONDS", -1)

        assert "Nothing waits here." in shown(client)
        log_in(client, robin)
        assert client.post(PAGE)["Location"] == PAGE
        assert not LtiLink.objects.exists()

    def test_nobody_makes_up_who_was_sent(self, client: Client, robin: User) -> None:
        client.cookies["lti-held"] = "2.made-up"

        assert "Nothing waits here." in shown(client)

    def test_staff_link_nothing(self, client: Client, platform: LearningPlatform) -> None:
        advisor = AdvisorFactory()
        visit(client, platform)
        log_in(client, advisor)

        assert "Courses open the accounts of students only." in shown(client)
        assert client.post(PAGE)["Location"] == PAGE
        assert not LtiLink.objects.exists()

    def test_neither_of_the_two_is_taken_from_another(
        self, client: Client, platform: LearningPlatform, registered: LtiPlatform, robin: User
    ) -> None:
        LtiLinkFactory(platform=registered, person=robin, subject="another")
        visit(client, platform)
        log_in(client, robin)

        assert client.post(PAGE)["Location"] == PAGE
        assert "knows you by another account here" in shown(client)
        assert LtiLink.objects.get().subject == "another"

    def test_who_was_disabled_meanwhile_links_nothing(
        self, client: Client, platform: LearningPlatform, robin: User
    ) -> None:
        visit(client, platform)
        log_in(client, robin)
        accounts.disable(by=None, person=robin)

        client.post(PAGE)

        assert not LtiLink.objects.exists()


class TestBeingMadeAStudent:
    @pytest.fixture(autouse=True)
    def open_to_all(self, registered: LtiPlatform) -> None:
        registered.makes_students = True
        registered.save()

    def test_is_asked_for_on_the_page(self, client: Client, platform: LearningPlatform) -> None:
        visit(client, platform)
        assert MAKE in shown(client)
        assert not User.objects.exists()

        answer = client.post(PAGE)

        person = User.objects.get()
        assert (answer["Location"], is_in(client)) == (HOME, True)
        assert (person.email, person.name, person.role) == ("robin@example.org", "Robin Ferrante", "student")
        assert not person.has_usable_password()
        assert LtiLink.objects.get().confirmed is False
        assert PageSession.objects.get().means == AuthMethod.COURSE
        actions = (
            AuditLog.objects.filter(resource_id=person.pk).order_by("pk").values_list("action", flat=True)
        )
        assert list(actions) == ["user.created", "user.course_linked", "session.begun"]
        elsewhere = Client()
        visit(elsewhere, platform)
        assert elsewhere.session["_auth_user_id"] == str(person.pk)

    def test_what_waited_is_good_once(self, client: Client, platform: LearningPlatform) -> None:
        visit(client, platform)
        kept = client.cookies["lti-held"].value
        client.post(PAGE)
        elsewhere = Client()
        elsewhere.cookies["lti-held"] = kept

        elsewhere.post(PAGE)

        assert not is_in(elsewhere)
        assert User.objects.count() == 1

    def test_nobody_gets_an_address_that_somebody_has(
        self, client: Client, platform: LearningPlatform, robin: User
    ) -> None:
        visit(client, platform)
        page = shown(client)
        assert MAKE not in page
        assert "There is an account with the address robin@example.org." in page

        client.post(PAGE)

        assert (User.objects.count(), is_in(client)) == (1, False)

    @pytest.mark.parametrize("email", [None, "", "nobody", "a b@example.org", "\u212aim@example.org"])
    def test_without_an_address_nobody_is_made_one(
        self, client: Client, platform: LearningPlatform, email: str | None
    ) -> None:
        platform.person["email"] = email
        visit(client, platform)

        assert "ask whoever looks after the course" in shown(client)
        client.post(PAGE)
        assert not User.objects.exists()

    def test_not_where_the_platform_may_not(
        self, client: Client, platform: LearningPlatform, registered: LtiPlatform
    ) -> None:
        visit(client, platform)
        LtiPlatform.objects.update(makes_students=False)

        assert MAKE not in shown(client)
        client.post(PAGE)
        assert not User.objects.exists()

    def test_who_gets_a_password_has_to_confirm_the_link(
        self, client: Client, platform: LearningPlatform
    ) -> None:
        visit(client, platform)
        client.post(PAGE)
        person = User.objects.get()
        accounts.change_password(by=None, person=person, password=PASSWORD)

        assert visit(Client(), platform)["Location"] == PAGE
        client = Client()
        visit(client, platform)
        log_in(client, person)
        client.post(PAGE)

        assert LtiLink.objects.get().confirmed is True
        assert visit(Client(), platform)["Location"] == HOME

    def test_who_is_linked_to_the_institution_has_to_confirm_too(
        self, client: Client, platform: LearningPlatform, settings: Settings
    ) -> None:
        visit(client, platform)
        client.post(PAGE)
        settings.OIDC_ISSUER = "https://login.example.edu"
        InstitutionLinkFactory(person=User.objects.get())

        assert visit(Client(), platform)["Location"] == PAGE

    def test_a_verified_address_does_not_lead_into_an_account_that_a_course_opens(
        self, client: Client, platform: LearningPlatform, settings: Settings
    ) -> None:
        visit(client, platform)
        client.post(PAGE)
        person = User.objects.get()
        settings.OIDC_ISSUER = "https://login.example.edu"
        owner = Identity("https://login.example.edu", "robin-1", "robin@example.org")

        with pytest.raises(LogInRefused):
            institution.owner_of(owner, now=timezone.now())

        institution.open_for(person, by=AdvisorFactory(), now=timezone.now())
        assert institution.owner_of(owner, now=timezone.now()) == person
        states = InstitutionLink.objects.order_by("issuer").values_list("issuer", "state")
        assert list(states) == [("", LinkState.CLOSED), ("https://login.example.edu", LinkState.LINKED)]


class TestTheSession:
    @pytest.fixture
    def link(self, registered: LtiPlatform, robin: User) -> LtiLink:
        made: LtiLink = LtiLinkFactory(platform=registered, person=robin, subject=SUBJECT)
        return made

    def test_leads_to_the_role_that_the_course_names(
        self, client: Client, platform: LearningPlatform, link: LtiLink
    ) -> None:
        role = role_with_every_type()
        begins = f"/student/roles/{role.pk}"
        for named, place in ((role.key, begins), (str(role.pk), begins), ("no", HOME), (str(link.pk), HOME)):
            platform.claims = {f"{CLAIM}custom": {"role": named}}
            assert visit(client, platform)["Location"] == place
        for odd in ("../../admin", 7, {"a": 1}):
            platform.claims = {f"{CLAIM}custom": {"role": odd}}
            assert visit(client, platform)["Location"] == HOME

    def test_leads_to_the_assessment_that_is_open(
        self, client: Client, platform: LearningPlatform, link: LtiLink, robin: User
    ) -> None:
        assessment = started_assessment(user=robin, now=timezone.now())
        platform.claims = {f"{CLAIM}custom": {"role": str(assessment.role_id)}}

        assert visit(client, platform)["Location"] == f"/student/assessments/{assessment.pk}/questions"

    def test_whoever_was_logged_in_before_is_logged_out(
        self, client: Client, platform: LearningPlatform, link: LtiLink
    ) -> None:
        advisor = AdvisorFactory()
        client.force_login(advisor)

        visit(client, platform)

        assert client.session["_auth_user_id"] == str(link.person_id)
        assert PageSession.objects.get(person=advisor).ended_at is not None

    def test_our_second_factor_is_asked_for(
        self, client: Client, platform: LearningPlatform, link: LtiLink, robin: User
    ) -> None:
        switch_on(robin)

        assert visit(client, platform)["Location"] == "/login/code"
        assert not is_in(client)
        answer = client.post("/login/code", {"code": code_of(robin, dt.datetime.now(dt.UTC))})

        assert answer["Location"] == HOME
        assert PageSession.objects.get().means == AuthMethod.COURSE

    def test_proves_nothing(
        self, client: Client, platform: LearningPlatform, link: LtiLink, robin: User
    ) -> None:
        robin.set_unusable_password()
        robin.save()
        visit(client, platform)

        assert client.post("/second-factor")["Location"].startswith("/prove?")

    def test_is_over_when_the_platform_is_switched_off(
        self, client: Client, platform: LearningPlatform, link: LtiLink, registered: LtiPlatform
    ) -> None:
        visit(client, platform)
        assert client.get(HOME).status_code == 200

        registered.active = False
        services.save_platform(
            by=None, platform=registered, changed=frozenset({"active"}), now=timezone.now()
        )

        assert client.get(HOME)["Location"] == f"/login?next={HOME}"
        assert PageSession.objects.get().ended_at is not None

    def test_is_over_wherever_nobody_wrote_that_it_is_off(
        self, client: Client, platform: LearningPlatform, link: LtiLink
    ) -> None:
        visit(client, platform)

        LtiPlatform.objects.update(active=False)

        assert client.get(HOME)["Location"] == f"/login?next={HOME}"

    @pytest.mark.parametrize("change", [{"role": Role.ADVISOR}, {"status": "disabled"}])
    def test_is_over_for_who_is_no_active_student_any_more(
        self, client: Client, platform: LearningPlatform, link: LtiLink, change: dict[str, str]
    ) -> None:
        visit(client, platform)

        User.objects.update(**change)

        assert client.get(HOME)["Location"] == f"/login?next={HOME}"

    def test_is_over_when_the_account_is_unlinked(
        self, client: Client, platform: LearningPlatform, link: LtiLink
    ) -> None:
        visit(client, platform)

        services.unlink(by=None, link=link, now=timezone.now())

        assert client.get(HOME)["Location"] == f"/login?next={HOME}"
        assert AuditLog.objects.filter(action="user.course_unlinked").count() == 1

    def test_is_over_when_its_student_unlinks_it(
        self, client: Client, platform: LearningPlatform, link: LtiLink, robin: User
    ) -> None:
        visit(client, platform)

        answer = client.post(f"/student/data/courses/{link.pk}/unlink")

        assert answer["Location"] == "/student/data/"
        assert client.get(HOME)["Location"] == f"/login?next={HOME}"
        assert visit(client, platform)["Location"] == PAGE


def test_the_database_holds_that_a_subject_is_one_persons() -> None:
    link = LtiLinkFactory()
    for over in ({"person": UserFactory()}, {"subject": "another"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            LtiLinkFactory(
                **{"platform": link.platform, "person": link.person, "subject": link.subject, **over}
            )


class TestTheAdministration:
    def given(self, **over: str) -> dict[str, str]:
        return {
            "name": "Northfield", "issuer": "https://moodle.example.edu", "client_id": "m1", "deployment_ids": "1",
            "auth_url": "https://moodle.example.edu/auth", "token_url": "https://moodle.example.edu/token",
            "jwks_url": "https://moodle.example.edu/keys", "active": "on", **over,
        }  # fmt: skip

    def test_a_platform_is_registered(self, admin_client: Client) -> None:
        answer = admin_client.post(
            "/admin/partners/ltiplatform/add/", self.given(deployment_ids=" 1\n\n2\n1")
        )

        made = LtiPlatform.objects.get()
        assert answer.status_code == 302
        assert (made.deployment_ids, made.makes_students, made.active) == (["1", "2"], False, True)
        assert AuditLog.objects.filter(action="lti_platform.registered").count() == 1

    @pytest.mark.parametrize("field", ["auth_url", "token_url", "jwks_url"])
    @pytest.mark.parametrize(
        "address",
        ["http://moodle.example.edu/", "https://10.0.0.1/", "https://localhost/", "file:///etc/passwd"],
    )
    def test_addresses_are_public_and_encrypted(
        self, admin_client: Client, settings: Settings, field: str, address: str
    ) -> None:
        settings.WEBHOOK_ALLOW_PRIVATE_ADDRESSES = False

        answer = admin_client.post("/admin/partners/ltiplatform/add/", self.given(**{field: address}))

        assert field in answer.context["adminform"].form.errors
        assert not LtiPlatform.objects.exists()

    def test_who_it_is_stays(self, admin_client: Client) -> None:
        link = LtiLinkFactory()
        page = f"/admin/partners/ltiplatform/{link.platform_id}/change/"

        admin_client.post(page, self.given(issuer="https://evil.example.org", name="Renamed"))

        link.platform.refresh_from_db()
        assert (link.platform.issuer, link.platform.name) == ("https://moodle.example.edu", "Renamed")

    def test_what_gradebooks_did_not_take_is_shown_and_told_again(self, admin_client: Client) -> None:
        link = LtiLinkFactory()
        since = dt.datetime(2026, 3, 2, 12, 0, tzinfo=dt.UTC)
        failing = LtiGradeFactory(
            platform=link.platform, sent_score="56.45", last_error="stopped", failing_since=since
        )
        refused = LtiGradeFactory(platform=link.platform, sent_score="56.45", last_error="score_403")
        kept = LtiGradeFactory(
            platform=link.platform, sent_score="1.00", sent_at=since, last_error="score_409"
        )
        elsewhere = LtiGradeFactory(last_error="gave_up", retry_at=timezone.now() + dt.timedelta(days=1))
        page = "/admin/partners/ltiplatform/"
        assert "2 places not told, since 02 Mar 2026" in admin_client.get(page).content.decode()
        listed = admin_client.get("/admin/partners/ltigrade/?untold=yes").context["cl"].queryset
        assert set(listed) == {failing, refused, elsewhere}

        admin_client.post(page, {"action": "tell_again", "_selected_action": [str(link.platform_id)]})

        queued = AsyncJob.objects.filter(kind=grade_sync.SEND).values_list("payload__grade_id", flat=True)
        assert set(queued) == {str(failing.pk), str(refused.pk)}
        kept.refresh_from_db()
        failing.refresh_from_db()
        assert (kept.last_error, failing.last_error, failing.failing_since) == ("score_409", "gave_up", None)
        row = AuditLog.objects.get(action="lti_platform.told_again")
        assert (row.resource_id, row.metadata) == (link.platform_id, {"places": 2})

    def test_links_are_taken_away(self, admin_client: Client) -> None:
        link = LtiLinkFactory()
        chosen = {"action": "unlink", "_selected_action": [str(link.pk)]}
        admin_client.post("/admin/partners/ltilink/", chosen)
        assert LtiLink.objects.exists()

        admin_client.post("/admin/partners/ltilink/", {**chosen, "post": "yes"})

        assert not LtiLink.objects.exists()
