"""Synthetic past learners, so that there are neighbours to compare a student with; marked as synthetic."""

import datetime as dt
import random
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from accounts.enums import Role
from accounts.models import User
from catalog import queries as catalog
from recommendations import services as recommendations

LEARNERS_PER_ROLE = 20
SEED = 20260302
DOMAIN = "synthetic.demo.example"


@dataclass(frozen=True)
class Offer:
    """A credential and the level of each skill that it brings."""

    credential_id: uuid.UUID
    skills: Mapping[str, float]


@dataclass(frozen=True)
class SyntheticLearner:
    """A made-up learner: skill levels (0 to 5) after an assessment, and what they went on to earn."""

    levels: Mapping[str, float]
    earned: tuple[uuid.UUID, ...]


def invent(
    needs: Sequence[catalog.RoleNeed], offers: Sequence[Offer], *, count: int, seed: int
) -> list[SyntheticLearner]:
    """Invent learners of a role: each is weak in one or two skills and earned what those gaps call for.

    The levels are normal around 70 % of the target, 30 % in a weak skill; two or three credentials are drawn
    among those that lift a weak skill, and now and then one is drawn from all. The same seed gives the same
    learners.
    """
    draw = random.Random(seed)  # noqa: S311 - reproducible, not secret
    return [_one(needs, offers, draw) for _ in range(count)]


def _one(needs: Sequence[catalog.RoleNeed], offers: Sequence[Offer], draw: random.Random) -> SyntheticLearner:
    weak = {need.skill_key for need in draw.sample(list(needs), k=min(len(needs), draw.choice((1, 2))))}
    levels = {
        need.skill_key: round(
            min(5.0, max(0.3, draw.gauss(need.target_level * (0.3 if need.skill_key in weak else 0.7), 0.5))),
            3,
        )
        for need in needs
    }
    fitting = [offer for offer in offers if any(_lifts(offer, key, levels) for key in weak)]
    chosen = draw.sample(fitting, k=min(len(fitting), draw.choice((2, 3))))
    if draw.random() < 0.2 and offers:
        chosen.append(draw.choice(list(offers)))
    return SyntheticLearner(levels, tuple(dict.fromkeys(offer.credential_id for offer in chosen)))


def _lifts(offer: Offer, skill: str, levels: Mapping[str, float]) -> bool:
    reached = offer.skills.get(skill, 0.0)
    return levels[skill] < reached <= levels[skill] + 2.5


def ensure_learners(*, now: dt.datetime) -> int:
    """Store the synthetic learners of every role that has none yet; return how many were stored."""
    stored = 0
    for number, role in enumerate(catalog.active_roles(), start=1):
        if User.objects.filter(email=_address(role.key, 1)).exists():
            continue
        rows = catalog.credentials(role_id=role.pk)
        offers = [
            Offer(row.pk, {link.skill.key: float(link.level) for link in row.credential_skills.all()})
            for row in rows
        ]
        invented = invent(catalog.role_needs(role.pk), offers, count=LEARNERS_PER_ROLE, seed=SEED + number)
        with transaction.atomic():
            for place, learner in enumerate(invented, start=1):
                _store(role.pk, _address(role.key, place), learner, now)
        stored += len(invented)
    return stored


def _address(role_key: str, place: int) -> str:
    return f"{role_key}-{place}@{DOMAIN}"


def _store(role_id: uuid.UUID, email: str, learner: SyntheticLearner, now: dt.datetime) -> None:
    user = User.objects.create_user(
        email, None, name="Synthetic learner", role=Role.STUDENT, profile={"synthetic": True}
    )
    recommendations.record_synthetic_learner(
        user=user, role_id=role_id, levels=learner.levels, credentials=learner.earned, now=now
    )
