"""Practice items in the admin; every change goes through practice.services."""

from typing import Any, Final

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import pluralize
from django.utils import timezone

from microcred.errors import DomainError
from ops.admin import KeptAdmin
from practice import queries, services
from practice.draft_admin import PracticeDraftAdmin as PracticeDraftAdmin
from practice.enums import DraftStatus
from practice.forms import ItemForm
from practice.models import PracticeDraft, PracticeItem, PracticeReport
from practice.rating import DIFFICULTIES, HIGHEST, LOWEST, difficulty

MOST_SHOWN: Final = 10
TENTH: Final = (HIGHEST - LOWEST) / DIFFICULTIES


class MadeFilter(admin.SimpleListFilter):
    """Who made an item."""

    title = "origin"
    parameter_name = "made"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Name them."""
        return [("written", "Written"), ("generated", "Generated"), ("model", "Written by a model")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[PracticeItem]) -> QuerySet[PracticeItem]:
        """Keep those of one origin."""
        if self.value() == "written":
            return queryset.filter(generator="", author_model="")
        if self.value() == "model":
            return queryset.exclude(author_model="")
        return queryset.exclude(generator="") if self.value() == "generated" else queryset


class LookFilter(admin.SimpleListFilter):
    """What staff should look at."""

    title = "needs a look"
    parameter_name = "look"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Name the reasons."""
        return [
            ("held", "Held by reports"), ("reported", "Reported"), ("suspected", "Strong students fail it"),
            ("trial", "On trial"),
        ]  # fmt: skip

    def queryset(self, request: HttpRequest, queryset: QuerySet[PracticeItem]) -> QuerySet[PracticeItem]:
        """Keep those with the chosen reason."""
        match self.value():
            case "held":
                return queryset.exclude(held_at=None)
            case "reported":
                reported = PracticeReport.objects.filter(looked_at=None).values("assignment__item")
                return queryset.filter(pk__in=reported)
            case "suspected":
                return queryset.filter(pk__in=list(queries.suspects()))
            case "trial":
                return queryset.filter(draft__status=DraftStatus.TRIAL)
        return queryset


@admin.register(PracticeItem)
class PracticeItemAdmin(KeptAdmin):
    """Items to practise with; students have what they were given as it was then."""

    form = ItemForm
    list_display = (
        "key", "skill", "question_type", "difficulty_said", "difficulty_shown", "answers", "active",
    )  # fmt: skip
    list_filter = (
        ("skill", admin.RelatedOnlyFieldListFilter), "question_type", "active", MadeFilter, LookFilter,
    )  # fmt: skip
    list_select_related = ("skill",)
    search_fields = ("key", "prompt")
    autocomplete_fields = ("skill",)
    readonly_fields = ("active", "origin", "difficulty_shown", "answers", "looks")
    actions = ("activate", "retire", "look_over")
    fieldsets = (
        (None, {"fields": ("skill", "key", "question_type", "origin", "active", "prompt")}),
        ("Answer", {"fields": ("choices", "answer_format", "rules")}),
        ("Help", {"fields": ("hints", "solution")}),
        ("Level", {"fields": ("difficulty", "seconds", "difficulty_shown", "answers", "looks")}),
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
        if item.author_model:
            return _written_by(item)
        if not item.generator:
            return "Written"
        return f"Made by the generator {item.generator} from the seed {item.seed}; it can be retired, not changed."

    @admin.display(description="needs a look")
    def looks(self, item: PracticeItem) -> str:
        """Say what students report of it, and whether strong ones fail it."""
        reports = PracticeReport.objects.filter(assignment__item=item, looked_at=None)
        said = [
            ": ".join(filter(None, [one.get_reason_display(), one.comment])) for one in reports[:MOST_SHOWN]
        ]
        if suspicion := queries.suspects().get(item.pk):
            said.append(
                f"Strong students do {suspicion.shortfall:.0%} worse at it than expected ({suspicion.answers} answers)."
            )
        held = [f"Given to nobody since {item.held_at:%d %B %Y}, because of reports."] if item.held_at else []
        return " · ".join([*held, *said]) or "Nothing"

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

    @admin.action(description="Nothing is wrong with the chosen items", permissions=["change"])
    def look_over(self, request: HttpRequest, queryset: QuerySet[PracticeItem]) -> None:
        """Set reports and suspicions aside; what reports have held is given out again."""
        by: Any = request.user
        rows = list(queryset)
        for item in rows:
            services.look_over(by=by, item=item, now=timezone.now())
        self.message_user(request, f"{len(rows)} item{pluralize(len(rows))} looked over.")

    def _set_active(self, request: HttpRequest, queryset: QuerySet[PracticeItem], *, active: bool) -> None:
        by: Any = request.user
        changed = 0
        for item in queryset.exclude(active=active, held_at=None):
            try:
                services.set_item_active(by=by, item=item, active=active)
            except DomainError as refusal:
                self.message_user(request, refusal.message, messages.WARNING)
                continue
            changed += 1
            if PracticeReport.objects.filter(assignment__item=item, looked_at=None).exists():
                services.look_over(by=by, item=item, now=timezone.now())
        deed = "given to students again" if active else "retired"
        self.message_user(request, f"{changed} item{pluralize(changed)} {deed}.")


def _written_by(item: PracticeItem) -> str:
    """Say which model wrote an item, by which prompt, and who approved it."""
    draft = PracticeDraft.objects.filter(item=item).select_related("decided_by").first()
    if draft is None:
        return f"Written by the model {item.author_model}"
    decided = f"approved by {draft.decided_by}" if draft.decided_by else "on trial: nobody has looked at it"
    return f"Written by the model {item.author_model}, prompt {draft.prompt_version}; {decided}"
