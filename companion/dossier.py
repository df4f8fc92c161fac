"""All that an advisor reads about one assessment, ready for the page."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from accounts.models import User
from assessments import queries as assessments
from assessments.enums import AssessmentStatus
from catalog import queries as catalog
from companion import words
from companion.charts import SkillChart, skill_chart
from companion.decisions import ChangeLine, change_lines
from companion.evidence import Recommended, recommended
from companion.facts import AssessmentFacts, assessment_facts
from companion.marking import MICROCENTS, MarkedQuestion, marked_question
from companion.session_summaries import SessionRow, latest_sessions
from companion.steering import Steering, steering
from nudges import queries as nudges
from ops.queries import is_under_way
from practice import queries as practice
from recommendations import queries as recommendations
from scoring import queries as scoring

SHOWS_SCORES: frozenset[str] = frozenset({AssessmentStatus.COMPLETED, AssessmentStatus.FAILED})
SHOWS_ANSWERS = SHOWS_SCORES | {AssessmentStatus.EXPIRED}


@dataclass(frozen=True, slots=True)
class SkillLine:
    """A skill of the role: what it asks for (0 to 5), what was measured, and what is missing.

    ``level``, ``deviation`` and ``gap`` are None where nothing was measured; ``is_met`` says that the ranking takes the
    gap for none. ``said`` is what the student and those who checked said about the level, ``practised`` how they have
    done in practice since; ``onet_id`` and ``esco_uri`` are empty where not known.
    """

    key: str
    name: str
    target: float
    importance: int | None
    level: float | None
    deviation: float | None
    gap: float | None
    is_met: bool
    chart: SkillChart
    said: scoring.SkillStanding | None
    practised: practice.SkillProgress | None
    onet_id: str
    esco_uri: str


@dataclass(frozen=True, slots=True)
class Scores:
    """Every question with its outcome, the points together, how many wait for a person, what scoring cost."""

    questions: tuple[MarkedQuestion, ...]
    totals: scoring.Totals
    percent_scored: int
    waiting: int
    cost_cents: float


@dataclass(frozen=True, slots=True)
class CallLine:
    """A call to a model, and what came of it in words."""

    receipt: scoring.Receipt
    outcome: str


@dataclass(frozen=True, slots=True)
class Reminder:
    """What the student was reminded of, and why; not what they made of it, which is theirs."""

    told_at: dt.datetime
    title: str
    reason: str


@dataclass(frozen=True, slots=True)
class Dossier:
    """One assessment with everything known about it; parts that are not there (yet) are None or empty.

    ``is_renewed`` says that another run of the recommendations is being made; ``offered`` are the credentials that may
    be added to the list, by title.
    """

    facts: AssessmentFacts
    is_waiting: bool
    stage: str
    awaited: tuple[str, ...]
    missing: tuple[str, ...]
    shows_scores: bool
    skills: tuple[SkillLine, ...]
    steering: Steering | None
    recommended: Recommended | None
    offered: Sequence[tuple[uuid.UUID, str]]
    scores: Scores | None
    calls: tuple[CallLine, ...]
    is_held: bool
    is_renewed: bool
    changes: tuple[ChangeLine, ...]
    sessions: tuple[SessionRow, ...]
    reminders: tuple[Reminder, ...]


def dossier(*, by: User, assessment_id: uuid.UUID, now: dt.datetime) -> Dossier:
    """Return everything about one assessment; scores only once it has ended with some.

    Raises:
        AssessmentMissing: if it is not there or not for the caller to see; the two look the same.
    """
    assessment = assessments.get_visible(by=by, assessment_id=assessment_id)
    facts = assessment_facts(assessment, assessments.progress(assessment.pk), now=now)
    has_scores = facts.status in SHOWS_SCORES
    # Asked before the run is read: one that is stored in between is then there, and not taken for lost.
    is_renewed = has_scores and is_under_way("recommendations.recommend", assessment.pk)
    run = _run(assessment) if has_scores else None
    skills = _skills(assessment, run.parameters if run else {}, now) if has_scores else ()
    return Dossier(
        facts=facts,
        is_waiting=facts.status == AssessmentStatus.AWAITING_ASYNC,
        stage=words.STAGES[assessment.stage],
        awaited=tuple(words.STAGES[stage] for stage in assessments.awaited(assessment)),
        missing=tuple(words.MISSING[part] for part in assessment.missing),
        shows_scores=has_scores,
        skills=skills,
        steering=_steering(by, assessment.user_id, skills),
        recommended=recommended(run) if run else None,
        offered=_offered(run) if run else (),
        scores=_scores(assessment.pk) if facts.status in SHOWS_ANSWERS else None,
        calls=_calls(assessment.pk) if facts.status in SHOWS_ANSWERS else (),
        is_held=assessments.is_held(assessment),
        is_renewed=is_renewed,
        changes=change_lines(assessment.pk) if has_scores else (),
        sessions=latest_sessions(by=by, student_id=assessment.user_id),
        reminders=tuple(
            Reminder(one.created_at, one.title, one.reason) for one in nudges.latest_of(assessment.user_id)
        ),
    )


def _steering(by: User, student_id: uuid.UUID, skills: Sequence[SkillLine]) -> Steering | None:
    """What may be set to practise, the goals, and what was set before, where there is any of it."""
    practised = {line.key: line.practised for line in skills if line.practised}
    found = steering(
        by=by, student_id=student_id, skills=[(line.key, line.name) for line in skills], practised=practised
    )
    return found if found.skills or found.goals or found.before else None


def _run(assessment: Any) -> Any:
    run = recommendations.effective(assessment.pk)
    if run is not None:
        # Whoever reads on from the run finds the row that is there, and does not ask for it again.
        run.assessment = assessment
    return run


def _offered(run: Any) -> Sequence[tuple[uuid.UUID, str]]:
    listed = [item.credential_id for item in run.items.all()]
    rows = catalog.credentials().exclude(pk__in=listed).order_by(*catalog.BY_TITLE)
    return tuple(rows.values_list("pk", "title"))


def _calls(assessment_id: uuid.UUID) -> tuple[CallLine, ...]:
    receipts = scoring.receipts_of(assessment_id)
    return tuple(CallLine(receipt, words.CALLS.get(receipt.outcome, receipt.outcome)) for receipt in receipts)


def _scores(assessment_id: uuid.UUID) -> Scores:
    results = scoring.question_results(assessment_id)
    totals = scoring.totals(results)
    return Scores(
        questions=tuple(marked_question(result) for result in results),
        totals=totals,
        percent_scored=round(100 * totals.scored_share),
        waiting=len(scoring.pending_parts(results)),
        cost_cents=scoring.model_usage(assessment_id).cost_microcents / MICROCENTS,
    )


def _skills(assessment: Any, parameters: Mapping[str, Any], now: dt.datetime) -> tuple[SkillLine, ...]:
    """Set what was measured beside what the role asked for when the run was made, else asks for now."""
    measured = {level.skill_key: level for level in scoring.profile(assessment.pk)}
    needs = catalog.role_needs(assessment.role_id)
    importance = {need.skill_key: need.importance for need in needs}
    stored: Sequence[Mapping[str, Any]] = parameters.get("profile", ())
    targets = [(line["skill_key"], line["skill_name"], float(line["target"])) for line in stored] or [
        (need.skill_key, need.skill_name, need.target_level) for need in needs
    ]
    contests, outside = scoring.standings(assessment.pk), catalog.outside_ids([key for key, _, _ in targets])
    practised = practice.practised_skills(assessment.user_id, now=now)
    lines = (
        _skill_line(
            key, name, target, importance.get(key), measured.get(key), contests.get(key), outside.get(key, {})
        )
        for key, name, target in targets
    )
    return tuple(replace(line, practised=practised.get(line.key)) for line in lines)


def _skill_line(
    key: str,
    name: str,
    target: float,
    importance: int | None,
    measured: scoring.SkillLevel | None,
    said: scoring.SkillStanding | None,
    outside: Mapping[str, str],
) -> SkillLine:
    level = measured.level if measured else None
    deviation = measured.deviation if measured else None
    gap = None if level is None else max(0.0, target - level)
    return SkillLine(
        key=key,
        name=name,
        target=target,
        importance=importance,
        level=level,
        deviation=deviation,
        gap=gap,
        is_met=gap is not None and gap < recommendations.NEGLIGIBLE_GAP,
        chart=skill_chart(level=level, deviation=deviation, target=target),
        said=said,
        practised=None,
        onet_id=outside.get("onet_id", ""),
        esco_uri=outside.get("esco_uri", ""),
    )
