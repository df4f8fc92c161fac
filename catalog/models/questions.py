"""Questions, what they measure, and their frozen versions."""

from django.db import models

from catalog.enums import QuestionType
from catalog.models.roles import JobRole, Skill
from microcred.db import Model


class Question(Model):
    """A question as staff edit it; students only ever meet its published versions.

    ``choices`` are ``{"id", "text"}``; ``rules`` is the answer key and ``rubric`` the essay's criteria,
    both as the published JSON Schemas describe. ``version`` names the newest published version, empty
    while the question is a draft.
    """

    role = models.ForeignKey(JobRole, on_delete=models.PROTECT, related_name="questions")
    key = models.SlugField(max_length=100, unique=True)
    question_type = models.CharField(max_length=32, choices=QuestionType.choices)
    prompt = models.TextField()
    choices = models.JSONField(null=True, blank=True)
    answer_format = models.JSONField(default=dict, blank=True)
    rules = models.JSONField(default=dict, blank=True)
    rubric = models.JSONField(default=dict, blank=True)
    feedback = models.JSONField(default=dict, blank=True)
    weight = models.DecimalField(max_digits=5, decimal_places=2, default=1)
    difficulty = models.PositiveSmallIntegerField(default=3)
    required = models.BooleanField(default=True)
    skills = models.ManyToManyField(Skill, through="QuestionSkill", related_name="questions")
    version = models.CharField(max_length=32, blank=True, editable=False)
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "questions"
        ordering = ["role__name", "key"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(question_type__in=QuestionType.values), name="questions_type_known"
            ),
            models.CheckConstraint(
                condition=models.Q(weight__gt=0),
                name="questions_weight_positive",
                violation_error_message="The weight is a number above 0.",
            ),
            models.CheckConstraint(
                condition=models.Q(difficulty__gte=1, difficulty__lte=5),
                name="questions_difficulty_on_scale",
                violation_error_message="The difficulty is a number from 1 to 5.",
            ),
        ]

    def __str__(self) -> str:
        return self.key


class QuestionSkill(Model):
    """How strongly a question measures a skill."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="question_skills")
    skill = models.ForeignKey(Skill, on_delete=models.PROTECT, related_name="question_skills")
    weight = models.DecimalField(max_digits=4, decimal_places=2, default=1)

    class Meta:
        db_table = "question_skills"
        ordering = ["skill__name"]
        constraints = [
            models.UniqueConstraint(fields=["question", "skill"], name="question_skills_once"),
            models.CheckConstraint(
                condition=models.Q(weight__gt=0),
                name="question_skills_weight_positive",
                violation_error_message="The weight of a skill is a number above 0.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.question_id} measures {self.skill_id}"


class QuestionVersion(Model):
    """A question as it stood when it was published; never changed and never deleted.

    ``content`` holds everything an assessment freezes; ``content_hash`` (SHA-256 of its canonical JSON)
    finds a version again whatever its label.
    """

    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="versions")
    version = models.CharField(max_length=32)
    content = models.JSONField()
    content_hash = models.CharField(max_length=64)
    published_at = models.DateTimeField()

    class Meta:
        db_table = "question_versions"
        ordering = ["question", "-published_at"]
        constraints = [
            models.UniqueConstraint(fields=["question", "version"], name="question_versions_label_once"),
        ]

    def __str__(self) -> str:
        return f"{self.question_id} v{self.version}"
