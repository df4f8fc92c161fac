"""Accounts on the wire."""

from typing import Any

from rest_framework import serializers

from accounts.enums import Role, Scope
from accounts.models import User
from accounts.personal_data import consents
from microcred.api.booleans import TrueOrFalse
from microcred.api.request_validation import allows_unknown_fields


@allows_unknown_fields
class TokenRequest(serializers.Serializer[Any]):
    """What a person proves themselves with."""

    email = serializers.EmailField(max_length=254)
    password = serializers.CharField(max_length=128, trim_whitespace=False, style={"input_type": "password"})
    code = serializers.CharField(
        max_length=32,
        required=False,
        allow_blank=True,
        help_text="The code of the authenticator app, or a recovery code, of accounts with a second factor.",
    )


@allows_unknown_fields
class RefreshRequest(serializers.Serializer[Any]):
    """A refresh token."""

    refresh = serializers.CharField(max_length=4096)


class TokenResponse(serializers.Serializer[Any]):
    """A pair of tokens."""

    access = serializers.CharField()
    refresh = serializers.CharField()
    token_type = serializers.CharField(default="Bearer", read_only=True)
    expires_in = serializers.IntegerField(help_text="Seconds for which the access token is valid.")
    role = serializers.ChoiceField(choices=Role.choices)


class Me(serializers.ModelSerializer[User]):
    """The caller."""

    user_id = serializers.UUIDField(source="id")
    model_scoring = serializers.BooleanField(
        help_text="Whether the caller lets a model score the essays of assessments that they start, and do what else "
        "the text of `model_scoring_version` speaks of."
    )
    model_scoring_version = serializers.SerializerMethodField(
        help_text="Which text the caller agreed to or refused; null where nobody asked."
    )
    model_scoring_decided_at = serializers.DateTimeField(allow_null=True)

    class Meta:
        model = User
        fields = [
            "user_id", "email", "name", "role", "model_scoring", "model_scoring_version", "model_scoring_decided_at",
            "created_at",
        ]  # fmt: skip
        read_only_fields = fields

    def get_model_scoring_version(self, person: User) -> str | None:
        """Return the version of the text."""
        said = consents.newest(person, consents.MODEL_SCORING)
        return said.version if said else None


class MeChange(serializers.Serializer[Any]):
    """What callers may change about themselves; what is left out stays."""

    model_scoring = TrueOrFalse(required=False)
    version = serializers.CharField(
        max_length=16,
        required=False,
        default="",
        help_text="The version of the text that the caller was shown; by default the one that they agreed to last if "
        "that is current, else the one before it, which does not speak of sessions with tutors.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Return what is to be changed; a text alone is neither agreed to nor refused."""
        if attrs["version"] and "model_scoring" not in attrs:
            raise serializers.ValidationError({"model_scoring": ["Say whether you agree to this version."]})
        return attrs


class ServiceKeyInfo(serializers.Serializer[Any]):
    """The key that a request was sent with."""

    key_id = serializers.UUIDField(source="pk")
    name = serializers.CharField()
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=Scope.choices))
    expires_at = serializers.DateTimeField(help_text="When the secret that was sent stops working.")
