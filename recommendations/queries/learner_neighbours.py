"""The learners who are nearest to somebody, among all of a role: held in memory, and brought up to date each time.

A row tells by which transaction it was changed last. What was read when the oldest transaction still under way had
number n is brought up to date by reading the rows of n and later: exactly what has been committed since, and little
else. The few who are found nearest are read again, so that nobody who has been erased meanwhile is ever compared with.
The threads of a process take turns with the index of a role.
"""

import json
import threading
import uuid
from collections import OrderedDict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

from django.db import connection

from microcred.pipelining import fetch_rows
from recommendations.knn import NEIGHBOURS, Neighbourhood, score_neighbours
from recommendations.learner_index import LearnerIndex
from recommendations.profiles import Learner

MOST_LEARNERS: Final = 100_000
MOST_ROLES: Final = 32
TRIES: Final = 3
_ROWS: Final = """
SELECT p.user_id, p.levels::text, coalesce(h.held, '{{}}'), p.id, p.recorded_at FROM learner_profiles p
  LEFT JOIN LATERAL (SELECT array_agg(c.credential_id ORDER BY c.credential_id) AS held
                       FROM learner_credentials c WHERE c.user_id = p.user_id) h ON true
 WHERE p.role_id = %(role_id)s AND {condition}
 ORDER BY p.recorded_at DESC, p.id DESC LIMIT {most:d}
"""
# Marks are read with no learner too.
_CHANGED: Final = f"""
SELECT pg_snapshot_xmin(pg_current_snapshot())::text,
       (SELECT removed_in::text FROM learner_removals WHERE role_id = %(role_id)s), changed.*
  FROM (SELECT) AS always
  LEFT JOIN ({_ROWS.format(condition="p.changed_in >= %(since)s::xid8", most=MOST_LEARNERS)}) AS changed ON true
"""  # noqa: S608 - no values of others
_SOME: Final = _ROWS.format(condition="p.user_id = ANY(%(user_ids)s::uuid[])", most=MOST_LEARNERS)


@dataclass(slots=True)
class _Kept:
    """An index, the transaction from which on it lacks what was committed, and the last one that took somebody away."""

    index: LearnerIndex = field(default_factory=LearnerIndex)
    since: str = "0"
    removed: str | None = None
    turn: threading.Lock = field(default_factory=threading.Lock)


_kept: Final[OrderedDict[tuple[str, uuid.UUID], _Kept]] = OrderedDict()
_turn: Final = threading.Lock()


def neighbours(
    levels: Mapping[str, float], *, role_id: uuid.UUID, other_than: uuid.UUID
) -> Neighbourhood | None:
    """Return the learners for the role nearest to ``levels`` who hold a credential, one user left out, and what they
    went on to earn; of more than 100,000 only the newest count. None while too few are known."""
    if not levels:
        return None
    kept = _kept_for(role_id)
    with kept.turn:
        _bring_up_to_date(kept, role_id)
        return _nearest(kept.index, levels, role_id=role_id, other_than=other_than)


def _nearest(
    index: LearnerIndex, levels: Mapping[str, float], *, role_id: uuid.UUID, other_than: uuid.UUID
) -> Neighbourhood | None:
    for _ in range(TRIES):
        found = index.find(levels, number=NEIGHBOURS, without=other_than)
        read = learners(role_id=role_id, user_ids=found.keys)
        gone = [key for key in found.keys if key not in read]
        if not gone:
            break
        for key in gone:
            index.drop(key)
    return score_neighbours(levels, found, [read[key] for key in found.keys if key in read])


def learners(*, role_id: uuid.UUID, user_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Learner]:
    """Return what is known of these users as learners for the role, by user; without those who hold nothing."""
    rows = fetch_rows(_SOME, {"role_id": role_id, "user_ids": list(user_ids)}) if user_ids else []
    return {
        user_id: Learner(json.loads(levels), frozenset(held), pk, as_of)
        for user_id, levels, held, pk, as_of in rows
        if held
    }


def _kept_for(role_id: uuid.UUID) -> _Kept:
    name = (connection.settings_dict["NAME"], role_id)
    with _turn:
        kept = _kept.setdefault(name, _Kept())
        _kept.move_to_end(name)
        while len(_kept) > MOST_ROLES:
            _kept.popitem(last=False)
    return kept


def _bring_up_to_date(kept: _Kept, role_id: uuid.UUID) -> None:
    rows = fetch_rows(_CHANGED, {"role_id": role_id, "since": kept.since})
    if kept.removed != rows[0][1]:
        if kept.since != "0":
            rows = fetch_rows(_CHANGED, {"role_id": role_id, "since": "0"})
        kept.index = LearnerIndex()
    kept.since, kept.removed = rows[0][:2]
    for user_id, levels, held, _, as_of in (row[2:] for row in rows if row[2] is not None):
        if held:
            kept.index.put(user_id, json.loads(levels), held, stamp=as_of.timestamp())
        else:
            kept.index.drop(user_id)
