"""Addresses below which everything goes wrong, one way each; ``urlpatterns`` for tests."""

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import DataError, IntegrityError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from rest_framework import exceptions
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from microcred import errors

SECRET = "an answer, word for word"
FAILURES: dict[str, Exception] = {
    "invalid": errors.Invalid("No.", details={"field": "role_id"}),
    "unauthorized": errors.Unauthorized("No."),
    "forbidden": errors.Forbidden("No."),
    "missing": errors.Missing("No."),
    "conflict": errors.Conflict("No.", code="ASSESSMENT_409"),
    "gone": errors.Gone("No."),
    "changed-meanwhile": errors.PreconditionFailed("No."),
    "too-large": errors.TooLarge("No."),
    "unprocessable": errors.Unprocessable("No."),
    "too-many": errors.TooMany("No.", retry_after=17),
    "unavailable": errors.Unavailable("No."),
    "kindless": errors.DomainError("No."),
    "validation": exceptions.ValidationError({"page": ["A valid integer is required."]}),
    "not-authenticated": exceptions.NotAuthenticated(),
    "throttled": exceptions.Throttled(wait=1.2),
    "media-type": exceptions.UnsupportedMediaType("text/csv"),
    "not-acceptable": exceptions.NotAcceptable(),
    "teapot": type("Teapot", (exceptions.APIException,), {"status_code": 418, "default_detail": "Short."})(),
    "http404": Http404(SECRET),
    "permission-denied": PermissionDenied(SECRET),
    "data": DataError(SECRET),
    "operational": OperationalError(SECRET),
    "interface": InterfaceError(SECRET),
    "integrity": IntegrityError(SECRET),
    "unforeseen": ZeroDivisionError(SECRET),
    "suspicious": SuspiciousOperation(SECRET),
    "data-too-big": RequestDataTooBig(SECRET),
}


class FailingView(APIView):
    """Raise what the address names."""

    permission_classes = [AllowAny]

    def get(self, request: Request, name: str) -> Response:
        """Fail."""
        raise FAILURES[name]

    def post(self, request: Request, name: str) -> Response:
        """Give back what was sent."""
        return Response({"received": request.data})


def failing_page(request: HttpRequest, name: str) -> HttpResponse:
    """Fail outside the API's own views."""
    raise FAILURES[name]


urlpatterns = [
    path("api/v1/fail/<str:name>", FailingView.as_view()),
    path("api/v1/plain/<str:name>", failing_page),
    path("pages/<str:name>", failing_page),
]
handler400 = "microcred.api.exception_handler.malformed"
handler403 = "microcred.api.exception_handler.forbidden"
handler404 = "microcred.api.exception_handler.not_found"
handler500 = "microcred.api.exception_handler.failed"
