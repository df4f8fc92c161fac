"""A student in front of the pages."""

from typing import Any

from django.test import Client

from accounts.models import User


def browser_of(user: User) -> Client:
    """Return a browser in which somebody is logged in."""
    client = Client()
    client.force_login(user)
    return client


def page_of(client: Client, address: str) -> str:
    """Return a page that is there."""
    answer: Any = client.get(address)
    assert answer.status_code == 200, (answer.status_code, address)
    return str(answer.content.decode())
