"""Public keys of issuers, as they are given: JWK, PEM or multibase."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm
from jwt.exceptions import InvalidKeyError
from openbadgeslib.errors import LibOpenBadgesException
from openbadgeslib.ob3.did import resolve_did

Public = Ed25519PublicKey | EllipticCurvePublicKey | RSAPublicKey
SMALLEST_RSA: Final = 2048
LARGEST_RSA: Final = 8192
LONGEST: Final = 5000
_OF_JWK: Final[Mapping[str, Callable[[str], Any]]] = {
    "OKP": OKPAlgorithm.from_jwk,
    "EC": ECAlgorithm.from_jwk,
    "RSA": RSAAlgorithm.from_jwk,
}
NOT_READ: Final = (
    "This is no public key that can be used here: an Ed25519, P-256 or RSA key of 2048 bits and more, as JWK, PEM "
    "(BEGIN PUBLIC KEY) or multibase (z6Mk…)."
)


class KeyUnfit(ValueError):
    """What was given is no public key of a kind that badges are signed with here."""


@dataclass(frozen=True, slots=True)
class IssuerKey:
    """A public key; ``algorithm`` is the only one of JWS that it takes, ``pem`` how it is kept."""

    public: Public
    algorithm: str
    pem: str

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the key, in hexadecimal digits."""
        der = self.public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return hashlib.sha256(der).hexdigest()


def read_key(text: str) -> IssuerKey:
    """Return the public key that somebody wrote down.

    Raises:
        KeyUnfit: if it is none, a private one, of another kind, or too short.
    """
    given = text.strip()
    if len(given) > LONGEST:
        raise KeyUnfit(NOT_READ)
    if "PRIVATE KEY" in given:
        raise KeyUnfit("This is a private key. Only its issuer may have it: take the public one.")
    try:
        public = _public(given)
    except (ValueError, TypeError, KeyError, RecursionError, UnsupportedAlgorithm) as error:
        raise error if isinstance(error, KeyUnfit) else KeyUnfit(NOT_READ) from error
    except (InvalidKeyError, LibOpenBadgesException) as error:
        raise KeyUnfit(NOT_READ) from error
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    return IssuerKey(public, _algorithm(public), pem)


def _public(given: str) -> Any:
    if given.startswith("{"):
        jwk = json.loads(given)
        if "d" in jwk:
            raise KeyUnfit("This is a private key. Only its issuer may have it: take the public one.")
        return _OF_JWK[jwk["kty"]](given)
    if given.startswith("-----BEGIN"):
        return load_pem_public_key(given.encode())
    multibase = given.removeprefix("did:key:").partition("#")[0]
    return load_pem_public_key(resolve_did(f"did:key:{multibase}"))


def _algorithm(public: Any) -> str:
    if isinstance(public, Ed25519PublicKey):
        return "EdDSA"
    if isinstance(public, EllipticCurvePublicKey) and isinstance(public.curve, SECP256R1):
        return "ES256"
    if isinstance(public, RSAPublicKey) and SMALLEST_RSA <= public.key_size <= LARGEST_RSA:
        return "RS256"
    raise KeyUnfit(NOT_READ)
