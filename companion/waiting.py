"""What waits for an advisor: of their own students, and in the queue that is everybody's."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Min, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.urls import reverse

from accounts.models import User
from conversations import queries as conversations
from microcred.start_page import Sign, longest, several
from scoring import oversight


def waiting_for(by: User, *, now: dt.datetime) -> Iterator[Sign]:
    """Yield what there is to do, the nearest to a student first, each with the way there; one query."""
    found = _counted(by)
    if number := found["held"]:
        said = several(number, "result waits for its release.", "results wait for their release.")
        yield Sign(said, reverse("advisor:releases"))
    if number := found["questions"]:
        said = several(number, "question waits for a reply", "questions wait for a reply")
        yield Sign(f"{said}{longest(found['asked_since'], now=now)}.", reverse("advisor:questions"))
    if number := found["appeals"]:
        said = several(number, "appeal waits for a decision.", "appeals wait for a decision.")
        yield Sign(said, reverse("advisor:appeals"))
    if number := found["contests"]:
        said = several(number, "contested level waits to be checked.", "contested levels wait to be checked.")
        # There is no list of them but the pages of their assessments.
        where = reverse("advisor:assessment", args=[found["contested"]])
        yield Sign(said, f"{where}#skills")
    if number := found["reviews"]:
        said = several(number, "answer waits to be reviewed", "answers wait to be reviewed")
        since = longest(found["reviews_since"], now=now)
        yield Sign(f"{said}, of any student{since}.", reverse("advisor:reviews"))


def _counted(by: User) -> dict[str, Any]:
    questions, reviews = conversations.escalated(by), oversight.reviews_open_to(by)
    contests = oversight.contests_to_check(by)
    found = User.objects.filter(pk=by.pk).values(
        held=_of(oversight.held_results(by), Count("pk")),
        questions=_of(questions, Count("pk")),
        asked_since=_of(questions, Min(Coalesce("waits_since", "escalated_at"))),
        appeals=_of(oversight.open_appeals(by), Count("pk")),
        contests=_of(contests, Count("pk")),
        contested=Subquery(contests.values("assessment")[:1]),
        reviews=_of(reviews, Count("pk")),
        reviews_since=_of(reviews, Min("created_at")),
    )[0]  # fmt: skip
    return dict(found)


def _of(rows: QuerySet[Any], figure: Count | Min) -> Subquery:
    """Return a figure of all rows, as part of another query; None where there are no rows."""
    return Subquery(
        rows.order_by().annotate(all=Value(1)).values("all").annotate(figure=figure).values("figure")
    )
