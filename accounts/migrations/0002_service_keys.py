"""Keys of programs, whose end the database lets come earlier but never later."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import microcred.ids

SCOPES = [
    ("webhooks:read", "Webhooks Read"),
    ("webhooks:write", "Webhooks Write"),
    ("tasks:read", "Tasks Read"),
    ("tasks:write", "Tasks Write"),
]
GUARDS = """
CREATE FUNCTION keep_service_key_revoked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS DISTINCT FROM OLD.revoked_at THEN
        RAISE EXCEPTION 'a service key that was revoked stays revoked'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER service_keys_stay_revoked BEFORE UPDATE ON service_keys
    FOR EACH ROW EXECUTE FUNCTION keep_service_key_revoked();
CREATE FUNCTION keep_service_key_secret() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.key_id, NEW.digest) IS DISTINCT FROM (OLD.id, OLD.key_id, OLD.digest)
        OR NEW.expires_at > OLD.expires_at
        OR (OLD.replaced_at IS NOT NULL AND NEW.replaced_at IS DISTINCT FROM OLD.replaced_at) THEN
        RAISE EXCEPTION 'the secret of a service key never changes, and its end only comes earlier'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER service_key_secrets_stay BEFORE UPDATE ON service_key_secrets
    FOR EACH ROW EXECUTE FUNCTION keep_service_key_secret();
"""
UNGUARD = """
DROP TRIGGER service_key_secrets_stay ON service_key_secrets;
DROP FUNCTION keep_service_key_secret();
DROP TRIGGER service_keys_stay_revoked ON service_keys;
DROP FUNCTION keep_service_key_revoked();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="ServiceKey",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=microcred.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(help_text="What staff calls the program.", max_length=120)),
                (
                    "scopes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(choices=SCOPES, max_length=32), size=None
                    ),
                ),
                (
                    "requests_per_minute",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="An allowance of its own; empty for that of all service keys.",
                        null=True,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("revoked_at", models.DateTimeField(editable=False, null=True)),
            ],
            options={"db_table": "service_keys", "ordering": ["name", "id"]},
        ),
        migrations.CreateModel(
            name="ServiceKeySecret",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=microcred.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "digest",
                    models.CharField(editable=False, help_text="HMAC-SHA-256 in hexadecimal.", max_length=64),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("expires_at", models.DateTimeField()),
                ("replaced_at", models.DateTimeField(editable=False, null=True)),
                ("last_used_at", models.DateTimeField(editable=False, help_text="To the minute.", null=True)),
                (
                    "key",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="secrets",
                        to="accounts.servicekey",
                    ),
                ),
            ],
            options={"db_table": "service_key_secrets", "ordering": ["key", "-id"]},
        ),
        migrations.AddConstraint(
            model_name="servicekey",
            constraint=models.CheckConstraint(
                condition=models.Q(("name", ""), _negated=True), name="service_keys_named"
            ),
        ),
        migrations.AddConstraint(
            model_name="servicekey",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("scopes__contained_by", [value for value, _ in SCOPES]),
                    ("scopes__len__gt", 0),
                ),
                name="service_keys_scopes_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="servicekey",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("requests_per_minute__isnull", True), ("requests_per_minute__gt", 0), _connector="OR"
                ),
                name="service_keys_allowance_positive",
            ),
        ),
        migrations.AddConstraint(
            model_name="servicekeysecret",
            constraint=models.UniqueConstraint(
                condition=models.Q(("replaced_at__isnull", True)),
                fields=("key",),
                name="service_key_secrets_one_current",
            ),
        ),
        migrations.AddConstraint(
            model_name="servicekeysecret",
            constraint=models.CheckConstraint(
                condition=models.Q(("digest__regex", "^[0-9a-f]{64}$")),
                name="service_key_secrets_digest_whole",
            ),
        ),
        migrations.RunSQL(GUARDS, UNGUARD),
    ]
