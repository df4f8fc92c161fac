"""Sessions at rest."""

import base64
import re
import zlib

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core import signing
from django.test import Client
from pytest_django.fixtures import Settings

from tests.factories.accounts import AdminFactory, UserFactory

pytestmark = pytest.mark.django_db


def stored() -> str:
    """Return the sessions as somebody with a copy of the database reads them, every way of packing undone."""
    texts = []
    for row in Session.objects.all():
        packed = row.session_data.split(":")[0]
        raw = base64.urlsafe_b64decode(packed.lstrip(".") + "===")
        texts.append((zlib.decompress(raw) if packed.startswith(".") else raw).decode("latin-1"))
    return " ".join(texts)


def test_what_is_shown_once_waits_for_its_page_unreadable() -> None:
    client, person = Client(), UserFactory()
    client.force_login(AdminFactory())
    client.post(
        "/admin/accounts/user/", {"action": "make_password_link", "_selected_action": [str(person.pk)]}
    )
    at_rest = stored()

    page = client.get("/admin/accounts/user/").content.decode()

    code = re.search(r"/password/new#([0-9A-Za-z]{43})", page)
    assert code is not None
    assert code[1] not in at_rest
    assert "password" not in at_rest
    assert "_auth_user" not in at_rest


def test_a_session_is_read_as_it_was_written() -> None:
    store = SessionStore()
    store["wanted"] = {"next": "/advisor/", "ids": [1, None, "ö"]}
    store.save()

    assert SessionStore(store.session_key)["wanted"] == {"next": "/advisor/", "ids": [1, None, "ö"]}


def test_what_was_written_otherwise_is_an_empty_session(settings: Settings) -> None:
    store = SessionStore()
    store["wanted"] = "x"
    store.save()

    plain = signing.dumps({"_auth_user_id": "1"}, salt=store.key_salt, serializer=signing.JSONSerializer)

    assert store.decode(plain) == {}
    settings.SECRET_KEY = "another"
    assert SessionStore(store.session_key).get("wanted") is None
