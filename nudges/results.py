"""When a student is told that a result is there, that something about one was changed, or that it was decided whether
they hold what they say: none says a score, nor what was decided."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from nudges.enums import NudgeKind
from nudges.student_facts import Change, Draft, Facts
from nudges.wording import number, said

RESULT_IS_NEWS: Final = dt.timedelta(days=7)
#: Most results come while the student waits for them. One came to nobody's eyes where the student was seen last so long
#: before; shorter than that, they may hold a token that shows no sign of being used.
MISSED_BY: Final = dt.timedelta(hours=1)
#: What was changed is left for so long to whoever is reading it anyway.
LEFT_TO_READ: Final = dt.timedelta(hours=1)


def ready(facts: Facts, now: dt.datetime) -> Iterator[Draft]:
    """Yield for the results that came while the student was away, the latest first, each once."""
    told = {one.reference for one in facts.earlier if one.kind == NudgeKind.RESULT_READY}
    for one in sorted(facts.results, key=lambda one: (one.at, one.assessment_id), reverse=True):
        is_news = now - one.at <= RESULT_IS_NEWS and one.assessment_id not in told
        if is_news and facts.active_at is not None and one.at - facts.active_at >= MISSED_BY:
            yield Draft(
                NudgeKind.RESULT_READY,
                reference=one.assessment_id,
                about=one.assessment_id,
                title="Your result is ready",
                text=f"What came of your assessment for {one.role}, and what you could do next, is there for you to "
                "read.",
                reason=f"It has been there since {said(one.at, facts.clock)}, and you were not.",
            )


def changed(facts: Facts, now: dt.datetime) -> Iterator[Draft]:
    """Yield for what people changed about results, the longest unseen first; of an assessment once until it is seen."""
    told = {one.reference for one in facts.earlier if one.kind == NudgeKind.RESULT_CHANGED}
    for changes in _by_assessment(facts, now):
        first, *_ = changes
        reference = f"{first.assessment_id}:{first.notice_id}"
        if reference not in told and now - first.at >= LEFT_TO_READ:
            yield Draft(
                NudgeKind.RESULT_CHANGED,
                reference=reference,
                about=first.assessment_id,
                title="Somebody looked at your result again",
                text=f"There {'is' if len(changes) == 1 else 'are'} {number(len(changes), 'notice')} about your "
                f"assessment for {first.role} that you have not seen.",
                reason=f"You have not seen what was decided on {said(first.at, facts.clock)}.",
            )


def decided(facts: Facts, now: dt.datetime) -> Iterator[Draft]:
    """Yield for what was decided about credentials that students say to hold, the longest unseen first, each once."""
    told = {one.reference for one in facts.earlier if one.kind == NudgeKind.CREDENTIAL_DECIDED}
    for one in sorted(facts.decided, key=lambda one: (one.at, one.claim_id)):
        reference = f"{one.claim_id}:{one.at.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%S}"
        if reference not in told and LEFT_TO_READ <= now - one.at <= RESULT_IS_NEWS:
            yield Draft(
                NudgeKind.CREDENTIAL_DECIDED,
                reference=reference,
                about=one.credential_id,
                title="Somebody looked at a credential that you named",
                text=f"What was decided about “{one.title}”, and why, is there for you to read.",
                reason=f"You have not seen what was decided on {said(one.at, facts.clock)}.",
            )


def _by_assessment(facts: Facts, now: dt.datetime) -> list[list[Change]]:
    found: dict[str, list[Change]] = defaultdict(list)
    for one in sorted(facts.changes, key=lambda one: (one.at, one.notice_id)):
        if now - one.at <= RESULT_IS_NEWS:
            found[one.assessment_id].append(one)
    return list(found.values())
