"""Scores in the admin: to look at, never to change."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import StackedInline

from ops.admin import ReadOnly, ReadOnlyAdmin
from scoring import pending
from scoring.calls.admin import ModelBatchAdmin as ModelBatchAdmin
from scoring.calls.admin import ModelCallAdmin as ModelCallAdmin
from scoring.models import CriterionMark, EssayScore, RuleScore, SkillEstimate
from scoring.oversight.admin import CalibrationExampleAdmin as CalibrationExampleAdmin
from scoring.releasing.admin import ScorerReleaseAdmin as ScorerReleaseAdmin


class MarkInline(ReadOnly, StackedInline):  # type: ignore[misc]
    """The verdicts of a run."""

    model = CriterionMark
    hide_title = True
    extra = 0
    fields = (
        "criterion_name", "status", "level_name", "points", "maximum", "weight", "reason", "note", "quotes",
    )  # fmt: skip
    readonly_fields = fields


class ScoreAdmin(ReadOnlyAdmin):
    """Scores of one kind, the newest first."""

    list_per_page = 25
    search_fields: tuple[str, ...] = ("assessment__id", "assessment__user__email")
    show_full_result_count = False
    ordering = ("-created_at",)


@admin.register(RuleScore)
class RuleScoreAdmin(ScoreAdmin):
    """What the rules gave."""

    list_display = ("student", "question", "score", "maximum", "engine_version", "created_at")
    list_select_related = ("assessment__user", "question_snapshot")
    list_filter = ("engine_version",)

    @admin.display(description="student")
    def student(self, score: RuleScore) -> str:
        """Show whose answer it was."""
        return str(score.assessment.user)

    @admin.display(description="question")
    def question(self, score: RuleScore) -> int:
        """Show which question it was."""
        return score.question_snapshot.position


@admin.register(EssayScore)
class EssayScoreAdmin(ScoreAdmin):
    """Runs over essays, with what they cost."""

    list_display = (
        "student",
        "run",
        "source",
        "outcome",
        "score",
        "maximum",
        "model",
        "uncertainty",
        "created_at",
    )
    list_select_related = ("assessment__user",)
    list_filter = ("source", "outcome", "provider", "model")
    inlines = (MarkInline,)
    actions = ("score_left_out",)

    def has_run_permission(self, request: HttpRequest) -> bool:
        """Allow scoring again to those who could change scores if anyone could."""
        return request.user.has_perm("scoring.change_essayscore")

    @admin.action(description="Score what these results had to go without", permissions=["run"])
    def score_left_out(self, request: HttpRequest, queryset: QuerySet[EssayScore]) -> None:
        """Have a worker try the essays without a score, now; results that lack none are left as they are."""
        chosen = set(queryset.order_by().values_list("assessment_id", flat=True))
        lacking = [one for one in pending.pending() if one.assessment_id in chosen]
        count = pending.score_again(lacking, by=request.user)  # type: ignore[arg-type]
        self.message_user(request, f"Workers try {count} results now.", messages.SUCCESS)

    @admin.display(description="student")
    def student(self, score: EssayScore) -> str:
        """Show whose essay it was."""
        return str(score.assessment.user)


@admin.register(SkillEstimate)
class SkillEstimateAdmin(ScoreAdmin):
    """Lines of skill profiles."""

    list_display = ("student", "skill", "level", "deviation", "evidence", "run", "created_at")
    list_select_related = ("assessment__user", "skill")
    list_filter = ("skill",)

    @admin.display(description="student")
    def student(self, estimate: SkillEstimate) -> str:
        """Show whose skill it is."""
        return str(estimate.assessment.user)
