"""Adding tutoring systems, and changing their secrets, in the admin and by command."""

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from microcred.db import database_now
from ops.models import AuditLog
from tests.factories.accounts import AdminFactory
from tests.tutoring.scenes import add_source
from tutoring import queries
from tutoring.models import TutoringSource

pytestmark = pytest.mark.django_db
LIST = "admin:tutoring_tutoringsource_changelist"


def told(*words: str) -> str:
    out = StringIO()
    call_command("tutoring", "source", *words, stdout=out)
    return out.getvalue()


def test_the_command_adds_rotates_and_switches_off() -> None:
    added = told("add", "Harbour Tutors")
    source = TutoringSource.objects.get()
    assert f"Address: /api/v1/summaries?source={source.pk}" in added
    assert queries.live_secrets(source.pk, now=database_now())[0] in added
    rotated = told("rotate", "Harbour Tutors")
    assert queries.live_secrets(source.pk, now=database_now())[0] in rotated
    assert len(queries.live_secrets(source.pk, now=database_now())) == 2
    assert told("deactivate", "Harbour Tutors") == "Harbour Tutors is heard no more.\n"
    assert queries.live_secrets(source.pk, now=database_now()) == ()
    assert told("list") == f"{source.pk} off Harbour Tutors\n"
    assert told("reactivate", "Harbour Tutors") == "Harbour Tutors is heard again.\n"
    assert set(AuditLog.objects.filter(resource_id=source.pk).values_list("action", flat=True)) == {
        f"tutoring_source.{deed}" for deed in ("added", "rotated", "deactivated", "reactivated")
    }


@pytest.mark.parametrize("words", [("add", " "), ("add", "Harbour"), ("rotate", "Nobody"), ("add", "x\ny")])
def test_the_command_says_what_cannot_be(words: tuple[str, str]) -> None:
    add_source("Harbour")

    with pytest.raises(CommandError):
        told(*words)


def test_the_admin_shows_a_secret_once() -> None:
    staff = Client()
    staff.force_login(AdminFactory())

    page = staff.post(reverse("admin:tutoring_tutoringsource_add"), {"name": "Harbour"}, follow=True).content

    source = TutoringSource.objects.get()
    shown = re.findall(r"whsec_[A-Za-z0-9+/=]+", page.decode())
    assert shown == [queries.live_secrets(source.pk, now=database_now())[0]]
    assert "whsec_" not in staff.get(reverse(LIST)).content.decode()
    chosen = {"_selected_action": [str(source.pk)]}
    page = staff.post(reverse(LIST), {"action": "rotate_secrets", **chosen}, follow=True).content
    assert queries.live_secrets(source.pk, now=database_now())[0] in page.decode()
    staff.post(reverse(LIST), {"action": "switch_off", **chosen})
    assert not TutoringSource.objects.get().active
    staff.post(reverse(LIST), {"action": "switch_on", **chosen})
    assert TutoringSource.objects.get().active


def test_a_name_may_change_and_stands_for_one() -> None:
    add_source("Harbour")
    source, _ = add_source("Lake")
    staff = Client()
    staff.force_login(AdminFactory())
    place = reverse("admin:tutoring_tutoringsource_change", args=[source.pk])

    taken = staff.post(place, {"name": "Harbour"})
    staff.post(place, {"name": "River"})

    assert taken.status_code == 200
    assert sorted(TutoringSource.objects.values_list("name", flat=True)) == ["Harbour", "River"]
