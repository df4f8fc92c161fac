"""Badges as VC-JWT: the credential is the payload, or its claim ``vc`` as data model 1.1 had it."""

import base64
import binascii
import datetime as dt
import functools
from collections.abc import Mapping
from typing import Any, Final

import jwt

from microcred.storable_json import storable
from recommendations.badges.facts import BadgeUnfit, Facts, Recipient, Unfit, moment, named
from recommendations.badges.keys import IssuerKey
from recommendations.badges.presented import Presented
from recommendations.badges.recipients import of_identity, of_subject
from recommendations.badges.strict_json import read_object

ALGORITHMS: Final = ("RS256", "ES256", "EdDSA")
PARTS: Final = 3
TYPES: Final = frozenset({"OpenBadgeCredential", "AchievementCredential"})


def read_token(token: str) -> Presented:
    """Read a badge in compact JWS.

    The header says nothing that is believed: a key, or an address of one, that it brings along is passed over, and the
    algorithm is that of the listed key.

    Raises:
        BadgeUnfit: if it cannot be read, or is not signed by an algorithm that shows who signed.
    """
    parts = token.split(".")
    if len(parts) != PARTS:
        raise BadgeUnfit(Unfit.UNREADABLE, "The badge is no JSON Web Token in compact form.")
    header, payload = (read_object(_decoded(part)) for part in parts[:2])
    if header.get("alg") == "none" or not parts[2]:
        raise BadgeUnfit(Unfit.UNSIGNED, "The badge is not signed.")
    if header.get("alg") not in ALGORITHMS or "crit" in header:
        raise BadgeUnfit(Unfit.UNSUPPORTED, "The badge is not signed by RS256, ES256 or EdDSA.")
    return Presented(_facts(payload), functools.partial(_is_signed, token))


def _decoded(part: str) -> bytes:
    try:
        return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error) as error:
        raise BadgeUnfit(Unfit.UNREADABLE, "The badge is no JSON Web Token in compact form.") from error


def _is_signed(token: str, key: IssuerKey) -> bool:
    try:
        jwt.PyJWS().decode(token, key=key.public, algorithms=[key.algorithm])
    except jwt.InvalidTokenError:
        return False
    return True


def _facts(payload: Mapping[str, Any]) -> Facts:
    body = payload.get("vc", payload)
    if not isinstance(body, Mapping) or (body is not payload and "credentialSubject" in payload):
        raise BadgeUnfit(Unfit.NO_BADGE, "The token says in two places what it is about.")
    if not TYPES & _types(body):
        raise BadgeUnfit(Unfit.NO_BADGE, "This is no Open Badge of version 3.0.")
    subject, issuer = _only(body.get("credentialSubject")), _only(body.get("issuer"))
    achievement = _only(subject.get("achievement"))
    for claim, told in (("iss", issuer.get("id")), ("jti", body.get("id")), ("sub", subject.get("id"))):
        if payload.get(claim) not in (None, told):
            raise BadgeUnfit(Unfit.NO_BADGE, f"The token’s {claim} is not what the badge in it says.")
    return Facts(
        badge_id=named(body.get("id")),
        issuer=named(issuer.get("id")),
        issuer_name=_name(issuer),
        achievement=named(achievement.get("id")),
        achievement_name=_name(achievement),
        issued_at=max(_moments(payload, body, "nbf", "validFrom", "issuanceDate")),
        expires_at=min(_moments(payload, body, "exp", "validUntil", "expirationDate"), default=None),
        recipients=_recipients(subject),
        has_status=bool(body.get("credentialStatus")),
    )


def _types(body: Mapping[str, Any]) -> set[str]:
    told = body.get("type")
    return {one for one in (told if isinstance(told, list) else [told]) if isinstance(one, str)}


def _only(value: Any) -> Mapping[str, Any]:
    """The one object that is meant, which may stand in an array or be named by its id alone."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, str):
        return {"id": value}
    if isinstance(value, Mapping):
        return value
    raise BadgeUnfit(Unfit.NO_BADGE, "The badge needs one issuer, one recipient and one achievement.")


def _name(thing: Mapping[str, Any]) -> str:
    told = thing.get("name")
    return str(storable(told))[:200] if isinstance(told, str) else ""


def _moments(
    payload: Mapping[str, Any], body: Mapping[str, Any], claim: str, *fields: str
) -> list[dt.datetime]:
    """Every word about a moment; a later beginning and an earlier end count."""
    found = [moment(body[name]) for name in fields if body.get(name) is not None]
    if payload.get(claim) is not None:
        found.append(_of_claim(payload[claim]))
    if not found and claim == "nbf":
        raise BadgeUnfit(Unfit.NO_BADGE, "The badge does not say when it was issued.")
    return found


def _of_claim(seconds: Any) -> dt.datetime:
    try:
        if isinstance(seconds, int | float) and not isinstance(seconds, bool):
            return dt.datetime.fromtimestamp(seconds, dt.UTC)
    except (ValueError, OverflowError, OSError):
        pass
    raise BadgeUnfit(Unfit.NO_BADGE, "A date of the badge cannot be read.")


def _recipients(subject: Mapping[str, Any]) -> tuple[Recipient, ...]:
    told = subject.get("identifier") or []
    identities = [one for one in (told if isinstance(told, list) else [told]) if isinstance(one, Mapping)]
    found = list(of_subject(subject.get("id")))
    for one in identities:
        hashed = one.get("hashed")
        found += of_identity(
            one.get("identityType"),
            one.get("identityHash"),
            hashed is True or hashed == "true",
            one.get("salt", ""),
        )
    return tuple(found)
