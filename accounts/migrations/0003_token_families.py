"""One row for a log-in instead of one, with the token in it, for every refresh."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import microcred.ids

GUARD = """
CREATE FUNCTION keep_token_family_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.ended_at IS NOT NULL AND NEW.ended_at IS DISTINCT FROM OLD.ended_at THEN
        RAISE EXCEPTION 'a log-in that has ended stays ended' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER token_families_stay_ended BEFORE UPDATE ON token_families
    FOR EACH ROW EXECUTE FUNCTION keep_token_family_ended();
"""
UNGUARD = """
DROP TRIGGER token_families_stay_ended ON token_families;
DROP FUNCTION keep_token_family_ended();
"""
DROP_LISTS_OF_TOKENS = """
DROP TABLE IF EXISTS token_blacklist_blacklistedtoken, token_blacklist_outstandingtoken;
DELETE FROM django_migrations WHERE app = 'token_blacklist';
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_service_keys"),
    ]

    operations = [
        migrations.CreateModel(
            name="TokenFamily",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=microcred.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("current", models.UUIDField(help_text="The jti of the refresh token that is good.")),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("expires_at", models.DateTimeField(help_text="When the current refresh token expires.")),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "ended_because",
                    models.CharField(
                        blank=True, choices=[("logout", "Logout"), ("reuse", "Reuse")], max_length=16
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="token_families",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "token families",
                "db_table": "token_families",
                "indexes": [models.Index(fields=["expires_at"], name="token_families_expiry")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", True), ("ended_because", "")),
                            models.Q(("ended_at__isnull", False), ("ended_because__in", ["logout", "reuse"])),
                            _connector="OR",
                        ),
                        name="token_families_end_has_reason",
                    )
                ],
            },
        ),
        migrations.RunSQL(GUARD, UNGUARD),
        # Everybody who uses the API logs in again. The tables held refresh tokens that could be used.
        migrations.RunSQL(DROP_LISTS_OF_TOKENS, migrations.RunSQL.noop),
    ]
