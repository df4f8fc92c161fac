"""What is known of a student when it is decided what they are told, and what comes of that."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from nudges.enums import NudgeKind
from nudges.quiet import Clock


@dataclass(frozen=True, slots=True)
class Unfinished:
    """An assessment that is open: ``touched_at`` is when it was started or answered last."""

    assessment_id: str
    role: str
    touched_at: dt.datetime
    expires_at: dt.datetime
    answered: int
    total: int


@dataclass(frozen=True, slots=True)
class Reply:
    """What an advisor has written in the thread of a question and the student has not read; ``first`` numbers the first
    of these messages, which was written ``at``."""

    query_id: str
    first: int
    messages: int
    at: dt.datetime
    asked_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Result:
    """A result that the student may see since ``at``."""

    assessment_id: str
    role: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Change:
    """Something about a result that the student was to be told since ``at`` and has not seen."""

    notice_id: str
    assessment_id: str
    role: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Decided:
    """What staff decided at a time about a student's word that they hold a credential, and they have not seen."""

    claim_id: str
    credential_id: str
    title: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class ReachedGoal:
    """A goal that was reached by practice."""

    goal_id: str
    title: str
    skill: str
    difficulty: int
    reached_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Agreed:
    """What was agreed on in a session with a tutor, as its summary has it, and is not among the student's tasks.

    ``session`` names the session, whatever message its summary is of; ``is_begun`` says that the skill that the step is
    about was practised since.
    """

    summary_id: str
    session: str
    number: int
    text: str
    ended_at: dt.datetime
    is_begun: bool = False


@dataclass(frozen=True, slots=True)
class Practised:
    """The skill that a student practised last."""

    skill: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Related:
    """A skill that the student's newest result leaves to learn, that can be practised and was not yet."""

    key: str
    skill: str
    role: str


@dataclass(frozen=True, slots=True)
class Earlier:
    """A nudge of before."""

    kind: NudgeKind
    reference: str
    about: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a student; ``earlier`` are their nudges, in any order.

    ``active_at`` is when they were seen last, None if never: who never began is not called back.
    """

    clock: Clock
    active_at: dt.datetime | None = None
    unfinished: Sequence[Unfinished] = ()
    replies: Sequence[Reply] = ()
    results: Sequence[Result] = ()
    changes: Sequence[Change] = ()
    decided: Sequence[Decided] = ()
    goals: Sequence[ReachedGoal] = ()
    agreed: Sequence[Agreed] = ()
    practised: Practised | None = None
    related: Sequence[Related] = ()
    earlier: Sequence[Earlier] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """A nudge that is due: what it stands for and leads to, and what it says, out of the facts alone."""

    kind: NudgeKind
    reference: str
    about: str
    title: str
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The nudge that is due; ``held_until`` is when, where that is not now."""

    draft: Draft | None = None
    held_until: dt.datetime | None = None
