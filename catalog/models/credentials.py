"""Micro-credentials, the skills that they bring, and their source documents."""

from typing import Final

from django.db import models
from django.db.models.functions import Lower

from catalog.models.roles import JobRole, Skill, level_between
from microcred.db import Model

# As people look for a title in a list: by its letters, be they capitals or not.
BY_TITLE: Final = (Lower("title"), "id")


class Credential(Model):
    """A micro-credential that can be recommended; curated by admins, retired rather than deleted."""

    key = models.SlugField(max_length=100, unique=True)
    title = models.TextField()
    description = models.TextField(blank=True)
    provider = models.TextField(blank=True)
    level = models.PositiveSmallIntegerField()
    hours = models.PositiveIntegerField()
    language = models.CharField(max_length=16, default="en")
    uri = models.URLField(max_length=500, unique=True)
    metadata = models.JSONField(default=dict, blank=True)
    skills = models.ManyToManyField(Skill, through="CredentialSkill", related_name="credentials")
    roles = models.ManyToManyField(
        JobRole, blank=True, related_name="credentials", db_table="credential_roles"
    )
    prerequisites = models.ManyToManyField(
        "self", symmetrical=False, blank=True, related_name="leads_to", db_table="credential_prerequisites"
    )
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "credential_catalog"
        ordering = ["title", "id"]
        constraints = [
            models.CheckConstraint(
                condition=level_between("level", lowest=1),
                name="credential_catalog_level_on_scale",
                violation_error_message="The level is a number from 1 to 5.",
            ),
            models.CheckConstraint(
                condition=models.Q(hours__gte=1),
                name="credential_catalog_hours_positive",
                violation_error_message="It takes at least one hour.",
            ),
        ]
        indexes = [
            models.Index(fields=["active", "title"], name="credential_catalog_active"),
            models.Index(*BY_TITLE, condition=models.Q(active=True), name="credential_catalog_by_title"),
        ]

    def __str__(self) -> str:
        return self.title


class CredentialSkill(Model):
    """The level of a skill that a learner has reached when they hold the credential."""

    credential = models.ForeignKey(Credential, on_delete=models.CASCADE, related_name="credential_skills")
    skill = models.ForeignKey(Skill, on_delete=models.PROTECT, related_name="credential_skills")
    level = models.DecimalField(max_digits=3, decimal_places=2)

    class Meta:
        db_table = "credential_skills"
        ordering = ["-level", "skill__name"]
        constraints = [
            models.UniqueConstraint(fields=["credential", "skill"], name="credential_skills_once"),
            models.CheckConstraint(
                condition=level_between("level", lowest=1),
                name="credential_skills_level_on_scale",
                violation_error_message="The level that a skill is brought to is a number from 1 to 5.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.credential_id}: {self.skill_id} at {self.level}"


class CredentialDocument(Model):
    """A text that describes a credential and may be cited; ``content_hash`` is the SHA-256 of ``text``."""

    credential = models.ForeignKey(Credential, on_delete=models.CASCADE, related_name="documents")
    uri = models.URLField(max_length=500, unique=True)
    title = models.TextField()
    text = models.TextField()
    language = models.CharField(max_length=16, default="en")
    content_hash = models.CharField(max_length=64)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "credential_documents"
        ordering = ["credential", "uri"]

    def __str__(self) -> str:
        return self.title
