"""Made-up learners who took one role's assessment, answers and scores included, so that staff pages show something.

Their answers are drawn from an ability; their essays are pieces of the model answers, read by the local scorer.
"""

import datetime as dt
import math
import random
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection, transaction

from accounts.enums import Role
from accounts.models import User
from assessments import services as assessments
from assessments.services import GivenAnswer
from catalog import queries as catalog
from catalog.enums import QuestionType
from catalog.queries import PoolQuestion
from companion.demo.answers import WEAK_ESSAY, answer_to
from companion.demo.learners import DOMAIN
from companion.demo.oversight import Sat, oversee
from scoring import services as scoring

ROLE: Final = "ux-designer"
TAKERS: Final = 30
SEED: Final = 20260303
# How much of the model answer an essay has; with nothing of it, it is an essay that says little.
PIECES: Final = (0.0, 0.5, 0.75, 1.0)
STUDY: Final = ("full time", "part time")
EASE: Final = 0.6


@dataclass(frozen=True, slots=True)
class Taker:
    """A made-up learner of an ``ability`` (0 is average, 1 a standard deviation above)."""

    place: int
    ability: float
    study: str


@transaction.atomic
def ensure_takers(*, now: dt.datetime, role_key: str = ROLE) -> int:
    """Store a role's takers with their scores, and what staff made of them, unless they are there; return how many.

    Raises:
        EmbedderError: if there is no embedder for the local scorer.
    """
    role = catalog.active_roles().filter(key=role_key).first()
    pool = {question.question_id: question for question in catalog.question_pool(role.pk)} if role else {}
    if role is None or not pool or User.objects.filter(email=_address(role_key, 1)).exists():
        return 0
    draw = random.Random(SEED)  # noqa: S311 - reproducible, not secret
    sat = [_sit(_learner(role_key, taker), taker, role.pk, pool, draw, now) for taker in invent_takers(draw)]
    with connection.cursor() as cursor:
        # So many rows are new that the plans made for empty tables take seconds.
        cursor.execute(
            "ANALYZE (SKIP_LOCKED) assessment_question_snapshots, assessment_responses, rule_scores"
        )
    _score(sat, now=now)
    oversee(sat, pool=pool, draw=draw, now=now)
    return len(sat)


def invent_takers(draw: random.Random, *, count: int = TAKERS) -> list[Taker]:
    """Invent learners whose abilities are normal; the two ways of studying make no difference to them."""
    return [
        Taker(place, min(2.0, max(-2.0, draw.gauss(0, 1))), STUDY[place % 2]) for place in range(1, count + 1)
    ]


def answered(question: PoolQuestion, taker: Taker, draw: random.Random) -> tuple[Any, float]:
    """Return a learner's answer in its wire form, and how good it was meant to be, from 0 to 1."""
    if question.content["question_type"] == QuestionType.ESSAY:
        piece = PIECES[min(3, max(0, round(1.7 + taker.ability + draw.gauss(0, 0.5))))]
        return piece_of(question, piece), piece
    right = draw.random() < 1 / (1 + math.exp(-EASE - 1.3 * taker.ability))
    if not right and question.content["question_type"] == QuestionType.MULTIPLE_CHOICE:
        correct = question.content["rules"]["correct"]
        wrong = [one["id"] for one in question.content["choices"] if one["id"] not in correct]
        return {"choice_ids": [draw.choice(wrong)]}, 0.0
    return answer_to(question, right=right), float(right)


def piece_of(question: PoolQuestion, piece: float) -> str:
    """Return the first sentences of a question's model answer, or for nothing of it an essay that says little."""
    if not piece:
        return WEAK_ESSAY
    sentences = str(answer_to(question, right=True)).split(". ")
    kept = sentences[: math.ceil(piece * len(sentences))]
    return ". ".join(kept).rstrip(".") + "."


def _learner(role_key: str, taker: Taker) -> User:
    return User.objects.create_user(
        _address(role_key, taker.place), None, name="Synthetic learner", role=Role.STUDENT,
        profile={"synthetic": True, "study": taker.study},
    )  # fmt: skip


def _sit(
    user: User,
    taker: Taker,
    role_id: uuid.UUID,
    pool: Mapping[uuid.UUID, PoolQuestion],
    draw: random.Random,
    now: dt.datetime,
) -> Sat:
    """Have a learner answer what is drawn for them, one question after the other."""
    moment = started = now - dt.timedelta(hours=2, minutes=taker.place)
    assessment = assessments.start_synthetic(user=user, role_id=role_id, now=started)
    given, meant = [], {}
    for asked in assessment.snapshots.order_by("position"):
        moment += dt.timedelta(seconds=draw.randint(25, 110))
        answer, quality = answered(pool[asked.question_id], taker, draw)
        given.append(GivenAnswer(asked.question_id, answer, moment))
        if asked.question_type == QuestionType.ESSAY:
            meant[asked.question_id] = quality
    assessments.submit(by=user, assessment_id=assessment.pk, answers=given, completed=False, now=moment)
    return Sat(user, assessment.pk, moment, meant)


def _score(sat: Sequence[Sat], *, now: dt.datetime) -> None:
    """Have the essays read and the assessments completed; nothing is recommended to who is made up."""
    essays = [(one, essay) for one in sat for essay in scoring.essays_to_judge(one.assessment_id)]
    judged = scoring.read_by_rubric([essay for _, essay in essays])
    for one in sat:
        own = [said for (who, _), said in zip(essays, judged, strict=True) if who is one]
        scoring.keep_scores(assessment_id=one.assessment_id, judged=own)
        assessments.complete_synthetic(
            assessment_id=one.assessment_id, submitted_at=one.submitted_at, now=now
        )


def _address(role_key: str, place: int) -> str:
    return f"{role_key}-taker-{place}@{DOMAIN}"
