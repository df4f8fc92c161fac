"""Practice items in the admin; every change goes through practice.services."""

from typing import Any, Final

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import pluralize
from django.utils import timezone

from ops.admin import KeptAdmin
from practice import services
from practice.forms import ItemForm
from practice.models import PracticeItem
from practice.rating import DIFFICULTIES, HIGHEST, LOWEST, difficulty

TENTH: Final = (HIGHEST - LOWEST) / DIFFICULTIES


class MadeFilter(admin.SimpleListFilter):
    """Whether a person or a generator made an item."""

    title = "origin"
    parameter_name = "made"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Name the two."""
        return [("written", "Written"), ("generated", "Generated")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[PracticeItem]) -> QuerySet[PracticeItem]:
        """Keep one of the two."""
        if self.value() == "written":
            return queryset.filter(generator="")
        return queryset.exclude(generator="") if self.value() == "generated" else queryset


@admin.register(PracticeItem)
class PracticeItemAdmin(KeptAdmin):
    """Items to practise with; students have what they were given as it was then."""

    form = ItemForm
    list_display = (
        "key", "skill", "question_type", "difficulty_said", "difficulty_shown", "answers", "active",
    )  # fmt: skip
    list_filter = (
        ("skill", admin.RelatedOnlyFieldListFilter), "question_type", "active", MadeFilter,
    )  # fmt: skip
    list_select_related = ("skill",)
    search_fields = ("key", "prompt")
    autocomplete_fields = ("skill",)
    readonly_fields = ("active", "origin", "difficulty_shown", "answers")
    actions = ("activate", "retire")
    fieldsets = (
        (None, {"fields": ("skill", "key", "question_type", "origin", "active", "prompt")}),
        ("Answer", {"fields": ("choices", "answer_format", "rules")}),
        ("Help", {"fields": ("hints", "solution")}),
        ("Level", {"fields": ("difficulty", "seconds", "difficulty_shown", "answers")}),
    )
    add_fieldsets = (
        (None, {"fields": ("skill", "key", "question_type", "prompt")}),
        *fieldsets[1:3],
        ("Level", {"fields": ("difficulty", "seconds")}),
    )

    def has_change_permission(self, request: HttpRequest, obj: PracticeItem | None = None) -> bool:
        """Refuse for what a generator made, which would make it the same way again."""
        allowed: bool = super().has_change_permission(request, obj)
        return allowed and not (obj and obj.generator)

    def get_fieldsets(self, request: HttpRequest, obj: PracticeItem | None = None) -> Any:
        """Ask for less when an item is new."""
        return super().get_fieldsets(request, obj) if obj else self.add_fieldsets

    @admin.display(description="difficulty (author)", ordering="difficulty")
    def difficulty_said(self, item: PracticeItem) -> int:
        """Show what the author thinks."""
        return item.difficulty

    @admin.display(description="difficulty (answers)", ordering="rating")
    def difficulty_shown(self, item: PracticeItem) -> str:
        """Show what answers have made of it, and how far that may be off: two deviations, in tenths of the scale."""
        stands = difficulty(item.rating)
        if not item.answers:
            return f"{stands}, not answered yet"
        off = round(2 * item.deviation / TENTH)
        return f"{stands}, give or take {off}" if off else f"{stands}, well known"

    @admin.display(description="origin")
    def origin(self, item: PracticeItem) -> str:
        """Say who made it."""
        if not item.generator:
            return "Written"
        return f"Made by the generator {item.generator} from the seed {item.seed}; it can be retired, not changed."

    def save_model(self, request: HttpRequest, obj: PracticeItem, form: Any, change: bool) -> None:
        """Have the service store it."""
        by: Any = request.user
        store = services.change_item if change else services.create_item
        store(by=by, item=obj, now=timezone.now())

    @admin.action(description="Give the chosen items to students again", permissions=["change"])
    def activate(self, request: HttpRequest, queryset: QuerySet[PracticeItem]) -> None:
        """Put items back."""
        self._set_active(request, queryset, active=True)

    @admin.action(description="Retire the chosen items", permissions=["change"])
    def retire(self, request: HttpRequest, queryset: QuerySet[PracticeItem]) -> None:
        """Give items to nobody any more."""
        self._set_active(request, queryset, active=False)

    def _set_active(self, request: HttpRequest, queryset: QuerySet[PracticeItem], *, active: bool) -> None:
        by: Any = request.user
        changed = list(queryset.exclude(active=active))
        for item in changed:
            services.set_item_active(by=by, item=item, active=active)
        deed = "given to students again" if active else "retired"
        self.message_user(request, f"{len(changed)} item{pluralize(len(changed))} {deed}.")
