"""What follows from what students decide."""

import datetime as dt
import uuid
from collections.abc import Iterator
from typing import Final

from accounts.models import User
from planner import queries as planned
from planner import services as planner
from planner.enums import Source
from practice.queries import enrolment, practice_towards, practising, towards
from recommendations import queries as recommendations
from recommendations.queries import Decision

MOST_SKILLS: Final = 3
TAG_LENGTH: Final = 50


def follow_up(*, feedback_id: uuid.UUID, now: dt.datetime) -> None:
    """Set what a student takes up on their list of tasks; take off again what they have not begun when they let go."""
    decision = recommendations.decision(feedback_id)
    if decision is None:
        return
    by, source = decision.student, Source.RECOMMENDATION
    if decision.accepted:
        planner.add_steps(by=by, source=source, steps=_steps(decision), now=now)
    else:
        planner.cancel_steps(by=by, source=source, begins_with=towards(decision.credential_id), now=now)


def call_off_steps(*, user_id: uuid.UUID, credential_id: uuid.UUID, now: dt.datetime) -> None:
    """Take the steps towards a credential off a student's list that they have not begun, now that they hold it."""
    source, steps = Source.RECOMMENDATION, towards(credential_id)
    if planned.from_source(user_id, source).filter(reference__startswith=steps).exists():
        planner.cancel_steps(by=User.objects.get(pk=user_id), source=source, begins_with=steps, now=now)


def take_in_hand(*, user_id: uuid.UUID, skill_key: str, now: dt.datetime) -> None:
    """Take the steps of practising a skill in hand that the student has on their list, now that they practise it."""
    source, step = Source.RECOMMENDATION, practising(skill_key)
    if planned.from_source(user_id, source).filter(reference__endswith=step).exists():
        planner.start_steps(by=User.objects.get(pk=user_id), source=source, ends_with=step, now=now)


def _steps(decision: Decision) -> Iterator[planner.Step]:
    yield planner.Step(
        reference=enrolment(decision.credential_id),
        title=f"Enrol: {decision.title}",
        description=f"You took up this recommendation. {decision.uri}",
        tags=["enrol"],
    )
    for key, name in decision.skills[:MOST_SKILLS]:
        yield planner.Step(
            reference=practice_towards(decision.credential_id, key),
            title=f"Practise {name}: {decision.title}",
            description=f"Your result says to work on {name}, and {decision.title} teaches it.",
            tags=["practise", name[:TAG_LENGTH]],
        )
