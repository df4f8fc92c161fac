"""The catalog on the wire."""

from typing import Any

from rest_framework import serializers

from catalog.models import Credential, CredentialDocument, CredentialSkill, JobRole, RoleSkill, Skill
from microcred.api.pagination import PageQuery


class CredentialQuery(PageQuery):
    """Query parameters of the credential list."""

    role_id = serializers.UUIDField(required=False, help_text="Only credentials meant for this role.")
    skill = serializers.SlugField(
        required=False, max_length=64, help_text="Only credentials that bring this skill."
    )
    search = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=200,
        help_text="Words in title, description or provider.",
    )


class OutsideIds(serializers.Serializer[Any]):
    """What a skill is called outside; empty where that is not known."""

    onet_id = serializers.CharField(source="skill.onet_id", help_text="O*NET element, commodity or SOC code.")
    esco_uri = serializers.CharField(source="skill.esco_uri", help_text="Address of the skill in ESCO.")


class CredentialSkillView(OutsideIds, serializers.ModelSerializer[CredentialSkill]):
    """A skill that a credential brings, and the level reached (0 to 5)."""

    key = serializers.CharField(source="skill.key")
    name = serializers.CharField(source="skill.name")
    level = serializers.FloatField()

    class Meta:
        model = CredentialSkill
        fields = ["key", "name", "level", "onet_id", "esco_uri"]


class CredentialSummary(serializers.ModelSerializer[Credential]):
    """A credential in a list."""

    credential_id = serializers.UUIDField(source="id")
    skills = serializers.SerializerMethodField()
    skill_levels = CredentialSkillView(source="credential_skills", many=True)

    class Meta:
        model = Credential
        fields = [
            "credential_id", "key", "title", "description", "skills", "skill_levels", "provider", "level", "hours",
            "language", "uri",
        ]  # fmt: skip

    def get_skills(self, credential: Credential) -> list[str]:
        """Return the names of the skills."""
        return [row.skill.name for row in credential.credential_skills.all()]


class DocumentView(serializers.ModelSerializer[CredentialDocument]):
    """A source document that recommendations may cite by character offsets into ``text``."""

    class Meta:
        model = CredentialDocument
        fields = ["uri", "title", "text", "language"]


class CredentialDetail(CredentialSummary):
    """A credential with its documents and what it builds on."""

    documents = DocumentView(many=True)
    role_ids = serializers.PrimaryKeyRelatedField[JobRole](source="roles", many=True, read_only=True)
    prerequisite_ids = serializers.PrimaryKeyRelatedField[Credential](
        source="prerequisites", many=True, read_only=True
    )

    class Meta(CredentialSummary.Meta):
        fields = [*CredentialSummary.Meta.fields, "documents", "role_ids", "prerequisite_ids"]


class CredentialList(serializers.Serializer[Any]):
    """A page of credentials."""

    items = CredentialSummary(many=True)
    page = serializers.IntegerField()
    page_size = serializers.IntegerField()
    total = serializers.IntegerField()


class RoleSkillView(OutsideIds, serializers.ModelSerializer[RoleSkill]):
    """A skill that a role asks for."""

    key = serializers.CharField(source="skill.key")
    name = serializers.CharField(source="skill.name")
    target_level = serializers.FloatField()

    class Meta:
        model = RoleSkill
        fields = ["key", "name", "target_level", "importance", "onet_id", "esco_uri"]


class RoleView(serializers.ModelSerializer[JobRole]):
    """A role that may be assessed."""

    role_id = serializers.UUIDField(source="id")
    skills = RoleSkillView(source="role_skills", many=True)
    prerequisite_ids = serializers.PrimaryKeyRelatedField[JobRole](
        source="prerequisites", many=True, read_only=True
    )

    class Meta:
        model = JobRole
        fields = ["role_id", "key", "name", "description", "assessment_size", "skills", "prerequisite_ids"]


class RoleList(serializers.Serializer[Any]):
    """A page of roles."""

    items = RoleView(many=True)
    page = serializers.IntegerField()
    page_size = serializers.IntegerField()
    total = serializers.IntegerField()


class SkillQuery(PageQuery):
    """Query parameters of the list of skills."""

    role_id = serializers.UUIDField(required=False, help_text="Only skills that this role asks for.")
    search = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=200,
        help_text="Part of the name or the key, or of an id in O*NET or ESCO.",
    )


class SkillView(serializers.ModelSerializer[Skill]):
    """A skill; `onet_id` and `esco_uri` are empty where they are not known."""

    key = serializers.CharField(help_text="What it is called wherever a `skill` is asked for.")
    onet_id = serializers.CharField(help_text="O*NET element, commodity or SOC code.")
    esco_uri = serializers.CharField(help_text="Address of the skill in ESCO.")
    asked_by_roles = serializers.IntegerField(help_text="How many active roles ask for it.")
    taught_by_credentials = serializers.IntegerField(help_text="How many active credentials teach it.")

    class Meta:
        model = Skill
        fields = [
            "key", "name", "category", "description", "onet_id", "esco_uri", "asked_by_roles", "taught_by_credentials",
        ]  # fmt: skip


class SkillList(serializers.Serializer[Any]):
    """A page of skills."""

    items = SkillView(many=True)
    page = serializers.IntegerField()
    page_size = serializers.IntegerField()
    total = serializers.IntegerField()
