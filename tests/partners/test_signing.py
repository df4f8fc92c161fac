"""Signatures: the published vectors, and the reference library in both directions."""

import base64
import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from partners import signing
from partners.signing import Message, SecretInvalid, SignatureInvalid

VECTORS: dict[str, Any] = json.loads((Path(__file__).parent / "data" / "standard_webhooks.json").read_text())
HMAC_VECTOR = VECTORS["sign"][0]
SECRET = HMAC_VECTOR["secret"]
OTHER_SECRET = signing.encode_secret(bytes(range(32)))
BODY = HMAC_VECTOR["body"].encode()
SENT = HMAC_VECTOR["webhook-timestamp"]
MESSAGE = Message(HMAC_VECTOR["webhook-id"], SENT, BODY)
HEADERS = signing.headers(MESSAGE, [SECRET])
REJECTED = {
    "missing webhook-id": {"webhook-id": ""},
    "missing webhook-timestamp": {"webhook-timestamp": ""},
    "timestamp not a number": {"webhook-timestamp": "hello"},
    "missing webhook-signature": {"webhook-signature": ""},
    "wrong signature": {"webhook-signature": "v1,dawfeoifkpqwoekfpqoekf"},
    "truncated signature (first 8 characters)": {"webhook-signature": HEADERS["webhook-signature"][:8]},
    "empty signature": {"webhook-signature": "v1,"},
    "another scheme": {"webhook-signature": HEADERS["webhook-signature"].replace("v1,", "v2,")},
    "no comma": {"webhook-signature": "v1"},
    "not ASCII": {"webhook-signature": "v1,ä"},
    "another id": {"webhook-id": "msg_other"},
    "another time": {"webhook-timestamp": str(SENT + 1)},
    "superscript time": {"webhook-timestamp": "²"},
    "negative time": {"webhook-timestamp": "-1"},
    "endless time": {"webhook-timestamp": "9" * 5000},
}


def test_the_published_signature_is_ours() -> None:
    assert signing.sign(MESSAGE, [SECRET]) == HMAC_VECTOR["expected_signature"]


def test_the_headers_are_those_of_the_specification() -> None:
    assert HEADERS == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_every_published_case_is_covered() -> None:
    accepted = {"valid signature", "secret without whsec_ prefix", "multi signature header, one valid"}
    elsewhere = {"timestamp older than now-300s", "timestamp newer than now+300s", "empty secret"}

    assert {case["name"] for case in VECTORS["verify_cases"]} <= accepted | elsewhere | set(REJECTED)


@pytest.mark.parametrize("secret", [SECRET, SECRET.removeprefix("whsec_"), SECRET.rstrip("=")])
def test_a_valid_signature_is_accepted_however_the_secret_is_written(secret: str) -> None:
    assert signing.verify(headers=HEADERS, body=BODY, secrets=[secret], now=SENT) == MESSAGE


def test_one_valid_signature_among_others_is_enough() -> None:
    case = next(case for case in VECTORS["verify_cases"] if "multi" in case["name"])
    header = case["webhook-signature"].replace("{valid}", HEADERS["webhook-signature"])

    signing.verify(
        headers={**HEADERS, "webhook-signature": header}, body=BODY, secrets=[OTHER_SECRET, SECRET], now=SENT
    )


def test_the_names_of_headers_have_no_case() -> None:
    shouted = {name.upper(): value for name, value in HEADERS.items()}

    assert signing.verify(headers=shouted, body=BODY, secrets=[SECRET], now=SENT) == MESSAGE


@pytest.mark.parametrize("changed", REJECTED.values(), ids=REJECTED.keys())
def test_a_message_that_was_tampered_with_is_rejected(changed: dict[str, str]) -> None:
    with pytest.raises(SignatureInvalid):
        signing.verify(headers={**HEADERS, **changed}, body=BODY, secrets=[SECRET], now=SENT)


@pytest.mark.parametrize("name", list(HEADERS))
def test_a_missing_header_is_rejected(name: str) -> None:
    fewer = {key: value for key, value in HEADERS.items() if key != name}

    with pytest.raises(SignatureInvalid):
        signing.verify(headers=fewer, body=BODY, secrets=[SECRET], now=SENT)


@pytest.mark.parametrize(
    ("late", "valid"), [(-301, False), (-300, True), (0, True), (300, True), (301, False)]
)
def test_the_tolerance_is_five_minutes_either_way(late: int, valid: bool) -> None:
    def verify() -> None:
        signing.verify(headers=HEADERS, body=BODY, secrets=[SECRET], now=SENT + late)

    if valid:
        verify()
    else:
        with pytest.raises(SignatureInvalid):
            verify()


@pytest.mark.parametrize(
    "secret",
    ["", "whsec_", "whsec_!!!", "whsec_ä", signing.SECRET_PREFIX + base64.b64encode(b"x" * 23).decode()],
)
def test_what_is_no_secret_is_an_error(secret: str) -> None:
    with pytest.raises(SecretInvalid):
        signing.sign(MESSAGE, [secret])


@pytest.mark.parametrize(("length", "valid"), [(23, False), (24, True), (64, True), (65, False)])
def test_secrets_have_24_to_64_bytes(length: int, valid: bool) -> None:
    if valid:
        assert signing.decode_secret(signing.encode_secret(b"x" * length)) == b"x" * length
    else:
        with pytest.raises(SecretInvalid):
            signing.encode_secret(b"x" * length)


def test_nothing_is_signed_without_a_secret() -> None:
    with pytest.raises(SecretInvalid):
        signing.sign(MESSAGE, [])


class TestReferenceLibrary:
    """standardwebhooks 1.1.0 and this module agree."""

    @given(
        key=st.binary(min_size=24, max_size=64),
        body=st.text(),
        message_id=st.from_regex(r"msg_[A-Za-z0-9]{1,30}", fullmatch=True),
    )
    def test_it_verifies_ours_and_we_verify_its(self, key: bytes, body: str, message_id: str) -> None:
        secret = signing.encode_secret(key)
        now = dt.datetime.now(tz=dt.UTC)
        message = Message(message_id, int(now.timestamp()), body.encode("utf-8", "replace"))
        reference = Webhook(secret)

        reference.verify(message.body, signing.headers(message, [OTHER_SECRET, secret]), json_parse=False)
        theirs = reference.sign(message_id, now, message.body.decode())
        headers = {**signing.headers(message, [OTHER_SECRET]), "webhook-signature": theirs}
        signing.verify(headers=headers, body=message.body, secrets=[secret], now=message.timestamp)

        assert theirs == signing.sign(message, [secret])

    def test_it_rejects_another_secret(self) -> None:
        message = Message("msg_1", int(dt.datetime.now(tz=dt.UTC).timestamp()), b"{}")

        with pytest.raises(WebhookVerificationError):
            Webhook(OTHER_SECRET).verify(message.body, signing.headers(message, [SECRET]))


class TestEd25519:
    """Scheme v1a: we sign with a key only we have, partners check with its public half."""

    PRIVATE = "whsk_VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk="

    def test_the_published_signature_is_ours(self) -> None:
        assert signing.sign(MESSAGE, [self.PRIVATE]) == (
            "v1a,tQ9V2XOqn7jL/DQenEFpqIugdBVtiMmER5mhSkXBNwM0mkATuDe6KYYUuxqtaiHeYGb7KaaBRdM5WqyeFiL8Ag=="
        )

    def test_the_public_half_checks_it(self) -> None:
        headers = signing.headers(MESSAGE, [self.PRIVATE])

        checked = signing.verify(
            headers=headers, body=BODY, secrets=[signing.public_key(self.PRIVATE)], now=SENT
        )

        assert checked == MESSAGE

    @pytest.mark.parametrize("signature", ["v1a,", "v1a,ä", "v1a,AAAA", "v1,AAAA", "v1a", ""])
    def test_nothing_else_fits(self, signature: str) -> None:
        headers = signing.headers(MESSAGE, [self.PRIVATE]) | {"webhook-signature": signature}

        with pytest.raises(SignatureInvalid):
            signing.verify(headers=headers, body=BODY, secrets=[signing.public_key(self.PRIVATE)], now=SENT)

    def test_another_body_does_not_fit(self) -> None:
        headers = signing.headers(MESSAGE, [self.PRIVATE])

        with pytest.raises(SignatureInvalid):
            signing.verify(
                headers=headers, body=BODY + b" ", secrets=[signing.public_key(self.PRIVATE)], now=SENT
            )

    def test_a_shared_secret_does_not_check_it(self) -> None:
        headers = signing.headers(MESSAGE, [self.PRIVATE])

        with pytest.raises(SignatureInvalid):
            signing.verify(headers=headers, body=BODY, secrets=[SECRET], now=SENT)

    def test_every_new_key_is_another(self) -> None:
        assert signing.public_key(signing.new_private_key()) != signing.public_key(signing.new_private_key())

    @pytest.mark.parametrize("key", ["whsk_", "whsk_AAAA", "whsk_ä"])
    def test_what_is_no_key_is_said_so(self, key: str) -> None:
        with pytest.raises(SecretInvalid):
            signing.sign(MESSAGE, [key])
