"""What items to practise with tell a curator."""

import pytest
from django.test import Client

from practice import dashboard
from practice.models import PracticeItem, PracticeReport
from tests.factories.accounts import AdminFactory
from tests.factories.catalog import NOW
from tests.factories.practice import PracticeDraftFactory, PracticeItemFactory, PracticeReportFactory

pytestmark = pytest.mark.django_db


def test_reports_held_items_and_drafts_are_counted_and_lead_to_their_lists() -> None:
    PracticeItemFactory()
    assert list(dashboard.signs(now=NOW)) == []
    item = PracticeReportFactory().assignment.item
    PracticeItem.objects.filter(pk=item.pk).update(held_at=NOW, active=False)
    PracticeDraftFactory()

    signs = list(dashboard.signs(now=NOW))

    assert [sign.text for sign in signs] == [
        "1 item was reported by students.",
        "1 item is given to nobody, because of reports.",
        "1 draft of an item waits for somebody to look.",
    ]
    client = Client()
    client.force_login(AdminFactory())
    assert [client.get(sign.where).context["cl"].result_count for sign in signs] == [1, 1, 1]


def test_reports_that_somebody_has_looked_at_are_done() -> None:
    PracticeReportFactory()
    PracticeReport.objects.update(looked_at=NOW)

    assert list(dashboard.signs(now=NOW)) == []
