"""Badges as issuers make them, signed by keys of the tests."""

import base64
import copy
import hashlib
import json
from collections.abc import Mapping
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from openbadgeslib.ob3 import ldp
from openbadgeslib.ob3.contexts import document_loader

ISSUER = "https://issuer.example.org/1"
ACHIEVEMENT = "https://issuer.example.org/achievements/sql"
ED25519 = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER_ED25519 = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
P256 = generate_ec(SECP256R1())
RSA = generate_rsa(65537, 2048)
KEYS: Mapping[str, Any] = {"EdDSA": ED25519, "ES256": P256, "RS256": RSA}
ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def pem(key: Any) -> str:
    """Return the public key in PEM."""
    text: bytes = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return text.decode()


def multibase(raw: bytes) -> str:
    """Return bytes in base58btc, as multibase."""
    number, digits = int.from_bytes(raw, "big"), ""
    while number:
        number, rest = divmod(number, 58)
        digits = ALPHABET[rest] + digits
    return "z" + "1" * (len(raw) - len(raw.lstrip(b"\0"))) + digits


def of_key(key: Ed25519PrivateKey = ED25519) -> str:
    """Return a public key as did:key has it."""
    return multibase(b"\xed\x01" + key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))


def badge(email: str = "ada@example.org", **changes: Any) -> dict[str, Any]:
    """Return an OpenBadgeCredential made out to an address, without a proof."""
    return {
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        ],
        "id": "urn:uuid:0a0e6a9c-6f3b-4d53-8a0b-8f6a4d6c1a01",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": {"id": ISSUER, "type": ["Profile"], "name": "Example Academy"},
        "validFrom": "2026-01-02T00:00:00Z",
        "name": "SQL",
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "identifier": [identity(email)],
            "achievement": {
                "id": ACHIEVEMENT,
                "type": ["Achievement"],
                "name": "SQL",
                "description": "Asks a database.",
                "criteria": {"narrative": "Asked a database."},
            },
        },
        **changes,
    }


def identity(email: str, **changes: Any) -> dict[str, Any]:
    """Return an IdentityObject with the hash of an address."""
    digest = hashlib.sha256(f"{email}pepper".encode()).hexdigest()
    return {
        "type": "IdentityObject",
        "hashed": True,
        "identityHash": f"sha256${digest}",
        "identityType": "emailAddress",
        "salt": "pepper",
        **changes,
    }


def token(
    body: Mapping[str, Any], *, algorithm: str = "EdDSA", headers: dict[str, Any] | None = None, **claims: Any
) -> str:
    """Sign a badge as VC-JWT."""
    told = {"iss": body["issuer"]["id"], "jti": body["id"], **claims}
    signed: str = jwt.encode({**body, **told}, KEYS[algorithm], algorithm=algorithm, headers=headers)
    return signed


def unsigned_token(header: Mapping[str, Any], body: Mapping[str, Any], signature: bytes = b"") -> str:
    """Put a token together by hand."""
    parts = (json.dumps(header).encode(), json.dumps(body).encode(), signature)
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


def document(body: Mapping[str, Any], *, key: Ed25519PrivateKey = ED25519, **proof: Any) -> dict[str, Any]:
    """Sign a badge by eddsa-rdfc-2022."""
    options = {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-rdfc-2022",
        "created": "2026-01-02T00:00:00Z",
        "verificationMethod": f"{ISSUER}#key",
        "proofPurpose": "assertionMethod",
        **proof,
    }
    told = dict(copy.deepcopy(body))
    data = ldp._hash_data(told, {**options, "@context": told["@context"]}, document_loader())
    return {**told, "proof": [{**options, "proofValue": multibase(key.sign(data))}]}
