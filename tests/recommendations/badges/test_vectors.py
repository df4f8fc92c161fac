"""The published test badges of 1EdTech and W3C: what must hold does, and nothing else, without a network."""

import base64
import re
import socket
from pathlib import Path

import pytest

from recommendations.badges.facts import BadgeUnfit, Unfit
from recommendations.badges.keys import read_key
from recommendations.badges.parsing import read_badge

VECTORS = Path(__file__).with_name("vectors")
# Published beside the contexts of the badge, whose proof names no key of its own.
KEY = re.compile(r"z6Mk\w{40,60}")
SIGNED = {
    "complete.json": "http://1edtech.edu/credentials/3732",
    "credential-status-revoked.json": "https://dc.1edtech.org/wellspring2022/wellspring-portal/credential/"
    "54418d3f-ec01-4652-800a-861c890a51a1",
    "simple-did-key-method.json": "urn:uuid:280c19b6-9680-4a37-ba84-e38b1a4e4584",
    "simple-eddsa-2022.json": "http://www.1edtech.org/ob/1",
    "simple-err-expired.json": "http://example.com/credentials/3527",
    "simple-multiple-proofs.json": "http://example.com/credentials/3527",
    "simple.json": "http://example.com/credentials/3527",
    "simple_v1.json": "http://example.com/credentials/3527",
}
REFUSED = {
    "derivedcredential.json": Unfit.UNSUPPORTED,
    "endorsement-valid.json": Unfit.NO_BADGE,
    "simple-err-context.json": Unfit.NO_BADGE,
    "simple-err-issued.json": Unfit.NO_BADGE,
    "simple-err-issuer.json": Unfit.NO_BADGE,
    "simple-err-type.json": Unfit.NO_BADGE,
    "simple-noproof.json": Unfit.UNSIGNED,
    "w3c/signedDataInt.json": Unfit.UNSUPPORTED,
}


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a badge asked for the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def text_of(name: str) -> str:
    return (VECTORS / name).read_text("utf-8")


@pytest.mark.parametrize("name", sorted(SIGNED))
def test_published_signatures_hold(name: str) -> None:
    text = text_of(name)
    key = KEY.search(text)
    assert key is not None

    presented = read_badge(text)

    assert presented.is_signed_by(read_key(key[0]))
    assert presented.facts.badge_id == SIGNED[name]


@pytest.mark.parametrize("name", ["simple-err-proof-value.json", "simple-err-evidence-type.json"])
def test_signatures_that_were_broken_do_not(name: str) -> None:
    text = text_of(name)
    key = KEY.search(text)
    assert key is not None

    assert not read_badge(text).is_signed_by(read_key(key[0]))


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_what_is_no_badge_that_can_be_checked_is_refused(name: str) -> None:
    with pytest.raises(BadgeUnfit) as refusal:
        read_badge(text_of(name))

    assert refusal.value.why == REFUSED[name]


@pytest.mark.parametrize("name", ["simple-json.svg", "simple-jwt.svg"])
def test_badges_are_found_in_pictures_of_lines(name: str) -> None:
    text = text_of(name)

    assert read_badge(text).facts.badge_id == "http://example.com/credentials/3527"
    coded = base64.b64encode(text.encode()).decode()
    assert read_badge(f"data:image/svg+xml;base64,{coded}").facts == read_badge(text).facts


def test_badges_are_found_in_pictures_of_points() -> None:
    coded = base64.b64encode((VECTORS / "simple-jwt.png").read_bytes()).decode()

    facts = read_badge(coded).facts

    assert (facts.badge_id, facts.issuer) == (
        "http://example.com/credentials/3527",
        "https://1edtech.edu/issuers/565049",
    )
    assert read_badge(f"data:image/png;base64,{coded}").facts == facts
