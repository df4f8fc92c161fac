"""What a student has come to by practising."""

import datetime as dt
import heapq
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, Max, Q, QuerySet, Sum

from accounts.enums import Role, UserStatus
from accounts.models import User
from accounts.policy import Permission, allows, sees_student
from microcred.errors import Missing
from microcred.zones import zone_named
from practice.enums import FINISHED, AssignmentStatus
from practice.models import CompletedStep, PracticeAssignment, PracticeGoal, SkillRating, TaughtSkill
from practice.queries.goals import goals_visible_to, with_skills
from practice.queries.item_assignment import aged
from practice.queries.overrides import times_set
from practice.queries.steps import CredentialProgress, steps_now, towards_credentials
from practice.rating import difficulty, rating_of

_DAY = dt.timedelta(days=1)
_WEEK = dt.timedelta(days=7)


class StudentMissing(Missing):
    """There is no such student, or none whom the caller may see."""

    default_code = "USER_404"


@dataclass(frozen=True, slots=True)
class SkillProgress:
    """How a student does at a skill: rating and deviation in Elo points, as of now. ``version`` counts how often
    somebody has set their level."""

    skill_key: str
    skill_name: str
    rating: float
    deviation: float
    difficulty: int
    answers: int
    practised_at: dt.datetime
    version: int


@dataclass(frozen=True, slots=True)
class Goal:
    """A goal with how much of the way to it is behind the student, from 0 to 1 (the mean of its skills), and how many
    sessions with a tutor were on one of its skills since it was set."""

    goal: PracticeGoal
    progress: float
    sessions: int


@dataclass(frozen=True, slots=True)
class Progress:
    """What a student has come to; ``streak_days`` are days in a row, up to today or yesterday, on each of which
    something was practised to its end or a step done for the first time.

    ``experience`` are all points, ``task_experience`` those of them for steps. ``credentials`` is None for those who
    may not read what was recommended.
    """

    student_id: uuid.UUID
    skills: Sequence[SkillProgress]
    goals: Sequence[Goal]
    credentials: Sequence[CredentialProgress] | None
    tasks_completed_last_7_days: int
    task_experience: int
    completed: int
    solved: int
    experience: int
    streak_days: int
    practised_at: dt.datetime | None


def progress_of(*, by: User, student_id: uuid.UUID, zone: str, now: dt.datetime) -> Progress:
    """Return what a student has come to; ``zone`` is the time zone in which their days begin.

    Raises:
        StudentMissing: if there is no such student, or none whom the caller may see.
        ZoneUnknown: if there is no such time zone.
    """
    here = zone_named(zone)
    check_sees(by=by, student_id=student_id)
    over = PracticeAssignment.objects.filter(user=student_id, status__in=FINISHED)
    sums = over.aggregate(
        completed=Count("pk"),
        solved=Count("pk", filter=Q(status=AssignmentStatus.SOLVED)),
        experience=Sum("experience", default=0),
        practised_at=Max("completed_at"),
    )
    points, done = _of_steps(student_id)
    sums["experience"] += points
    steps = steps_now(student_id)
    rows = list(_ratings(student_id))
    goals = with_skills().filter(user=student_id)
    return Progress(
        student_id=student_id,
        skills=[_of_skill(row, now) for row in rows],
        goals=_with_progress(goals, rows, _sessions(student_id)),
        credentials=towards_credentials(student_id, steps) if allows(by, Permission.READ_RESULT) else None,
        tasks_completed_last_7_days=sum(
            one.completed_at is not None and one.completed_at > now - _WEEK for one in steps
        ),
        task_experience=points,
        streak_days=streak(_days(over, done, here), today=now.astimezone(here).date()),
        **sums,
    )


def goals_of(*, by: User, student_id: uuid.UUID) -> list[Goal]:
    """Return a student's goals with the part of the way to each that is behind them, the latest first.

    There are none where the caller may not see the student.
    """
    goals = list(goals_visible_to(by).filter(user=student_id))
    return _with_progress(goals, _ratings(student_id), _sessions(student_id)) if goals else []


def check_sees(*, by: User, student_id: uuid.UUID) -> None:
    """Raise StudentMissing if there is no such student (any more), or none whom the caller may see."""
    students = User.objects.filter(role=Role.STUDENT).exclude(status=UserStatus.ERASED)
    if not students.filter(sees_student(by, path="pk"), pk=student_id).exists():
        raise StudentMissing("There is no such student.")


def practised_skills(student_id: uuid.UUID, *, now: dt.datetime) -> dict[str, SkillProgress]:
    """Return how a student does at the skills that they have practised, by the key of the skill."""
    return {row.skill.key: _of_skill(row, now) for row in _ratings(student_id)}


def streak(days: Iterable[dt.date], *, today: dt.date) -> int:
    """Return how many days in a row these are, given from the latest back; today may still bring one."""
    number, expected = 0, today
    for day in days:
        if not number and day == today - _DAY:
            expected = day
        if day != expected:
            break
        number, expected = number + 1, day - _DAY
    return number


def _with_progress(
    goals: Iterable[PracticeGoal],
    ratings: Iterable[SkillRating],
    sessions: Mapping[uuid.UUID, list[tuple[str, dt.datetime]]],
) -> list[Goal]:
    reached = {row.skill_id: row.rating for row in ratings}
    return [Goal(goal, _way(goal, reached), len(_held(goal, sessions))) for goal in goals]


def _held(goal: PracticeGoal, sessions: Mapping[uuid.UUID, list[tuple[str, dt.datetime]]]) -> set[str]:
    """Return the sessions since a goal was set, each once on however many of its skills it was."""
    on_its_skills = (one for skill in goal.skills for one in sessions.get(skill.pk, []))
    return {reference for reference, held_at in on_its_skills if held_at >= goal.created_at}


def _sessions(student_id: uuid.UUID) -> Mapping[uuid.UUID, list[tuple[str, dt.datetime]]]:
    """Return in which sessions a student was taught, and when, by skill."""
    found = defaultdict(list)
    rows = TaughtSkill.objects.filter(user=student_id).values_list("skill", "reference", "held_at")
    for skill, reference, held_at in rows:
        found[skill].append((reference, held_at))
    return found


def _ratings(student_id: uuid.UUID) -> QuerySet[SkillRating]:
    rows = SkillRating.objects.filter(user=student_id).annotate(version=times_set("user", "skill"))
    return rows.select_related("skill").order_by("skill__name")


def _of_skill(row: SkillRating, now: dt.datetime) -> SkillProgress:
    rating = aged(row, now=now)
    return SkillProgress(
        skill_key=row.skill.key,
        skill_name=row.skill.name,
        rating=rating.value,
        deviation=rating.deviation,
        difficulty=difficulty(rating.value),
        answers=row.answers,
        practised_at=row.updated_at,
        version=getattr(row, "version", 0),
    )


def _way(goal: PracticeGoal, ratings: Mapping[uuid.UUID, float]) -> float:
    """Return the part of the way from where they set out to the goal, in the mean of its skills."""
    if goal.reached_at:
        return 1.0
    target = rating_of(goal.target_difficulty)
    ways = [_part(start, target, ratings.get(skill.pk, start)) for skill, start in goal.starts]
    return sum(ways) / len(ways)


def _part(start: float, target: float, rating: float) -> float:
    """Return the part of one skill's way; none of it for who has fallen below both."""
    if rating >= target:
        return 1.0
    return 0.0 if start >= target else max((rating - start) / (target - start), 0.0)


def _of_steps(student_id: uuid.UUID) -> tuple[int, list[dt.datetime]]:
    """Return the points for the steps that a student has done, and when they did each first, the latest first."""
    rows = CompletedStep.objects.filter(user=student_id).order_by("-completed_at")
    told = list(rows.values_list("experience", "completed_at"))
    return sum(points for points, _ in told), [moment for _, moment in told]


def _days(
    over: QuerySet[PracticeAssignment], done: Iterable[dt.datetime], here: dt.tzinfo
) -> Iterable[dt.date]:
    """Return the days on which something was completed, the latest first, each once; read as far as they are used."""
    last = None
    rows = over.order_by("-completed_at").values_list("completed_at", flat=True).iterator(chunk_size=200)
    for moment in heapq.merge((moment for moment in rows if moment), done, reverse=True):
        if (day := moment.astimezone(here).date()) != last:
            last = day
            yield day
