"""Logging in through the institution on the pages, linking an account, and proving who one is."""

import datetime as dt
import time
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import InstitutionLink, PageSession, User
from ops.models import AuditLog
from tests.accounts.institution.visits import BEGIN, PAGE, RETURN, UNKNOWN, is_in, sent_back, shown, visit
from tests.accounts.test_second_factor import code_of, switch_on
from tests.factories.accounts import PASSWORD, AdvisorFactory, InstitutionLinkFactory, UserFactory
from tests.fakes.identity_provider import IdentityProvider

pytestmark = pytest.mark.django_db


@pytest.fixture
def robin() -> User:
    made: User = UserFactory(email="robin@example.org", name="Robin")
    return made


@pytest.fixture
def advisor(provider: IdentityProvider) -> User:
    """An advisor who has linked their account, and has no password."""
    made: User = AdvisorFactory(email="robin@example.org", name="Robin")
    made.set_unusable_password()
    made.save()
    InstitutionLinkFactory(person=made, issuer=provider.issuer, subject="robin-1")
    return made


def log_in(client: Client, person: User) -> None:
    client.post("/login", {"username": person.email, "password": PASSWORD})


class TestWithoutAProvider:
    def test_nothing_is_offered_and_nothing_happens(self, client: Client, robin: User) -> None:
        assert "Sign in with" not in client.get("/login").content.decode()
        assert client.get(BEGIN)["Location"] == "/login"
        assert client.get(RETURN)["Location"] == "/login"
        client.force_login(robin)
        assert "Nobody logs in through an institution here." in client.get(PAGE).content.decode()
        assert 'href="/institution"' not in client.get("/log-ins").content.decode()


class TestLoggingIn:
    def test_the_browser_is_sent_with_all_that_the_answer_is_checked_by(
        self, client: Client, provider: IdentityProvider
    ) -> None:
        assert "Sign in with Northfield" in client.get("/login").content.decode()

        away = urlsplit(client.get(BEGIN)["Location"])

        asked = {name: values[0] for name, values in parse_qs(away.query).items()}
        assert f"{away.scheme}://{away.netloc}{away.path}" == f"{provider.issuer}/authorize"
        assert (asked["response_type"], asked["client_id"]) == ("code", "microcred")
        assert asked["redirect_uri"] == "http://testserver/login/institution/return"
        assert asked["scope"] == "openid email profile"
        assert asked["code_challenge_method"] == "S256"
        assert {len(asked[name]) for name in ("state", "nonce", "code_challenge")} == {43}
        assert len({asked[name] for name in ("state", "nonce", "code_challenge")}) == 3
        assert "prompt" not in asked

    def test_a_student_is_let_in_and_pinned(
        self, client: Client, provider: IdentityProvider, robin: User
    ) -> None:
        client.get("/login")
        before = client.session.session_key

        answer = visit(client, provider, next="/advisor/students/")

        assert answer["Location"] == "/start"
        assert client.session["_auth_user_id"] == str(robin.pk)
        assert client.session.session_key != before
        link = InstitutionLink.objects.get()
        assert (link.person, link.issuer, link.subject) == (robin, provider.issuer, "robin-1")
        assert PageSession.objects.get().means == "institution"
        linked = AuditLog.objects.get(action="user.institution_linked")
        assert (linked.resource_id, linked.metadata) == (robin.pk, {"how": "address"})
        assert AuditLog.objects.get(action="session.begun").metadata == {
            "second_factor": False, "means": "institution",
        }  # fmt: skip
        assert "through your institution" in client.get("/log-ins").content.decode()

    def test_staff_go_where_they_wanted_to_and_never_elsewhere(
        self, client: Client, provider: IdentityProvider, advisor: User
    ) -> None:
        assert visit(client, provider, next="/advisor/students/")["Location"] == "/advisor/students/"
        for elsewhere in ("https://evil.example/", "//evil.example/", "javascript:alert(1)"):
            assert visit(Client(), provider, next=elsewhere)["Location"] == "/start"

    def test_the_button_keeps_where_somebody_wanted_to_go(
        self, client: Client, provider: IdentityProvider
    ) -> None:
        page = client.get("/login?next=/advisor/students/%3Fpage%3D2%26x%3D1").content.decode()

        assert 'href="/login/institution?next=%2Fadvisor%2Fstudents%2F%3Fpage%3D2%26x%3D1"' in page

    def test_an_answer_counts_once(self, client: Client, provider: IdentityProvider, robin: User) -> None:
        back = sent_back(client, provider)
        assert client.get(back)["Location"] == "/start"
        client.post("/logout")

        again = client.get(back)

        assert not is_in(client)
        assert "was not begun here" in shown(client, again)
        assert provider.asked["/token"] == 1

    def test_who_is_in_already_is_not_sent_to_the_log_in_page_by_an_answer_from_before(
        self, client: Client, provider: IdentityProvider, robin: User
    ) -> None:
        back = sent_back(client, provider)
        client.get(back)

        assert client.get(back)["Location"] == "/start"
        assert is_in(client)

    def test_nobody_sets_out_again_and_again(self, client: Client, provider: IdentityProvider) -> None:
        cache.clear()
        # They are counted by the clock's five minutes, of which new ones must not begin in between.
        with time_machine.travel(time.time(), tick=False):
            answers = [client.get(BEGIN).status_code for _ in range(601)]

        assert answers == [302] * 600 + [429]
        assert len(client.session["institution_asked"]) == 5
        cache.clear()

    def test_an_answer_that_another_browser_asked_for_counts_for_nobody(
        self, client: Client, provider: IdentityProvider, robin: User
    ) -> None:
        back = sent_back(Client(), provider)

        answer = client.get(back)

        assert not is_in(client)
        assert "was not begun here" in shown(client, answer)
        assert provider.asked.get("/token", 0) == 0

    def test_an_answer_that_took_too_long_counts_for_nobody(
        self, client: Client, provider: IdentityProvider, robin: User
    ) -> None:
        with time_machine.travel(time.time() - 601):
            back = sent_back(client, provider)

        assert "took too long" in shown(client, client.get(back))
        assert not is_in(client)

    def test_two_windows_of_a_browser_do_not_disturb_each_other(
        self, client: Client, provider: IdentityProvider, robin: User
    ) -> None:
        first, second = sent_back(client, provider), sent_back(client, provider)

        assert client.get(first)["Location"] == "/start"
        assert client.get(second)["Location"] == "/start"

    def test_who_turns_back_at_the_provider_is_told_so_in_our_words(
        self, client: Client, provider: IdentityProvider
    ) -> None:
        state = parse_qs(urlsplit(client.get(BEGIN)["Location"]).query)["state"][0]

        answer = client.get(
            RETURN, {"state": state, "error": "access_denied", "error_description": "Call 555"}
        )

        page = shown(client, answer)
        assert "Nothing came of the log-in at your institution." in page
        assert "555" not in page

    def test_another_issuer_beside_the_code_is_refused_before_the_code_is_sent(
        self, client: Client, provider: IdentityProvider, robin: User
    ) -> None:
        for part in ("&iss=https%3A%2F%2Fevil.example", ""):
            back = sent_back(client, provider).partition("&iss=")[0] + part
            assert UNKNOWN in shown(client, client.get(back))

        assert not is_in(client)
        assert provider.asked.get("/token", 0) == 0

    def test_whoever_came_by_another_name_is_led_to_the_one_that_is_registered(
        self, client: Client, provider: IdentityProvider
    ) -> None:
        answer = client.get(BEGIN, {"next": "/advisor/"}, headers={"host": "localhost"})

        assert answer["Location"] == "http://testserver/login/institution?next=%2Fadvisor%2F&again=1"

    def test_a_session_is_over_when_the_provider_is_taken_away(
        self, client: Client, provider: IdentityProvider, robin: User, settings: Settings
    ) -> None:
        visit(client, provider)
        assert client.get("/log-ins").status_code == 200

        settings.OIDC_ISSUER = ""

        assert client.get("/log-ins")["Location"].startswith("/login")

    @pytest.mark.parametrize("site", ["cross-site", "same-site"])
    def test_no_other_site_begins_a_log_in(
        self, client: Client, provider: IdentityProvider, robin: User, site: str
    ) -> None:
        answer = client.get(BEGIN, {"next": "/log-ins"}, headers={"Sec-Fetch-Site": site})

        assert answer["Location"] == "/login?next=%2Flog-ins"
        assert client.get(BEGIN, headers={"Sec-Fetch-Site": "same-origin"})["Location"].startswith(
            provider.issuer
        )

    def test_who_logs_out_is_told_that_the_provider_may_still_know_them(
        self, client: Client, provider: IdentityProvider, robin: User
    ) -> None:
        visit(client, provider)

        page = shown(client, client.post("/logout"))

        assert "You may still be logged in with Northfield." in page


class TestSecondFactor:
    def test_ours_is_asked_for_after_the_providers_log_in(
        self, client: Client, provider: IdentityProvider, advisor: User
    ) -> None:
        switch_on(advisor)

        answer = visit(client, provider, next="/advisor/students/")

        assert answer["Location"] == "/login/code"
        assert not is_in(client)
        done = client.post("/login/code", {"code": code_of(advisor, dt.datetime.now(dt.UTC))})
        assert done["Location"] == "/advisor/students/"
        assert is_in(client)
        assert PageSession.objects.get().means == "institution"

    @pytest.mark.parametrize("said", [{"amr": ["pwd", "mfa"]}, {"acr": "mfa"}], ids=str)
    def test_the_providers_counts_where_the_operator_says_so(
        self,
        client: Client,
        provider: IdentityProvider,
        advisor: User,
        settings: Settings,
        said: dict[str, object],
    ) -> None:
        switch_on(advisor)
        settings.OIDC_SECOND_FACTOR = ["mfa"]
        settings.SECOND_FACTOR_REQUIRED = True
        provider.claims = dict(said)

        assert visit(client, provider, next="/advisor/students/")["Location"] == "/advisor/students/"
        assert client.get("/advisor/students/").status_code == 200

    @pytest.mark.parametrize(
        "said", [{"amr": "mfa"}, {"amr": ["pwd"]}, {"amr": [{}]}, {"acr": ["mfa"]}, {}], ids=str
    )
    def test_nothing_else_counts(
        self,
        client: Client,
        provider: IdentityProvider,
        advisor: User,
        settings: Settings,
        said: dict[str, object],
    ) -> None:
        switch_on(advisor)
        settings.OIDC_SECOND_FACTOR = ["mfa"]
        provider.claims = dict(said)

        assert visit(client, provider)["Location"] == "/login/code"

    def test_staff_who_must_have_one_and_have_none_set_one_up(
        self, client: Client, provider: IdentityProvider, advisor: User, settings: Settings
    ) -> None:
        settings.SECOND_FACTOR_REQUIRED = True
        visit(client, provider)

        assert client.get("/advisor/students/")["Location"] == "/second-factor"
        assert client.get("/second-factor").status_code == 200


class TestProving:
    def test_a_log_in_of_hours_ago_at_the_provider_proves_nothing(
        self, client: Client, provider: IdentityProvider, advisor: User
    ) -> None:
        provider.signed_in_at = time.time() - 7200
        visit(client, provider)

        refused = client.post("/log-ins", {"which": "all"})

        assert refused["Location"] == "/prove?next=%2Flog-ins"
        page = client.get(refused["Location"]).content.decode()
        assert 'href="/login/institution?for=prove&amp;next=%2Flog-ins"' in page
        assert "<h1>Is it you?</h1>" in page
        assert 'name="password"' not in page

    def test_the_provider_asks_anew_and_the_way_goes_on(
        self, client: Client, provider: IdentityProvider, advisor: User
    ) -> None:
        provider.signed_in_at = time.time() - 7200
        visit(client, provider)
        before = client.session.session_key

        away = client.get(BEGIN, {"for": "prove", "next": "/log-ins"})["Location"]
        asked = parse_qs(urlsplit(away).query)
        answer = client.get(provider.sends_back(away).removeprefix("http://testserver"))

        assert (asked["prompt"], asked["max_age"]) == (["login"], ["0"])
        assert answer["Location"] == "/log-ins"
        assert client.session.session_key != before
        assert client.post("/log-ins", {"which": "all"})["Location"] == "/log-ins"
        assert AuditLog.objects.filter(action="session.proven").count() == 1

    @pytest.mark.parametrize("said", [None, 1_700_000_000, "now", True], ids=str)
    def test_a_provider_that_did_not_ask_anew_proves_nothing(
        self, client: Client, provider: IdentityProvider, advisor: User, said: object
    ) -> None:
        provider.claims = {"auth_time": said}
        visit(client, provider)

        answer = visit(client, provider, **{"for": "prove", "next": "/log-ins"})

        assert answer["Location"] == "/prove?next=%2Flog-ins"
        assert "did not ask you anew" in shown(client, answer)
        assert client.post("/log-ins", {"which": "all"})["Location"] == "/prove?next=%2Flog-ins"

    def test_somebody_elses_log_in_proves_nothing(
        self, client: Client, provider: IdentityProvider, advisor: User
    ) -> None:
        provider.signed_in_at = time.time() - 7200
        visit(client, provider)
        provider.person["sub"] = "kim-2"

        answer = visit(client, provider, **{"for": "prove"})

        assert "another log-in than the one of this account" in shown(client, answer)
        assert AuditLog.objects.filter(action="session.proven").count() == 0

    def test_whoever_has_a_second_factor_proves_it_there_only_with_one_that_counts(
        self, client: Client, provider: IdentityProvider, advisor: User, settings: Settings
    ) -> None:
        switch_on(advisor)
        settings.OIDC_SECOND_FACTOR = ["mfa"]
        provider.claims, provider.signed_in_at = {"amr": ["mfa"]}, time.time() - 7200
        visit(client, provider)
        assert "for=prove" in client.get("/prove").content.decode()

        provider.claims = {"amr": ["pwd"]}
        assert "no second factor that counts here" in shown(
            client, visit(client, provider, **{"for": "prove"})
        )
        assert client.post("/log-ins", {"which": "all"})["Location"] == "/prove?next=%2Flog-ins"
        provider.claims = {"amr": ["mfa"]}
        visit(client, provider, **{"for": "prove"})
        assert client.post("/log-ins", {"which": "all"})["Location"] == "/log-ins"

        settings.OIDC_SECOND_FACTOR = []
        assert "for=prove" not in client.get("/prove").content.decode()

    def test_a_code_of_the_app_proves_it_where_there_is_no_password(
        self, client: Client, provider: IdentityProvider, advisor: User, settings: Settings
    ) -> None:
        switch_on(advisor)
        settings.OIDC_SECOND_FACTOR = ["mfa"]
        provider.claims = {"amr": ["mfa"], "auth_time": None}
        visit(client, provider)

        page = client.get("/prove?next=/log-ins").content.decode()
        answer = client.post(
            "/prove", {"code": code_of(advisor, dt.datetime.now(dt.UTC)), "next": "/log-ins"}
        )

        assert 'name="code"' in page
        assert 'name="password"' not in page
        assert answer["Location"] == "/log-ins"

    def test_whoever_has_neither_is_told_what_to_do(self, client: Client, advisor: User) -> None:
        InstitutionLink.objects.all().delete()
        client.force_login(advisor)

        assert "You have neither a password nor a second factor." in client.get("/prove").content.decode()


class TestLinking:
    def test_staff_link_their_account_while_they_are_logged_in_otherwise(
        self, client: Client, provider: IdentityProvider
    ) -> None:
        robin = AdvisorFactory(email="robin@example.org")
        assert UNKNOWN in shown(client, visit(client, provider))
        log_in(client, robin)
        assert "Your account is not linked." in client.get(PAGE).content.decode()

        answer = visit(client, provider, **{"for": "link"})

        assert answer["Location"] == PAGE
        assert "<strong>Robin Ferrante</strong> (robin@example.org)" in client.get(PAGE).content.decode()
        assert InstitutionLink.objects.count() == 0
        client.post(PAGE, {"do": "link"})
        assert InstitutionLink.objects.get().person == robin
        assert "You can log in with Northfield." in client.get(PAGE).content.decode()
        assert visit(Client(), provider)["Location"] == "/start"

    def test_nothing_is_linked_before_the_person_says_that_it_is_them(
        self, client: Client, provider: IdentityProvider
    ) -> None:
        robin = AdvisorFactory()
        log_in(client, robin)
        visit(client, provider, **{"for": "link"})

        assert client.get(PAGE).status_code == 200
        assert InstitutionLink.objects.count() == 0
        forger = Client(enforce_csrf_checks=True)
        forger.cookies = client.cookies
        assert forger.post(PAGE, {"do": "link"}).status_code == 403
        assert InstitutionLink.objects.count() == 0

    def test_whom_another_provider_vouched_for_is_not_linked(
        self, client: Client, provider: IdentityProvider, settings: Settings
    ) -> None:
        log_in(client, AdvisorFactory())
        visit(client, provider, **{"for": "link"})
        settings.OIDC_ISSUER = "https://other.example.edu"

        client.post(PAGE, {"do": "link"})

        assert InstitutionLink.objects.count() == 0

    def test_whoever_logged_in_long_ago_proves_who_they_are_first(
        self, client: Client, provider: IdentityProvider
    ) -> None:
        with time_machine.travel(time.time() - 31 * 60):
            log_in(client, AdvisorFactory())
        visit(client, provider, **{"for": "link"})

        assert client.post(PAGE, {"do": "link"})["Location"] == "/prove?next=%2Finstitution"
        assert InstitutionLink.objects.count() == 0

    def test_what_was_begun_by_one_person_links_no_other(
        self, client: Client, provider: IdentityProvider
    ) -> None:
        log_in(client, AdvisorFactory(email="first@example.org"))
        back = sent_back(client, provider, **{"for": "link"})
        state = client.session["institution_asked"]
        client.force_login(AdvisorFactory())
        session = client.session
        session["institution_asked"] = state
        session.save()

        answer = client.get(back)

        assert "Somebody else was logged in" in shown(client, answer)
        assert "institution_held" not in client.session

    def test_a_log_in_of_another_account_is_not_linked(
        self, client: Client, provider: IdentityProvider, robin: User
    ) -> None:
        InstitutionLinkFactory(person=robin, issuer=provider.issuer, subject="robin-1")
        log_in(client, AdvisorFactory())
        visit(client, provider, **{"for": "link"})

        answer = client.post(PAGE, {"do": "link"})

        assert "belongs to another account" in shown(client, answer)
        assert InstitutionLink.objects.get().person == robin

    def test_unlinking_ends_what_is_logged_in_elsewhere_and_no_address_links_it_again(
        self, client: Client, provider: IdentityProvider, robin: User
    ) -> None:
        elsewhere = Client()
        visit(elsewhere, provider)
        log_in(client, robin)

        client.post(PAGE, {"do": "unlink"})

        assert client.get(PAGE).status_code == 200
        assert elsewhere.get("/log-ins")["Location"].startswith("/login")
        link = InstitutionLink.objects.get()
        assert (link.state, link.subject) == ("closed", None)
        other = Client()
        assert UNKNOWN in shown(other, visit(other, provider))
        visit(client, provider, **{"for": "link"})
        client.post(PAGE, {"do": "link"})
        assert InstitutionLink.objects.get().state == "linked"

    def test_the_only_way_in_stays(self, client: Client, provider: IdentityProvider, advisor: User) -> None:
        visit(client, provider)
        page = client.get(PAGE).content.decode()

        answer = client.post(PAGE, {"do": "unlink"})

        assert "this is your only way in" in page
        assert "Unlink it" not in page
        assert "the only way in" in shown(client, answer)
        assert InstitutionLink.objects.get().state == "linked"
        assert "You have no password: you log in with Northfield." in client.get("/password").content.decode()
