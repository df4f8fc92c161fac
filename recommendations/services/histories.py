"""Keeping the learned blend in step with what learners hold."""

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

import structlog
from django.db import connection, transaction

from recommendations.collaborative import engine, serving
from recommendations.collaborative.blend import Blend, Weights
from recommendations.collaborative.interactions import Interactions
from recommendations.collaborative.serialization import pack
from recommendations.collaborative.serving import MIN_LEARNERS, ServedBlend
from recommendations.models import ChangedLearner, FittedBlend, LearnerHistory
from recommendations.queries.histories import item_texts

log = structlog.get_logger(__name__)

# Weights are learned anew once this share of the learners has changed; until then the signals alone are.
WEIGHED_ANEW: Final = 0.1
# One to go on with, and one that a worker may be reading.
KEPT: Final = 2
# Learners who hold nothing any more leave, the others are taken over as they stand.
_GONE: Final = """
DELETE FROM learner_histories h WHERE h.user_id = ANY(%(users)s::uuid[])
   AND NOT EXISTS (SELECT 1 FROM learner_credentials c WHERE c.user_id = h.user_id)
"""
_FOLDED: Final = """
INSERT INTO learner_histories (id, user_id, credentials, recorded_at)
SELECT gen_random_uuid(), user_id, array_agg(credential_id ORDER BY recorded_at, id),
       array_agg(recorded_at ORDER BY recorded_at, id)
  FROM learner_credentials WHERE user_id = ANY(%(users)s::uuid[]) GROUP BY user_id
    ON CONFLICT (user_id) DO UPDATE SET credentials = excluded.credentials, recorded_at = excluded.recorded_at
"""


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh did: learners whose credentials had changed, learners with two items or more, credentials that
    are compared (0: too little is known yet), and whether the weights were learned anew."""

    changed: int
    learners: int
    credentials: int
    weighed: bool


def refresh_histories(*, now: dt.datetime) -> Refreshed | None:
    """Fit the blend anew if any learner's credentials changed since; None if not.

    Only changed learners are read anew. What breaks off is taken up by the next refresh.
    """
    changed = _fold()
    if not changed:
        return None
    rows = list(LearnerHistory.objects.order_by("pk").values_list("credentials", "recorded_at"))
    items = serving.items_of(credentials for credentials, _ in rows)
    interactions = _interactions(rows, items)
    learners = int((interactions.sizes >= 2).sum())
    before = FittedBlend.objects.first()
    made = FittedBlend(learners=learners, items=[], made_at=now)
    weighed = False
    if learners >= MIN_LEARNERS:
        weighed = _fit(made, before, interactions, items, changed=len(changed))
    _store(made, changed)
    refreshed = Refreshed(len(changed), learners, len(made.items), weighed)
    log.info(
        "histories.refreshed", changed=refreshed.changed, learners=learners, credentials=refreshed.credentials
    )
    return refreshed


@transaction.atomic
def _fold() -> list[uuid.UUID]:
    """Take over what changed; return everybody whose change is not in the blend."""
    marks = ChangedLearner.objects.select_for_update().order_by("pk")
    new = list(marks.filter(folded=False).values_list("pk", flat=True))
    if new:
        with connection.cursor() as cursor:
            cursor.execute(_GONE, {"users": new})
            cursor.execute(_FOLDED, {"users": new})
        ChangedLearner.objects.filter(pk__in=new).update(folded=True)
    return list(ChangedLearner.objects.filter(folded=True).values_list("pk", flat=True))


def _interactions(rows: Sequence[Any], items: Sequence[uuid.UUID]) -> Interactions:
    places = {item: place for place, item in enumerate(items)}
    learners, columns, times = [], [], []
    for learner, (credentials, moments) in enumerate(rows):
        for credential, moment in zip(credentials, moments, strict=True):
            if credential in places:
                learners.append(learner)
                columns.append(places[credential])
                times.append(moment.timestamp())
    known = times if len(set(times)) > 1 else None
    return Interactions.of(learners, columns, shape=(len(rows), len(items)), times=known)


def _fit(
    made: FittedBlend,
    before: FittedBlend | None,
    interactions: Interactions,
    items: Sequence[uuid.UUID],
    *,
    changed: int,
) -> bool:
    """Fill in what is fitted; return whether the weights were learned anew."""
    # What texts say of each other is stored as a table of items by items.
    texts = item_texts(items) if len(items) <= engine.MOST_TABULATED else None
    since = changed + (before.since_weighed if before else 0)
    weighed = before is None or not before.weights or since >= WEIGHED_ANEW * before.weighed_learners
    if before is None or weighed:
        blend: Blend = engine.fit(interactions, texts).blend
    else:
        blend = engine.refit(interactions, texts, Weights(before.weights, before.of_shares))
    made.items, made.weights = list(items), dict(blend.weights)
    made.of_shares, made.tables = blend.fitted.of_shares, pack(ServedBlend.of(blend, items).blend)
    made.weighed_learners = made.learners if weighed or before is None else before.weighed_learners
    made.since_weighed = 0 if weighed else since
    return weighed


@transaction.atomic
def _store(made: FittedBlend, changed: Collection[uuid.UUID]) -> None:
    made.save(force_insert=True)
    kept = FittedBlend.objects.values_list("pk", flat=True)[:KEPT]
    FittedBlend.objects.exclude(pk__in=list(kept)).delete()
    # Who changed again meanwhile has lost the mark of being taken over, and stays.
    ChangedLearner.objects.filter(pk__in=changed, folded=True).delete()
