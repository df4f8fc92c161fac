"""A provider that is away, slow, broken or misleading: the page says so, and log-ins by password go on."""

import threading
import time

import httpx
import pytest
from authlib.integrations.httpx_client import OAuth2Client  # type: ignore[import-untyped]
from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]
from django.test import Client
from joserfc import jwt
from joserfc.jwk import KeySet
from pytest_django.fixtures import Settings

from accounts.institution import authorization, provider_http
from accounts.institution import provider as known
from accounts.institution.errors import ProviderAway
from accounts.models import User
from tests.accounts.institution.visits import BEGIN, UNKNOWN, is_in, sent_back, shown, visit
from tests.factories.accounts import PASSWORD, UserFactory
from tests.fakes.identity_provider import CLIENT_ID, CLIENT_SECRET, SECOND, Answer, IdentityProvider

pytestmark = pytest.mark.django_db
AWAY = "log-in cannot be reached at the moment."


@pytest.fixture(autouse=True)
def robin() -> User:
    made: User = UserFactory(email="robin@example.org")
    return made


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for half a second instead of five."""
    monkeypatch.setattr(authorization, "SECONDS", 0.5)


def drip(handler: object) -> None:
    """Send a byte now and then, for longer than anybody waits."""
    try:
        for _ in range(20):
            handler.wfile.write(b"H")  # type: ignore[attr-defined]
            handler.wfile.flush()  # type: ignore[attr-defined]
            time.sleep(0.1)
    except OSError:
        pass


BROKEN: dict[str, Answer] = {
    "error of the server": lambda handler: handler.say(500, {"error": "server_error"}),
    "redirect": lambda handler: handler.lead("http://127.0.0.1:1/elsewhere"),
    "huge": lambda handler: handler.send(200, b'{"more": "' + b"x" * 400_000 + b'"}'),
    "no json": lambda handler: handler.send(200, b"<html>Welcome</html>"),
    "no object": lambda handler: handler.say(200, ["issuer"]),
    "deep": lambda handler: handler.send(200, b"[" * 60_000),
    "nothing": lambda handler: handler.wfile.close(),
}


@pytest.mark.parametrize("how", sorted(BROKEN))
@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/token", "/keys"])
def test_a_broken_provider_is_called_away(
    client: Client, provider: IdentityProvider, path: str, how: str
) -> None:
    provider.answers[path] = BROKEN[how]

    answer = client.get(BEGIN)
    if "/authorize" in answer["Location"]:
        answer = client.get(provider.sends_back(answer["Location"]).removeprefix("http://testserver"))

    assert not is_in(client)
    assert AWAY in shown(client, answer)


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/token", "/keys"])
def test_a_slow_provider_is_given_up_and_then_left_alone(
    client: Client, provider: IdentityProvider, hurried: None, path: str
) -> None:
    provider.answers[path] = drip

    answer = client.get(BEGIN)
    if "/authorize" in answer["Location"]:
        answer = client.get(provider.sends_back(answer["Location"]).removeprefix("http://testserver"))
    assert AWAY in shown(client, answer)
    asked = dict(provider.asked)

    assert AWAY in shown(client, client.get(BEGIN))
    assert provider.asked == asked
    client.post("/login", {"username": "robin@example.org", "password": PASSWORD})
    assert is_in(client)


def test_a_provider_that_is_not_there_is_called_away(
    client: Client, provider: IdentityProvider, settings: Settings
) -> None:
    settings.OIDC_ISSUER = "http://127.0.0.1:1"

    assert AWAY in shown(client, client.get(BEGIN))


def test_nobody_waits_for_a_place_beside_those_who_wait_for_long(
    provider: IdentityProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    line, waited = provider_http.ProviderBulkhead(), list[float]()

    def acquire(timeout: float) -> bool:
        waited.append(timeout)
        return True

    monkeypatch.setattr(line._places, "acquire", acquire)
    monkeypatch.setattr(line._places, "release", lambda: None)
    with line.taken():
        line._since[0] = time.monotonic() - 2
        with line.taken():
            pass

    assert waited == [1.0, 0]


def test_whoever_gets_a_place_of_those_who_gave_up_gives_up_too(provider: IdentityProvider) -> None:
    line = provider_http.ProviderBulkhead()
    with line.taken(), line.taken():
        late = threading.Thread(target=lambda: outcome.append(_refusal(line)))
        outcome: list[str] = []
        late.start()
        line.note_silence()
    late.join()

    assert outcome == ["silent lately"]


def _refusal(line: provider_http.ProviderBulkhead) -> str:
    with pytest.raises(ProviderAway) as refusal, line.taken():
        pass
    return refusal.value.reason


def test_those_who_wait_for_it_leave_threads_to_others(
    provider: IdentityProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provider_http, "PLACE_SECONDS", 0.01)
    client = Client()
    with provider_http.LINE.taken(), provider_http.LINE.taken():
        assert AWAY in shown(client, client.get(BEGIN))

    assert "/authorize" in client.get(BEGIN)["Location"]


@pytest.mark.parametrize(
    "described",
    [
        {"issuer": "https://evil.example"}, {"issuer": None}, {"authorization_endpoint": None},
        {"token_endpoint": 7}, {"jwks_uri": "file:///etc/passwd"},
    ],
    ids=str,
)  # fmt: skip
def test_a_description_that_cannot_be_right_is_not_used(
    client: Client, provider: IdentityProvider, described: dict[str, object]
) -> None:
    provider.described = described

    assert AWAY in shown(client, client.get(BEGIN))


def test_an_encrypted_provider_names_no_address_in_the_clear(settings: Settings) -> None:
    settings.OIDC_ISSUER = "https://login.example.edu"
    said = {
        "issuer": "https://login.example.edu", "authorization_endpoint": "https://login.example.edu/a",
        "token_endpoint": "https://login.example.edu/t", "jwks_uri": "http://login.example.edu/k",
    }  # fmt: skip

    with pytest.raises(ProviderAway):
        known._described(said)
    assert (
        known._described(said | {"jwks_uri": "https://keys.example.edu/k"}).keys
        == "https://keys.example.edu/k"
    )


class TestWhatIsKept:
    def test_description_and_keys_are_asked_for_once_an_hour(
        self, client: Client, provider: IdentityProvider
    ) -> None:
        for _ in range(3):
            visit(Client(), provider)

        assert provider.asked["/.well-known/openid-configuration"] == 1
        assert provider.asked["/keys"] == 1

    def test_a_new_key_is_looked_for_once_a_minute(
        self, client: Client, provider: IdentityProvider, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        now = [1000.0]
        monkeypatch.setattr("accounts.institution.provider.time.monotonic", lambda: now[0])
        visit(Client(), provider)
        provider.keys = [SECOND]
        now[0] += 59

        visit(client, provider)
        assert not is_in(client)
        assert provider.asked["/keys"] == 1
        now[0] += 2
        visit(client, provider)

        assert is_in(client)
        assert provider.asked["/keys"] == 2

    def test_a_key_that_was_withdrawn_counts_for_an_hour_at_most(
        self, client: Client, provider: IdentityProvider, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        now = [1000.0]
        monkeypatch.setattr("accounts.institution.provider.time.monotonic", lambda: now[0])
        visit(Client(), provider)
        signed = provider.sign
        provider.answers["/keys"] = lambda handler: handler.say(200, {"keys": [SECOND.public]})
        now[0] += 3601
        provider.sign = signed

        visit(client, provider)

        assert not is_in(client)


class TestCodes:
    def test_a_code_that_was_used_is_not_taken(self, client: Client, provider: IdentityProvider) -> None:
        back = sent_back(client, provider)
        provider._codes.clear()

        assert UNKNOWN in shown(client, client.get(back))

    def test_a_secret_that_the_provider_does_not_know_is_the_operators_affair(
        self, client: Client, provider: IdentityProvider, settings: Settings, caplog: pytest.LogCaptureFixture
    ) -> None:
        settings.OIDC_CLIENT_SECRET = "another"

        assert AWAY in shown(client, visit(client, provider))
        assert "client refused" in caplog.text

    def test_the_secret_goes_in_the_form_where_the_provider_wants_it_there(
        self, client: Client, provider: IdentityProvider
    ) -> None:
        provider.described = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}

        visit(client, provider)

        assert is_in(client)


class TestUserinfo:
    def test_an_address_that_is_told_there_counts_as_well(
        self, client: Client, provider: IdentityProvider
    ) -> None:
        provider.told = dict(provider.person)
        provider.person = {"sub": "robin-1"}

        visit(client, provider)

        assert is_in(client)

    def test_what_one_answer_says_of_an_address_does_not_vouch_for_that_of_the_other(
        self, client: Client, provider: IdentityProvider
    ) -> None:
        provider.told = {"sub": "robin-1", "email": "robin@example.org"}
        provider.person = {"sub": "robin-1", "email_verified": True}

        assert UNKNOWN in shown(client, visit(client, provider))

    @pytest.mark.parametrize("told", [{"sub": "kim-2"}, {"sub": None}, {"email_verified": False}], ids=str)
    def test_but_not_that_of_another_subject_nor_one_that_is_not_verified(
        self, client: Client, provider: IdentityProvider, told: dict[str, object]
    ) -> None:
        provider.told = dict(provider.person) | told
        provider.person = {"sub": "robin-1"}

        assert UNKNOWN in shown(client, visit(client, provider))


def test_the_fake_is_a_provider_to_a_client_that_others_wrote(provider: IdentityProvider) -> None:
    described = provider.discovery()
    with OAuth2Client(
        CLIENT_ID, CLIENT_SECRET, scope="openid email", redirect_uri="https://app.example.org/back",
        code_challenge_method="S256", trust_env=False,
    ) as client:  # fmt: skip
        verifier = "v" * 64
        address, state = client.create_authorization_url(
            described["authorization_endpoint"], nonce="a nonce", code_verifier=verifier
        )
        token = client.fetch_token(
            described["token_endpoint"],
            authorization_response=provider.sends_back(address),
            code_verifier=verifier,
            state=state,
        )
        keys = KeySet.import_key_set(httpx.get(described["jwks_uri"], trust_env=False).json())

    read = jwt.decode(token["id_token"], keys, algorithms=["RS256"])
    claims = CodeIDToken(
        read.claims, read.header, {"iss": {"value": provider.issuer}, "aud": {"value": CLIENT_ID}},
        {"nonce": "a nonce", "client_id": CLIENT_ID},
    )  # fmt: skip
    claims.validate()
    assert claims["sub"] == "robin-1"
