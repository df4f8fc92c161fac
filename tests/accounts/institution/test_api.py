"""Logging in through the institution over the API, for front ends that send people to the provider themselves."""

import time
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from accounts.institution import authorization
from accounts.models import ErasureRequest, TokenFamily, User
from ops.models import AuditLog
from tests.accounts.test_second_factor import code_of, switch_on
from tests.factories.accounts import PASSWORD, AdvisorFactory, InstitutionLinkFactory, UserFactory
from tests.fakes.identity_provider import IdentityProvider

pytestmark = pytest.mark.django_db
PATH = "/api/v1/auth/oidc"
BACK = "https://app.example.org/back"
NONCE, VERIFIER = "n" * 32, "v" * 64


@pytest.fixture(autouse=True)
def registered(settings: Settings) -> None:
    settings.OIDC_APP_ADDRESSES = [BACK]


@pytest.fixture
def robin(provider: IdentityProvider) -> User:
    """A student who has no password and is linked."""
    made: User = UserFactory(email="robin@example.org")
    made.set_unusable_password()
    made.save()
    InstitutionLinkFactory(person=made, issuer=provider.issuer, subject="robin-1")
    return made


def body(provider: IdentityProvider, **changed: Any) -> dict[str, Any]:
    """What a front end sends once the provider has led back to it."""
    asked = {
        "redirect_uri": BACK, "state": "s", "nonce": NONCE, "code_challenge": authorization.pkce_challenge(VERIFIER),
        "code_challenge_method": "S256",
    }  # fmt: skip
    back = parse_qs(urlsplit(provider.sends_back(f"{provider.issuer}/authorize?{urlencode(asked)}")).query)
    given = {
        "code": back["code"][0], "iss": back["iss"][0], "code_verifier": VERIFIER, "redirect_uri": BACK,
        "nonce": NONCE,
    } | changed  # fmt: skip
    return {name: value for name, value in given.items() if value is not None}


def post(given: dict[str, Any]) -> Any:
    return APIClient(headers={"User-Agent": "app/1"}).post(PATH, given, format="json")


def test_without_a_provider_there_is_no_such_log_in() -> None:
    for answer in (APIClient().get(PATH), post({})):
        assert (answer.status_code, answer.json()["error_code"]) == (404, "OIDC_404")


def test_a_front_end_learns_whom_to_send_people_to(provider: IdentityProvider) -> None:
    assert APIClient().get(PATH).json() == {
        "name": "Northfield", "issuer": provider.issuer, "client_id": "microcred",
        "scopes": ["openid", "email", "profile"],
    }  # fmt: skip


def test_the_answer_is_that_of_a_log_in_by_password(provider: IdentityProvider, robin: User) -> None:
    answer = post(body(provider))

    assert answer.status_code == 200
    assert {**answer.json(), "access": "", "refresh": ""} == {
        "access": "", "refresh": "", "token_type": "Bearer", "expires_in": 900, "role": "student",
    }  # fmt: skip
    family = TokenFamily.objects.get()
    assert (family.user, family.means, family.agent) == (robin, "institution", "app/1")
    robin.refresh_from_db()
    assert robin.last_login is not None
    issued = AuditLog.objects.get(action="tokens.issued")
    assert issued.metadata == {
        "family_id": str(family.pk), "second_factor": False, "means": "institution",
    }  # fmt: skip
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {answer.json()['access']}")
    assert client.get("/api/v1/me/log-ins").json()["items"][0]["means"] == "institution"


def test_its_tokens_are_refreshed_and_revoked_like_others(provider: IdentityProvider, robin: User) -> None:
    pair = post(body(provider)).json()

    refreshed = APIClient().post("/api/v1/auth/token/refresh", {"refresh": pair["refresh"]}, format="json")
    again = APIClient().post("/api/v1/auth/token/refresh", {"refresh": pair["refresh"]}, format="json")

    assert (refreshed.status_code, again.status_code) == (200, 401)
    assert TokenFamily.objects.get().ended_because == "reuse"


def test_they_are_not_refreshed_once_the_provider_is_taken_away(
    provider: IdentityProvider, robin: User, settings: Settings
) -> None:
    pair = post(body(provider)).json()
    settings.OIDC_ISSUER = ""

    refused = APIClient().post("/api/v1/auth/token/refresh", {"refresh": pair["refresh"]}, format="json")

    assert refused.status_code == 401


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"redirect_uri": "https://app.example.org/back/"}, "redirect_uri"),
        ({"redirect_uri": "https://evil.example/back"}, "redirect_uri"),
        ({"code_verifier": "short"}, "code_verifier"), ({"code_verifier": "v" * 64 + " v"}, "code_verifier"),
        ({"nonce": "short"}, "nonce"), ({"nonce": None}, "nonce"), ({"code": ""}, "code"), ({"role": "admin"}, "role"),
    ],
    ids=str,
)  # fmt: skip
def test_what_is_not_right_by_its_looks_never_reaches_the_provider(
    provider: IdentityProvider, changed: dict[str, Any], field: str
) -> None:
    given = body(provider, **changed)
    answer = post(given)

    assert answer.status_code == 400
    assert list(answer.json()["details"]["fields"]) == [field]
    assert provider.asked.get("/token", 0) == 0


@pytest.mark.parametrize(
    "changed",
    [{"nonce": "m" * 32}, {"code_verifier": "w" * 64}, {"code": "another"}, {"iss": "https://evil.example"},
     {"iss": None}],
    ids=str,
)  # fmt: skip
def test_what_does_not_belong_together_is_refused(
    provider: IdentityProvider, robin: User, changed: dict[str, Any]
) -> None:
    answer = post(body(provider, **changed))

    assert (answer.status_code, answer.json()["error_code"]) == (401, "OIDC_401")


def test_a_code_is_good_once(provider: IdentityProvider, robin: User) -> None:
    given = body(provider)

    assert [post(given).status_code for _ in range(2)] == [200, 401]


def test_a_provider_that_is_away_is_503(provider: IdentityProvider, robin: User) -> None:
    provider.answers["/token"] = lambda handler: handler.say(500, {})

    answer = post(body(provider))

    assert (answer.status_code, answer.json()["error_code"]) == (503, "OIDC_503")


def test_failures_count_with_wrong_passwords_and_links(provider: IdentityProvider, robin: User) -> None:
    cache.clear()
    given = body(provider, code="another")

    assert [post(given).status_code for _ in range(60)] == [401] * 60
    assert post(body(provider)).status_code == 429
    page = Client()
    page.post("/login", {"username": "kim@example.org", "password": PASSWORD})
    assert page.get("/login/institution/return").status_code == 429
    cache.clear()


class TestSecondFactor:
    def test_ours_is_asked_for_and_taken(self, provider: IdentityProvider, robin: User) -> None:
        switch_on(robin)
        now = time.time()

        with time_machine.travel(now, tick=False):
            missing = post(body(provider))
            wrong = post(body(provider, otp="000000"))
            code = code_of(robin, robin.created_at.fromtimestamp(now, robin.created_at.tzinfo))
            right = post(body(provider, otp=code))

        assert [one.status_code for one in (missing, wrong, right)] == [401, 401, 200]
        assert [one.json()["error_code"] for one in (missing, wrong)] == ["OTP_REQUIRED_401", "OTP_401"]

    def test_wrong_codes_are_counted_by_the_account(self, provider: IdentityProvider, robin: User) -> None:
        cache.clear()
        switch_on(robin)
        answers = [post(body(provider, otp="000000")).status_code for _ in range(11)]

        assert answers == [401] * 10 + [429]
        cache.clear()

    def test_the_providers_counts_where_the_operator_says_so(
        self, provider: IdentityProvider, settings: Settings
    ) -> None:
        advisor = AdvisorFactory()
        InstitutionLinkFactory(person=advisor, issuer=provider.issuer, subject="robin-1")
        settings.SECOND_FACTOR_REQUIRED = True
        assert post(body(provider)).json()["error_code"] == "OTP_SETUP_403"
        settings.OIDC_SECOND_FACTOR = ["mfa"]
        provider.claims = {"amr": ["mfa"]}

        pair = post(body(provider))

        assert pair.status_code == 200
        refresh = {"refresh": pair.json()["refresh"]}
        refreshed = APIClient().post("/api/v1/auth/token/refresh", refresh, format="json")
        assert refreshed.status_code == 200
        settings.OIDC_SECOND_FACTOR = []
        refresh = {"refresh": refreshed.json()["refresh"]}
        assert APIClient().post("/api/v1/auth/token/refresh", refresh, format="json").status_code == 401


class TestProving:
    def erase(self, access: str) -> Any:
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {access}")
        return client.post("/api/v1/me/erasure", {}, format="json")

    def test_who_has_no_password_has_shown_the_provider_lately_who_they_are(
        self, provider: IdentityProvider, robin: User
    ) -> None:
        provider.signed_in_at = time.time() - 601
        old = post(body(provider)).json()["access"]
        provider.signed_in_at = time.time() - 60
        young = post(body(provider)).json()["access"]

        refused = self.erase(old)
        assert (refused.status_code, refused.json()["error_code"]) == (403, "PASSWORD_403")
        assert ErasureRequest.objects.count() == 0
        assert self.erase(young).status_code == 202

    def test_a_provider_whose_clock_is_ahead_proves_nothing_for_longer(
        self, provider: IdentityProvider, robin: User
    ) -> None:
        provider.signed_in_at = time.time() + 86_400
        access = post(body(provider)).json()["access"]

        with time_machine.travel(time.time() + 601):
            assert self.erase(access).status_code == 403

    def test_where_the_provider_does_not_say_when_the_log_in_itself_counts(
        self, provider: IdentityProvider, robin: User
    ) -> None:
        provider.claims = {"auth_time": None}
        access = post(body(provider)).json()["access"]

        with time_machine.travel(time.time() + 601):
            assert self.erase(access).status_code == 403
        assert self.erase(access).status_code == 202
