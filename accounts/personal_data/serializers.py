"""Copies and erasures on the wire."""

from rest_framework import serializers

from accounts.personal_data.models import DataExport, ErasureRequest


class ExportView(serializers.ModelSerializer[DataExport]):
    """A copy that is being made; ``done`` of ``total`` tables are read."""

    status = serializers.SerializerMethodField(help_text="preparing, ready or failed.")

    class Meta:
        model = DataExport
        fields = ["status", "requested_at", "done", "total", "ready_at", "expires_at"]

    def get_status(self, row: DataExport) -> str:
        """Return where it stands in one word."""
        return "failed" if row.failed_at else "ready" if row.ready_at else "preparing"


class ErasureAsked(serializers.Serializer[ErasureRequest]):
    """That it is the person themselves who asks."""

    password = serializers.CharField(
        max_length=128,
        trim_whitespace=False,
        required=False,
        default="",
        allow_blank=True,
        write_only=True,
        help_text="The present password. Whoever has none must have logged in within ten minutes.",
    )


class ErasureView(serializers.ModelSerializer[ErasureRequest]):
    """An erasure that was asked for; until ``due_at`` it can be called off."""

    status = serializers.SerializerMethodField(help_text="waiting, erasing or cancelled.")

    class Meta:
        model = ErasureRequest
        fields = ["status", "requested_at", "due_at", "cancelled_at"]

    def get_status(self, row: ErasureRequest) -> str:
        """Return where it stands in one word."""
        return "cancelled" if row.cancelled_at else "erasing" if row.started_at else "waiting"
