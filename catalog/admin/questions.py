"""Questions and their published versions in the admin."""

import json
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms.widgets import Script
from django.http import HttpRequest
from django.template.defaultfilters import pluralize
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import TabularInline
from unfold.decorators import action, display

from catalog import services
from catalog.admin.banks import ImportsQuestions
from catalog.admin.curation import KEY, CuratedAdmin, Explained
from catalog.forms import QuestionForm
from catalog.models import Question, QuestionSkill, QuestionVersion
from catalog.versions import content_hash, frozen_content
from ops.admin import ReadOnly, ReadOnlyAdmin

VERSION_TONES = {"Draft": "warning"}


class QuestionSkillInline(Explained, TabularInline):  # type: ignore[misc]
    """What a question measures."""

    explained: ClassVar = {"weight": "How much it says about this skill, beside its other skills; above 0."}
    model = QuestionSkill
    hide_title = True
    extra = 0
    autocomplete_fields = ("skill",)
    verbose_name = "skill"
    verbose_name_plural = "skills measured"


class VersionInline(ReadOnly, TabularInline):  # type: ignore[misc]
    """The versions published so far."""

    model = QuestionVersion
    hide_title = True
    fields = ("version", "published_at", "content_hash")
    readonly_fields = fields
    ordering = ("-published_at",)
    extra = 0
    show_change_link = True
    verbose_name_plural = "published versions"


class PublishedFilter(admin.SimpleListFilter):
    """Whether a question has ever been published."""

    title = "publication"
    parameter_name = "published"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Name the two."""
        return [("yes", "Published"), ("no", "Draft")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Question]) -> QuerySet[Question]:
        """Keep one of the two."""
        if self.value() == "yes":
            return queryset.exclude(version="")
        return queryset.filter(version="") if self.value() == "no" else queryset


@admin.register(Question)
class QuestionAdmin(ImportsQuestions, CuratedAdmin):
    """Questions as staff edit them; students meet their published versions."""

    resource_type = "question"
    explained: ClassVar = {
        "role": "Whose pool it is in.",
        "key": KEY,
        "prompt": "What students are asked.",
        "weight": "Points that a right answer earns; above 0.",
        "difficulty": "From 1, the easiest, to 5.",
        "required": "An assessment is not handed in without an answer to it.",
    }
    form = QuestionForm
    list_display = ("key", "role", "question_type", "version_shown", "active", "difficulty", "updated_at")
    list_filter = ("role", "question_type", PublishedFilter, "active", "difficulty")
    list_select_related = ("role",)
    search_fields = ("key", "prompt")
    autocomplete_fields = ("role",)
    readonly_fields = ("active", "publication")
    inlines = (QuestionSkillInline, VersionInline)
    actions = ("publish", "activate", "retire")
    actions_submit_line = ("save_and_publish",)
    change_form_outer_after_template = "admin/trial/box.html"
    fieldsets = (
        (None, {"fields": ("role", "key", "question_type", "publication", "active", "prompt")}),
        ("Answer", {"fields": ("choices", "answer_format", "rules", "rubric")}),
        ("Weighing", {"fields": ("weight", "difficulty", "required")}),
        ("Feedback", {"fields": ("feedback",)}),
    )

    class Media:
        js = [Script("try-answer.js", defer=True)]

    @display(description="version", ordering="version", label=VERSION_TONES)  # type: ignore[untyped-decorator]
    def version_shown(self, question: Question) -> str:
        """Show the newest version."""
        return f"v{question.version}" if question.version else "Draft"

    @admin.display(description="publication")
    def publication(self, question: Question) -> str:
        """Say whether students meet the question as it stands here."""
        newest = question.versions.order_by("-published_at").first() if question.pk else None
        if newest is None:
            return "Draft: no assessment asks it yet."
        stands = newest.content_hash == content_hash(frozen_content(question))
        return f"Version {newest.version}" + ("" if stands else ", with changes that are not published yet.")

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> Any:
        """Offer the buttons of a stored question on the form of a new one too, where the theme leaves them out."""
        buttons = {"actions_submit_line": self.get_actions_submit_line(request, None)}
        return super().add_view(request, form_url, {**(extra_context or {}), **buttons})

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Publish where that was asked for, now that the skills are stored too."""
        super().save_related(request, form, formsets, change)
        if request.META.pop("catalog.publish", False):
            self._publish(request, form.instance)

    @action(description="Save and publish", permissions=["change"])  # type: ignore[untyped-decorator]
    def save_and_publish(self, request: HttpRequest, obj: Question) -> None:
        """Ask for publication, which has to wait until the skills are stored too."""
        request.META["catalog.publish"] = True

    @admin.action(description="Publish the chosen questions", permissions=["change"])
    def publish(self, request: HttpRequest, queryset: QuerySet[Question]) -> None:
        """Publish each question that is free of contradictions; name the others."""
        for question in queryset:
            self._publish(request, question)

    @admin.action(description="Put the chosen questions into the pool", permissions=["change"])
    def activate(self, request: HttpRequest, queryset: QuerySet[Question]) -> None:
        """Put questions back."""
        self._set_active(request, queryset, active=True)

    @admin.action(description="Retire the chosen questions", permissions=["change"])
    def retire(self, request: HttpRequest, queryset: QuerySet[Question]) -> None:
        """Take questions out of the pool."""
        self._set_active(request, queryset, active=False)

    def _publish(self, request: HttpRequest, question: Question) -> None:
        by: Any = request.user
        try:
            version = services.publish_question(by=by, question=question, now=timezone.now())
        except services.QuestionInvalid as refusal:
            details: Any = refusal.details or {}
            reasons = "; ".join(details.get("problems", ()))
            self.message_user(request, f"{question.key} is not published: {reasons}", messages.ERROR)
        else:
            self.message_user(
                request, f"{question.key} is published as version {version.version}.", messages.SUCCESS
            )

    def _set_active(self, request: HttpRequest, queryset: QuerySet[Question], *, active: bool) -> None:
        by: Any = request.user
        changed = list(queryset.exclude(active=active))
        for question in changed:
            services.set_question_active(by=by, question=question, active=active)
        deed = "put into the pool" if active else "retired"
        self.message_user(request, f"{len(changed)} question{pluralize(len(changed))} {deed}.")


@admin.register(QuestionVersion)
class QuestionVersionAdmin(ReadOnlyAdmin):
    """Published versions, to look at."""

    list_display = ("question", "version", "published_at")
    list_select_related = ("question",)
    list_per_page = 25
    search_fields = ("question__key",)
    fields = ("question", "version", "published_at", "content_hash", "content_shown")
    readonly_fields = fields

    class Media:
        css = {"all": ["curation.css"]}

    @admin.display(description="content")
    def content_shown(self, version: QuestionVersion) -> SafeString:
        """Show the frozen content, indented."""
        return format_html(
            '<pre class="json-shown">{}</pre>', json.dumps(version.content, indent=2, ensure_ascii=False)
        )
