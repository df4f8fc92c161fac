"""What staff made of the made-up learners' results: releases, reviews, examples for reviewers, and an appeal."""

import datetime as dt
import random
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from accounts import services as accounts
from accounts.models import User
from catalog.queries import PoolQuestion
from companion.demo.answers import WEAK_ESSAY, answer_to
from companion.demo.people import ADMIN, ADVISOR
from scoring import oversight

# The results that wait for their release, how many essays of each question were reviewed, and of one question twice.
HELD: Final = 3
REVIEWED: Final = 12
REVIEWED_TWICE: Final = 10
QUEUED: Final = 8
STATEMENT: Final = (
    "My answer has more of what this asks for than the level says. Please read its middle part again."
)
NOTE: Final = "Agreed among the made-up staff of the demonstration."


@dataclass(frozen=True, slots=True)
class Sat:
    """An assessment that a made-up learner took; ``meant`` is how good each essay was meant to be (0 to 1)."""

    user: User
    assessment_id: uuid.UUID
    submitted_at: dt.datetime
    meant: Mapping[uuid.UUID, float]


def oversee(
    sat: Sequence[Sat], *, pool: Mapping[uuid.UUID, PoolQuestion], draw: random.Random, now: dt.datetime
) -> None:
    """Release all but a few, review some, and let the learner whose essays nobody reviewed appeal."""
    admin, advisor = User.objects.get(email=ADMIN), User.objects.get(email=ADVISOR)
    essays = sorted(
        {question for one in sat for question in one.meant}, key=lambda one: str(pool[one].content["prompt"])
    )
    if not essays:
        return
    _agree_on_examples(pool[essays[0]], by=admin)
    *released, appellant = sat[:-HELD]
    for place, question in enumerate(essays):
        wrote = [one for one in released if question in one.meant]
        reviewed = wrote[-REVIEWED:] if place else wrote[:REVIEWED]  # not always essays by the same learners
        _review(reviewed, pool[question], by=admin, draw=draw, now=now)
        if not place:
            _review(reviewed[:REVIEWED_TWICE], pool[question], by=advisor, draw=draw, now=now)
    for one in sat[-QUEUED:]:
        oversight.open_reviews(assessment_id=one.assessment_id)
    oversight.release_many(by=admin, assessment_ids=[one.assessment_id for one in sat[:-HELD]], now=now)
    accounts.assign_advisor(by=None, advisor=advisor, student=appellant.user)
    _appeal(appellant, now=now)


def _agree_on_examples(question: PoolQuestion, *, by: User) -> None:
    """Store three answers with agreed levels, and have a reviewer pass them."""
    if oversight.questions_with_examples([question.question_id]):
        return
    whole = str(answer_to(question, right=True))
    half = ". ".join(whole.split(". ")[: len(whole.split(". ")) // 2 + 1]).rstrip(".") + "."
    marks = {}
    for text, share in ((WEAK_ESSAY, 0.0), (half, 0.5), (whole, 1.0)):
        levels = _levels(question, share)
        example = oversight.add_example(
            by=by, question_id=question.question_id, text=text, levels=levels, note=NOTE
        )
        marks[str(example.pk)] = levels
    oversight.calibrate(by=by, question_id=question.question_id, marks=marks)


def _review(
    wrote: Sequence[Sat], question: PoolQuestion, *, by: User, draw: random.Random, now: dt.datetime
) -> None:
    """Have these essays marked, around what they were meant to be worth."""
    for one in wrote:
        marks = _levels(question, 0.1 + 0.75 * one.meant[question.question_id], draw)
        oversight.review_synthetic(
            by=by, assessment_id=one.assessment_id, question_id=question.question_id, marks=marks, now=now
        )


def _levels(question: PoolQuestion, share: float, draw: random.Random | None = None) -> dict[str, str]:
    """Return the level of each criterion that lies at this share (0 to 1) of the scale, or near it if drawn."""
    found = {}
    for criterion in question.content["rubric"]["criteria"]:
        top = len(criterion["levels"]) - 1
        place = round(share * top + (draw.gauss(0, 0.45) if draw else 0))
        found[str(criterion["key"])] = str(criterion["levels"][min(top, max(0, place))]["id"])
    return found


def _appeal(one: Sat, *, now: dt.datetime) -> None:
    """Appeal against the first criterion of the learner's first essay that has a level."""
    for question_id in one.meant:
        result = oversight.result_for(one.assessment_id, question_id=question_id)
        marks = [mark for mark in result.marks if mark.status == "scored"]
        if marks:
            oversight.appeal(
                by=one.user, assessment_id=one.assessment_id, question_id=question_id,
                criterion=marks[0].criterion_key, statement=STATEMENT, now=now,
            )  # fmt: skip
            return
