"""The least that a view of Django REST framework can do with this database: one ``SELECT 1``, and nobody asked who they
are. What `benchmarks/load.py` compares the API with; the same server runs both."""

from typing import Any

from django.conf import settings

if not settings.configured:
    import os

    import environ

    settings.configure(
        ALLOWED_HOSTS=["*"],
        DATABASES={
            "default": {**environ.Env.db_url_config(os.environ["DATABASE_URL"]), "CONN_MAX_AGE": 60},
        },
        INSTALLED_APPS=["rest_framework"],
        REST_FRAMEWORK={
            "DEFAULT_AUTHENTICATION_CLASSES": [],
            "DEFAULT_PERMISSION_CLASSES": [],
            "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
            "UNAUTHENTICATED_USER": None,
        },
        ROOT_URLCONF=__name__,
        SECRET_KEY="of a benchmark",  # noqa: S106
        USE_TZ=True,
    )
    import django

    django.setup()

from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.urls import path
from rest_framework.response import Response
from rest_framework.views import APIView


class One(APIView):
    """Answers with what the database says to ``SELECT 1``."""

    def get(self, request: Any) -> Response:
        """Ask the database."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return Response({"one": cursor.fetchone()[0]})


urlpatterns = [path("one", One.as_view())]
application = get_wsgi_application()
