"""Small views that stand for the product's, beside the addresses under test."""

from typing import Any

from django.db import connection
from django.urls import include, path
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import CharField, Serializer
from rest_framework.views import APIView

from microcred.errors import Conflict
from ops import audit
from ops.idempotency import idempotent


class Note(Serializer[Any]):
    """What :class:`NoteView` takes."""

    text = CharField(max_length=20)


class NoteView(APIView):
    """Leaves one effect for each request it acts on; some texts make it fail afterwards."""

    permission_classes = [AllowAny]

    @idempotent
    def post(self, request: Request, number: int = 0) -> Response:
        """Act."""
        body = Note(data=request.data)
        body.is_valid(raise_exception=True)
        line = audit.record(by=None, action="test.effect", resource_type="note", resource_id=None)
        text = body.validated_data["text"]
        if text == "lose the connection":
            lose_connection()
        if text == "conflict":
            raise Conflict("It is there already.")
        if text == "crash":
            raise RuntimeError("broken")
        if text == "refuse":
            return Response({"refused": True}, status=400)
        return Response({"line": str(line.pk), "number": number, "text": text, "ratio": 0.1}, status=201)


def lose_connection() -> None:
    """End this connection as the end of the process would, and go on."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")


urlpatterns = [
    path("", include("ops.urls")),
    path("api/notes", NoteView.as_view()),
    path("api/notes/<int:number>", NoteView.as_view()),
]
