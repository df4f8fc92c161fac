"""What a provider may answer, and what nobody is let in by: everything over real HTTP, with real signatures."""

import base64
import datetime as dt
import hashlib
import hmac
import logging
import time
from collections.abc import Callable

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.institution import id_tokens
from accounts.institution.id_tokens import Identity
from accounts.models import User
from tests.accounts.institution.visits import UNKNOWN, is_in, shown, visit
from tests.factories.accounts import UserFactory
from tests.fakes.identity_provider import SECOND, Claims, IdentityProvider, Key, encoded

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def robin() -> User:
    made: User = UserFactory(email="robin@example.org")
    return made


def is_refused(client: Client, provider: IdentityProvider) -> bool:
    answer = visit(client, provider)
    return not is_in(client) and UNKNOWN in shown(client, answer)


def unsigned(claims: Claims) -> str:
    return f"{encoded({'alg': 'none', 'typ': 'JWT', 'kid': 'first'})}.{encoded(claims)}."


def by_public_key(claims: Claims) -> str:
    """Signed with what everybody knows, as if it were a secret shared with us."""
    public = Key().private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    told = f"{encoded({'alg': 'HS256', 'typ': 'JWT', 'kid': 'first'})}.{encoded(claims)}"
    mac = hmac.new(public, told.encode(), hashlib.sha256).digest()
    return f"{told}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def by_client_secret(claims: Claims) -> str:
    return jwt.encode(claims, "a secret: of 100%" * 4, algorithm="HS256", headers={"kid": "first"})


def by_another_key(claims: Claims) -> str:
    return jwt.encode(claims, SECOND.private, algorithm="RS256", headers={"kid": "first"})


def by_a_key_of_its_own(claims: Claims) -> str:
    own = {"jwk": SECOND.public, "jku": "https://evil.example/keys", "kid": "second"}
    return jwt.encode(claims, SECOND.private, algorithm="RS256", headers=own)


def with_a_changed_claim(claims: Claims) -> str:
    head, _, mac = jwt.encode(claims, Key().private, algorithm="RS256", headers={"kid": "first"}).split(".")
    return f"{head}.{encoded(claims | {'sub': 'kim-2'})}.{mac}"


def with_critical(claims: Claims) -> str:
    headers = {"kid": "first", "crit": ["exp"], "exp": 1}
    return jwt.encode(claims, Key().private, algorithm="RS256", headers=headers)


def too_long(claims: Claims) -> str:
    return jwt.encode(
        claims | {"more": "x" * 17_000}, Key().private, algorithm="RS256", headers={"kid": "first"}
    )


@pytest.mark.parametrize(
    "sign",
    [unsigned, by_public_key, by_client_secret, by_another_key, by_a_key_of_its_own, with_a_changed_claim,
     with_critical, too_long, lambda _: "no.token.atall", lambda _: "", lambda _: "a.b.c.d.e"],
)  # fmt: skip
def test_only_the_providers_own_signature_counts(
    client: Client, provider: IdentityProvider, sign: Callable[[Claims], str]
) -> None:
    provider.sign = sign

    assert is_refused(client, provider)


def from_now(seconds: int) -> dt.timedelta:
    """Return a time that a claim is to have, counted from when the token is made."""
    return dt.timedelta(seconds=seconds)


def dated(claims: Claims) -> Claims:
    now = int(time.time())
    return {
        name: now + int(value.total_seconds()) if isinstance(value, dt.timedelta) else value
        for name, value in claims.items()
    }


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"}, {"nonce": None}, {"nonce": 7},
        {"aud": "another"}, {"aud": None}, {"aud": []}, {"aud": ["microcred", "another"]},
        {"azp": "another"}, {"aud": ["microcred", "another"], "azp": "another"},
        {"iss": "https://evil.example"}, {"iss": None}, {"iss": ["microcred"]},
        {"exp": from_now(-60)}, {"exp": None}, {"exp": "soon"},
        {"nbf": from_now(3600)}, {"iat": from_now(3600)}, {"iat": None},
        {"sub": None}, {"sub": ""}, {"sub": 7}, {"sub": "x" * 256}, {"sub": "robin\x00"}, {"sub": "\ud800"},
        {"nonce": "\ud800"}, {"exp": float("inf")}, {"exp": float("nan")}, {"exp": {}}, {"aud": {}}, {"iat": []},
    ],
    ids=str,
)  # fmt: skip
def test_a_token_that_is_not_of_this_log_in_lets_nobody_in(
    client: Client, provider: IdentityProvider, claims: Claims
) -> None:
    provider.claims = dated(claims)

    assert is_refused(client, provider)


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": ["microcred"]}, {"aud": ["microcred", "another"], "azp": "microcred"}, {"azp": "microcred"},
        {"exp": from_now(-5)}, {"iat": from_now(5)}, {"nbf": from_now(5)},
    ],
    ids=str,
)  # fmt: skip
def test_what_the_protocol_allows_and_a_clock_a_few_seconds_off_let_in(
    client: Client, provider: IdentityProvider, claims: Claims
) -> None:
    provider.claims = dated(claims)

    visit(client, provider)

    assert is_in(client)


class TestKeys:
    def test_another_kind_of_key_is_as_good(self, client: Client, provider: IdentityProvider) -> None:
        private = ec.generate_private_key(ec.SECP256R1())
        public = jwt.algorithms.ECAlgorithm.to_jwk(private.public_key(), as_dict=True) | {"kid": "curve"}
        provider.answers["/keys"] = lambda handler: handler.say(200, {"keys": [public]})
        provider.sign = lambda claims: jwt.encode(
            claims, private, algorithm="ES256", headers={"kid": "curve"}
        )

        visit(client, provider)

        assert is_in(client)

    def test_but_not_one_for_another_way_of_signing(self, client: Client, provider: IdentityProvider) -> None:
        private = ec.generate_private_key(ec.SECP256K1())
        public = jwt.algorithms.ECAlgorithm.to_jwk(private.public_key(), as_dict=True) | {"kid": "curve"}
        provider.answers["/keys"] = lambda handler: handler.say(200, {"keys": [public]})
        provider.sign = lambda claims: jwt.encode(
            claims, private, algorithm="ES256K", headers={"kid": "curve"}
        )

        assert is_refused(client, provider)

    def test_a_token_without_a_name_is_of_the_only_key(
        self, client: Client, provider: IdentityProvider
    ) -> None:
        provider.sign = lambda claims: jwt.encode(claims, Key().private, algorithm="RS256")
        visit(client, provider)
        assert is_in(client)

    def test_a_token_of_another_name_is_of_none(self, client: Client, provider: IdentityProvider) -> None:
        provider.sign = lambda claims: jwt.encode(
            claims, Key().private, algorithm="RS256", headers={"kid": "another"}
        )

        assert is_refused(client, provider)

    def test_and_of_none_where_there_are_several(self, client: Client, provider: IdentityProvider) -> None:
        provider.keys = [Key(), SECOND]
        provider.sign = lambda claims: jwt.encode(claims, Key().private, algorithm="RS256")

        assert is_refused(client, provider)

    @pytest.mark.parametrize("more", [{"use": "enc"}, {"alg": "RS512"}, {"kty": "oct", "k": "eA"}], ids=str)
    def test_a_key_for_something_else_is_none(
        self, client: Client, provider: IdentityProvider, more: dict[str, str]
    ) -> None:
        shown = Key().public | more
        provider.answers["/keys"] = lambda handler: handler.say(200, {"keys": [shown]})

        assert is_refused(client, provider)

    def test_a_key_that_is_too_short_is_none(self, client: Client, provider: IdentityProvider) -> None:
        provider.keys = [Key("first", rsa.generate_private_key(65537, 1024))]  # noqa: S505 - that is the point

        assert is_refused(client, provider)

    @pytest.mark.parametrize(
        "more",
        [
            {"n": 7},
            {"n": None},
            {"n": "!"},
            {"e": ""},
            {"kty": "EC"},
            {"kty": "OKP", "crv": "Ed25519"},
            {"kty": []},
        ],
        ids=str,
    )
    def test_a_key_that_is_broken_is_none(
        self, client: Client, provider: IdentityProvider, more: dict[str, object]
    ) -> None:
        broken = Key().public | more
        provider.answers["/keys"] = lambda handler: handler.say(200, {"keys": [broken]})

        assert is_refused(client, provider)

    @pytest.mark.parametrize("body", [{"keys": "none"}, {"keys": [7, None]}, {}], ids=str)
    def test_a_list_of_keys_that_is_none_has_none(
        self, client: Client, provider: IdentityProvider, body: object
    ) -> None:
        provider.answers["/keys"] = lambda handler: handler.say(200, body)

        assert is_refused(client, provider)


@pytest.mark.parametrize(
    ("claims", "email"),
    [
        ({}, "robin@example.org"),
        ({"email": "Robin@Example.ORG"}, "robin@example.org"),
        ({"email_verified": False}, ""),
        ({"email_verified": None}, ""),
        ({"email_verified": "true"}, ""),
        ({"email_verified": 1}, ""),
        ({"email": None}, ""),
        ({"email": ["robin@example.org"]}, ""),
        ({"email": "robin@example.org\x00"}, ""),
        # The Kelvin sign becomes an ordinary k.
        ({"email": "\u212aim@example.org"}, ""),
    ],
    ids=str,
)
def test_an_address_counts_only_where_the_provider_has_verified_it(
    settings: Settings, claims: Claims, email: str
) -> None:
    settings.OIDC_ISSUER = "https://login.example.edu"
    said = {"sub": "robin-1", "email": "robin@example.org", "email_verified": True} | claims

    assert id_tokens.identity(said) == Identity("https://login.example.edu", "robin-1", email)


def test_the_claim_that_says_so_may_have_another_name(settings: Settings) -> None:
    settings.OIDC_VERIFIED_CLAIM = "xms_edov"
    said = {"sub": "robin-1", "email": "robin@example.org", "email_verified": True}

    assert id_tokens.identity(said).email == ""
    assert id_tokens.identity(said | {"xms_edov": True}).email == "robin@example.org"


def test_nothing_personal_and_nothing_secret_is_logged(
    client: Client, provider: IdentityProvider, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    provider.person |= {"email": "unknown@example.org"}
    visit(client, provider)
    provider.claims = {"nonce": "another"}
    visit(client, provider)

    told = " ".join(f"{record.getMessage()} {vars(record)}" for record in caplog.records)
    assert "institution_log_in_refused" in told
    for word in ("unknown@example.org", "robin-1", "Ferrante", "a secret", "an access token", "eyJ"):
        assert word not in told
