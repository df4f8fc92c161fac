"""Knowing a tutoring system by the signature of its message."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from microcred.errors import TooLarge, Unauthorized
from microcred.logging import CALLER
from partners.signing import SecretInvalid, SignatureInvalid, verify
from tutoring import queries
from tutoring.models import LONGEST_ID
from tutoring.services import Message

# Takes as long to refuse as a secret that does not fit: 32 bytes that sign nothing.
_NOBODYS_SECRET: Final = "whsec_" + "A" * 43 + "="


class MessageRefused(Unauthorized):
    """The message is signed by no tutoring system that is heard, or not lately; the answer does not say which."""

    default_code = "SIGNATURE_401"


@dataclass(frozen=True)
class Sender:
    """A tutoring system that proved itself by a signature; ``request.user`` where messages are taken."""

    role: ClassVar[str] = "tutoring"
    is_authenticated: ClassVar[bool] = True
    is_anonymous: ClassVar[bool] = False
    is_active: ClassVar[bool] = True

    pk: uuid.UUID
    message: Message


class SignedBySource(BaseAuthentication):
    """Let in messages that the tutoring system named by ``?source=`` has signed within five minutes."""

    def authenticate(self, request: Request) -> tuple[Sender, None]:
        """Return who sent it; ``MessageRefused`` for everything that is not in order."""
        sender = _sender(request, _body(request._request), timezone.now())
        request._request.META[CALLER] = str(sender.pk)
        return sender, None

    def authenticate_header(self, request: Request) -> str:
        """Name the scheme in answers of status 401."""
        return 'Signature realm="api"'


class IsSender(BasePermission):
    """Lets tutoring systems through."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether the caller is one."""
        return isinstance(request.user, Sender)


class SignatureScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Signature headers as in the Standard Webhooks specification."""

    target_class = SignedBySource
    name = "webhookSignature"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Return the OpenAPI security scheme."""
        return {"type": "apiKey", "in": "header", "name": "webhook-signature"}


def sender_of(request: Request) -> Sender:
    """Return the tutoring system behind a request; only for views that let nobody else through."""
    user: Any = request.user
    if not isinstance(user, Sender):
        raise TypeError("the view lets others than tutoring systems through")
    return user


def _body(request: HttpRequest) -> bytes:
    """Return the body, of which no more is read than a message may have. Raises TooLarge."""
    limit: int = settings.API_MAX_BODY_BYTES
    told = request.META.get("CONTENT_LENGTH") or "0"
    if not told.isdigit() or int(told) > limit:
        raise TooLarge(f"The request body may have at most {limit} bytes.", details={"limit_bytes": limit})
    return request.body


def _sender(request: Request, body: bytes, now: dt.datetime) -> Sender:
    try:
        source_id = uuid.UUID(request.query_params.get("source", ""))
    except ValueError:
        source_id = uuid.UUID(int=0)
    secrets = queries.live_secrets(source_id, now=now)
    try:
        signed = verify(
            headers=request.headers, body=body, secrets=secrets or [_NOBODYS_SECRET], now=int(now.timestamp())
        )
    except (SignatureInvalid, SecretInvalid) as error:
        raise MessageRefused("The message is not signed by a known source.") from error
    if not secrets or len(signed.id) > LONGEST_ID or not signed.id.isprintable():
        raise MessageRefused("The message is not signed by a known source.")
    return Sender(source_id, Message(source_id, signed.id, body))
