"""What of scores waits for people, and what models cost."""

import datetime as dt
from collections.abc import Iterator
from typing import Final

from django.db.models import Count, Min
from django.urls import reverse

from microcred.admin_dashboard import Alert, Figure, longest, pluralize
from scoring.calls import spending
from scoring.calls.limits import MICROCENTS_A_CENT
from scoring.enums import AppealStatus
from scoring.models import Appeal
from scoring.oversight import waiting_reviews

_NEARLY_SPENT: Final = 0.8
_MICROCENTS_A_DOLLAR: Final = 100 * MICROCENTS_A_CENT


def signs(*, now: dt.datetime) -> Iterator[Alert]:
    """Yield reviews and appeals that wait, and a budget that is nearly spent."""
    number, since = waiting_reviews()
    if number:
        said = pluralize(number, "answer waits to be reviewed", "answers wait to be reviewed")
        yield Alert(f"{said}{longest(since, now=now)}.", reverse("advisor:reviews"))
    appeals = Appeal.objects.filter(status=AppealStatus.OPEN).aggregate(
        number=Count("pk"), since=Min("submitted_at")
    )
    if appeals["number"]:
        said = pluralize(appeals["number"], "appeal waits", "appeals wait")
        yield Alert(f"{said} for a decision{longest(appeals['since'], now=now)}.", reverse("advisor:appeals"))
    month = spending.this_month()
    if month["limit"] and month["spent"] >= _NEARLY_SPENT * month["limit"]:
        share = month["spent"] / month["limit"]
        is_spent = share >= 1
        yield Alert(
            f"Models have cost {share:.0%} of what this month may cost.",
            reverse("admin:scoring_modelcall_changelist"), is_fault=is_spent,
        )  # fmt: skip


def figures(*, now: dt.datetime) -> Iterator[Figure]:
    """Yield what models have cost this month."""
    month = spending.this_month()
    limit = f"of {_dollars(month['limit'])} a month" if month["limit"] else "without a limit"
    yield Figure(
        "Models this month", _dollars(month["spent"]), limit, reverse("admin:scoring_modelcall_changelist")
    )


def _dollars(microcents: int) -> str:
    return f"${microcents / _MICROCENTS_A_DOLLAR:,.2f}"
