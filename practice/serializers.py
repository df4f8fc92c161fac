"""Practice on the wire; nothing here can carry a key, nor a hint or a solution before its time."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from assessments.serializers import AnswerField
from microcred.api.pagination import PageQuery
from microcred.labels import LONGEST_TAG, LONGEST_TITLE, MOST_TAGS
from practice.enums import SETTABLE_STATUSES, AssignmentStatus, GoalStatus, ReportReason, TurnReason
from practice.models import CLOSED, MOST_SKILLS, PracticeAssignment, PracticeGoal, PracticeReport
from practice.models.reports import LONGEST_COMMENT

LONGEST_KEY = 64
POINT_PLACES = 1
SHARE_PLACES = 4
A_DAY = 86_400
DUE_ON = "Today or later, as the student's time zone has it."


class Points(serializers.FloatField):
    """Elo points; further places would pretend to know."""

    def to_representation(self, value: Any) -> Any:
        """Return them to a tenth."""
        return round(float(value), POINT_PLACES)


class Share(serializers.FloatField):
    """A part of a whole, from 0 to 1."""

    def to_representation(self, value: Any) -> Any:
        """Return it to a hundredth of a per cent."""
        return round(float(value), SHARE_PLACES)


class SkillName(serializers.Serializer[Any]):
    """A skill."""

    key = serializers.CharField()
    name = serializers.CharField()


class PracticeChoice(serializers.Serializer[Any]):
    """A choice of a question; ``side`` where items on the left are matched with those on the right."""

    id = serializers.CharField()
    text = serializers.CharField()
    side = serializers.ChoiceField(choices=["left", "right"], required=False)


class PracticeQuestion(serializers.Serializer[Any]):
    """What is asked."""

    type = serializers.ChoiceField(choices=CLOSED)
    prompt = serializers.CharField()
    choices = PracticeChoice(many=True, allow_null=True)
    answer_format = serializers.DictField()


class AssignmentView(serializers.ModelSerializer[PracticeAssignment]):
    """An item that was given to practise with."""

    assignment_id = serializers.UUIDField(source="pk")
    skill = SkillName()
    question = PracticeQuestion()
    difficulty = serializers.IntegerField(help_text="1 (easiest) to 10.")
    reason = serializers.SerializerMethodField(
        help_text="Why it is of this skill: the student asked for it (`chosen`), a tutor went through it lately "
        "(`session`), it has an open goal (`goal`), the newest result leaves it to learn (`gap`), or it was practised "
        "longest ago (`rotation`). Null where that was not kept."
    )
    expected = Share(help_text="The performance that is expected of the student, from 0 to 1.")
    seconds = serializers.IntegerField(help_text="A fair time for it.")
    is_repeat = serializers.BooleanField(
        help_text="Whether the student had it within 30 days; then it moves no rating."
    )
    written_by_model = serializers.SerializerMethodField(
        help_text="Whether a model wrote the item, rather than a person or a formula."
    )
    hints = serializers.SerializerMethodField(help_text="Those that were shown.")
    hints_left = serializers.SerializerMethodField()
    share = Share(help_text="The most that an answer has earned, from 0 to 1.")
    performance = Share(
        allow_null=True,
        help_text="Seven tenths accuracy, two tenths speed, a tenth hints; null while it is open.",
    )
    solution = serializers.SerializerMethodField(
        help_text="Why the answer is what it is; null while it is open."
    )

    class Meta:
        model = PracticeAssignment
        fields = [
            "assignment_id", "skill", "reason", "status", "is_repeat", "written_by_model", "question", "difficulty",
            "expected", "seconds", "attempts", "hints", "hints_left", "share", "performance", "experience", "solution",
            "assigned_at", "completed_at",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField(choices=TurnReason.choices, allow_null=True))
    def get_reason(self, assignment: PracticeAssignment) -> str | None:
        """Return why it is of this skill."""
        return assignment.reason or None

    def get_written_by_model(self, assignment: PracticeAssignment) -> bool:
        """Return what was frozen with the item; those given out before models wrote any say nothing."""
        return bool(assignment.question.get("by_model"))

    @extend_schema_field({"type": "array", "items": {"type": "string"}})
    def get_hints(self, assignment: PracticeAssignment) -> list[str]:
        """Return the hints that were shown."""
        shown: list[str] = assignment.key["hints"][: assignment.hints_shown]
        return shown

    def get_hints_left(self, assignment: PracticeAssignment) -> int:
        """Return how many more there are."""
        return len(assignment.key["hints"]) - assignment.hints_shown

    def get_solution(self, assignment: PracticeAssignment) -> str | None:
        """Return the solution of what is over."""
        return None if assignment.status == AssignmentStatus.OPEN else str(assignment.key["solution"])


class ReportRequest(serializers.Serializer[Any]):
    """What is wrong with an item."""

    reason = serializers.ChoiceField(choices=ReportReason.choices)
    comment = serializers.CharField(
        required=False, allow_blank=True, max_length=LONGEST_COMMENT, help_text="For staff to read."
    )


class ReportedView(serializers.ModelSerializer[PracticeReport]):
    """A report of the student's."""

    report_id = serializers.UUIDField(source="pk")
    assignment_id = serializers.UUIDField()

    class Meta:
        model = PracticeReport
        fields = ["report_id", "assignment_id", "reason", "comment", "reported_at"]
        read_only_fields = fields


class AssignQuery(serializers.Serializer[Any]):
    """Query parameters of asking for an item."""

    skill = serializers.SlugField(
        required=False,
        max_length=LONGEST_KEY,
        help_text="The key of a skill; without it the one whose turn it is.",
    )


class AssignmentQuery(AssignQuery, PageQuery):
    """Query parameters of a list of assignments."""

    status = serializers.ChoiceField(choices=AssignmentStatus.choices, required=False)


class AssignmentList(serializers.Serializer[Any]):
    """One page of assignments, the latest first."""

    items = AssignmentView(many=True)
    page = serializers.IntegerField()
    page_size = serializers.IntegerField()
    total = serializers.IntegerField()


class CompleteRequest(serializers.Serializer[Any]):
    """An answer to an assignment."""

    assignment_id = serializers.UUIDField()
    answer = AnswerField()
    seconds = serializers.FloatField(
        required=False, min_value=0, max_value=A_DAY,
        help_text="How long the student was at it; without it, since it was given. Never more than that.",
    )  # fmt: skip


class GoalView(serializers.ModelSerializer[PracticeGoal]):
    """A goal."""

    goal_id = serializers.UUIDField(source="pk")
    skill = SkillName(help_text="The first of its skills.")
    skills = SkillName(many=True)
    tags = serializers.ListField(child=serializers.CharField())
    target_difficulty = serializers.IntegerField(help_text="1 to 10.")
    version = serializers.IntegerField(help_text="Rises with every change; the ETag, in quotes.")

    class Meta:
        model = PracticeGoal
        fields = [
            "goal_id", "skill", "skills", "title", "tags", "target_difficulty", "due_on", "status", "reached_at",
            "created_at", "updated_at", "version",
        ]  # fmt: skip
        read_only_fields = fields


class CompletedView(serializers.Serializer[Any]):
    """What came of an answer."""

    assignment = AssignmentView()
    correct = serializers.BooleanField(help_text="Whether it is solved; what is not may be tried again.")
    share = Share(help_text="The share of the right answer that this one was, from 0 to 1.")
    explanation = serializers.CharField()
    rating_before = Points(allow_null=True, help_text="400 to 2000; null while it is open.")
    rating_after = Points(allow_null=True)
    next_difficulty = serializers.IntegerField(
        allow_null=True, help_text="What the student's rating stands for, 1 to 10; null while it is open."
    )
    goals_reached = GoalView(many=True)


class GoalChange(serializers.Serializer[Any]):
    """What may be changed of a goal; what is left out stays."""

    title = serializers.CharField(max_length=LONGEST_TITLE, required=False)
    tags = serializers.ListField(
        child=serializers.CharField(max_length=LONGEST_TAG), required=False, max_length=MOST_TAGS
    )
    target_difficulty = serializers.IntegerField(min_value=1, max_value=10, required=False)
    due_on = serializers.DateField(required=False, allow_null=True, help_text=DUE_ON)
    status = serializers.ChoiceField(
        choices=SETTABLE_STATUSES,
        required=False,
        help_text="Reached is what practice makes it.",
    )


class NewGoal(serializers.Serializer[Any]):
    """A new goal in one skill or in several: ``skill`` or ``skills``."""

    skill = serializers.SlugField(max_length=LONGEST_KEY, required=False)
    skills = serializers.ListField(
        child=serializers.SlugField(max_length=LONGEST_KEY), required=False, allow_empty=False, max_length=MOST_SKILLS,
        help_text="Each once; the goal is reached when all are.",
    )  # fmt: skip
    title = serializers.CharField(max_length=LONGEST_TITLE)
    tags = serializers.ListField(
        child=serializers.CharField(max_length=LONGEST_TAG), required=False, max_length=MOST_TAGS
    )
    target_difficulty = serializers.IntegerField(min_value=1, max_value=10)
    due_on = serializers.DateField(required=False, allow_null=True, help_text=DUE_ON)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Return it with the first skill and the ``further`` ones."""
        if ("skill" in attrs) == ("skills" in attrs):
            raise serializers.ValidationError({"skill": ["Name either skill or skills."]})
        first, *further = attrs.pop("skills", None) or [attrs["skill"]]
        return {**attrs, "skill": first, "further": further}


class GoalQuery(serializers.Serializer[Any]):
    """Query parameters of the list of goals."""

    skill = serializers.SlugField(required=False, max_length=LONGEST_KEY)
    tag = serializers.CharField(required=False, max_length=LONGEST_TAG)
    status = serializers.ChoiceField(choices=GoalStatus.choices, required=False)


class GoalList(serializers.Serializer[Any]):
    """All goals of a student, the latest first."""

    items = GoalView(many=True)
