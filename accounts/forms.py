"""Forms for people: logging in, passwords, and the admin."""

from typing import Any

from django import forms
from django.contrib.auth import forms as auth_forms
from django.contrib.auth import password_validation
from unfold.forms import UserCreationForm
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminTextareaWidget

from accounts import services
from accounts.enums import UserStatus
from accounts.models import User


class LoginForm(auth_forms.AuthenticationForm):
    """E-mail address and password."""

    error_messages = {
        "invalid_login": "E-mail address or password is wrong.",
        "inactive": "E-mail address or password is wrong.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "E-mail address"
        self.fields["username"].widget.attrs.update(type="email", inputmode="email")


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


class ProvenCodeForm(CodeForm):
    """One's password beside a code, to change what one logs in with."""

    password = forms.CharField(
        label="Your password",
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, person: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._person = person

    def clean_password(self) -> str:
        """Refuse another password."""
        password = str(self.cleaned_data["password"])
        if not self._person.check_password(password):
            raise forms.ValidationError("That is not your password.")
        return password


class PersonCreationForm(UserCreationForm):  # type: ignore[misc]
    """A new person with a password."""

    class Meta:
        model = User
        fields = ["email", "name", "role"]


class PersonChangeForm(forms.ModelForm):  # type: ignore[type-arg]
    """A person's data, and a new password where one is wanted."""

    new_password = forms.CharField(
        label="New password",
        required=False,
        strip=False,
        max_length=128,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
        help_text="Leave it empty to keep the present one. A new one logs the person out everywhere.",
    )

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

    def clean_new_password(self) -> str:
        """Hold a new password to the rules."""
        password = str(self.cleaned_data["new_password"])
        if password:
            password_validation.validate_password(password, self.instance)
        return password
