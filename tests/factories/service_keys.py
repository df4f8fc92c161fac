"""Service keys for tests."""

import datetime as dt
from typing import Any

from django.utils import timezone
from rest_framework.test import APIClient

from accounts import service_keys
from accounts.enums import Scope
from accounts.models import ServiceKey


def service_key(*scopes: Scope, **how: Any) -> tuple[ServiceKey, str]:
    """Make a key, with every scope unless told otherwise; return it with its text."""
    wanted: dict[str, Any] = {
        "by": None,
        "name": "Harbour",
        "now": timezone.now(),
        "life": dt.timedelta(days=30),
    }
    return service_keys.create(**(wanted | how), scopes=list(scopes or Scope))


def program(text: str) -> APIClient:
    """Return a client that carries a key."""
    client = APIClient()
    client.credentials(HTTP_X_API_KEY=text)
    return client
