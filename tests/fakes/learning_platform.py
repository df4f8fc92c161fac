"""A small learning platform over real HTTP: it sends a student here as LTI 1.3 asks, until told to misbehave."""

import html
import json
import re
import time
import urllib.parse
from pathlib import Path
from typing import Any

import httpx

from tests.fakes.identity_provider import Claims, IdentityProvider, _Handler

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
LEARNER = "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"
INSTRUCTOR = "http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"
CLIENT_ID = "10000000000004"
DATA = Path(__file__).parent.parent / "partners/lti/data/resource_link_launch.json"
GIVEN: dict[str, Any] = json.loads(DATA.read_text())
FIELD = re.compile(r'name="([a-z_]+)" value="([^"]*)"')


class LearningPlatform(IdentityProvider):
    """Sends launches with the claims of a real one (Canvas), of somebody who learns in the course.

    ``person`` is who is logged in there; ``claims`` are laid over those of the launch, None takes one away.
    ``launches`` are the requests that browsers brought to the platform.
    """

    def __init__(self) -> None:
        super().__init__()
        self.person = {
            "sub": GIVEN["claims"]["sub"], "email": "robin@example.org", "name": "Robin Ferrante",
            f"{CLAIM}roles": [LEARNER], f"{CLAIM}custom": {},
        }  # fmt: skip
        self.launches: list[dict[str, str]] = []
        self.answers["/auth"] = self._sends_form

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
        page = f'<form method="post" action="{html.escape(asked["redirect_uri"])}">{fields}</form>'
        handler.send(200, page.encode(), "text/html")

    def launch(self, asked: dict[str, str]) -> Claims:
        """The claims of a launch that was asked for so."""
        now = int(time.time())
        claims = {
            **GIVEN["claims"], "iss": self.issuer, "nonce": asked["nonce"], "iat": now, "exp": now + 300,
            **self.person, **self.claims,
        }  # fmt: skip
        return {name: value for name, value in claims.items() if value is not None}
