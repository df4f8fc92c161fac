"""Forms for people: logging in, passwords, and the admin."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib.auth import forms as auth_forms
from django.contrib.auth import password_validation
from django.utils import timezone
from unfold.widgets import UnfoldAdminTextareaWidget

from accounts import password_links, services
from accounts.admin_guard import LastAdmin, check_stays_administered
from accounts.enums import UserStatus
from accounts.log_ins import LogIn
from accounts.models import User

ALL_OTHERS = "all"


class LoginForm(auth_forms.AuthenticationForm):
    """E-mail address and password."""

    error_messages = {
        "invalid_login": "E-mail address or password is wrong.",
        "inactive": "E-mail address or password is wrong.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "E-mail address"
        self.fields["username"].widget = forms.EmailInput(
            attrs={**self.fields["username"].widget.attrs, "inputmode": "email"}
        )


class OwnPasswordForm(auth_forms.PasswordChangeForm):
    """A new password for oneself."""

    def save(self, commit: bool = True) -> User:
        """Store it, which ends every token and every other session."""
        services.change_password(by=self.user, person=self.user, password=self.cleaned_data["new_password1"])
        return self.user


class CodeForm(forms.Form):
    """A code of one's authenticator app, or a recovery code."""

    code = forms.CharField(
        label="Code",
        max_length=32,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autofocus": True, "spellcheck": "false"}
        ),
    )


class ProofForm(forms.Form):
    """One's password, to show once more who one is.

    Whoever has none is asked for none: their view must have them prove it otherwise (``proving.instead_of_password``).
    """

    password = forms.CharField(
        label="Your password",
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, person: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._person = person
        if not person.has_usable_password():
            del self.fields["password"]

    def clean_password(self) -> str:
        """Refuse another password."""
        password = str(self.cleaned_data["password"])
        if not self._person.check_password(password):
            raise forms.ValidationError("That is not your password.")
        return password


class ProvenCodeForm(ProofForm, CodeForm):
    """One's password beside a code, to change what one logs in with."""

    field_order = ("code", "password")


class ForgottenForm(forms.Form):
    """The address of whoever has forgotten their password."""

    email = forms.EmailField(
        label="E-mail address",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )


class LinkedPasswordForm(forms.Form):
    """The code of a link, and the password that its owner chooses."""

    code = forms.CharField(
        label="Code of the link",
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text="What stands behind # in your link; filled in by itself unless scripts are switched off.",
    )
    new_password1 = forms.CharField(
        label="New password",
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=password_validation.password_validators_help_text_html,
    )
    new_password2 = forms.CharField(
        label="The same again",
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        """Refuse a link that is not good, and a password that its owner may not have."""
        given: dict[str, Any] = super().clean() or {}
        if self.errors:
            return given
        try:
            person = password_links.owner_of(given["code"], now=timezone.now())
        except password_links.LinkRefused as refusal:
            raise forms.ValidationError(refusal.message) from None
        if given["new_password1"] != given["new_password2"]:
            self.add_error("new_password2", "The two are not the same.")
        try:
            password_validation.validate_password(given["new_password1"], person)
        except forms.ValidationError as refusal:
            self.add_error("new_password1", refusal)
        return given


class LogInsForm(ProofForm):
    """Which log-in to end, and one's password."""

    which = forms.ChoiceField(label="What to end", widget=forms.RadioSelect)
    field_order = ("which", "password")

    def __init__(self, person: User, found: Iterable[LogIn], *args: Any, **kwargs: Any) -> None:
        super().__init__(person, *args, **kwargs)
        which: Any = self.fields["which"]
        which.choices = [
            *((str(one.log_in_id), f"{one.known_as}, since {one.began_at:%d %b, %H:%M}")
              for one in found if not one.current),
            (ALL_OTHERS, "All but this one"),
        ]  # fmt: skip
        which.initial = ALL_OTHERS


class PersonCreationForm(forms.ModelForm):  # type: ignore[type-arg]
    """A new person, who sets their password by a link."""

    class Meta:
        model = User
        fields = ["email", "name", "role"]


class PersonChangeForm(forms.ModelForm):  # type: ignore[type-arg]
    """A person's data."""

    class Meta:
        model = User
        fields = ["email", "name", "role", "status", "profile"]
        widgets = {"profile": UnfoldAdminTextareaWidget(attrs={"rows": 6})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        status: Any = self.fields.get("status")
        if status is not None and self.instance.status != UserStatus.ERASED:
            # Erasing is more than a status: it has a service of its own.
            status.choices = [
                (value, label) for value, label in UserStatus.choices if value != UserStatus.ERASED
            ]

    def clean_role(self) -> str:
        """Refuse another role while links rest on the present one."""
        role = str(self.cleaned_data["role"])
        person = self.instance
        links = ("advised_links", "advisor_links", "guarded_links", "guardian_links")
        if role != person.role and any(getattr(person, name).exists() for name in links):
            raise forms.ValidationError("End this person's links to advisors, guardians and students first.")
        return role

    def clean(self) -> dict[str, Any]:
        """Refuse what would leave nobody to administer."""
        given: dict[str, Any] = super().clean() or {}
        if {"role", "status"} & set(self.changed_data):
            person = self.instance
            role, status = given.get("role", person.role), given.get("status", person.status)
            try:
                check_stays_administered(person.pk, role=role, status=status)
            except LastAdmin as refusal:
                raise forms.ValidationError(refusal.message) from None
        return given
