"""The second thing that staff prove themselves with: codes of an authenticator app (TOTP, RFC 6238)."""

import datetime as dt
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pyotp
import structlog
from django.conf import settings
from django.db import transaction

from accounts import services
from accounts.enums import STAFF
from accounts.models import SecondFactor, User
from microcred import sealing
from microcred.errors import Conflict, Forbidden, Unauthorized
from ops import audit

log = structlog.get_logger(__name__)

ISSUER: Final = "MicroCred"
PURPOSE: Final = "microcred second factors v1"
STEP_SECONDS: Final = 30
RECOVERY_CODES: Final = 10
# 28 letters of 31 are 138 bits: what is that long needs no slow hash, since nobody can try them all.
_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP_LETTERS = 4, 7


class CodeRefused(Unauthorized):
    """The code is wrong, too old, or was used before."""

    default_code = "OTP_401"


class CodeMissing(Unauthorized):
    """The person has a second factor, and the request has no code."""

    default_code = "OTP_REQUIRED_401"


class FactorMissing(Forbidden):
    """The person must have a second factor, which is set up on the pages, and has none."""

    default_code = "OTP_SETUP_403"


class AlreadyOn(Conflict):
    """The person has a second factor, which must be taken off first."""

    default_code = "OTP_409"


@dataclass(frozen=True)
class Enrolment:
    """What an authenticator app needs: the key in base32, or the address (otpauth://) that its camera reads."""

    key: str
    address: str


def is_on(person: User) -> bool:
    """Whether the person proves themselves with a second factor."""
    return SecondFactor.objects.filter(person=person, confirmed_at__isnull=False).exists()


def is_missing(person: User) -> bool:
    """Whether the person must have a second factor (SECOND_FACTOR_REQUIRED) and has none."""
    return bool(settings.SECOND_FACTOR_REQUIRED) and person.role in STAFF and not is_on(person)


@transaction.atomic
def enrol(*, by: User) -> Enrolment:
    """Give the person a key to put into their app; the one that awaits its first code stays the same.

    Raises:
        AlreadyOn: if a second factor is in use.
    """
    factor, made = SecondFactor.objects.select_for_update().get_or_create(
        person=by, defaults={"sealed_key": _seal(pyotp.random_base32())}
    )
    if factor.confirmed_at is not None:
        raise AlreadyOn("You have a second factor already.")
    if made:
        _note(by, by, "user.second_factor_begun")
    key = _key(factor)
    return Enrolment(key, pyotp.TOTP(key).provisioning_uri(name=by.email, issuer_name=ISSUER))


@transaction.atomic
def confirm(*, by: User, code: str, now: dt.datetime) -> Sequence[str]:
    """Take the second factor into use with its first code, end earlier tokens and sessions, return recovery codes.

    They are shown this once; each works once.

    Raises:
        AlreadyOn: if it is in use already.
        CodeRefused: if the code is not the app's, or nothing was begun.
    """
    factor = SecondFactor.objects.select_for_update().filter(person=by).first()
    if factor is not None and factor.confirmed_at is not None:
        raise AlreadyOn("You have a second factor already.")
    if factor is None or not _accept(factor, code, now):
        raise CodeRefused("That code is not right. Is the clock of your device?")
    codes = [_recovery_code() for _ in range(RECOVERY_CODES)]
    factor.confirmed_at = now
    factor.recovery_hashes = [_hash(one, settings.WEBHOOK_ENCRYPTION_KEY) for one in codes]
    factor.save(update_fields=["confirmed_at", "last_step", "recovery_hashes"])
    services.end_earlier(by)
    _note(by, by, "user.second_factor_on")
    return codes


def prove(*, person: User, code: str, now: dt.datetime) -> None:
    """Accept a code of the app, or a recovery code, once.

    Raises:
        CodeRefused: for every reason.
    """
    try:
        _spend(person, code, now)
    except CodeRefused:
        log.warning("code_refused", user_id=str(person.pk))
        raise


@transaction.atomic
def _spend(person: User, code: str, now: dt.datetime) -> None:
    factor = (
        SecondFactor.objects.select_for_update().filter(person=person, confirmed_at__isnull=False).first()
    )
    if factor is None:
        raise CodeRefused("The code is not valid.")
    if _accept(factor, code, now):
        factor.save(update_fields=["last_step"])
        return
    keys = settings.WEBHOOK_ENCRYPTION_KEY, *settings.WEBHOOK_DECRYPTION_KEYS
    spent = {_hash(code, key) for key in keys}
    if spent.isdisjoint(factor.recovery_hashes):
        raise CodeRefused("The code is not valid.")
    factor.recovery_hashes = [one for one in factor.recovery_hashes if one not in spent]
    factor.save(update_fields=["recovery_hashes"])
    _note(person, person, "user.recovery_code_used", left=len(factor.recovery_hashes))


@transaction.atomic
def take_off(*, by: User, person: User) -> None:
    """Go back to the password alone; nothing happens where it is so already."""
    removed, _ = SecondFactor.objects.filter(person=person).delete()
    if removed:
        services.end_earlier(person)
        _note(by, person, "user.second_factor_off")


def recovery_codes_left(person: User) -> int:
    """Return how many recovery codes the person has not used."""
    factor = SecondFactor.objects.filter(person=person).first()
    return len(factor.recovery_hashes) if factor else 0


def _accept(factor: SecondFactor, code: str, now: dt.datetime) -> bool:
    """Whether the app shows this code in this step, and no code of it was accepted before.

    No step beside it counts, so that a code that was overlooked is good for 30 seconds at most (ASVS 6.5.5).
    """
    totp = pyotp.TOTP(_key(factor), interval=STEP_SECONDS)
    step = int(now.timestamp()) // STEP_SECONDS
    given = "".join(code.split())
    shown = hmac.compare_digest(totp.generate_otp(step).encode(), given.encode(errors="replace"))
    if not shown or step <= factor.last_step:
        return False
    factor.last_step = step
    return True


def _recovery_code() -> str:
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP_LETTERS)) for _ in range(_GROUPS))
    return "-".join(groups)


def _hash(code: str, key: str) -> str:
    plain = "".join(code.lower().split()).encode(errors="replace")
    return hmac.new(key.encode(), plain, hashlib.sha256).hexdigest()


def _seal(key: str) -> str:
    return sealing.seal(key, key=settings.WEBHOOK_ENCRYPTION_KEY, purpose=PURPOSE)


def _key(factor: SecondFactor) -> str:
    key, former = settings.WEBHOOK_ENCRYPTION_KEY, settings.WEBHOOK_DECRYPTION_KEYS
    return sealing.unseal(factor.sealed_key, key=key, former=former, purpose=PURPOSE)


def _note(by: User, person: User, action: str, **metadata: int) -> None:
    audit.record(
        by=by, action=action, resource_type="user", resource_id=person.pk, metadata=metadata
    )  # fmt: skip
