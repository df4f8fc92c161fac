"""Tokens that are not ours, not the right ones, or not any more: each is 401, none is an error of ours."""

import base64
import datetime as dt
import json
import uuid
from collections.abc import Callable
from typing import Any

import jwt
import pytest
import time_machine
from django.conf import LazySettings
from rest_framework.test import APIClient

from accounts import tokens
from accounts.token_signing import kid_of
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
OLD, NEW = "o" * 64, "n" * 64
NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def one_key(settings: LazySettings) -> None:
    settings.JWT_SIGNING_KEY, settings.JWT_VERIFYING_KEYS = OLD, []


def me(access: str) -> int:
    return APIClient().get("/api/v1/me", headers={"Authorization": f"Bearer {access}"}).status_code


def refresh(token: str) -> Any:
    return APIClient().post("/api/v1/auth/token/refresh", {"refresh": token}, format="json")


def claims_of(token: str) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return claims


def part(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def test_a_token_names_its_key_its_issuer_and_whom_it_is_for() -> None:
    access = tokens.issue(UserFactory()).access

    assert jwt.get_unverified_header(access) == {"alg": "HS256", "typ": "JWT", "kid": kid_of(OLD)}
    claims = claims_of(access)
    assert (claims["iss"], claims["aud"], claims["token_type"]) == ("microcred", "microcred-api", "access")
    assert OLD[:12] not in kid_of(OLD)


def test_while_keys_change_tokens_of_both_are_good(settings: LazySettings) -> None:
    pair = tokens.issue(UserFactory())

    settings.JWT_SIGNING_KEY, settings.JWT_VERIFYING_KEYS = NEW, [OLD]
    assert me(pair.access) == 200
    later = refresh(pair.refresh).json()
    assert jwt.get_unverified_header(later["access"])["kid"] == kid_of(NEW)

    settings.JWT_VERIFYING_KEYS = []
    assert me(pair.access) == 401
    assert me(later["access"]) == 200
    assert refresh(later["refresh"]).status_code == 200


def test_a_process_that_does_not_sign_with_the_new_key_yet_accepts_it(settings: LazySettings) -> None:
    user = UserFactory()
    settings.JWT_SIGNING_KEY, settings.JWT_VERIFYING_KEYS = NEW, [OLD]
    ahead = tokens.issue(user)

    settings.JWT_SIGNING_KEY, settings.JWT_VERIFYING_KEYS = OLD, [NEW]

    assert me(ahead.access) == 200


def signed(claims: dict[str, Any], *, key: str = OLD, algorithm: str = "HS256", **header: Any) -> str:
    return jwt.encode(claims, key, algorithm=algorithm, headers={"kid": kid_of(OLD), **header})


def resealed(token: str, header: object) -> str:
    """Put another header before the claims and the old signature."""
    return ".".join([part(header), *token.split(".")[1:]])


Forge = Callable[[str], str]
FORGERIES: dict[str, Forge] = {
    "no signature, alg none": lambda token: ".".join(
        [part({"alg": "none", "typ": "JWT", "kid": kid_of(OLD)}), token.split(".")[1], ""]
    ),
    "alg none, signature kept": lambda token: resealed(token, {"alg": "none", "kid": kid_of(OLD)}),
    "alg NoNe": lambda token: resealed(token, {"alg": "NoNe", "kid": kid_of(OLD)}),
    "alg HS512, right key": lambda token: signed(claims_of(token), algorithm="HS512"),
    "alg HS384, right key": lambda token: signed(claims_of(token), algorithm="HS384"),
    "alg RS256 in name": lambda token: resealed(token, {"alg": "RS256", "kid": kid_of(OLD)}),
    "alg missing": lambda token: resealed(token, {"kid": kid_of(OLD)}),
    "alg a list": lambda token: resealed(token, {"alg": ["HS256"], "kid": kid_of(OLD)}),
    "another key": lambda token: signed(claims_of(token), key=NEW),
    "an empty key": lambda token: jwt.api_jws.PyJWS().encode(
        json.dumps(claims_of(token)).encode(), "x" * 32, headers={"kid": kid_of(OLD)}
    ),
    "kid of nobody": lambda token: signed(claims_of(token), kid=kid_of(NEW)),
    "kid missing": lambda token: jwt.encode(claims_of(token), OLD, algorithm="HS256"),
    "kid a path": lambda token: signed(claims_of(token), kid="../../../dev/null"),
    "kid a statement": lambda token: signed(claims_of(token), kid="' UNION SELECT 'x' --"),
    "kid a number": lambda token: resealed(token, {"alg": "HS256", "kid": 7}),
    "kid a list": lambda token: resealed(token, {"alg": "HS256", "kid": [kid_of(OLD)]}),
    "kid null": lambda token: resealed(token, {"alg": "HS256", "kid": None}),
    "kid endless": lambda token: resealed(token, {"alg": "HS256", "kid": "k" * 2_000}),
    "key brought along": lambda token: signed(claims_of(token), key=NEW, jwk={"kty": "oct", "k": part(NEW)}),
    "address of a key": lambda token: signed(claims_of(token), key=NEW, jku="https://evil.example/keys"),
    "critical extension": lambda token: signed(claims_of(token), crit=["b64"], b64=False),
    "header nested deeply": lambda token: resealed(token, "[" * 2_500),
    "header no object": lambda token: resealed(token, ["alg"]),
    "header huge number": lambda token: resealed(token, '{"alg": ' + "9" * 2_500 + "}"),
    "claims nested deeply": lambda token: ".".join(
        [token.split(".")[0], part("[" * 2_500), token.split(".")[2]]
    ),
    "claims of another": lambda token: ".".join(
        [
            token.split(".")[0],
            part(claims_of(token) | {"user_id": str(uuid.uuid4())}),
            token.split(".")[2],
        ]
    ),
    "no dots": lambda token: token.replace(".", ""),
    "too many dots": lambda token: token + ".x",
    "not base64": lambda token: "!" + token[1:],
    "empty parts": lambda _: "..",
    "not ASCII": lambda token: token[:-1] + "ü",
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_token_is_refused_as_access_and_as_refresh(name: str) -> None:
    pair = tokens.issue(UserFactory())

    assert me(FORGERIES[name](pair.access)) == 401
    reply = refresh(FORGERIES[name](pair.refresh))
    assert (reply.status_code, reply.json()["error_code"]) == (401, "TOKEN_401")
    assert (me(pair.access), refresh(pair.refresh).status_code) == (200, 200)


CLAIMS: dict[str, dict[str, Any]] = {
    "wrong audience": {"aud": "another-api"},
    "wrong issuer": {"iss": "another"},
    "no audience": {"aud": None},
    "no issuer": {"iss": None},
    "no end": {"exp": None},
    "no beginning": {"iat": None},
    "no id": {"jti": None},
    "end a word": {"exp": "never"},
    "end beyond time": {"exp": 10**30},
    "end in no time": {"exp": 1e308},
    "not yet": {"nbf": 4_000_000_000},
    "from the future": {"iat": 4_000_000_000},
    "other kind": {"token_type": "sliding"},
    "kind missing": {"token_type": None},
    "no person": {"user_id": None},
    "person a number": {"user_id": 1},
    "person a word": {"user_id": "admin"},
    "person with NUL": {"user_id": "\x00"},
    "another person": {"user_id": str(uuid.uuid4())},
    "no family": {"family": None},
    "another family": {"family": str(uuid.uuid4())},
    "family a list": {"family": [1]},
    "version missing": {"token_version": None},
    "version a word": {"token_version": "1"},
    "version ahead": {"token_version": 2},
}


@pytest.mark.parametrize("name", CLAIMS)
def test_even_rightly_signed_claims_must_be_the_ones_that_are_issued(name: str) -> None:
    pair = tokens.issue(UserFactory())
    altered = [
        signed({key: value for key, value in (claims_of(token) | CLAIMS[name]).items() if value is not None})
        for token in (pair.access, pair.refresh)
    ]

    assert me(altered[0]) == 401
    assert refresh(altered[1]).status_code == 401


def test_an_access_token_is_no_refresh_token_and_the_other_way_round() -> None:
    pair = tokens.issue(UserFactory())

    assert me(pair.refresh) == 401
    assert refresh(pair.access).status_code == 401
    assert APIClient().post("/api/v1/auth/logout", {"refresh": pair.access}, format="json").status_code == 401


@pytest.mark.parametrize(("seconds", "status"), [(0, 200), (5, 200), (6, 401), (3_600, 401)])
def test_an_access_token_ends_after_a_quarter_of_an_hour_and_five_seconds_of_leeway(
    seconds: int, status: int
) -> None:
    with time_machine.travel(NOON, tick=False):
        access = tokens.issue(UserFactory()).access
        assert me(access) == 200  # that it was found good once is remembered, and does not help it later

    with time_machine.travel(NOON + dt.timedelta(minutes=15, seconds=seconds - 1), tick=False):
        assert me(access) == status
