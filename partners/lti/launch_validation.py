"""Whether the platform has said what a browser brought: by its own keys, to us, of this launch, and once."""

import datetime as dt
import hashlib
import threading
from collections.abc import Sequence
from typing import Final

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import external_id_tokens
from accounts.external_id_tokens import Jwk
from accounts.institution import provider, provider_http
from accounts.institution.errors import ProviderAway
from microcred.outbound_connections import Deadline
from partners.lti import claims
from partners.lti.claims import Launch
from partners.lti.errors import Refusal, refused
from partners.lti.login_initiation import WITHIN_SECONDS, Asked
from partners.lti.models import LtiNonce, LtiPlatform

# Nothing that old is taken for its state alone.
NONCES_KEPT: Final = dt.timedelta(seconds=12 * WITHIN_SECONDS)


class _Published:
    """The keys of each platform, and whether it answers at all; all share the places of who waits for providers."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._of: dict[
            str, tuple[provider.SingleValueCache[Sequence[Jwk]], provider_http.ProviderBulkhead]
        ] = {}

    def keys(self, platform: LtiPlatform, *, anew: bool) -> Sequence[Jwk]:
        with self._lock:
            made = (
                provider.SingleValueCache[Sequence[Jwk]](),
                provider_http.ProviderBulkhead(provider_http.PLACES),
            )
            kept, line = self._of.setdefault(platform.jwks_url, made)
        known = None if anew else kept.known(platform.jwks_url)
        if known is not None:
            return known

        def ask(url: str) -> provider_http.Json:
            return provider_http.fetch(
                url, step="platform_keys", clock=Deadline(provider_http.SECONDS), line=line,
                allow_private=settings.WEBHOOK_ALLOW_PRIVATE_ADDRESSES,
            )  # fmt: skip

        with line.taken():
            return provider.keys_at(platform.jwks_url, kept, ask, anew=anew)

    def forget(self) -> None:
        with self._lock:
            self._of.clear()


PUBLISHED: Final = _Published()


def read(raw: str, asked: Asked) -> Launch:
    """Return what a launch says; the same is taken once.

    Raises:
        LaunchRefused: if anything is not as it must be, or the platform's keys cannot be had.
    """
    platform, ids = asked.platform, {"platform_id": str(asked.platform.pk)}
    try:
        said = external_id_tokens.read(
            raw,
            issuer=platform.issuer,
            client_id=platform.client_id,
            nonce=asked.nonce,
            keys=lambda anew: PUBLISHED.keys(platform, anew=anew),
        )
    except external_id_tokens.TokenRefused as error:
        raise refused(Refusal.TOKEN, error.reason, **ids) from None
    except ProviderAway as error:
        raise refused(Refusal.AWAY, error.reason, **ids) from None
    _spend(asked.nonce, ids)
    try:
        return claims.read(said, deployment_ids=platform.deployment_ids)
    except claims.ClaimsRefused as error:
        raise refused(error.refusal, **ids) from None


def forget_nonces(*, now: dt.datetime) -> int:
    """Delete the nonces of launches that are long over; a function of the schedule."""
    return LtiNonce.objects.filter(used_at__lt=now - NONCES_KEPT).delete()[0]


def _spend(nonce: str, ids: dict[str, str]) -> None:
    digest = hashlib.sha256(nonce.encode()).hexdigest()
    try:
        with transaction.atomic():
            LtiNonce.objects.create(digest=digest, used_at=timezone.now())
    except IntegrityError:
        raise refused(Refusal.REPLAYED, **ids) from None
