"""What waits for an advisor: of their own students, and in the queue that is everybody's."""

import datetime as dt
from collections.abc import Iterator
from typing import Any, Final

from django.db.models import Count, Min, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from accounts.models import User
from conversations import queries as conversations
from microcred.admin_dashboard import Alert, longest, pluralize
from recommendations import queries as recommendations
from scoring import oversight

_WAITS_SINCE: Final = Coalesce("waits_since", "escalated_at")
#: To look addresses up, a worker would load all pages and the API for a letter.
PAGES: Final = "/advisor/"


def waiting_for(by: User, *, now: dt.datetime) -> Iterator[Alert]:
    """Yield what there is to do, the nearest to a student first, each with the way there; one query."""
    found = _counted(by)
    if number := found["held"]:
        said = pluralize(number, "result waits for its release.", "results wait for their release.")
        yield Alert(said, f"{PAGES}releases/")
    if number := found["questions"]:
        said = pluralize(number, "question waits for a reply", "questions wait for a reply")
        yield Alert(f"{said}{longest(found['asked_since'], now=now)}.", f"{PAGES}questions/")
    if number := found["appeals"]:
        said = pluralize(number, "appeal waits for a decision.", "appeals wait for a decision.")
        yield Alert(said, f"{PAGES}appeals/")
    if number := found["contests"]:
        said = pluralize(
            number, "contested level waits to be checked.", "contested levels wait to be checked."
        )
        # There is no list of them, nor of the next ones, but pages of one assessment or student each.
        yield Alert(said, f"{PAGES}assessments/{found['contested']}#skills")
    if number := found["claims"]:
        said = pluralize(number, "claim to hold a credential waits", "claims to hold credentials wait")
        yield Alert(f"{said} to be confirmed.", f"{PAGES}students/{found['claimed_by']}/credentials")
    if number := found["reviews"]:
        said = pluralize(number, "answer waits to be reviewed", "answers wait to be reviewed")
        since = longest(found["reviews_since"], now=now)
        yield Alert(f"{said}, of any student{since}.", f"{PAGES}reviews/")


def has_news(by: User, *, since: dt.datetime) -> bool:
    """Whether any of it waits since then; answers to review, which are everybody's, are no news."""
    return any(
        rows.filter(Q(**{f"{moment}__gte": since})).exists()
        for rows, moment in (
            (oversight.held_results(by), "completed_at"),
            (conversations.escalated(by).alias(since=_WAITS_SINCE), "since"),
            (oversight.open_appeals(by), "submitted_at"),
            (oversight.contests_to_check(by), "submitted_at"),
            (recommendations.claims_to_check(by), "said_at"),
        )
    )


def _counted(by: User) -> dict[str, Any]:
    questions, reviews = conversations.escalated(by), oversight.reviews_open_to(by)
    contests, claims = oversight.contests_to_check(by), recommendations.claims_to_check(by)
    found = User.objects.filter(pk=by.pk).values(
        held=_of(oversight.held_results(by), Count("pk")),
        questions=_of(questions, Count("pk")),
        asked_since=_of(questions, Min(_WAITS_SINCE)),
        appeals=_of(oversight.open_appeals(by), Count("pk")),
        contests=_of(contests, Count("pk")),
        contested=Subquery(contests.values("assessment")[:1]),
        claims=_of(claims, Count("pk")),
        claimed_by=Subquery(claims.values("user")[:1]),
        reviews=_of(reviews, Count("pk")),
        reviews_since=_of(reviews, Min("created_at")),
    )[0]  # fmt: skip
    return dict(found)


def _of(rows: QuerySet[Any], figure: Count | Min) -> Subquery:
    """Return a figure of all rows, as part of another query; None where there are no rows."""
    return Subquery(
        rows.order_by().annotate(all=Value(1)).values("all").annotate(figure=figure).values("figure")
    )
