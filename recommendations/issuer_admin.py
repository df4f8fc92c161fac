"""Whose badges count, in the administration."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.admin import StackedInline, TabularInline
from unfold.widgets import UnfoldAdminTextareaWidget

from accounts.reauthentication_pages import RequiresReauthentication
from ops import audit
from ops.admin_confirmation import confirmed_first
from ops.admin_forms import FormAdmin
from recommendations import services
from recommendations.badges.keys import KeyUnfit, read_key
from recommendations.models import BadgeAchievement, BadgeIssuer, BadgeIssuerKey


class KeyForm(forms.ModelForm):  # type: ignore[type-arg]  # Django has no ModelForm[...] at run time
    """A public key as its issuer publishes it, which is kept as PEM."""

    pem = forms.CharField(
        label="public key",
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="JWK, PEM or multibase (z6Mk…): Ed25519, P-256, or RSA of 2048 bits and more.",
    )

    class Meta:
        model = BadgeIssuerKey
        fields = ("pem", "valid_from", "valid_until", "active")

    def clean_pem(self) -> str:
        """Read the key, and keep it in one form."""
        try:
            key = read_key(self.cleaned_data["pem"])
        except KeyUnfit as error:
            raise forms.ValidationError(str(error)) from error
        self.instance.algorithm, self.instance.fingerprint = key.algorithm, key.fingerprint
        return key.pem

    def clean(self) -> dict[str, Any]:
        """Say beside the end that it comes too early; the page has no room for what is wrong with a whole key."""
        given = super().clean() or {}
        since, until = given.get("valid_from"), given.get("valid_until")
        if since and until and until <= since:
            self.add_error("valid_until", "A key ends after it begins.")
        return given


class KeyFormSet(forms.BaseInlineFormSet):  # type: ignore[type-arg]  # as KeyForm
    """The keys of an issuer, each of them once, however it is written."""

    def clean(self) -> None:
        """Refuse a key that is there already, also where somebody has listed it since the page was opened."""
        super().clean()
        shown = {form.instance.pk for form in self.initial_forms}
        others = BadgeIssuerKey.objects.filter(issuer_id=self.instance.pk).exclude(pk__in=shown)
        seen = set(others.values_list("fingerprint", flat=True))
        for form in self.forms:
            if form.instance.fingerprint in seen:
                form.add_error("pem", "This key is listed already.")
            seen.add(form.instance.fingerprint or str(id(form)))
        if any(form.errors for form in self.forms):
            raise forms.ValidationError("Please look at the keys.")


class KeyInline(StackedInline):  # type: ignore[misc]
    """The keys of an issuer; one that is there is ended or switched off, and another added."""

    model = BadgeIssuerKey
    form = KeyForm
    formset = KeyFormSet
    fields = ("pem", "algorithm", "valid_from", "valid_until", "active")
    readonly_fields = ("algorithm",)
    extra = 0

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: a key is switched off, and what it proved stays to be explained."""
        return False


class AchievementInline(TabularInline):  # type: ignore[misc]
    """Which achievements of the issuer are which credentials of the catalog."""

    model = BadgeAchievement
    fields = ("achievement", "credential")
    autocomplete_fields = ("credential",)
    extra = 0


@admin.register(BadgeIssuer)
class BadgeIssuerAdmin(RequiresReauthentication, FormAdmin):
    """Issuers whose badges prove what students hold."""

    list_display = ("name", "identifier", "by_address", "usable_keys", "active")
    list_filter = ("active",)
    search_fields = ("name", "identifier")
    fields = ("name", "identifier", "by_address", "active")
    inlines = (KeyInline, AchievementInline)
    actions = ("withdraw_proofs",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[BadgeIssuer]:
        """Count the keys that are in use."""
        rows: QuerySet[BadgeIssuer] = super().get_queryset(request)
        return rows.annotate(usable=Count("keys", filter=Q(keys__active=True)))

    @admin.display(description="keys in use", ordering="usable")
    def usable_keys(self, issuer: BadgeIssuer) -> int:
        """Show how many keys sign."""
        return int(getattr(issuer, "usable", 0))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Keep the id of an issuer that is there: what was proven was proven by it."""
        return ("identifier",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: an issuer is switched off."""
        return False

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Store keys and achievements, then record the change as a whole."""
        super().save_related(request, form, formsets, change)
        by: Any = request.user
        lists = sorted(formset.model._meta.db_table for formset in formsets if formset.has_changed())
        audit.record(
            by=by, action="badge_issuer.changed" if change else "badge_issuer.listed", resource_type="badge_issuer",
            resource_id=form.instance.pk, metadata={"fields": form.changed_data + lists},
        )  # fmt: skip
        if not form.instance.keys.filter(active=True).exists():
            self.message_user(
                request,
                "No key of this issuer is in use: its badges are refused until one is.",
                messages.WARNING,
            )

    @admin.action(description="Switch off, and withdraw what was proven", permissions=["change"])
    @confirmed_first(
        "Nothing these issuers sign counts any more, and what their badges proved is the students’ own word again. "
        "What staff confirmed stays."
    )
    def withdraw_proofs(self, request: HttpRequest, queryset: QuerySet[BadgeIssuer]) -> None:
        """Switch the chosen issuers off, and what they proved with them."""
        by: Any = request.user
        for issuer in queryset:
            number = services.withdraw_proofs(by=by, issuer_id=issuer.pk, now=timezone.now())
            withdrawn = f"{number} proof{'' if number == 1 else 's'} withdrawn"
            self.message_user(request, f"{issuer.name} is switched off; {withdrawn}.", messages.SUCCESS)
