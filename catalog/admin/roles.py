"""Job roles and skills in the admin."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import pluralize
from django.utils.module_loading import import_string
from unfold.admin import TabularInline

from catalog import services
from catalog.admin.curation import KEY, CuratedAdmin, Explained
from catalog.admin.links import LinksSkills
from catalog.admin.occupations import ImportsOccupations
from catalog.external_ids import ESCO_CREDIT, ONET_CREDIT
from catalog.models import BY_NAME, JobRole, RoleSkill, Skill
from microcred.registry import SKILL_ACTIONS


class RoleSkillInline(Explained, TabularInline):  # type: ignore[misc]
    """What a role asks for."""

    model = RoleSkill
    explained: ClassVar = {
        "target_level": "From 1 to 5, an expert's.",
        "importance": "From 1, helpful, to 5, essential.",
    }
    hide_title = True
    extra = 0
    autocomplete_fields = ("skill",)
    verbose_name = "skill"
    verbose_name_plural = "skills asked for"


@admin.register(JobRole)
class JobRoleAdmin(ImportsOccupations, CuratedAdmin):
    """Roles that students may be assessed for."""

    resource_type = "job_role"
    explained: ClassVar = {
        "key": KEY,
        "description": "Students read it before they begin.",
        "review_sample_rate": "The share of scored answers, from 0 to 1, that people check at random.",
    }
    ordering = BY_NAME
    list_display = ("name", "key", "active", "questions_shown", "assessment_size")
    list_filter = ("active",)
    search_fields = ("name", "key")
    prepopulated_fields = {"key": ("name",)}
    autocomplete_fields = ("prerequisites",)
    readonly_fields = ("active",)
    inlines = (RoleSkillInline,)
    actions = ("activate", "retire")
    fields = (
        "name", "key", "description", "assessment_size", "prerequisites", "release_policy",
        "review_sample_rate", "active",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[JobRole]:
        """Count the questions that may be asked."""
        published = Q(questions__active=True) & ~Q(questions__version="")
        rows: QuerySet[JobRole] = super().get_queryset(request)
        return rows.annotate(published=Count("questions", filter=published))

    @admin.display(description="published questions", ordering="published")
    def questions_shown(self, role: JobRole) -> int:
        """Show how many questions the pool has."""
        return int(getattr(role, "published", 0))

    @admin.action(description="Let students be assessed for the chosen roles", permissions=["change"])
    def activate(self, request: HttpRequest, queryset: QuerySet[JobRole]) -> None:
        """Put roles on offer."""
        self._set_active(request, queryset, active=True)

    @admin.action(description="Retire the chosen roles", permissions=["change"])
    def retire(self, request: HttpRequest, queryset: QuerySet[JobRole]) -> None:
        """Take roles off offer; assessments already started go on."""
        self._set_active(request, queryset, active=False)

    def _set_active(self, request: HttpRequest, queryset: QuerySet[JobRole], *, active: bool) -> None:
        by: Any = request.user
        changed = list(queryset.exclude(active=active))
        for role in changed:
            services.set_role_active(by=by, role=role, active=active)
        deed = "activated" if active else "retired"
        self.message_user(request, f"{len(changed)} role{pluralize(len(changed))} {deed}.")


@admin.register(Skill)
class SkillAdmin(LinksSkills, CuratedAdmin):
    """Skills."""

    resource_type = "skill"
    explained: ClassVar = {
        "key": KEY,
        "category": "What it is listed under, in words of yours.",
        "description": "What somebody can do who has it; what is recommended is looked for by these words.",
        "onet_id": "What O*NET calls it, such as 2.A.1.c; may stay empty.",
        "esco_uri": "Its address in ESCO; may stay empty.",
    }
    ordering = BY_NAME
    list_display = ("name", "key", "category", "onet_id", "esco_uri")
    list_filter = (
        "category",
        ("onet_id", admin.EmptyFieldListFilter),
        ("esco_uri", admin.EmptyFieldListFilter),
    )
    search_fields = ("name", "key", "onet_id", "esco_uri")
    prepopulated_fields = {"key": ("name",)}
    readonly_fields = ("credit",)
    fields = ("name", "key", "category", "description", "onet_id", "esco_uri", "credit")

    @admin.display(description="where its words are theirs")
    def credit(self, skill: Skill) -> str:
        """Say what the licences ask to be said where content of O*NET or ESCO is shown."""
        held = {"onet_id": ONET_CREDIT, "esco_uri": ESCO_CREDIT}
        return " ".join(said for field, said in held.items() if getattr(skill, field))

    def get_actions(self, request: HttpRequest) -> Any:
        """Offer what other apps do with skills as well."""
        self.actions = tuple(map(import_string, SKILL_ACTIONS))
        return super().get_actions(request)
