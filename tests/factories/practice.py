"""Practice for tests."""

import datetime as dt

import factory
from factory.django import DjangoModelFactory

from microcred.ids import uuid7
from practice.enums import DraftStatus, ReportReason
from practice.models import (
    CompletedStep,
    PracticeAnswer,
    PracticeAssignment,
    PracticeDraft,
    PracticeGoal,
    PracticeGoalSkill,
    PracticeItem,
    PracticeOverride,
    PracticeReport,
    SkillRating,
    TaughtSkill,
)
from tests.factories.accounts import AdvisorFactory, UserFactory
from tests.factories.catalog import SkillFactory

NOW = dt.datetime(2026, 3, 11, 12, tzinfo=dt.UTC)  # a Wednesday
CHOICES = [{"id": "c1", "text": "WHERE"}, {"id": "c2", "text": "HAVING"}, {"id": "c3", "text": "GROUP BY"}]


class PracticeItemFactory(DjangoModelFactory[PracticeItem]):
    """A choice of three, of which the second is right, of middling difficulty."""

    class Meta:
        model = PracticeItem

    key = factory.Sequence(lambda number: f"item-{number}")
    skill = factory.SubFactory(SkillFactory, key="sql")
    question_type = "multiple_choice"
    prompt = "Which clause filters groups?"
    choices = factory.LazyFunction(lambda: [dict(choice) for choice in CHOICES])
    answer_format = factory.LazyFunction(lambda: {"max_choices": 1})
    rules = factory.LazyFunction(lambda: {"kind": "choice", "correct": ["c2"], "scoring": "all_or_nothing"})
    hints = factory.LazyFunction(lambda: ["It comes after the groups are made.", "It may name an aggregate."])
    solution = "HAVING filters groups; WHERE filters rows before they are grouped."
    difficulty = 5
    seconds = 60
    rating = 1200.0
    deviation = 150.0
    created_at = NOW
    updated_at = factory.SelfAttribute("created_at")


class SkillRatingFactory(DjangoModelFactory[SkillRating]):
    """A student of middling skill, of whom a little is known."""

    class Meta:
        model = SkillRating

    user = factory.SubFactory(UserFactory)
    skill = factory.SubFactory(SkillFactory, key="sql")
    rating = 1200.0
    deviation = 120.0
    answers = 6
    updated_at = NOW


class PracticeAssignmentFactory(DjangoModelFactory[PracticeAssignment]):
    """An open assignment."""

    class Meta:
        model = PracticeAssignment

    user = factory.SubFactory(UserFactory)
    item = factory.SubFactory(PracticeItemFactory)
    skill = factory.SelfAttribute("item.skill")
    question = factory.LazyAttribute(
        lambda given: {
            "type": given.item.question_type,
            "prompt": given.item.prompt,
            "choices": given.item.choices,
            "answer_format": given.item.answer_format,
        }
    )
    key = factory.LazyAttribute(
        lambda given: {
            "rules": given.item.rules,
            "hints": given.item.hints,
            "solution": given.item.solution,
        }
    )
    difficulty = factory.SelfAttribute("item.difficulty")
    seconds = factory.SelfAttribute("item.seconds")
    expected = 0.75
    assigned_at = NOW


class PracticeAnswerFactory(DjangoModelFactory[PracticeAnswer]):
    """A wrong answer."""

    class Meta:
        model = PracticeAnswer

    assignment = factory.SubFactory(PracticeAssignmentFactory)
    number = 1
    answer = factory.LazyFunction(lambda: {"choice_ids": ["c1"]})
    share = 0.0
    answered_at = NOW


class PracticeGoalFactory(DjangoModelFactory[PracticeGoal]):
    """An open goal."""

    class Meta:
        model = PracticeGoal

    user = factory.SubFactory(UserFactory)
    skill = factory.SubFactory(SkillFactory, key="sql")
    title = factory.Sequence(lambda number: f"Goal {number}")
    target_difficulty = 7
    start = 1200.0
    created_at = NOW
    updated_at = factory.SelfAttribute("created_at")


class PracticeGoalSkillFactory(DjangoModelFactory[PracticeGoalSkill]):
    """Statistics beside the first skill of a goal."""

    class Meta:
        model = PracticeGoalSkill

    goal = factory.SubFactory(PracticeGoalFactory)
    skill = factory.SubFactory(SkillFactory, key="statistics")
    start = 1200.0


class TaughtSkillFactory(DjangoModelFactory[TaughtSkill]):
    """A session on SQL that has just ended."""

    class Meta:
        model = TaughtSkill

    user = factory.SubFactory(UserFactory)
    skill = factory.SubFactory(SkillFactory, key="sql")
    reference = factory.Sequence(lambda number: f"session-{number}")
    held_at = NOW


class CompletedStepFactory(DjangoModelFactory[CompletedStep]):
    """A step towards a credential that has just been done."""

    class Meta:
        model = CompletedStep

    user = factory.SubFactory(UserFactory)
    source = "recommendation"
    reference = factory.Sequence(lambda number: f"credential:{number}:enrol")
    experience = 10
    completed_at = NOW


class PracticeOverrideFactory(DjangoModelFactory[PracticeOverride]):
    """A level that an advisor lowered."""

    class Meta:
        model = PracticeOverride

    student = factory.SubFactory(UserFactory)
    skill = factory.SubFactory(SkillFactory, key="sql")
    kind = "level"
    before = factory.LazyFunction(lambda: {"rating": 1200.0, "deviation": 120.0, "difficulty": 6})
    after = factory.LazyFunction(lambda: {"rating": 800.0, "deviation": 150.0, "difficulty": 3})
    reason = "We talked about it."
    made_by = factory.SubFactory(AdvisorFactory)
    made_at = NOW


class PracticeDraftFactory(DjangoModelFactory[PracticeDraft]):
    """A sound item that waits for staff."""

    class Meta:
        model = PracticeDraft

    class Params:
        number_of_key = factory.Sequence(lambda number: number)

    job_id = factory.LazyFunction(uuid7)
    number = 1
    skill = factory.SubFactory(SkillFactory, key="sql")
    content = factory.LazyAttribute(
        lambda draft: {
            "key": f"sql-model-{draft.number_of_key}", "type": "multiple_choice",
            "prompt": "Which clause filters groups?", "choices": [dict(choice) for choice in CHOICES],
            "answer_format": {"max_choices": 1},
            "rules": {"kind": "choice", "correct": ["c2"], "scoring": "all_or_nothing"},
            "hints": ["It comes after the groups are made."], "solution": "HAVING filters groups.", "difficulty": 6,
            "seconds": 60,
        }
    )  # fmt: skip
    model = "writer-1"
    prompt_version = "items-1@000000000000"
    checks = factory.LazyFunction(lambda: [{"name": "schema", "problems": []}])
    status = DraftStatus.WAITING
    made_at = NOW


class PracticeReportFactory(DjangoModelFactory[PracticeReport]):
    """A report that nobody has looked at."""

    class Meta:
        model = PracticeReport

    assignment = factory.SubFactory(PracticeAssignmentFactory)
    reason = ReportReason.WRONG_KEY
    reported_at = NOW
