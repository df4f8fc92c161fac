"""Public keys as issuers publish them."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256K1, SECP384R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_ec
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from recommendations.badges.keys import KeyUnfit, read_key
from tests.recommendations.badges.making import ED25519, P256, RSA, of_key, pem

JWK = {
    "EdDSA": json.dumps(OKPAlgorithm.to_jwk(ED25519.public_key(), as_dict=True)),
    "ES256": json.dumps(ECAlgorithm.to_jwk(P256.public_key(), as_dict=True)),
    "RS256": json.dumps(RSAAlgorithm.to_jwk(RSA.public_key(), as_dict=True)),
}
PEM = {"EdDSA": pem(ED25519), "ES256": pem(P256), "RS256": pem(RSA)}


@pytest.mark.parametrize("algorithm", ["EdDSA", "ES256", "RS256"])
def test_jwk_and_pem_are_one_key(algorithm: str) -> None:
    from_jwk, from_pem = read_key(JWK[algorithm]), read_key(PEM[algorithm])

    assert from_jwk.algorithm == from_pem.algorithm == algorithm
    assert from_jwk.fingerprint == from_pem.fingerprint
    assert from_jwk.pem == PEM[algorithm]


@pytest.mark.parametrize(
    "written", [of_key(), f"did:key:{of_key()}", f"did:key:{of_key()}#{of_key()}", f" {of_key()}\n"]
)
def test_multibase_is_the_same_key(written: str) -> None:
    assert read_key(written).pem == PEM["EdDSA"]


@pytest.mark.parametrize(
    "written",
    [
        json.dumps(OKPAlgorithm.to_jwk(ED25519, as_dict=True)),
        ED25519.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
    ],
)
def test_private_keys_are_refused_as_such(written: str) -> None:
    with pytest.raises(KeyUnfit, match="private"):
        read_key(written)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "z6Mk",
        "z" + "1" * 5000,
        "did:web:issuer.example.org",
        "https://issuer.example.org/key",
        "{",
        "{}",
        '{"kty": "oct", "k": "AAAA"}',
        '{"kty": "RSA", "n": "AQAB", "e": "AQAB"}',
        "[1]",
        "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
        pem(generate_rsa(65537, 1024)),  # noqa: S505 - to be refused
        pem(generate_ec(SECP384R1())),
        pem(generate_ec(SECP256K1())),
    ],
)
def test_what_is_no_key_for_badges_is_refused(written: str) -> None:
    with pytest.raises(KeyUnfit, match="no public key"):
        read_key(written)
