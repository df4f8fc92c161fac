"""What somebody tries who controls a browser, a course, or another platform: nobody is let in, and nothing is asked."""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from django.test import Client
from django.utils import timezone

from accounts.institution.provider import KEPT_SECONDS
from accounts.institution.provider_http import MOST_BYTES
from partners.models import LtiLink, LtiPlatform
from tests.factories.accounts import UserFactory
from tests.fakes.identity_provider import SECOND, Claims, Key, encoded
from tests.fakes.learning_platform import CLIENT_ID, GIVEN, LearningPlatform
from tests.partners.lti.test_launch_validation import refusal
from tests.partners.lti.visits import HOME, LAUNCH, begin, form, is_in, visit

pytestmark = pytest.mark.django_db
SUBJECT = GIVEN["claims"]["sub"]


@pytest.fixture(autouse=True)
def robin(registered: LtiPlatform) -> LtiLink:
    return linked(registered)


def linked(platform: LtiPlatform) -> LtiLink:
    return LtiLink.objects.create(
        platform=platform, subject=SUBJECT, person=UserFactory(), confirmed=True, linked_at=timezone.now()
    )


def by(key: Key, **header: Any) -> Callable[[Claims], str]:
    return lambda claims: jwt.encode(claims, key.private, algorithm="RS256", headers=header)


class TestAnotherPlatform:
    """It is registered here too, and its users are others."""

    def test_does_not_speak_for_this_one(self, client: Client, platform: LearningPlatform) -> None:
        with LearningPlatform() as evil:
            linked(LtiPlatform.objects.create(**evil.registered() | {"name": "Another"}))
            evil.keys = [SECOND]
            for claimed in (platform.issuer, evil.issuer):
                platform.sign = lambda claims: by(SECOND, kid="second")(claims | {"iss": claimed})  # noqa: B023
                assert refusal(client, visit(client, platform)) == "LTI-TOKEN"

    def test_of_the_same_issuer_and_keys_is_told_apart_by_its_client(
        self, client: Client, platform: LearningPlatform
    ) -> None:
        """As all schools of one Canvas are."""
        LtiPlatform.objects.create(**platform.registered() | {"client_id": "another"})
        platform.claims = {"aud": "another"}
        assert refusal(client, visit(client, platform)) == "LTI-TOKEN"

        platform.claims = {"aud": ["another", CLIENT_ID], "azp": "another"}
        assert refusal(client, visit(client, platform)) == "LTI-TOKEN"

    def test_takes_no_launch_that_this_one_was_asked_for(
        self, client: Client, platform: LearningPlatform
    ) -> None:
        with LearningPlatform() as evil:
            LtiPlatform.objects.create(**evil.registered() | {"name": "Another"})
            state = parse_qs(urlsplit(begin(client, platform)["Location"]).query)["state"][0]
            nonce = parse_qs(urlsplit(begin(client, platform)["Location"]).query)["nonce"][0]
            token = evil.sign(evil.launch({"nonce": nonce}))

            assert refusal(client, client.post(LAUNCH, {"state": state, "id_token": token})) == "LTI-TOKEN"


class TestTheHeaderOfAToken:
    def test_brings_no_key_and_leads_to_none(self, client: Client, platform: LearningPlatform) -> None:
        with LearningPlatform() as evil:
            evil.keys = [SECOND]
            for header in (
                {"kid": "second", "jku": f"{evil.issuer}/keys"},
                {"kid": "first", "jku": f"{evil.issuer}/keys"},
                {"kid": "second", "x5u": f"{evil.issuer}/keys"},
                {"kid": "second", "jwk": SECOND.public},
                {"kid": f"{evil.issuer}/keys"},
                {"kid": "../../etc/passwd"},
                {"kid": "first' OR '1'='1"},
            ):
                platform.sign = by(SECOND, **header)
                assert refusal(client, visit(client, platform)) == "LTI-TOKEN"
            assert evil.asked == {}

    def test_may_name_no_key_where_there_is_one(self, client: Client, platform: LearningPlatform) -> None:
        platform.sign = by(Key())
        visit(client, platform)
        assert is_in(client)

    def test_names_one_where_there_are_several(self, client: Client, platform: LearningPlatform) -> None:
        platform.keys = [Key(), SECOND]
        platform.sign = by(Key())
        assert refusal(client, visit(client, platform)) == "LTI-TOKEN"

    @pytest.mark.parametrize("odd", [7, None, ["first"], {"first": "first"}, ""])
    def test_of_odd_kinds_is_refused(self, client: Client, platform: LearningPlatform, odd: Any) -> None:
        real = platform.sign

        def sign(claims: Claims) -> str:
            _, body, mac = real(claims).split(".")
            return f"{encoded({'alg': 'RS256', 'typ': 'JWT', 'kid': odd, 'crit': odd})}.{body}.{mac}"

        platform.sign = sign
        assert refusal(client, visit(client, platform)) == "LTI-TOKEN"


@pytest.mark.parametrize(
    "keys",
    [
        [], "first", {"first": 1}, None, [None, 7, "first", []], [{}], [{"kty": "RSA", "kid": "first"}],
        [{"kty": "oct", "kid": "first", "k": "c2VjcmV0"}],
        [Key().public | {"use": "enc"}], [Key().public | {"alg": "RS512"}], [Key().public | {"d": "AQAB"}],
        [Key().public | {"n": "AQAB"}], [Key().public, SECOND.public | {"kid": "first"}],
        [{"kty": "EC", "crv": "P-256", "kid": "first", "x": "AQAB", "y": "AQAB"}],
    ],
    ids=lambda keys: str(keys)[:40],
)  # fmt: skip
def test_keys_that_are_none_check_nothing(client: Client, platform: LearningPlatform, keys: Any) -> None:
    platform.answers["/keys"] = lambda handler: handler.say(200, {"keys": keys})

    assert refusal(client, visit(client, platform)) == "LTI-TOKEN"


class TestTheAddressOfTheKeys:
    def test_is_not_read_without_end(self, client: Client, platform: LearningPlatform) -> None:
        padding = {"keys": [Key().public], "more": "x" * MOST_BYTES}
        platform.answers["/keys"] = lambda handler: handler.say(200, padding)

        assert refusal(client, visit(client, platform)) == "LTI-AWAY"

    def test_leads_nowhere_else(self, client: Client, platform: LearningPlatform) -> None:
        with LearningPlatform() as evil:
            platform.answers["/keys"] = lambda handler: handler.lead(f"{evil.issuer}/keys")

            assert refusal(client, visit(client, platform)) == "LTI-AWAY"
            assert evil.asked == {}

    def test_is_asked_once_a_minute_however_many_keys_are_made_up(
        self, client: Client, platform: LearningPlatform
    ) -> None:
        visit(client, platform)
        client.logout()
        for number in range(5):
            platform.sign = by(SECOND, kid=f"made-up-{number}")
            assert refusal(client, visit(client, platform)) == "LTI-TOKEN"

        assert platform.asked["/keys"] == 1

    def test_that_is_silent_shuts_nobody_out_whose_key_is_known(
        self, client: Client, platform: LearningPlatform, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Whoever makes up a key has it asked, and would have everybody wait for it."""
        now = [time.monotonic()]
        monkeypatch.setattr("accounts.institution.provider.time.monotonic", lambda: now[0])
        visit(Client(), platform)
        real, platform.sign = platform.sign, by(SECOND, kid="made-up")
        platform.answers["/keys"] = lambda handler: handler.wfile.close()
        now[0] += 61
        assert refusal(client, visit(client, platform)) == "LTI-AWAY"
        platform.sign = real

        visit(client, platform)
        assert is_in(client)

        client.logout()
        now[0] += KEPT_SECONDS
        assert refusal(client, visit(client, platform)) == "LTI-AWAY"


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": 7}, {"sub": ["x"]}, {"sub": {"x": 1}}, {"sub": "x" * 256}, {"sub": "a\0b"}, {"sub": "a\u202eb"},
        {"exp": "soon"}, {"exp": 1e400}, {"exp": [1]}, {"iat": "now"}, {"iat": -1e400}, {"nbf": 2**40},
        {"aud": []}, {"aud": None}, {"aud": {CLIENT_ID: 1}}, {"aud": [CLIENT_ID, 7]}, {"aud": f"{CLIENT_ID} "},
        {"azp": [CLIENT_ID]}, {"azp": ""}, {"iss": None}, {"iss": ["x"]},
        {"nonce": 7}, {"nonce": ["x"]}, {"nonce": ""},
    ],
    ids=str,
)  # fmt: skip
def test_claims_of_odd_kinds_let_nobody_in(
    client: Client, platform: LearningPlatform, claims: Claims
) -> None:
    platform.claims = claims

    assert refusal(client, visit(client, platform)) == "LTI-TOKEN"


@pytest.mark.parametrize("claims", [{"aud": [CLIENT_ID]}, {"aud": [CLIENT_ID, "another"], "azp": CLIENT_ID}])
def test_a_token_for_us_among_others_is_taken(
    client: Client, platform: LearningPlatform, claims: Claims
) -> None:
    platform.claims = claims
    visit(client, platform)
    assert is_in(client)


@pytest.mark.parametrize(
    ("claim", "seconds", "is_taken"),
    [("exp", -25, True), ("exp", -35, False), ("iat", 25, True), ("iat", 35, False), ("nbf", 35, False)],
)
def test_clocks_differ_by_half_a_minute_at_most(
    client: Client, platform: LearningPlatform, claim: str, seconds: int, is_taken: bool
) -> None:
    platform.claims = {claim: int(time.time()) + seconds}
    visit(client, platform)
    assert is_in(client) == is_taken


class TestWhereItLeads:
    @pytest.mark.parametrize(
        "target",
        [
            "http://testserver@evil.example/lti/launch", "http://testserver/lti/launch@evil.example",
            "//evil.example/lti/launch", "http://testserver/lti/launch#@evil.example", "HTTP://TESTSERVER/lti/launch",
            "http://testserver/lti/launch/../../evil", "http://testserver\\@evil.example/lti/launch",
            "javascript:alert(1)", "http://testserver/lti/launch;x", "/lti/launch",
        ],
    )  # fmt: skip
    def test_is_no_place_that_the_link_names(
        self, client: Client, platform: LearningPlatform, target: str
    ) -> None:
        assert refusal(client, begin(client, platform, target_link_uri=target)) == "LTI-TARGET"

    def test_is_no_place_that_the_token_names(self, client: Client, platform: LearningPlatform) -> None:
        claim = "https://purl.imsglobal.org/spec/lti/claim/"
        platform.claims = {
            f"{claim}target_link_uri": "https://evil.example/", "next": "https://evil.example/",
            f"{claim}launch_presentation": {"return_url": "https://evil.example/"},
        }  # fmt: skip
        assert visit(client, platform)["Location"] == HOME

    def test_is_the_platform_with_what_it_gave_as_a_value(
        self, client: Client, platform: LearningPlatform
    ) -> None:
        hint = 'x&redirect_uri=https://evil.example\r\nSet-Cookie: a=b"><script>'

        answer = begin(client, platform, login_hint=hint, lti_message_hint=hint)

        asked = parse_qs(urlsplit(answer["Location"]).query)
        assert (asked["login_hint"], asked["lti_message_hint"]) == ([hint], [hint])
        assert asked["redirect_uri"] == ["http://testserver/lti/launch"]
        assert "\r" not in answer["Location"]
        assert answer.content == b""
        refused = begin(client, platform, login_hint=hint, client_id="another").content.decode()
        assert "evil.example" not in refused
        assert "<script>" not in refused


@pytest.mark.parametrize("change", [str.upper, lambda issuer: f"{issuer}/", lambda issuer: f" {issuer}"])
def test_an_issuer_is_one_to_the_letter(
    client: Client, platform: LearningPlatform, change: Callable[[str], str]
) -> None:
    assert refusal(client, begin(client, platform, iss=change(platform.issuer))) == "LTI-PLATFORM"
    platform.claims = {"iss": change(platform.issuer)}
    assert refusal(client, visit(client, platform)) == "LTI-TOKEN"


@pytest.mark.parametrize("name", ["state", "id_token"])
def test_without_its_parts_nothing_is_a_launch(client: Client, platform: LearningPlatform, name: str) -> None:
    for value in (
        None,
        "",
        "x" * 100_000,
        "\0",
        "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
    ):
        sent = form(client, platform)
        sent.pop(name)
        answer = client.post(LAUNCH, sent if value is None else {**sent, name: value})
        assert refusal(client, answer) in ("LTI-STATE", "LTI-TOKEN")


def test_a_state_is_good_for_its_own_platform_alone(client: Client, platform: LearningPlatform) -> None:
    """Whoever is switched off between asking and coming back is not replaced by one that is on."""
    sent = form(client, platform)
    LtiPlatform.objects.update(active=False)
    LtiPlatform.objects.create(**platform.registered() | {"client_id": "another"})

    assert refusal(client, client.post(LAUNCH, sent)) == "LTI-PLATFORM"
