"""Service keys in the admin."""

import html
import re
from typing import Any

import pytest
from django.test import Client
from django.utils.dateformat import format as format_date

from accounts.models import ServiceKey, ServiceKeySecret
from tests.factories.accounts import AdminFactory, AdvisorFactory
from tests.factories.service_keys import program, service_key

pytestmark = pytest.mark.django_db
LIST = "/admin/accounts/servicekey/"
KEY = re.compile(r"mc_[a-z]+_[0-9a-f]{32}_[0-9A-Za-z]{43}_[0-9a-f]{8}")


@pytest.fixture
def browser() -> Client:
    client = Client()
    client.force_login(AdminFactory())
    return client


def keys_on(reply: Any) -> list[str]:
    return KEY.findall(html.unescape(reply.content.decode()))


def act(browser: Client, action: str, key: ServiceKey) -> Any:
    body = {"action": action, "_selected_action": [str(key.pk)], "post": "yes"}
    return browser.post(LIST, body, follow=True)


def test_a_new_key_is_shown_once(browser: Client) -> None:
    body = {"name": "Harbour", "scopes": ["webhooks:read"], "requests_per_minute": ""}

    shown = browser.post(f"{LIST}add/", body, follow=True)

    assert len(keys_on(shown)) == 1
    assert program(keys_on(shown)[0]).get("/api/v1/service-key").status_code == 200
    key = ServiceKey.objects.get()
    for page in (LIST, f"{LIST}{key.pk}/change/"):
        assert keys_on(browser.get(page)) == []


def test_whoever_makes_a_key_is_told_what_its_scopes_open(browser: Client) -> None:
    page = browser.get(f"{LIST}add/").content.decode()

    assert "results:read opens the results of all assessments that endpoints of this key are told of" in page


def test_a_key_is_changed_over_and_revoked(browser: Client) -> None:
    key, first = service_key()

    second = keys_on(act(browser, "change_secret", key))[0]
    refused = act(browser, "change_secret", key)
    third = keys_on(act(browser, "change_leaked_secret", key))[0]

    assert "Two secrets of this key are live" in refused.content.decode()
    statuses = [program(text).get("/api/v1/service-key").status_code for text in (first, second, third)]
    assert statuses == [401, 401, 200]
    act(browser, "shut_out", key)
    assert program(third).get("/api/v1/service-key").status_code == 401


@pytest.mark.parametrize("action", ["shut_out", "change_leaked_secret"])
def test_what_shuts_programs_out_is_asked_about_first(browser: Client, action: str) -> None:
    key, text = service_key(name="Harbour")

    asked = browser.post(LIST, {"action": action, "_selected_action": [str(key.pk)], "select_across": "0"})

    html_shown = asked.content.decode()
    assert "The programs are refused from this moment on" in html_shown
    assert "<li>Harbour" in html_shown
    assert f'name="_selected_action" value="{key.pk}"' in html_shown
    assert program(text).get("/api/v1/service-key").status_code == 200
    assert keys_on(asked) == []


def test_the_list_says_until_when_keys_are_good_and_when_they_were_used(browser: Client) -> None:
    key, text = service_key()
    end = format_date(ServiceKeySecret.objects.get().expires_at, "j M Y, H:i")

    assert end in (before := browser.get(LIST).content.decode())
    assert "never" in before
    program(text).get("/api/v1/service-key")
    assert "never" not in browser.get(LIST).content.decode()
    act(browser, "shut_out", key)
    assert end not in browser.get(LIST).content.decode()


def test_nothing_about_a_key_is_edited_or_deleted(browser: Client) -> None:
    key, _ = service_key()

    changed = browser.post(f"{LIST}{key.pk}/change/", {"name": "Another", "scopes": ["tasks:write"]})
    deleted = browser.post(f"{LIST}{key.pk}/delete/", {"post": "yes"})

    assert (changed.status_code, deleted.status_code) == (403, 403)
    assert ServiceKey.objects.get().name == "Harbour"


def test_the_page_shows_no_digest(browser: Client) -> None:
    key, _ = service_key()

    page = browser.get(f"{LIST}{key.pk}/change/").content.decode()

    assert ServiceKeySecret.objects.get().digest not in page


def test_only_admins_see_keys() -> None:
    client = Client()
    client.force_login(AdvisorFactory())

    assert client.get(LIST).status_code == 302
