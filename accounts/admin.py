"""People and their links in the admin; every change goes through accounts.services."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from unfold.admin import TabularInline
from unfold.decorators import display

from accounts import password_links, second_factor, services
from accounts.enums import Role
from accounts.forms import PersonChangeForm, PersonCreationForm
from accounts.import_pages import ImportsPeople
from accounts.institution.admin import OpensToInstitution
from accounts.key_admin import ServiceKeyAdmin as ServiceKeyAdmin
from accounts.models import AdvisorAssignment, GuardianLink, User
from accounts.personal_data.admin import request_erasure
from accounts.reauthentication_pages import RequiresReauthentication
from microcred.errors import DomainError
from ops.admin_confirmation import confirmed_first
from ops.admin_forms import FormAdmin

Link = AdvisorAssignment | GuardianLink

ROLE_TONES = {"Admin": "warning", "Advisor": "info"}
STATUS_TONES = {"Active": "success", "Disabled": "danger"}

admin.site.unregister(Group)


class LinkRules:
    """What the admin may do with a link: make it and end it, each for people with the right roles."""

    autocomplete_fields: tuple[str, ...] = ()

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer people of the role that the field is named after."""
        kwargs["queryset"] = User.objects.filter(role=db_field.name)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: a link is ended and another one made."""
        return False


class LinkInline(LinkRules, TabularInline):  # type: ignore[misc]
    """Links of one kind on a person's page."""

    hide_title = True
    extra = 0
    verbose_name_plural: str
    ordering = ("created_at",)


class StudentsInline(LinkInline):
    """The students of an advisor."""

    model = AdvisorAssignment
    fk_name = "advisor"
    autocomplete_fields = ("student",)
    verbose_name_plural = "students advised"


class AdvisorsInline(LinkInline):
    """The advisors of a student."""

    model = AdvisorAssignment
    fk_name = "student"
    autocomplete_fields = ("advisor",)
    verbose_name_plural = "advisors"


class WardsInline(LinkInline):
    """The students of a guardian."""

    model = GuardianLink
    fk_name = "guardian"
    autocomplete_fields = ("student",)
    verbose_name_plural = "students followed"


class GuardiansInline(LinkInline):
    """The guardians of a student."""

    model = GuardianLink
    fk_name = "student"
    autocomplete_fields = ("guardian",)
    verbose_name_plural = "guardians"


INLINES: dict[str, list[type[LinkInline]]] = {
    Role.STUDENT: [AdvisorsInline, GuardiansInline],
    Role.ADVISOR: [StudentsInline],
    Role.GUARDIAN: [WardsInline],
    Role.ADMIN: [],
}


@admin.register(User)
class UserAdmin(ImportsPeople, OpensToInstitution, RequiresReauthentication, FormAdmin):
    """Everybody; people are disabled, not deleted."""

    form = PersonChangeForm
    list_display = ("email", "name", "role_shown", "status_shown", "last_login", "created_at")
    list_filter = ("role", "status")
    search_fields = ("email", "name")
    ordering = ("email",)
    list_per_page = 25
    readonly_fields = ("institution_shown", "last_login", "created_at", "updated_at")
    add_fieldsets = ((None, {"fields": ("email", "name", "role")}),)
    fieldsets = (
        (None, {"fields": ("email", "name", "role", "status")}),
        ("More", {"classes": ["collapse"], "fields": ("profile", *readonly_fields)}),
    )

    actions = ("make_password_link", "open_to_institution", "end_log_ins", "take_off_second_factor", "erase")

    @admin.action(description="Make a link for a new password", permissions=["change"])
    def make_password_link(self, request: HttpRequest, people: models.QuerySet[User]) -> None:
        """Show a link for each of the chosen people but oneself: that page asks for the present password."""
        for person in people.exclude(pk=str(request.user.pk)):
            self._show_link(request, person)

    @admin.action(description="Log out everywhere", permissions=["change"])
    def end_log_ins(self, request: HttpRequest, people: models.QuerySet[User]) -> None:
        """End all sessions and tokens of the chosen people, such as after a lost laptop."""
        for person in people:
            services.end_log_ins(by=request.user, person=person)  # type: ignore[arg-type]
        self.message_user(request, "They are logged out everywhere.", messages.SUCCESS)

    @admin.action(description="Take the second factor off", permissions=["change"])
    @confirmed_first(
        "They log in by password alone until they set up another one. Make sure who has asked for it."
    )
    def take_off_second_factor(self, request: HttpRequest, people: models.QuerySet[User]) -> None:
        """Let people who have lost their phone and their codes in again, by password alone."""
        having = list(people.filter(second_factor__isnull=False))
        for person in having:
            second_factor.take_off(by=request.user, person=person)  # type: ignore[arg-type]
        told = ", ".join(str(person) for person in having)
        self.message_user(
            request,
            f"Taken off for {told}." if having else "None of them has a second factor.",
            messages.SUCCESS if having else messages.INFO,
        )

    @display(description="role", ordering="role", label=ROLE_TONES)  # type: ignore[untyped-decorator]
    def role_shown(self, person: User) -> str:
        """Show the role as a badge."""
        return Role(person.role).label

    @display(description="status", ordering="status", label=STATUS_TONES)  # type: ignore[untyped-decorator]
    def status_shown(self, person: User) -> str:
        """Show the status as a badge."""
        return str(person.get_status_display())

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: people are disabled."""
        return False

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Ask for less when a person is new."""
        if obj is None:
            kwargs["form"] = PersonCreationForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Let nobody shut themselves out."""
        own = ("role", "status") if obj is not None and obj.pk == request.user.pk else ()
        return (*self.readonly_fields, *own)

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[type[LinkInline]]:
        """Show the links that fit the person's role."""
        return INLINES[obj.role] if obj else []

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        """Offer link fields the people of the role that they are named after."""
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        field = request.GET.get("field_name") if request.path.endswith("/autocomplete/") else None
        return (found.filter(role=field) if field in Role.values else found), may_repeat

    @admin.action(description="Erase, after the cool-off", permissions=["change"])
    @confirmed_first(
        "When the cool-off is over, what they answered, what it was scored and what was recommended is deleted for "
        "good. Until then Erasure requests calls it off."
    )
    def erase(self, request: HttpRequest, queryset: models.QuerySet[User]) -> None:
        """Have the chosen people erased."""
        request_erasure(self, request, queryset)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Store the person, which ends their tokens where it must."""
        if not change:
            obj.set_unusable_password()
        if form.changed_data:
            services.save_person(
                by=request.user,  # type: ignore[arg-type]
                person=obj,
                changed=frozenset(form.changed_data),
            )
        if not change:
            self._show_link(request, obj)

    def _show_link(self, request: HttpRequest, person: User) -> None:
        try:
            code = password_links.make(by=request.user, person=person, now=timezone.now())  # type: ignore[arg-type]
        except DomainError as refusal:
            self.message_user(request, f"{person}: {refusal.message}", messages.WARNING)
            return
        link = password_links.address(code, site=request.build_absolute_uri("/"))
        told = f"Link for {person}: {link} — hand it to them now, it is not shown again. Good once, for 24 hours."
        self.message_user(request, told, messages.WARNING)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Make and end links."""
        for link in formset.save(commit=False):
            make(request, link)
        for link in formset.deleted_objects:
            end(request, link)


class LinkAdmin(LinkRules, FormAdmin):
    """Links of one kind, in a list."""

    list_per_page = 25
    date_hierarchy = None

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Make the link."""
        make(request, obj)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """End the link."""
        end(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> None:
        """End the chosen links."""
        for link in queryset:
            end(request, link)


@admin.register(AdvisorAssignment)
class AdvisorAssignmentAdmin(LinkAdmin):
    """Who advises whom."""

    list_display = ("student", "advisor", "created_at")
    list_select_related = ("student", "advisor")
    search_fields = ("student__email", "student__name", "advisor__email", "advisor__name")
    autocomplete_fields = ("advisor", "student")


@admin.register(GuardianLink)
class GuardianLinkAdmin(LinkAdmin):
    """Who is guardian of whom."""

    list_display = ("student", "guardian", "created_at")
    list_select_related = ("student", "guardian")
    search_fields = ("student__email", "student__name", "guardian__email", "guardian__name")
    autocomplete_fields = ("guardian", "student")


def make(request: HttpRequest, link: Link) -> None:
    """Store a new link."""
    by: Any = request.user
    if isinstance(link, AdvisorAssignment):
        services.assign_advisor(by=by, advisor=link.advisor, student=link.student)
    else:
        services.link_guardian(by=by, guardian=link.guardian, student=link.student)


def end(request: HttpRequest, link: Link) -> None:
    """End a link."""
    by: Any = request.user
    if isinstance(link, AdvisorAssignment):
        services.unassign_advisor(by=by, link=link)
    else:
        services.unlink_guardian(by=by, link=link)
