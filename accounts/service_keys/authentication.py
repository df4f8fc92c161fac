"""Service keys as REST framework's authentication and permission."""

from typing import Any

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.authentication import TokenAuthentication
from accounts.enums import Scope
from accounts.models import User
from accounts.service_keys.verification import KeyHolder, holder_of
from microcred.errors import Unauthorized
from microcred.logging import CALLER

HEADER = "X-API-Key"


class TokenAndKey(Unauthorized):
    """The request says two things about who sends it."""


class ServiceKeyAuthentication(BaseAuthentication):
    """Let in whoever sends a live key in ``X-API-Key``; a request without the header is somebody else's to judge."""

    def authenticate(self, request: Request) -> tuple[KeyHolder, None] | None:
        """Return the key's holder; ``KeyRefused`` for a key that lets nobody in."""
        given = request.headers.get(HEADER)
        if given is None:
            return None
        holder = holder_of(given, now=timezone.now())
        request._request.META[CALLER] = str(holder.pk)
        return holder, None

    def authenticate_header(self, request: Request) -> str:
        """Name the scheme in answers of status 401."""
        return 'ApiKey realm="api"'


class PersonOrProgramView(APIView):
    """A view that people call with a token and programs with a key; who sends both is refused.

    It would not be clear who acts, and a good key would let in a request whose token is wrong, or the other way round.
    """

    authentication_classes = [TokenAuthentication, ServiceKeyAuthentication]

    def perform_authentication(self, request: Request) -> None:
        """Find out who calls."""
        if HEADER in request.headers and "Authorization" in request.headers:
            raise TokenAndKey("Send a token or an API key, not both.")
        super().perform_authentication(request)


class RequiresScope(BasePermission):
    """Lets programs through whose key has the scope; subclasses name one for reading and one for changing.

    People are refused. Where they may call too, combine it: ``[MayWebhooks | MayCurateCatalog]``.
    """

    reading: Scope
    changing: Scope
    message = "This key does not have the scope for it."

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether the caller is a program with the scope that the method asks for."""
        wanted = self.reading if request.method in SAFE_METHODS else self.changing
        holder = _holder(request)
        return holder is not None and wanted in holder.scopes


class PeopleOrScope(RequiresScope):
    """Lets every person through, and programs whose key has the scope; what each of them sees is not asked here."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether the caller is a person, or a program with the scope that the method asks for."""
        return isinstance(request.user, User) or super().has_permission(request, view)


class IsService(BasePermission):
    """Lets every program through, whatever its scopes."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether the caller is a program."""
        return _holder(request) is not None


def key_holder(request: Request) -> KeyHolder:
    """Return the program behind a request; only for views that let nobody else through."""
    holder = _holder(request)
    if holder is None:
        raise TypeError("the view lets others than programs through")
    return holder


def person_or_program(request: Request) -> User | KeyHolder:
    """Return who is behind a request; only for views that let nobody else through."""
    return request.user if isinstance(request.user, User) else key_holder(request)


def _holder(request: Request) -> KeyHolder | None:
    user: Any = request.user  # the stubs know of people alone
    return user if isinstance(user, KeyHolder) else None
