"""Which launches are taken, and which let nobody in: everything over real HTTP, with real signatures."""

import base64
import datetime as dt
import hashlib
import hmac
import logging
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
import time_machine
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.core import signing
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts import attempt_limits
from accounts.enums import Role, UserStatus
from accounts.institution import provider_http
from accounts.models import User
from ops.models import AuditLog
from partners.lti import launch_validation, login_initiation
from partners.models import LtiLink, LtiNonce, LtiPlatform
from tests.factories.accounts import PASSWORD, AdvisorFactory, UserFactory
from tests.fakes.identity_provider import SECOND, Claims, Key, encoded
from tests.fakes.learning_platform import CLAIM, CLIENT_ID, GIVEN, INSTRUCTOR, LEARNER, LearningPlatform
from tests.partners.lti.visits import HOME, LAUNCH, begin, form, is_in, visit

pytestmark = pytest.mark.django_db
SUBJECT = GIVEN["claims"]["sub"]
OTHERS = "http://purl.imsglobal.org/vocab/lis/v2"


@pytest.fixture(autouse=True)
def robin(registered: LtiPlatform) -> User:
    """A student whom the platform knows."""
    made: User = UserFactory(email="robin@example.org")
    LtiLink.objects.create(
        platform=registered, subject=SUBJECT, person=made, confirmed=True, linked_at=timezone.now()
    )
    return made


def refusal(client: Client, answer: Any) -> str:
    """Return the code of the page that refuses, of a browser that is not logged in."""
    page = answer.content.decode()
    assert not is_in(client)
    return str(page.partition('<p class="soft">')[2].partition("</p>")[0])


class TestALaunch:
    def test_the_platform_is_asked_with_all_that_its_word_is_checked_by(
        self, client: Client, platform: LearningPlatform
    ) -> None:
        answer = begin(client, platform, lti_message_hint="m", lti_deployment_id=platform.deployment)

        away = urlsplit(answer["Location"])
        asked = {name: values[0] for name, values in parse_qs(away.query).items()}
        state = asked.pop("state")
        assert f"{away.scheme}://{away.netloc}{away.path}" == f"{platform.issuer}/auth"
        assert len(asked.pop("nonce")) == 43
        assert asked == {
            "scope": "openid", "response_type": "id_token", "response_mode": "form_post", "prompt": "none",
            "client_id": CLIENT_ID, "redirect_uri": "http://testserver/lti/launch", "login_hint": "hint: 7",
            "lti_message_hint": "m",
        }  # fmt: skip
        (cookie,) = answer.cookies.values()
        assert (cookie["max-age"], cookie["httponly"], cookie["samesite"]) == (300, True, "Lax")
        assert cookie.value not in state

    def test_over_https_the_cookie_is_for_the_platforms_page_too(
        self, client: Client, platform: LearningPlatform, settings: Settings
    ) -> None:
        settings.PUBLIC_URL = "https://learn.example.org"

        answer = begin(client, platform, target_link_uri="https://learn.example.org/lti/launch?role=analyst")

        (cookie,) = answer.cookies.values()
        assert cookie.key.startswith("__Host-lti-")
        assert (cookie["samesite"], cookie["secure"], cookie["httponly"]) == ("None", True, True)

    def test_however_many_are_begun_the_browser_keeps_few_of_them(
        self, client: Client, platform: LearningPlatform
    ) -> None:
        for _ in range(60):
            begin(client, platform)

        assert len(client.cookies) <= 16

    def test_the_link_may_be_followed_by_a_form(self, client: Client, platform: LearningPlatform) -> None:
        given = {"iss": platform.issuer, "login_hint": "h", "target_link_uri": "http://testserver/lti/launch"}

        assert Client(enforce_csrf_checks=True).post("/lti/login", given).status_code == 302

    def test_a_student_is_let_in(self, platform: LearningPlatform, robin: User) -> None:
        client = Client(enforce_csrf_checks=True)

        answer = visit(client, platform)

        assert (answer.status_code, answer["Location"]) == (302, HOME)
        assert client.session["_auth_user_id"] == str(robin.pk)
        assert [cookie.key for cookie in answer.cookies.values() if cookie["max-age"] == 0] != []
        trail = AuditLog.objects.filter(resource_id=robin.pk).order_by("pk")
        assert [(row.action, row.metadata.get("means")) for row in trail] == [
            ("user.course_launched", None),
            ("session.begun", "course"),
        ]
        assert "from a course" in client.get("/log-ins").content.decode()

    def test_the_claims_of_a_real_platform_are_taken_but_for_its_roles(
        self, client: Client, platform: LearningPlatform
    ) -> None:
        platform.person = {"sub": SUBJECT}
        assert refusal(client, visit(client, platform)) == "LTI-STAFF"

        platform.person = {"sub": SUBJECT, f"{CLAIM}roles": [LEARNER]}
        visit(client, platform)
        assert is_in(client)

    def test_another_key_is_looked_for_a_minute_later(
        self, client: Client, platform: LearningPlatform, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        now = [time.monotonic()]
        monkeypatch.setattr("accounts.institution.provider.time.monotonic", lambda: now[0])
        visit(client, platform)
        client.logout()
        platform.keys = [SECOND]
        assert refusal(client, visit(client, platform)) == "LTI-TOKEN"

        now[0] += 61
        visit(client, platform)

        assert is_in(client)

    def test_keys_are_kept(self, client: Client, platform: LearningPlatform) -> None:
        for _ in range(3):
            visit(client, platform)

        assert platform.asked["/keys"] == 1


def unsigned(claims: Claims) -> str:
    return f"{encoded({'alg': 'none', 'typ': 'JWT', 'kid': 'first'})}.{encoded(claims)}."


def by_public_key(claims: Claims) -> str:
    """Signed with what everybody knows, as if it were a secret shared with us."""
    public = Key().private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    told = f"{encoded({'alg': 'HS256', 'typ': 'JWT', 'kid': 'first'})}.{encoded(claims)}"
    mac = hmac.new(public, told.encode(), hashlib.sha256).digest()
    return f"{told}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def signed(claims: Claims, kid: str = "first") -> str:
    return jwt.encode(claims, Key().private, algorithm="RS256", headers={"kid": kid})


def with_a_changed_claim(claims: Claims) -> str:
    head, _, mac = signed(claims).split(".")
    return f"{head}.{encoded(claims | {'sub': 'kim-2'})}.{mac}"


@pytest.mark.parametrize(
    "sign",
    [
        unsigned,
        by_public_key,
        with_a_changed_claim,
        lambda claims: jwt.encode(claims, SECOND.private, algorithm="RS256", headers={"kid": "first"}),
        lambda claims: signed(claims, "another"),
        lambda claims: f"{signed(claims)}.more",
        lambda claims: f"{signed(claims)}more",
        lambda claims: "no.token.atall",
        lambda claims: "",
        lambda claims: GIVEN["launch_form"]["id_token"],
    ],
    ids=[
        "alg none", "HS256 with the public key", "a changed claim", "another's key", "a kid that is not published",
        "a fourth segment", "a signature with trailing characters", "no JSON", "none", "a key of 512 bits",
    ],
)  # fmt: skip
def test_only_the_platforms_own_signature_counts(
    client: Client, platform: LearningPlatform, sign: Callable[[Claims], str]
) -> None:
    platform.sign = sign

    answer = visit(client, platform)

    assert (answer.status_code, refusal(client, answer)) == (401, "LTI-TOKEN")


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"nonce": None}, "LTI-TOKEN"),
        ({"nonce": "another"}, "LTI-TOKEN"),
        ({"aud": "another"}, "LTI-TOKEN"),
        ({"aud": [CLIENT_ID, "another"], "azp": None}, "LTI-TOKEN"),
        ({"azp": "another"}, "LTI-TOKEN"),
        ({"iss": "https://another.example.org"}, "LTI-TOKEN"),
        ({"exp": int(time.time()) - 3600}, "LTI-TOKEN"),
        ({"exp": None}, "LTI-TOKEN"),
        ({"iat": int(time.time()) + 3600}, "LTI-TOKEN"),
        ({"iat": None}, "LTI-TOKEN"),
        ({"sub": None}, "LTI-TOKEN"),
        ({"sub": ""}, "LTI-TOKEN"),
        ({f"{CLAIM}version": "1.2.0"}, "LTI-VERSION"),
        ({f"{CLAIM}version": None}, "LTI-VERSION"),
        ({f"{CLAIM}message_type": "LtiDeepLinkingRequest"}, "LTI-MESSAGE"),
        ({f"{CLAIM}deployment_id": "7:another"}, "LTI-DEPLOYMENT"),
        ({f"{CLAIM}deployment_id": None}, "LTI-DEPLOYMENT"),
        ({f"{CLAIM}deployment_id": ["7"]}, "LTI-DEPLOYMENT"),
        ({f"{CLAIM}resource_link": None}, "LTI-RESOURCE"),
        ({f"{CLAIM}resource_link": {"id": ""}}, "LTI-RESOURCE"),
        ({f"{CLAIM}resource_link": "4dde"}, "LTI-RESOURCE"),
        ({f"{CLAIM}roles": None}, "LTI-STAFF"),
        ({f"{CLAIM}roles": []}, "LTI-STAFF"),
        ({f"{CLAIM}roles": LEARNER}, "LTI-STAFF"),
        ({f"{CLAIM}roles": [INSTRUCTOR]}, "LTI-STAFF"),
        ({f"{CLAIM}roles": [LEARNER, INSTRUCTOR]}, "LTI-STAFF"),
        ({f"{CLAIM}roles": [LEARNER, "Instructor"]}, "LTI-STAFF"),
        ({f"{CLAIM}roles": [LEARNER, f"{OTHERS}/membership/Instructor#TeachingAssistant"]}, "LTI-STAFF"),
        ({f"{CLAIM}roles": [LEARNER, "urn:lti:role:ims/lis/Instructor"]}, "LTI-STAFF"),
        ({f"{CLAIM}roles": [LEARNER, "urn:lti:role:ims/lis/TeachingAssistant/Grader"]}, "LTI-STAFF"),
        ({f"{CLAIM}roles": [LEARNER, "urn:lti:instrole:ims/lis/Administrator"]}, "LTI-STAFF"),
        ({f"{CLAIM}roles": [LEARNER, "urn:lti:sysrole:ims/lis/SysAdmin"]}, "LTI-STAFF"),
        ({f"{CLAIM}roles": [LEARNER, f"{OTHERS}/institution/person#Administrator"]}, "LTI-STAFF"),
        ({f"{CLAIM}roles": [LEARNER, f"{OTHERS}/system/person#SysAdmin"]}, "LTI-STAFF"),
        (
            {f"{CLAIM}roles": [LEARNER, "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"]},
            "LTI-STAFF",
        ),
    ],
)
def test_a_launch_that_is_not_ours_lets_nobody_in(
    client: Client, platform: LearningPlatform, claims: Claims, code: str
) -> None:
    platform.claims = claims

    assert refusal(client, visit(client, platform)) == code


@pytest.mark.parametrize(
    "roles",
    [
        [LEARNER],
        ["Learner"],
        [LEARNER, f"{OTHERS}/institution/person#Student", f"{OTHERS}/membership/Learner#NonCreditLearner"],
        ["urn:lti:role:ims/lis/Learner/NonCreditLearner", "urn:lti:instrole:ims/lis/Student"],
    ],
)
def test_learners_are_let_in(client: Client, platform: LearningPlatform, roles: list[str]) -> None:
    platform.claims = {f"{CLAIM}roles": roles}

    visit(client, platform)

    assert is_in(client)


class TestWhoBeganIt:
    def test_a_launch_is_taken_once(self, client: Client, platform: LearningPlatform) -> None:
        sent = form(client, platform)
        kept = dict(client.cookies)
        client.post(LAUNCH, sent)
        client.logout()
        client.cookies.update(kept)

        answer = client.post(LAUNCH, sent)

        assert refusal(client, answer) == "LTI-REPLAYED"

    def test_one_that_another_browser_began_counts_for_nobody(
        self, client: Client, platform: LearningPlatform
    ) -> None:
        sent = form(client, platform)
        elsewhere = Client()

        assert refusal(elsewhere, elsewhere.post(LAUNCH, sent)) == "LTI-COOKIE"
        begin(elsewhere, platform)
        assert refusal(elsewhere, elsewhere.post(LAUNCH, sent)) == "LTI-COOKIE"

    def test_the_token_of_another_launch_is_refused(self, client: Client, platform: LearningPlatform) -> None:
        first, second = form(client, platform), form(Client(), platform)

        answer = client.post(LAUNCH, {**first, "id_token": second["id_token"]})

        assert refusal(client, answer) == "LTI-TOKEN"

    @pytest.mark.parametrize(
        "state",
        ["", GIVEN["launch_form"]["state"], signing.dumps({"platform": "x"}, salt="another")],
        ids=["none", "of the published launch", "signed for something else"],
    )
    def test_a_state_that_is_not_ours_is_refused(
        self, client: Client, platform: LearningPlatform, state: str
    ) -> None:
        answer = client.post(LAUNCH, {**form(client, platform), "state": state})

        assert (answer.status_code, refusal(client, answer)) == (400, "LTI-STATE")

    def test_after_five_minutes_it_is_too_late(self, client: Client, platform: LearningPlatform) -> None:
        sent = form(client, platform)

        with time_machine.travel(timezone.now() + dt.timedelta(seconds=login_initiation.WITHIN_SECONDS + 2)):
            answer = client.post(LAUNCH, sent)

        assert refusal(client, answer) == "LTI-STATE"

    def test_a_platform_that_knows_nobody_says_so(self, client: Client, platform: LearningPlatform) -> None:
        state = form(client, platform)["state"]

        answer = client.post(LAUNCH, {"state": state, "error": "login_required"})

        assert refusal(client, answer) == "LTI-DECLINED"

    @pytest.mark.parametrize(
        ("over", "code"),
        [
            ({"iss": "https://another.example.org"}, "LTI-PLATFORM"),
            ({"client_id": "another"}, "LTI-PLATFORM"),
            ({"target_link_uri": "https://another.example.org/lti/launch"}, "LTI-TARGET"),
            ({"target_link_uri": "http://testserver.example.org/lti/launch"}, "LTI-TARGET"),
            ({"target_link_uri": ""}, "LTI-TARGET"),
            ({"login_hint": ""}, "LTI-REQUEST"),
            ({"login_hint": "x" * 5000}, "LTI-REQUEST"),
            ({"iss": "https://a\0b.example"}, "LTI-REQUEST"),
            ({"client_id": "7\0"}, "LTI-REQUEST"),
            ({"lti_deployment_id": "another"}, "LTI-DEPLOYMENT"),
        ],
    )
    def test_nobody_is_sent_away_for_whom_we_do_not_know(
        self, client: Client, platform: LearningPlatform, over: dict[str, str], code: str
    ) -> None:
        assert refusal(client, begin(client, platform, **over)) == code

    def test_without_a_client_the_issuer_must_be_one_platforms(
        self, client: Client, platform: LearningPlatform
    ) -> None:
        assert begin(client, platform, client_id="").status_code == 302

        LtiPlatform.objects.create(**{**platform.registered(), "client_id": "another"})
        assert refusal(client, begin(client, platform, client_id="")) == "LTI-PLATFORM"


class TestAPlatformThatIsAway:
    def test_is_told_apart_and_left_alone(self, client: Client, platform: LearningPlatform) -> None:
        platform.answers["/keys"] = lambda handler: handler.wfile.close()
        answer = visit(client, platform)
        assert (answer.status_code, refusal(client, answer)) == (503, "LTI-AWAY")
        asked = platform.asked["/keys"]

        assert refusal(client, visit(client, platform)) == "LTI-AWAY"
        assert platform.asked["/keys"] == asked

    def test_others_are_asked_meanwhile(self, client: Client, platform: LearningPlatform) -> None:
        with LearningPlatform() as silent:
            LtiPlatform.objects.create(**{**silent.registered(), "name": "Silent"})
            silent.answers["/keys"] = lambda handler: handler.wfile.close()
            assert refusal(client, visit(client, silent)) == "LTI-AWAY"

            visit(client, platform)

        assert is_in(client)

    def test_an_address_within_is_not_asked_where_that_is_not_allowed(
        self, client: Client, platform: LearningPlatform, settings: Settings
    ) -> None:
        settings.WEBHOOK_ALLOW_PRIVATE_ADDRESSES = False

        assert refusal(client, visit(client, platform)) == "LTI-AWAY"
        assert "/keys" not in platform.asked

    def test_one_that_is_switched_off_meanwhile_lets_nobody_in(
        self, client: Client, platform: LearningPlatform, registered: LtiPlatform
    ) -> None:
        sent = form(client, platform)
        LtiPlatform.objects.update(active=False)

        assert refusal(client, client.post(LAUNCH, sent)) == "LTI-PLATFORM"
        assert refusal(client, begin(client, platform)) == "LTI-PLATFORM"


class TestWhoIsLetIn:
    @pytest.mark.parametrize("role", [Role.ADVISOR, Role.ADMIN, Role.GUARDIAN])
    def test_nobody_but_students(
        self, client: Client, platform: LearningPlatform, robin: User, role: Role
    ) -> None:
        User.objects.filter(pk=robin.pk).update(role=role)

        answer = visit(client, platform)

        assert (answer.status_code, refusal(client, answer)) == (403, "LTI-ACCOUNT")

    @pytest.mark.parametrize("status", [UserStatus.DISABLED, UserStatus.ERASED])
    def test_nobody_who_is_shut_out(
        self, client: Client, platform: LearningPlatform, robin: User, status: UserStatus
    ) -> None:
        User.objects.filter(pk=robin.pk).update(status=status)

        assert refusal(client, visit(client, platform)) == "LTI-ACCOUNT"

    def test_no_address_opens_an_account(self, client: Client, platform: LearningPlatform) -> None:
        AdvisorFactory(email="dana@example.org")
        platform.person |= {"sub": "another", "email": "dana@example.org", "email_verified": True}

        answer = visit(client, platform)

        assert (is_in(client), answer["Location"]) == (False, "/student/course")

    def test_the_same_subject_of_another_platform_is_somebody_else(self, client: Client) -> None:
        with LearningPlatform() as other:
            LtiPlatform.objects.create(**other.registered())

            answer = visit(client, other)

        assert (is_in(client), answer["Location"]) == (False, "/student/course")


def test_neither_log_nor_page_holds_what_was_sent(
    client: Client, platform: LearningPlatform, caplog: pytest.LogCaptureFixture
) -> None:
    platform.claims = {f"{CLAIM}version": "1.2.0", "name": "Zqxmark", "email": "zqxmark@example.org"}
    sent = form(client, platform)
    with caplog.at_level(logging.DEBUG):
        page = client.post(LAUNCH, sent).content.decode()

    said = page + "".join(f"{record.getMessage()} {vars(record)}" for record in caplog.records)
    assert "LTI-VERSION" in page
    for part in ("zqxmark", "Zqxmark", sent["id_token"], sent["state"], SUBJECT):
        assert part not in said


def test_too_many_at_once_wait_and_passwords_go_on(
    client: Client, platform: LearningPlatform, robin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempt_limits, "ARRIVING_BY_ADDRESS", "2/5m")
    assert [client.post(LAUNCH).status_code for _ in range(3)] == [400, 400, 429]

    client.post("/login", {"username": robin.email, "password": PASSWORD})
    assert is_in(client)


def test_nonces_are_forgotten_once_they_are_too_old() -> None:
    now = timezone.now()
    LtiNonce.objects.create(digest="a", used_at=now - dt.timedelta(minutes=59))
    LtiNonce.objects.create(digest="b", used_at=now - dt.timedelta(minutes=61))

    assert launch_validation.forget_nonces(now=now) == 1
    assert LtiNonce.objects.get().digest == "a"


def test_all_who_wait_for_providers_share_their_places() -> None:
    assert provider_http.ProviderBulkhead(provider_http.PLACES)._places is provider_http.LINE._places
