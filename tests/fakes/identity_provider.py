"""A small OpenID provider over real HTTP, which does as a real one does until a test tells it to misbehave."""

import base64
import hashlib
import json
import secrets
import threading
import time
import urllib.parse
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

import httpx
import jwt
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

CLIENT_ID, CLIENT_SECRET = "microcred", "a secret: of 100%"
Claims = dict[str, Any]
Answer = Callable[["_Handler"], None]
PERSON: Claims = {
    "sub": "robin-1", "email": "robin@example.org", "email_verified": True, "name": "Robin Ferrante",
}  # fmt: skip
_KEYS = [rsa.generate_private_key(65537, 2048) for _ in range(2)]


@dataclass
class Key:
    """A key pair under a name."""

    kid: str = "first"
    private: RSAPrivateKey = field(default_factory=lambda: _KEYS[0])

    @property
    def public(self) -> dict[str, Any]:
        """The public half, as the provider publishes it."""
        shown: dict[str, Any] = jwt.algorithms.RSAAlgorithm.to_jwk(self.private.public_key(), as_dict=True)
        return {**shown, "kid": self.kid, "use": "sig", "alg": "RS256"}


SECOND = Key("second", _KEYS[1])


class IdentityProvider:
    """Serves discovery, keys, authorize, token and userinfo; used as a context manager.

    ``person`` is who is logged in there; ``claims`` are laid over those of the token, None takes one away; ``sign``
    makes the token; ``answers`` replaces what a path is answered with; ``described`` is laid over the discovery
    document; ``told`` is what userinfo tells. ``asked`` counts the requests of each path.
    """

    def __init__(self) -> None:
        self.person: Claims = dict(PERSON)
        self.claims: Claims = {}
        self.told: Claims | None = None
        self.keys = [Key()]
        self.sign: Callable[[Claims], str] = self._signed
        self.answers: dict[str, Answer] = {}
        self.described: dict[str, Any] = {}
        self.asked: dict[str, int] = {}
        self.signed_in_at: float | None = None
        self._codes: dict[str, dict[str, str]] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def issuer(self) -> str:
        """Its name, which is also where it is."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def sends_back(self, address: str) -> str:
        """Return where the provider leads a browser that was sent to ``address``."""
        return str(httpx.get(address, follow_redirects=False, trust_env=False).headers["location"])

    def code(self, **asked: str) -> str:
        """Return a code for a request that was taken."""
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked
        return code

    def discovery(self) -> dict[str, Any]:
        """What it says of itself."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
        } | self.described

    def authorized(self, asked: Mapping[str, str]) -> str:
        """Where a browser is led that asks so, of somebody who is logged in and agrees."""
        code = self.code(**asked)
        back = {"code": code, "state": asked["state"], "iss": self.issuer}
        return f"{asked['redirect_uri']}?{urllib.parse.urlencode(back)}"

    def redeemed(self, form: Mapping[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """The answer to a code, which is good once, for whoever asked for it."""
        if not _is_client(form, authorization):
            return 401, {"error": "invalid_client"}
        asked = self._codes.pop(form.get("code", ""), None)
        if asked is None or asked["redirect_uri"] != form.get("redirect_uri"):
            return 400, {"error": "invalid_grant"}
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != asked["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        return 200, {
            "access_token": "an access token", "token_type": "Bearer", "expires_in": 300,
            "id_token": self.sign(self._claims(asked)),
        }  # fmt: skip

    def _claims(self, asked: Mapping[str, str]) -> Claims:
        now = int(time.time())
        anew = asked.get("prompt") == "login" and asked.get("max_age") == "0"
        signed_in = now if anew or self.signed_in_at is None else int(self.signed_in_at)
        claims = {
            "iss": self.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + 300, "auth_time": signed_in,
            "nonce": asked["nonce"], **self.person, **self.claims,
        }  # fmt: skip
        return {name: value for name, value in claims.items() if value is not None}

    def _signed(self, claims: Claims) -> str:
        key = self.keys[0]
        told = ".".join(encoded(part) for part in ({"alg": "RS256", "typ": "JWT", "kid": key.kid}, claims))
        signature = key.private.sign(told.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{told}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def encoded(part: Mapping[str, Any]) -> str:
    """Part of a token, as it stands there."""
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def _is_client(form: Mapping[str, str], authorization: str) -> bool:
    if form.get("client_secret"):
        return (form.get("client_id"), form["client_secret"]) == (CLIENT_ID, CLIENT_SECRET)
    named, _, secret = base64.b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
    return (urllib.parse.unquote_plus(named), urllib.parse.unquote_plus(secret)) == (CLIENT_ID, CLIENT_SECRET)


class _Handler(BaseHTTPRequestHandler):
    provider: IdentityProvider
    body: bytes

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        self._count(path)
        if path in self.provider.answers:
            self.provider.answers[path](self)
        elif path == "/.well-known/openid-configuration":
            self.say(200, self.provider.discovery())
        elif path == "/keys":
            self.say(200, {"keys": [key.public for key in self.provider.keys]})
        elif path == "/authorize":
            self.lead(self.provider.authorized(self.asked()))
        elif path == "/userinfo" and self.headers["Authorization"] == "Bearer an access token":
            self.say(200, self.provider.told or {})
        else:
            self.say(404, {})

    def do_POST(self) -> None:
        self._count(self.path)
        self.body = self.rfile.read(int(self.headers["Content-Length"]))
        form = dict(urllib.parse.parse_qsl(self.body.decode()))
        if self.path in self.provider.answers:
            self.provider.answers[self.path](self)
        else:
            self.say(*self.provider.redeemed(form, self.headers["Authorization"] or ""))

    def say(self, status: int, body: object) -> None:
        self.send(status, json.dumps(body).encode())

    def asked(self) -> dict[str, str]:
        return dict(urllib.parse.parse_qsl(self.path.partition("?")[2]))

    def send(self, status: int, body: bytes, kind: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def lead(self, address: str) -> None:
        self.send_response(302)
        self.send_header("Location", address)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _count(self, path: str) -> None:
        self.provider.asked[path] = self.provider.asked.get(path, 0) + 1

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _handler_of(provider: IdentityProvider) -> type[_Handler]:
    return type("Handler", (_Handler,), {"provider": provider})
