"""What was given to whom, and what they have reached."""

from typing import Any, Final

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from microcred.db import Model
from microcred.labels import LONGEST_TAG, LONGEST_TITLE, MOST_TAGS
from practice.enums import AssignmentStatus, GoalStatus, TurnReason
from practice.models.items import PracticeItem
from practice.models.scale import on_scale

#: Of one goal.
MOST_SKILLS: Final = 5


class SkillRating(Model):
    """How well a student does at a skill in practice: Elo points, and how far they may be off."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="skill_ratings")
    skill = models.ForeignKey("catalog.Skill", on_delete=models.PROTECT, related_name="ratings")
    rating = models.FloatField()
    deviation = models.FloatField()
    answers = models.PositiveIntegerField(default=0)
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "skill_ratings"
        ordering = ["user", "skill"]
        constraints = [
            models.UniqueConstraint(fields=["user", "skill"], name="skill_ratings_once"),
            models.CheckConstraint(condition=on_scale("rating"), name="skill_ratings_on_scale"),
            models.CheckConstraint(
                condition=models.Q(deviation__gt=0), name="skill_ratings_deviation_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} at {self.skill_id}: {self.rating:.0f}"


class PracticeAssignment(Model):
    """An item as it was given to a student to practise with; nobody has two open ones of a skill.

    ``question`` (type, prompt, choices, answer_format) and ``key`` (rules, hints, solution) are the item's, frozen.
    ``expected`` is the performance that was expected of the student, ``performance`` the one that was seen, both from 0
    to 1; ``share`` the most that an answer has earned; ``experience`` the points for it. ``is_repeat`` says that the
    student had been given the item lately, and knows its solution: it moves no rating. ``reason`` says why it is of
    this skill, empty where that was not kept. One that is withdrawn was taken back by an advisor; it has no
    performance, and moves nothing.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="practice_assignments"
    )
    item = models.ForeignKey(PracticeItem, on_delete=models.PROTECT, related_name="assignments")
    skill = models.ForeignKey("catalog.Skill", on_delete=models.PROTECT, related_name="practice_assignments")
    question = models.JSONField()
    key = models.JSONField()
    difficulty = models.PositiveSmallIntegerField()
    seconds = models.PositiveIntegerField()
    expected = models.FloatField()
    is_repeat = models.BooleanField(default=False)
    reason = models.CharField(max_length=16, choices=TurnReason.choices, db_default="", blank=True)
    status = models.CharField(max_length=16, choices=AssignmentStatus.choices, default=AssignmentStatus.OPEN)
    attempts = models.PositiveIntegerField(default=0)
    hints_shown = models.PositiveSmallIntegerField(default=0)
    share = models.FloatField(default=0)
    performance = models.FloatField(null=True)
    rating_before = models.FloatField(null=True)
    rating_after = models.FloatField(null=True)
    experience = models.PositiveIntegerField(default=0)
    assigned_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "practice_assignments"
        ordering = ["-assigned_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "skill"],
                condition=models.Q(status=AssignmentStatus.OPEN),
                name="practice_assignments_one_open",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=AssignmentStatus.values), name="practice_assignments_status_known"
            ),
            models.CheckConstraint(
                condition=models.Q(reason__in=["", *TurnReason.values]), name="practice_assignments_reason_known"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    status=AssignmentStatus.OPEN,
                    completed_at__isnull=True, performance__isnull=True, rating_after__isnull=True,
                )
                | models.Q(
                    status=AssignmentStatus.WITHDRAWN,
                    completed_at__isnull=False, performance__isnull=True, rating_after__isnull=True,
                )
                | (
                    ~models.Q(status__in=[AssignmentStatus.OPEN, AssignmentStatus.WITHDRAWN])
                    & models.Q(
                        completed_at__isnull=False, performance__isnull=False,
                        rating_before__isnull=False, rating_after__isnull=False,
                    )
                ),
                name="practice_assignments_over_has_outcome",
            ),
            models.CheckConstraint(
                condition=models.Q(share__gte=0, share__lte=1), name="practice_assignments_share_is_share"
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["user", "item", "-assigned_at"], name="idx_practice_given"),
            models.Index(fields=["user", "-completed_at"], name="idx_practice_completed"),
            models.Index(fields=["user", "-assigned_at", "-id"], name="idx_practice_assigned"),
            # All that figures by weeks read: the rows themselves hold a question each, and are large.
            models.Index(
                fields=["completed_at"], include=["user", "status", "experience"], name="idx_practice_weeks"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} for {self.user_id}: {self.status}"


class PracticeAnswer(Model):
    """One answer to an item in practice, and the ``share`` of the right one that it was."""

    assignment = models.ForeignKey(PracticeAssignment, on_delete=models.CASCADE, related_name="answers")
    number = models.PositiveIntegerField()
    answer = models.JSONField()
    share = models.FloatField()
    answered_at = models.DateTimeField()

    class Meta:
        db_table = "practice_answers"
        ordering = ["assignment", "number"]
        constraints = [
            models.UniqueConstraint(fields=["assignment", "number"], name="practice_answers_numbered"),
            models.CheckConstraint(
                condition=models.Q(share__gte=0, share__lte=1), name="practice_answers_share_is_share"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assignment_id}, answer {self.number}"


class PracticeGoal(Model):
    """A difficulty (1 to 10) that a student means to get to in a skill, or in several, of which the first stands here.

    ``start`` is the rating from which they set out in it. ``version`` counts the changes from 1.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="practice_goals"
    )
    skill = models.ForeignKey("catalog.Skill", on_delete=models.PROTECT, related_name="practice_goals")
    title = models.CharField(max_length=LONGEST_TITLE)
    tags = ArrayField(models.CharField(max_length=LONGEST_TAG), default=list, blank=True)
    target_difficulty = models.PositiveSmallIntegerField()
    start = models.FloatField()
    due_on = models.DateField(null=True, blank=True)
    status = models.CharField(max_length=16, choices=GoalStatus.choices, default=GoalStatus.OPEN)
    reached_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        db_table = "practice_goals"
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(title=""), name="practice_goals_titled"),
            models.CheckConstraint(
                condition=models.Q(target_difficulty__gte=1, target_difficulty__lte=10),
                name="practice_goals_target_on_scale",
            ),
            models.CheckConstraint(condition=on_scale("start"), name="practice_goals_start_on_scale"),
            models.CheckConstraint(
                condition=models.Q(status__in=GoalStatus.values), name="practice_goals_status_known"
            ),
            models.CheckConstraint(
                condition=models.Q(status=GoalStatus.REACHED, reached_at__isnull=False)
                | (~models.Q(status=GoalStatus.REACHED) & models.Q(reached_at__isnull=True)),
                name="practice_goals_reached_has_time",
            ),
            models.CheckConstraint(
                condition=models.Q(tags__len__lte=MOST_TAGS), name="practice_goals_not_too_many_tags"
            ),
        ]
        indexes = [models.Index(fields=["user", "-created_at", "-id"], name="idx_practice_goals_created")]

    def __str__(self) -> str:
        return self.title

    @property
    def starts(self) -> list[tuple[Any, float]]:
        """Every skill of the goal with the rating from which the student set out in it, the first one first."""
        return [(self.skill, self.start), *((one.skill, one.start) for one in self.further.all())]

    @property
    def skills(self) -> list[Any]:
        """Every skill of the goal, the first one first."""
        return [skill for skill, _ in self.starts]


class PracticeGoalSkill(Model):
    """A skill that a goal has beside its first; ``start`` is the rating from which the student set out in it."""

    goal = models.ForeignKey(PracticeGoal, on_delete=models.CASCADE, related_name="further")
    skill = models.ForeignKey("catalog.Skill", on_delete=models.PROTECT, related_name="further_goals")
    start = models.FloatField()

    class Meta:
        db_table = "practice_goal_skills"
        ordering = ["goal", "id"]
        constraints = [
            models.UniqueConstraint(fields=["goal", "skill"], name="practice_goal_skills_once"),
            models.CheckConstraint(condition=on_scale("start"), name="practice_goal_skills_start_on_scale"),
        ]

    def __str__(self) -> str:
        return f"{self.skill_id} of {self.goal_id}"
