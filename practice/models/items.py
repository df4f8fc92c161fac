"""Items to practise with."""

from django.db import models

from catalog.enums import QuestionType
from microcred.db import Model
from practice.models.scale import on_scale

CLOSED = sorted(set(QuestionType.values) - {QuestionType.ESSAY, QuestionType.PROFILE})


class PracticeItem(Model):
    """A closed question to practise a skill with; in no assessment.

    ``difficulty`` (1 to 10) is what its author thinks, ``rating`` what ``answers`` of students have made of that.
    ``hints`` lead on one by one, ``solution`` is shown when it is over, ``seconds`` is a fair time for it.
    ``generator`` and ``seed`` say how it was made, where nobody wrote it; ``author_model`` names the model that wrote
    it, whose draft says the rest. ``held_at`` is when reports of students took it out of use, ``looked_at`` when staff
    looked at it last: what students did before tells nothing of it any more.
    """

    key = models.SlugField(max_length=100, unique=True)
    skill = models.ForeignKey("catalog.Skill", on_delete=models.PROTECT, related_name="practice_items")
    question_type = models.CharField(
        max_length=32, choices=[(kind, QuestionType(kind).label) for kind in CLOSED]
    )
    prompt = models.TextField()
    choices = models.JSONField(null=True, blank=True)
    answer_format = models.JSONField(default=dict, blank=True)
    rules = models.JSONField()
    hints = models.JSONField(default=list, blank=True)
    solution = models.TextField()
    difficulty = models.PositiveSmallIntegerField()
    seconds = models.PositiveIntegerField()
    generator = models.SlugField(max_length=64, blank=True)
    seed = models.BigIntegerField(null=True, blank=True)
    author_model = models.CharField(max_length=64, blank=True, editable=False)
    rating = models.FloatField()
    deviation = models.FloatField()
    answers = models.PositiveIntegerField(default=0)
    active = models.BooleanField(default=True)
    held_at = models.DateTimeField(null=True, blank=True, editable=False)
    looked_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "practice_items"
        ordering = ["key"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(question_type__in=CLOSED), name="practice_items_type_closed"
            ),
            models.CheckConstraint(
                condition=models.Q(difficulty__gte=1, difficulty__lte=10),
                name="practice_items_difficulty_on_scale",
                violation_error_message="The difficulty is a number from 1 to 10.",
            ),
            models.CheckConstraint(condition=models.Q(seconds__gte=1), name="practice_items_takes_time"),
            models.CheckConstraint(condition=on_scale("rating"), name="practice_items_rating_on_scale"),
            models.CheckConstraint(
                condition=models.Q(deviation__gt=0), name="practice_items_deviation_positive"
            ),
            models.CheckConstraint(
                condition=models.Q(generator="", seed__isnull=True)
                | (~models.Q(generator="") & models.Q(seed__isnull=False)),
                name="practice_items_generated_by_seed",
            ),
            models.CheckConstraint(
                condition=models.Q(held_at__isnull=True) | models.Q(active=False),
                name="practice_items_held_is_out",
            ),
            models.UniqueConstraint(
                fields=["generator", "difficulty", "seed"],
                condition=~models.Q(generator=""),
                name="practice_items_generated_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["skill", "rating"], condition=models.Q(active=True), name="idx_practice_items_rating"
            ),
        ]

    def __str__(self) -> str:
        return self.key
