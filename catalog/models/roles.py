"""Job roles and the skills that they ask for."""

from typing import Final

from django.db import models
from django.db.models.functions import Lower

from catalog.enums import ReleasePolicy
from catalog.external_ids import ESCO_PATTERN, ONET_PATTERN, is_esco_uri, is_onet_id
from microcred.db import Model

MAX_LEVEL = 5
# As people look for a name in a list: by its letters, be they capitals or not.
BY_NAME: Final = (Lower("name"), "key")


def level_between(field: str, *, lowest: int = 0) -> models.Q:
    """Return the condition that a skill level lies on the scale from ``lowest`` to 5."""
    return models.Q(**{f"{field}__gte": lowest, f"{field}__lte": MAX_LEVEL})


class Skill(Model):
    """Something a person can be better or worse at, measured on the scale 0 (none) to 5 (expert).

    ``onet_id`` and ``esco_uri`` say what it is called outside, where that is known; several skills may share one.
    """

    key = models.SlugField(max_length=64, unique=True)
    name = models.CharField(max_length=120)
    category = models.CharField(max_length=64, blank=True)
    description = models.TextField(blank=True)
    onet_id = models.CharField("O*NET id", max_length=24, blank=True, default="", validators=[is_onet_id])
    esco_uri = models.CharField("ESCO URI", max_length=120, blank=True, default="", validators=[is_esco_uri])

    class Meta:
        db_table = "skills"
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(onet_id="") | models.Q(onet_id__regex=ONET_PATTERN),
                name="skills_onet_id_well_formed",
            ),
            models.CheckConstraint(
                condition=models.Q(esco_uri="") | models.Q(esco_uri__regex=ESCO_PATTERN),
                name="skills_esco_uri_well_formed",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class JobRole(Model):
    """A job that students may be assessed for; curated by admins, never deleted once used."""

    key = models.SlugField(max_length=64, unique=True)
    name = models.CharField(max_length=64, unique=True)
    description = models.TextField(blank=True)
    skills = models.ManyToManyField(Skill, through="RoleSkill", related_name="roles")
    prerequisites = models.ManyToManyField(
        "self",
        symmetrical=False,
        blank=True,
        related_name="unlocks",
        db_table="role_prerequisites",
        help_text="Roles whose assessment must be completed first.",
    )
    assessment_size = models.PositiveSmallIntegerField(
        default=12, help_text="How many questions of the pool one assessment asks."
    )
    release_policy = models.CharField(
        max_length=16,
        choices=ReleasePolicy.choices,
        default=ReleasePolicy.IMMEDIATE,
        help_text="Whether students see a result at once, or only after staff has released it.",
    )
    review_sample_rate = models.DecimalField(
        max_digits=4,
        decimal_places=3,
        default=0,
        help_text="The share of scored essays, from 0 to 1, that people check at random.",
    )
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "role_catalog"
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(assessment_size__gte=1),
                name="role_catalog_assessment_size_positive",
                violation_error_message="An assessment has at least one question.",
            ),
            models.CheckConstraint(
                condition=models.Q(release_policy__in=ReleasePolicy.values),
                name="role_catalog_release_policy_known",
            ),
            models.CheckConstraint(
                condition=models.Q(review_sample_rate__gte=0, review_sample_rate__lte=1),
                name="role_catalog_review_sample_rate_is_share",
                violation_error_message="The share of reviewed answers is a number from 0 to 1.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RoleSkill(Model):
    """How well a role needs a skill, and how much it matters there (1 helpful to 5 essential)."""

    role = models.ForeignKey(JobRole, on_delete=models.CASCADE, related_name="role_skills")
    skill = models.ForeignKey(Skill, on_delete=models.PROTECT, related_name="role_skills")
    target_level = models.DecimalField(max_digits=3, decimal_places=2)
    importance = models.PositiveSmallIntegerField()

    class Meta:
        db_table = "role_skills"
        ordering = ["-importance", "skill__name"]
        constraints = [
            models.UniqueConstraint(fields=["role", "skill"], name="role_skills_once"),
            models.CheckConstraint(
                condition=level_between("target_level", lowest=1),
                name="role_skills_target_on_scale",
                violation_error_message="The target level of a skill is a number from 1 to 5.",
            ),
            models.CheckConstraint(
                condition=models.Q(importance__gte=1, importance__lte=5),
                name="role_skills_importance_on_scale",
                violation_error_message="The importance of a skill is a number from 1 to 5.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role_id}: {self.skill_id} at {self.target_level}"
