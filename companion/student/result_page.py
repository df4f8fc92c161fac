"""All that a student reads about one result, laid out from what the API answers them."""

import datetime as dt
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from django import forms
from django.utils.dateparse import parse_datetime

from accounts.models import User
from companion.cited import Piece, Source
from companion.student.levels import LevelLine, level_lines, meets_all
from companion.student.notice_lines import NoticeLine, notice_lines
from companion.student.recommendation_list import Act, ListedCredential, acts_of, listed
from companion.student.result_forms import FeedbackForm
from companion.student.result_words import ACCEPTANCES, MISSING, MOVED, number
from companion.student.scored_answers import AnswerLine, answer_lines
from microcred.errors import Conflict
from ops.queries import is_under_way
from recommendations import queries as recommendations
from recommendations.result_cache import cached_result

# The place of what is said about the whole list.
LIST: Final = "about-list"


class NoResultYet(Conflict):
    """The result is still being worked out, or held back until staff has looked at it."""

    default_code = "RESULT_409"


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the student thinks of a credential or the list; ``taken_for`` is what a yes to the list took up."""

    words: str
    relevance: int
    taken_for: str


@dataclass(frozen=True, slots=True)
class ResultPage:
    """A result as its student reads it.

    ``score`` and ``maximum`` are points over what is scored, ``percent_scored`` how much of all weight that is.
    ``waiting`` is how many answers wait for a person. ``facts`` are the sources of the list's sentences that are no
    passages, ``opinion`` is what the student thinks of the whole list, ``is_renewed`` that another list is being worked
    out, ``others`` are the lists before and beside this one.
    """

    assessment_id: str
    role: str
    completed_at: dt.datetime | None
    score: str
    maximum: str
    percent_scored: int
    missing: tuple[str, ...]
    waiting: int
    levels: tuple[LevelLine, ...]
    meets_all: bool
    recommendation_id: str | None
    summary: tuple[Piece, ...]
    facts: Sequence[Source]
    credentials: tuple[ListedCredential, ...]
    acts: tuple[Act, ...]
    moved: tuple[str, ...]
    what_if: str
    is_renewed: bool
    opinion: Opinion | None
    form: forms.Form | None
    others: Sequence[Any]
    answers: tuple[AnswerLine, ...]
    notices: tuple[NoticeLine, ...]

    @property
    def places(self) -> frozenset[str]:
        """The places of the page that can be spoken of."""
        return frozenset(
            [
                *(line.place for line in self.levels),
                *(item.place for item in self.credentials),
                *(answer.place for answer in self.answers),
                *([LIST] if self.recommendation_id else []),
            ]
        )

    @property
    def unseen(self) -> int:
        """How many notices the student has not seen yet."""
        return sum(not notice.is_seen for notice in self.notices)


def read_result(*, by: User, assessment_id: uuid.UUID, now: dt.datetime) -> dict[str, Any]:
    """Return the body of a result as the API answers its student.

    Raises:
        AssessmentMissing: if it is not there or not for ``by`` to see; the two look the same.
        NoResultYet: if it is not worked out, or held back.
        Conflict, Gone: if there is none, by the status.
    """
    found = cached_result(by=by, assessment_id=assessment_id, now=now)
    if isinstance(found, recommendations.Awaited):
        raise NoResultYet("The result is not there yet.")
    body: dict[str, Any] = json.loads(found.content)
    return body


def result_page(
    *, by: User, body: Mapping[str, Any], typed: Mapping[str, forms.Form], now: dt.datetime
) -> ResultPage:
    """Lay out a result; ``typed`` are forms that were filled in, by the place where they stand."""
    assessment_id, totals = uuid.UUID(body["assessment_id"]), body["totals"]
    # Asked before the runs are read: one that is stored in between is then there, and not taken for lost.
    is_renewed = is_under_way("recommendations.recommend", assessment_id)
    levels, shown = level_lines(body["profile"], typed), listed(body)
    said, version = recommendations.said_by(by, assessment_id=assessment_id), _version(body, by)
    return ResultPage(
        assessment_id=body["assessment_id"],
        role=body["role_name"],
        completed_at=parse_datetime(body["completed_at"] or ""),
        score=number(totals["score"]),
        maximum=number(totals["maximum"]),
        percent_scored=round(100 * totals["scored_share"]),
        missing=tuple(MISSING[part] for part in body["missing"]),
        waiting=len(body["pending"]),
        levels=levels,
        meets_all=meets_all(levels),
        recommendation_id=body["recommendation_id"],
        summary=shown.summary,
        facts=shown.facts,
        credentials=_credentials(shown.credentials, said, typed, version),
        acts=acts_of(body),
        moved=tuple(MOVED[name] for name in body["stale_because"]),
        what_if=body["what_if"]["sentence"] if body["what_if"] else "",
        is_renewed=is_renewed,
        opinion=_opinion(said.get(None)),
        form=typed.get(LIST) or _feedback_form(LIST, said.get(None), None, version),
        others=_others(body, by),
        answers=answer_lines(body, by=by, typed=typed, now=now),
        notices=notice_lines(body["notices"], positions=_positions(body)),
    )


def _others(body: Mapping[str, Any], by: User) -> list[Any]:
    runs = recommendations.runs_of(by=by, assessment_id=uuid.UUID(body["assessment_id"]))
    return [row for row in runs if str(row.pk) != body["recommendation_id"]]


def _positions(body: Mapping[str, Any]) -> dict[str, int]:
    return {one["question_id"]: one["position"] for one in body["questions"]}


def _version(body: Mapping[str, Any], by: User) -> str:
    if body["recommendation_id"] is None:
        return ""
    pk = uuid.UUID(body["recommendation_id"])
    return recommendations.feedback_version(recommendations.feedback_of(by=by, recommendation_id=pk))


def _credentials(
    shown: Sequence[ListedCredential],
    said: Mapping[uuid.UUID | None, Any],
    typed: Mapping[str, forms.Form],
    version: str,
) -> tuple[ListedCredential, ...]:
    return tuple(
        replace(
            one,
            opinion=_opinion(said.get(one.credential_id)),
            form=typed.get(one.place)
            or _feedback_form(one.place, said.get(one.credential_id), one.credential_id, version),
        )
        for one in shown
    )


def _opinion(said: Any) -> Opinion | None:
    if said is None:
        return None
    taken_for = said.taken_for.title if said.taken_for else ""
    return Opinion(ACCEPTANCES[said.acceptance_status].text, said.relevance_score, taken_for)


def _feedback_form(place: str, said: Any, credential_id: uuid.UUID | None, version: str) -> FeedbackForm:
    """Return the form for a word about a credential or the list, filled with what was said before."""
    before = {
        "relevance": said.relevance_score,
        "acceptance": said.acceptance_status,
        "comments": said.comments,
    } if said else {}  # fmt: skip
    return FeedbackForm(
        initial={**before, "credential_id": credential_id, "version": version}, auto_id=f"{place}-%s"
    )
