"""Questions that were handed to advisors."""

import datetime as dt
from collections.abc import Iterator

from django.db.models import Count, Min
from django.db.models.functions import Coalesce
from django.urls import reverse

from conversations.enums import Escalation
from conversations.models import Turn
from microcred.admin_dashboard import Alert, longest, pluralize


def signs(*, now: dt.datetime) -> Iterator[Alert]:
    """Yield how many wait for a reply, and for how long."""
    waiting = Turn.objects.filter(escalation=Escalation.WAITING).order_by()
    found = waiting.aggregate(number=Count("pk"), since=Min(Coalesce("waits_since", "escalated_at")))
    if found["number"]:
        said = pluralize(found["number"], "question waits", "questions wait")
        yield Alert(
            f"{said} for an advisor's reply{longest(found['since'], now=now)}.", reverse("advisor:questions")
        )
