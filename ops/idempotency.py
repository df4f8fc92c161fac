"""POST requests that may be sent twice and act once.

The key is reserved in a short transaction of its own. The view then runs in a second one, in which its answer
is stored too: the effect and the stored answer exist together or not at all. A request that takes longer than
its lease may lose the key to a later one; its transaction then rolls back.
"""

import functools
import hashlib
import json
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from microcred import sealing
from microcred.errors import Conflict, Invalid, Unprocessable
from microcred.ids import uuid7
from ops.enums import IdempotencyState
from ops.limits import client_address
from ops.models import IdempotencyRecord

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
# What clients go on from: the version, where to look, and when.
KEPT_HEADERS = ("ETag", "Location", "Retry-After")
LEASE_SECONDS = 30
# Answers are kept sealed: some show a secret that is kept nowhere else.
PURPOSE = "microcred idempotent answers v1"
IDEMPOTENCY_KEY_PARAMETER = OpenApiParameter(
    HEADER,
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    required=False,
    description=(
        "1 to 255 printable ASCII characters. The same key and body give the stored answer again; the same key "
        "with another body is 422, while the first request still runs 409."
    ),
)
_KEY = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?")
_RESERVE = """
INSERT INTO idempotency_records AS record
    (id, actor, route, key, fingerprint, state, owner_token, lease_expires_at, response_type, created_at)
VALUES
    (%(id)s, %(actor)s, %(route)s, %(key)s, %(fingerprint)s, 'running', %(token)s,
     clock_timestamp() + make_interval(secs => %(lease)s), '', clock_timestamp())
ON CONFLICT (actor, route, key) DO UPDATE SET
    fingerprint = excluded.fingerprint, state = 'running', owner_token = excluded.owner_token,
    lease_expires_at = excluded.lease_expires_at, created_at = excluded.created_at,
    response_status = NULL, response_type = '', response_headers = '{}', response_body = NULL
WHERE (record.state = 'running' AND record.lease_expires_at < clock_timestamp())
    OR (record.state = 'completed' AND record.created_at < clock_timestamp() - make_interval(secs => %(keep)s))
RETURNING id
"""

_HONOURING: set[Callable[..., Any]] = set()

ViewT = TypeVar("ViewT", bound=APIView)
P = ParamSpec("P")
Method = Callable[Concatenate[ViewT, Request, P], HttpResponseBase]


class KeyMalformed(Invalid):
    """The key is empty, too long or not printable ASCII."""

    default_code = "IDEMPOTENCY_400"


class StillRunning(Conflict):
    """The first request with this key has not been answered yet."""

    default_code = "IDEMPOTENCY_409"


class AnswerLost(Conflict):
    """The request was answered under a key of the installation that it does not have any more."""

    default_code = "IDEMPOTENCY_409"


class OtherBody(Unprocessable):
    """The key was used before for a request that said something else."""

    default_code = "IDEMPOTENCY_422"


@dataclass(frozen=True)
class _Reservation:
    """The right to act under a key, for as long as the row still names its owner."""

    record_id: uuid.UUID
    owner_token: uuid.UUID

    def record(self) -> QuerySet[IdempotencyRecord]:
        """Return the row; nothing once a later request has taken the key over."""
        return IdempotencyRecord.objects.filter(pk=self.record_id, owner_token=self.owner_token)


def idempotent(method: Method[ViewT, P]) -> Method[ViewT, P]:
    """Make a view's POST method honour the ``Idempotency-Key`` header; without the header nothing changes.

    The same key, actor, route, query and body give the stored answer again, byte for byte, with ``KEPT_HEADERS``. Only
    answers below 400 are stored: after an error the key can be used again.
    """

    @functools.wraps(method)
    def once(view: ViewT, request: Request, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        key = request.headers.get(HEADER)
        if key is None:
            return method(view, request, *args, **kwargs)
        reservation = _reserve(request, key)
        if isinstance(reservation, HttpResponse):
            return reservation
        try:
            with transaction.atomic():
                response = method(view, request, *args, **kwargs)
                return _settle(view, request, response, reservation=reservation)
        except BaseException:
            _free(reservation)
            raise

    _HONOURING.add(once)
    return once


def is_honoured(method: Callable[..., Any]) -> bool:
    """Whether a view's method honours the ``Idempotency-Key`` header."""
    return method in _HONOURING


def _reserve(request: Request, key: str) -> _Reservation | HttpResponse:
    """Return the right to act, or the stored answer."""
    if not _KEY.fullmatch(key):
        raise KeyMalformed(f"{HEADER} must be 1 to 255 printable ASCII characters.")
    place = {
        "actor": str(request.user.pk) if request.user.is_authenticated else client_address(request._request),
        "route": f"{request.method} {request.path}"[:300],
        "key": key,
    }
    asked = [request.META.get("QUERY_STRING", ""), _without_password(request.data)]
    fingerprint, token = _fingerprint(asked), uuid.uuid4()
    values: dict[str, Any] = {
        "id": uuid7(),
        "token": token,
        "fingerprint": fingerprint,
        "lease": float(LEASE_SECONDS),
    }
    with connection.cursor() as cursor:
        cursor.execute(_RESERVE, place | values | {"keep": float(settings.IDEMPOTENCY_KEEP_SECONDS)})
        for (record_id,) in cursor.fetchall():
            return _Reservation(record_id, token)
    return _replay(place, fingerprint)


def _without_password(body: Any) -> Any:
    """What is asked for: of a password not even a hash is kept, for those can be tried out."""
    return {key: body[key] for key in body if key != "password"} if isinstance(body, Mapping) else body


def _fingerprint(asked: Any) -> str:
    canonical = json.dumps(asked, sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _replay(place: dict[str, str], fingerprint: str) -> HttpResponse:
    record = IdempotencyRecord.objects.filter(**place).first()
    if record is not None and record.fingerprint != fingerprint:
        raise OtherBody(f"This {HEADER} was used with another body.")
    if record is None or record.state == IdempotencyState.RUNNING:
        raise StillRunning(f"A request with this {HEADER} is still being answered.")
    return HttpResponse(
        unsealed(record),
        status=record.response_status,
        content_type=record.response_type,
        headers={**record.response_headers, REPLAYED: "true"},
    )


def _sealed(body: bytes) -> bytes:
    return sealing.seal(body.decode(), key=settings.SECRET_KEY, purpose=PURPOSE).encode("ascii")


def unsealed(record: IdempotencyRecord) -> bytes:
    """Return a stored answer; raises ``AnswerLost`` where its key is gone, or it was emptied."""
    sealed = bytes(record.response_body or b"").decode("ascii", errors="replace")
    try:
        return sealing.unseal(
            sealed, key=settings.SECRET_KEY, purpose=PURPOSE, former=settings.SECRET_KEY_FALLBACKS
        ).encode()
    except sealing.SealBroken:
        raise AnswerLost("This request was answered; its answer cannot be read any more.") from None


def _settle(
    view: APIView, request: Request, response: HttpResponseBase, *, reservation: _Reservation
) -> HttpResponseBase:
    """Store the answer in the transaction of the effect; an answer of 400 and above frees the key instead."""
    if response.status_code >= 400:
        reservation.record().delete()
        return response
    kind, body = _rendered(view, request, response)
    stored = reservation.record().update(
        state=IdempotencyState.COMPLETED,
        response_status=response.status_code,
        response_type=kind,
        response_headers={name: response.headers[name] for name in KEPT_HEADERS if name in response.headers},
        response_body=_sealed(body),
    )
    if not stored:
        raise StillRunning("Another request took this key over, because this one took too long.")
    return response


def _rendered(view: APIView, request: Request, response: HttpResponseBase) -> tuple[str, bytes]:
    if isinstance(response, Response):
        # finalize_response hands the same renderer and context to the response itself.
        renderer = request.accepted_renderer
        context = view.get_renderer_context() | {"response": response}
        body = renderer.render(response.data, request.accepted_media_type, context)
        content_type = response.content_type or renderer.media_type
        charset = f"; charset={renderer.charset}" if renderer.charset else ""
        return f"{content_type}{charset}", body if isinstance(body, bytes) else (body or "").encode()
    if isinstance(response, HttpResponse):
        return response.headers["Content-Type"], response.content
    raise TypeError(f"{type(view).__name__} streams its answer, which cannot be stored")


def _free(reservation: _Reservation) -> None:
    reservation.record().filter(state=IdempotencyState.RUNNING).delete()
