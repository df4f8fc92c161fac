"""The figures of the quality pages: worked out at once where little has to be read, and kept where it is much.

What is kept is worked out every night, and when somebody asks for it.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import structlog

from accounts.enums import Role
from accounts.models import User
from companion.enums import FiguresOf, Period
from companion.quality import quality_roles
from microcred.json_dataclasses import DeserializationError, from_json_value, to_json_value
from ops import kept_figures
from ops.jobs import Claim
from ops.models import KeptFigures
from recommendations import queries as recommendations
from scoring import statistics

log = structlog.get_logger(__name__)
KIND: Final = "companion.figures"
#: Up to so many completed assessments figures take less than half a second.
MOST_AT_ONCE: Final = 500
#: How far the nightly jobs are apart; with 8,500 assessments of a role, the longest takes a third of it.
APART: Final = dt.timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which figures: of a role or all, with made-up learners or without; ``narrowed`` is the key of the profiles that
    makes groups, or in how many days lists were made."""

    of: FiguresOf
    role_id: uuid.UUID | None
    synthetic: bool
    narrowed: str = ""

    @property
    def about(self) -> dict[str, Any]:
        """What they are narrowed by, as it is kept."""
        role = str(self.role_id) if self.role_id else None
        return {"role": role, "synthetic": self.synthetic, "narrowed": self.narrowed}


@dataclass(frozen=True, slots=True)
class Sheet:
    """Figures for a page: ``found`` is None while they have never been worked out.

    Those that are kept are as of a moment, and may be awaited anew, or overdue; others are as of now.
    """

    found: Any
    is_kept: bool = False
    as_of: dt.datetime | None = None
    is_awaited: bool = False
    is_overdue: bool = False


def sheet(wanted: Wanted, *, by: User, now: dt.datetime) -> Sheet:
    """Return figures for the caller, who may see everybody's."""
    if not is_kept(wanted, by=by):
        return Sheet(_WORK[wanted.of].work_out(wanted, by, now))
    row = kept_figures.kept(wanted.of, wanted.about)
    if row is None:
        return Sheet(None, is_kept=True)
    is_awaited, is_overdue = row.is_awaited(now), row.is_overdue(now)
    try:
        found = from_json_value(_WORK[wanted.of].kind | None, row.figures)
    except DeserializationError:
        # Kept before the code changed.
        return Sheet(None, is_kept=True, is_awaited=is_awaited, is_overdue=is_overdue)
    return Sheet(found, True, row.worked_out_at, is_awaited, is_overdue)


def is_kept(wanted: Wanted, *, by: User) -> bool:
    """Return whether so much has to be read for figures that they are kept."""
    return _completed(wanted.role_id, _sizes(by)) > MOST_AT_ONCE


def ask(wanted: Wanted, *, by: User | None, now: dt.datetime) -> bool:
    """Have kept figures worked out anew, now or at a later moment; False where that is under way already."""
    return kept_figures.ask(wanted.of, wanted.about, kind=KIND, by=by, now=now)


def work_out(claim: Claim, *, now: dt.datetime) -> None:
    """Work out what a job is to, for everybody."""
    row = kept_figures.asked_for(claim)
    if row is None:
        return
    wanted = _wanted(row)
    found = _WORK[wanted.of].work_out(wanted, _everybody(), now)
    kept_figures.keep(claim, to_json_value(found), as_of=now)


def refresh(*, now: dt.datetime) -> dict[str, int]:
    """Have all that pages show without being asked for more, and all that was asked for, worked out anew; what is no
    longer kept goes. Return how many that is of each."""
    by = _everybody()
    sizes = _sizes(by)
    rows = {_wanted(row): row for row in kept_figures.every()}
    wanted = {one for one in {*rows, *_shown(by, sizes)} if _completed(one.role_id, sizes) > MOST_AT_ONCE}
    asked = _ask_for_all(wanted, now)
    gone = [row for one, row in rows.items() if one not in wanted]
    kept_figures.forget(gone)
    return {"asked": asked, "forgotten": len(gone)}


def begin_anew(role_ids: Collection[uuid.UUID], *, now: dt.datetime) -> None:
    """Forget the figures in which somebody is counted who was assessed for these roles and is no more, and have them
    worked out without them; for a caller's transaction. What was being worked out is kept nowhere."""
    rows = {_wanted(row): row for row in kept_figures.every_for_change()}
    counted = {one: row for one, row in rows.items() if one.role_id is None or one.role_id in role_ids}
    kept_figures.forget(list(counted.values()))
    _ask_for_all(counted, now)


def _ask_for_all(wanted: Iterable[Wanted], now: dt.datetime) -> int:
    """Have these worked out one after the other, and return how many: a queue of all at once would look late, and be in
    the way of what people ask for."""
    order = sorted(wanted, key=lambda one: (one.of, str(one.about)))
    return sum(ask(one, by=None, now=now + place * APART) for place, one in enumerate(order))


def _shown(by: User, sizes: Mapping[uuid.UUID, int]) -> Iterator[Wanted]:
    """Yield what pages show of students while nothing else is chosen, and what may be chosen of it."""
    large = [role_id for role_id, completed in sizes.items() if completed > MOST_AT_ONCE]
    for role_id in large:
        synthetic = not statistics.has_students(by=by, role_id=role_id)
        yield Wanted(FiguresOf.QUESTIONS, role_id, synthetic)
        yield Wanted(FiguresOf.AGREEMENT, role_id, synthetic)
        for key in statistics.profile_keys(by=by, role_id=role_id, synthetic=synthetic):
            yield Wanted(FiguresOf.FAIRNESS, role_id, synthetic, key)
    for chosen in (None, *large):
        for days in Period.values:
            yield Wanted(FiguresOf.RECOMMENDATIONS, chosen, False, days)


def _everybody() -> User:
    """Return somebody who sees all students, as those do who are shown what is kept."""
    return User(role=Role.ADMIN)


def _sizes(by: User) -> Mapping[uuid.UUID, int]:
    return {role.pk: role.completed for role in quality_roles(by)}


def _completed(role_id: uuid.UUID | None, sizes: Mapping[uuid.UUID, int]) -> int:
    return sum(sizes.values()) if role_id is None else sizes.get(role_id, 0)


def _wanted(row: KeptFigures) -> Wanted:
    role, synthetic, narrowed = (row.about[name] for name in ("role", "synthetic", "narrowed"))
    return Wanted(FiguresOf(row.subject), uuid.UUID(role) if role else None, synthetic, narrowed)


@dataclass(frozen=True, slots=True)
class _Work:
    """What figures are, and how they are come to."""

    kind: Any
    work_out: Callable[[Wanted, User, dt.datetime], Any]


def _of_role(read: Callable[..., Any], narrowed_by: str = "") -> Callable[[Wanted, User, dt.datetime], Any]:
    def work_out(wanted: Wanted, by: User, now: dt.datetime) -> Any:
        narrowed = {narrowed_by: wanted.narrowed} if narrowed_by else {}
        return read(by=by, role_id=wanted.role_id, synthetic=wanted.synthetic, **narrowed)

    return work_out


def _recommendations(wanted: Wanted, by: User, now: dt.datetime) -> Any:
    since = now - dt.timedelta(days=int(wanted.narrowed)) if wanted.narrowed else None
    span = recommendations.Span(role_id=wanted.role_id, since=since, synthetic=wanted.synthetic)
    return recommendations.exposure_of(by=by, span=span)


_WORK: Final[Mapping[str, _Work]] = {
    FiguresOf.QUESTIONS: _Work(statistics.ItemAnalysis, _of_role(statistics.item_analysis)),
    FiguresOf.AGREEMENT: _Work(tuple[statistics.QuestionPairs, ...], _of_role(statistics.question_pairs)),
    FiguresOf.FAIRNESS: _Work(statistics.Fairness, _of_role(statistics.fairness, "key")),
    FiguresOf.RECOMMENDATIONS: _Work(
        tuple[recommendations.Exposure, Mapping[uuid.UUID, str]], _recommendations
    ),
}
