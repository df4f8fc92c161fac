"""People, and who is responsible for whom."""

import datetime as dt
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower, Now
from django.utils.dateparse import parse_datetime

from accounts.enums import AuthMethod, FamilyEnd, Role, Scope, UserStatus
from accounts.log_in_models import LONGEST_AGENT, InstitutionLink, PageSession
from accounts.personal_data.models import Consent, DataExport, ErasureRequest, ExportPart
from microcred.db import CaseInsensitiveEmailField, Model

__all__ = [
    "AdvisorAssignment", "Consent", "DataExport", "ErasureRequest", "ExportPart", "GuardianLink", "InstitutionLink",
    "PageSession", "PasswordLink", "ServiceKey", "ServiceKeySecret", "TokenFamily", "User", "UserManager",
]  # fmt: skip


class UserManager(BaseUserManager["User"]):
    """Makes people; e-mail addresses are compared without regard to case."""

    def create_user(self, email: str, password: str | None, **fields: Any) -> "User":
        """Create a person; without a password they cannot log in."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None, **fields: Any) -> "User":
        """Create an admin; ``manage.py createsuperuser`` calls this."""
        return self.create_user(email, password, role=Role.ADMIN, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        """Find a person by the address they log in with."""
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser, PermissionsMixin, Model):
    """A student, advisor, guardian or admin.

    Admins create staff, institutions import students. ``token_version`` rises whenever tokens given out earlier must
    stop working: a changed role, password or status. ``told_by_letter`` is whether letters tell an advisor what waits.
    """

    email = CaseInsensitiveEmailField(unique=True)
    name = models.CharField(max_length=120, blank=True)
    role = models.CharField(max_length=32, choices=Role.choices, default=Role.STUDENT)
    profile = models.JSONField(default=dict, blank=True)
    status = models.CharField(max_length=16, choices=UserStatus.choices, default=UserStatus.ACTIVE)
    token_version = models.PositiveIntegerField(default=1, editable=False)
    told_by_letter = models.BooleanField(default=True, db_default=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        db_table = "users"
        ordering = ["email"]
        constraints = [
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="users_role_known"),
            models.CheckConstraint(
                condition=models.Q(status__in=UserStatus.values), name="users_status_known"
            ),
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="users_email_lower_case"),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def is_active(self) -> bool:  # type: ignore[override]
        """Whether the person may log in and use tokens."""
        return self.status == UserStatus.ACTIVE

    @property
    def version(self) -> str:
        """What changes with every change of the person: the microsecond of the latest."""
        return f"{self.updated_at:%Y%m%d%H%M%S%f}"

    @property
    def model_scoring(self) -> bool:
        """Whether the person lets a model score essays; yes, until they say no."""
        return self.profile.get("model_scoring") is not False

    @property
    def model_scoring_decided_at(self) -> dt.datetime | None:
        """When the person last said so; None if never."""
        said = self.profile.get("model_scoring_decided_at")
        return parse_datetime(said) if isinstance(said, str) else None

    @property
    def is_staff(self) -> bool:
        """Whether the person may open the admin."""
        return self.role == Role.ADMIN


class AdvisorAssignment(Model):
    """An advisor looks after a student; made and ended by admins."""

    advisor = models.ForeignKey(User, on_delete=models.CASCADE, related_name="advised_links")
    student = models.ForeignKey(User, on_delete=models.CASCADE, related_name="advisor_links")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "advisor_assignments"
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(fields=["advisor", "student"], name="advisor_assignments_once"),
            models.CheckConstraint(
                condition=~models.Q(advisor=models.F("student")), name="advisor_assignments_not_self"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.advisor_id} advises {self.student_id}"


class GuardianLink(Model):
    """A guardian may read a student's progress; made and ended by admins."""

    guardian = models.ForeignKey(User, on_delete=models.CASCADE, related_name="guarded_links")
    student = models.ForeignKey(User, on_delete=models.CASCADE, related_name="guardian_links")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "guardian_links"
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(fields=["guardian", "student"], name="guardian_links_once"),
            models.CheckConstraint(
                condition=~models.Q(guardian=models.F("student")), name="guardian_links_not_self"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.guardian_id} is guardian of {self.student_id}"


class TokenFamily(Model):
    """All tokens that came of one log-in over the API.

    ``current`` names the one refresh token that is good; a refresh sets the next. No token itself is stored. ``agent``
    is what the program calls itself, ``token_version`` the person's at the latest refresh. ``proven_at`` is when the
    person last showed who they are; ``factor_counted`` where the institution asked for the second factor too.
    ``ended_at`` is set by logging out, or when an earlier refresh token turns up, and then stays.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="token_families")
    current = models.UUIDField(help_text="The jti of the refresh token that is good.")
    token_version = models.PositiveIntegerField(null=True, editable=False)
    agent = models.CharField(max_length=LONGEST_AGENT, blank=True, db_default="", default="")
    means = models.CharField(
        max_length=16, choices=AuthMethod.choices, default=AuthMethod.PASSWORD, db_default=AuthMethod.PASSWORD
    )
    proven_at = models.DateTimeField(null=True, editable=False)
    factor_counted = models.BooleanField(default=False, db_default=False, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    expires_at = models.DateTimeField(help_text="When the current refresh token expires.")
    ended_at = models.DateTimeField(null=True)
    ended_because = models.CharField(max_length=16, choices=FamilyEnd.choices, blank=True)

    class Meta:
        db_table = "token_families"
        verbose_name_plural = "token families"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True, ended_because="")
                | models.Q(ended_at__isnull=False, ended_because__in=FamilyEnd.values),
                name="token_families_end_has_reason",
            ),
        ]
        indexes = [models.Index(fields=["expires_at"], name="token_families_expiry")]

    def __str__(self) -> str:
        return f"log-in of {self.user_id}"


class PasswordLink(Model):
    """A link by which a person sets their password once; made by staff through ``accounts.password_links``.

    It ends when it is used, when a newer one is made and when the password changes otherwise. Of its code only a
    keyed hash is kept.
    """

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="password_links")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        db_table = "password_links"
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=models.Q(ended_at__isnull=True), name="password_links_one_open"
            ),
        ]
        indexes = [models.Index(fields=["expires_at"], name="password_links_expiry")]

    def __str__(self) -> str:
        return f"link for a password of {self.person_id}"


class ServiceKey(Model):
    """A program of a partner that calls the API in its own name, not in a person's.

    Made, rotated and revoked by staff through ``accounts.service_keys``. What the program owns, and what the trail
    says of it, goes by this id, which outlives every change of secret. A trigger keeps a key that was revoked revoked.
    """

    name = models.CharField(max_length=120, help_text="What staff calls the program.")
    scopes = ArrayField(models.CharField(max_length=32, choices=Scope.choices))
    requests_per_minute = models.PositiveIntegerField(
        null=True, blank=True, help_text="An allowance of its own; empty for that of all service keys."
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        db_table = "service_keys"
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(name=""), name="service_keys_named"),
            models.CheckConstraint(
                condition=models.Q(scopes__len__gt=0, scopes__contained_by=Scope.values),
                name="service_keys_scopes_known",
            ),
            models.CheckConstraint(
                condition=models.Q(requests_per_minute__isnull=True) | models.Q(requests_per_minute__gt=0),
                name="service_keys_allowance_positive",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ServiceKeySecret(Model):
    """What a program proves itself with; shown once to whoever made it, then only its HMAC is kept.

    The id is the public part of the key. The row without ``replaced_at`` is the current one; a replaced
    secret works beside it until it expires. A trigger lets digest and key never change, and an end only come
    earlier.
    """

    key = models.ForeignKey(ServiceKey, on_delete=models.CASCADE, related_name="secrets")
    digest = models.CharField(max_length=64, editable=False, help_text="HMAC-SHA-256 in hexadecimal.")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    expires_at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True, editable=False)
    last_used_at = models.DateTimeField(null=True, editable=False, help_text="To the minute.")

    class Meta:
        db_table = "service_key_secrets"
        ordering = ["key", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["key"],
                condition=models.Q(replaced_at__isnull=True),
                name="service_key_secrets_one_current",
            ),
            models.CheckConstraint(
                condition=models.Q(digest__regex="^[0-9a-f]{64}$"), name="service_key_secrets_digest_whole"
            ),
        ]

    def __str__(self) -> str:
        return f"secret of {self.key_id}"


class SecondFactor(Model):
    """A person's authenticator app (TOTP, RFC 6238) and their codes for the day they have lost it.

    It counts once ``confirmed_at`` is set. ``last_step`` is the time step whose code was accepted last: no code is
    accepted twice. The key is kept sealed, of the recovery codes only keyed hashes.
    """

    person = models.OneToOneField(User, on_delete=models.CASCADE, related_name="second_factor")
    sealed_key = models.TextField(editable=False)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    last_step = models.BigIntegerField(default=0)
    recovery_hashes = ArrayField(models.CharField(max_length=64), default=list, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "second_factors"
        ordering = ["created_at"]

    def __str__(self) -> str:
        return f"second factor of {self.person_id}"
