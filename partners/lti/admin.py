"""Learning platforms in the admin, and who comes from them."""

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, Min, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.widgets import UnfoldAdminTextareaWidget

from accounts.models import User
from accounts.reauthentication_pages import RequiresReauthentication
from microcred.admin_dashboard import pluralize
from ops.admin import ReadOnlyAdmin
from ops.admin_confirmation import confirmed_first
from ops.admin_forms import FormAdmin
from partners.lti import queries, services
from partners.lti.errors import PlatformInvalid
from partners.lti.models import LtiGrade, LtiLink, LtiPlatform

LONGEST_ID = 255


class PlatformForm(forms.ModelForm):  # type: ignore[type-arg]  # Django has no ModelForm[...] at run time
    """What an administrator of the platform tells of it."""

    deployment_ids = forms.CharField(
        widget=UnfoldAdminTextareaWidget,
        help_text="One in each line. Nobody is let in from a deployment that is not named.",
    )

    class Meta:
        model = LtiPlatform
        fields = (
            "name", "issuer", "client_id", "deployment_ids", "auth_url", "token_url", "token_audience", "jwks_url",
            "makes_students",
            "active",
        )  # fmt: skip
        help_texts = {
            "issuer": "As it stands in the platform's tokens, to the last slash. It is never changed later.",
            "token_audience": "Only where the platform names one, as Brightspace does; else it is the token address.",
            "makes_students": "Whoever comes from it and has no account here can have one made, with the address that "
            "the platform tells. Only for platforms whose users cannot choose their own address.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["deployment_ids"] = "\n".join(self.instance.deployment_ids or [])

    def clean_deployment_ids(self) -> list[str]:
        """Take them apart."""
        found = [line.strip() for line in self.cleaned_data["deployment_ids"].splitlines() if line.strip()]
        if not found or any(len(one) > LONGEST_ID for one in found):
            raise forms.ValidationError(f"Name at least one, of {LONGEST_ID} characters at most.")
        return list(dict.fromkeys(found))

    def clean(self) -> dict[str, Any]:
        """Refuse addresses that nothing is asked of."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        for field in services.ADDRESSES:
            try:
                services.check_address(given.get(field) or "", field=field)
            except PlatformInvalid as refusal:
                if field in given:
                    self.add_error(field, refusal.message)
        return given


class UntoldFilter(admin.SimpleListFilter):
    """Narrows to the places that could not be told what they are to be told."""

    title = "told"
    parameter_name = "untold"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Offer one."""
        return [("yes", "Not told")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[LtiGrade]) -> QuerySet[LtiGrade]:
        """Narrow."""
        return queryset.filter(pk__in=queries.untold_places().values("pk")) if self.value() else queryset


@admin.register(LtiPlatform)
class LtiPlatformAdmin(RequiresReauthentication, FormAdmin):
    """Platforms from whose courses students come."""

    form = PlatformForm
    list_display = ("name", "issuer", "client_id", "gradebooks", "makes_students", "active", "created_at")
    list_filter = ("active",)
    search_fields = ("name", "issuer", "client_id")
    actions = ("tell_again", "change_key")

    def get_queryset(self, request: HttpRequest) -> QuerySet[LtiPlatform]:
        """Count of each how many places were not told, and since when nothing is taken."""
        untold = Q(grades__in=queries.untold_places())
        return super().get_queryset(request).annotate(  # type: ignore[no-any-return]
            untold=Count("grades", untold), failing_since=Min("grades__failing_since", filter=untold)
        )  # fmt: skip

    @admin.display(description="gradebooks")
    def gradebooks(self, platform: LtiPlatform) -> str:
        """Say what they did not take."""
        untold, since = getattr(platform, "untold", 0), getattr(platform, "failing_since", None)
        said = pluralize(untold, "place", "places") + " not told" if untold else ""
        return f"{said}, since {since:%d %b %Y}" if since else said

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: a platform is switched off, so that whoever was linked to it stays known."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: LtiPlatform | None = None) -> Any:
        """Keep what names a platform: another one must not open the accounts that were linked to this one."""
        return ("issuer", "client_id") if obj else ()

    def save_model(self, request: HttpRequest, obj: LtiPlatform, form: PlatformForm, change: bool) -> None:
        """Have the service store it."""
        services.save_platform(
            by=cast(User, request.user),
            platform=obj,
            changed=frozenset(form.changed_data),
            now=timezone.now(),
        )

    @admin.action(description="Tell gradebooks what they did not take", permissions=["change"])
    def tell_again(self, request: HttpRequest, queryset: QuerySet[LtiPlatform]) -> None:
        """Have the gradebooks of the chosen platforms told again."""
        for platform in queryset:
            number = services.tell_again(by=cast(User, request.user), platform=platform, now=timezone.now())
            said = pluralize(number, "place is", "places are")
            self.message_user(request, f"{platform}: {said} told again.", messages.SUCCESS)

    @admin.action(description="New key for gradebooks, of all platforms", permissions=["change"])
    @confirmed_first(
        "What MicroCred signs is signed with another key; the present one is published for a day more."
    )
    def change_key(self, request: HttpRequest, queryset: QuerySet[LtiPlatform]) -> None:
        """Change the one key there is."""
        services.change_key(by=cast(User, request.user), now=timezone.now())
        self.message_user(request, "There is a new key.", messages.SUCCESS)


@admin.register(LtiGrade)
class LtiGradeAdmin(ReadOnlyAdmin):
    """What courses' gradebooks were told."""

    list_display = (
        "person", "role", "platform", "sent_score", "is_final", "scored_at", "sent_at", "last_error", "retry_at",
    )  # fmt: skip
    list_filter = (UntoldFilter, "platform", "is_final")
    list_select_related = ("person", "role", "platform")
    search_fields = ("person__email", "person__name")
    show_full_result_count = False


@admin.register(LtiLink)
class LtiLinkAdmin(RequiresReauthentication, ReadOnlyAdmin):
    """Whose accounts courses open."""

    guards_rows = False
    list_display = ("person", "platform", "confirmed", "linked_at")
    list_filter = ("platform", "confirmed")
    list_select_related = ("person", "platform")
    search_fields = ("person__email", "person__name", "subject")
    actions = ("unlink",)
    show_full_result_count = False

    def has_unlink_permission(self, request: HttpRequest) -> bool:
        """Allow unlinking to those who could change links if anyone could."""
        return request.user.has_perm("partners.change_ltilink")

    @admin.action(description="Unlink", permissions=["unlink"])
    @confirmed_first("Their courses lead them to no account any more, until they link it again.")
    def unlink(self, request: HttpRequest, queryset: QuerySet[LtiLink]) -> None:
        """Take the chosen links away."""
        for link in queryset:
            services.unlink(by=cast(User, request.user), link=link, now=timezone.now())
            self.message_user(request, f"{link.person} is not linked any more.", messages.SUCCESS)
