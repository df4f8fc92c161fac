"""A small learning platform over real HTTP: it sends a student here as LTI 1.3 asks, until told to misbehave."""

import datetime as dt
import html
import json
import re
import time
import urllib.parse
from pathlib import Path
from typing import Any

import httpx
import jwt

from tests.fakes.identity_provider import Claims, IdentityProvider, _Handler

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
ENDPOINT = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
SCORE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
SCORE_TYPE = "application/vnd.ims.lis.v1.score+json"
LEARNER = "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"
INSTRUCTOR = "http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"
CLIENT_ID = "10000000000004"
DATA = Path(__file__).parent.parent / "partners/lti/data/resource_link_launch.json"
GIVEN: dict[str, Any] = json.loads(DATA.read_text())
FIELD = re.compile(r'name="([a-z_]+)" value="([^"]*)"')


class LearningPlatform(IdentityProvider):
    """Sends launches with the claims of a real one (Canvas), of somebody who learns in the course.

    ``person`` is who is logged in there; ``claims`` are laid over those of the launch, None takes one away.
    ``launches`` are the requests that browsers brought to the platform. With ``gradebook`` a launch names a line item,
    which takes scores from whoever has a token; ``scores`` are those it took, ``outdated`` those it refused because it
    has one of the same second or a later one, as Moodle does. A token is given for an assertion that one of
    ``tool_keys`` has signed; ``tokens`` counts them.
    """

    def __init__(self) -> None:
        super().__init__()
        self.person = {
            "sub": GIVEN["claims"]["sub"], "email": "robin@example.org", "name": "Robin Ferrante",
            f"{CLAIM}roles": [LEARNER], f"{CLAIM}custom": {},
        }  # fmt: skip
        self.launches: list[dict[str, str]] = []
        self.answers["/auth"] = self._sends_form
        self.gradebook = False
        self.tool_keys: list[dict[str, Any]] = []
        self.scores: list[dict[str, Any]] = []
        self.outdated: list[dict[str, Any]] = []
        self.tokens = 0
        self.answers["/token"] = self.gives_token
        self.answers["/items/7/scores?type_id=1"] = self.takes_score

    @property
    def deployment(self) -> str:
        """The one deployment of the launch that was given."""
        return str(GIVEN["claims"][f"{CLAIM}deployment_id"])

    def registered(self) -> dict[str, Any]:
        """What an administrator here is told of the platform."""
        return {
            "name": "Northfield Canvas", "issuer": self.issuer, "client_id": CLIENT_ID,
            "deployment_ids": [self.deployment], "auth_url": f"{self.issuer}/auth",
            "token_url": f"{self.issuer}/token", "jwks_url": f"{self.issuer}/keys",
        }  # fmt: skip

    def form(self, address: str) -> dict[str, str]:
        """Return what the page at ``address`` has a browser send to the tool."""
        page = httpx.get(address, follow_redirects=False, trust_env=False).text
        return {name: html.unescape(value) for name, value in FIELD.findall(page)}

    def _sends_form(self, handler: _Handler) -> None:
        asked = dict(urllib.parse.parse_qsl(handler.path.partition("?")[2]))
        self.launches.append(asked)
        given = {"state": asked["state"], "id_token": self.sign(self.launch(asked))}
        fields = "".join(
            f'<input name="{name}" value="{html.escape(value)}">' for name, value in given.items()
        )
        form = f'<form method="post" action="{html.escape(asked["redirect_uri"])}">{fields}</form>'
        page = f"<!doctype html><title>On your way</title>{form}<script>document.forms[0].submit()</script>"
        handler.send(200, page.encode(), "text/html")

    @property
    def line_item(self) -> str:
        """The place in the gradebook, as Moodle writes it."""
        return f"{self.issuer}/items/7?type_id=1"

    def gives_token(self, handler: _Handler) -> None:
        """Answer as the platform does to the credentials of a client (RFC 7523)."""
        form = dict(urllib.parse.parse_qsl(handler.body.decode()))
        assertion = form["client_assertion"]
        kid = jwt.get_unverified_header(assertion)["kid"]
        key = next(one for one in self.tool_keys if one["kid"] == kid)
        claims = jwt.decode(
            assertion, jwt.PyJWK(key).key, algorithms=["RS256"], audience=f"{self.issuer}/token", issuer=CLIENT_ID,
            options={"require": ["exp", "iat", "jti", "sub"]},
        )  # fmt: skip
        asked = form["grant_type"], form["client_assertion_type"], form["scope"], claims["sub"]
        if asked != ("client_credentials", ASSERTION, SCORE, CLIENT_ID):
            handler.say(400, {"error": "invalid_request"})
            return
        self.tokens += 1
        handler.say(200, {"access_token": f"token-{self.tokens}", "token_type": "Bearer", "expires_in": 3600})

    def takes_score(self, handler: _Handler) -> None:
        """Take a score from whoever has the newest token, if it is newer than what is there."""
        if handler.headers["Authorization"] != f"Bearer token-{self.tokens}":
            handler.say(401, {})
            return
        if handler.headers["Content-Type"] != SCORE_TYPE:
            handler.say(415, {})
            return
        score = json.loads(handler.body)
        if self.scores and _second(score) <= _second(self.scores[-1]):
            self.outdated.append(score)
            handler.say(409, {})
            return
        self.scores.append(score)
        handler.say(200, {})

    def launch(self, asked: dict[str, str]) -> Claims:
        """The claims of a launch that was asked for so."""
        now = int(time.time())
        place = {"scope": [SCORE], "lineitem": self.line_item} if self.gradebook else None
        claims = {
            **GIVEN["claims"], ENDPOINT: place, "iss": self.issuer, "nonce": asked["nonce"], "iat": now,
            "exp": now + 300, **self.person, **self.claims,
        }  # fmt: skip
        return {name: value for name, value in claims.items() if value is not None}


def _second(score: dict[str, Any]) -> int:
    """When a score was made, in seconds since 1970."""
    return int(dt.datetime.fromisoformat(score["timestamp"]).timestamp())
