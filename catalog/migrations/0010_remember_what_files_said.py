"""What imports of lists said, and which skills curators picked for their names, are remembered."""

import django.db.models.deletion
from django.db import migrations, models

import microcred.ids


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0009_list_credentials_by_letters"),
    ]

    operations = [
        migrations.CreateModel(
            name="CredentialImport",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=microcred.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("said", models.JSONField(default=dict)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "credential",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="imported",
                        to="catalog.credential",
                    ),
                ),
            ],
            options={
                "db_table": "credential_imports",
            },
        ),
        migrations.CreateModel(
            name="SkillName",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=microcred.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=200, unique=True)),
                (
                    "skill",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="names", to="catalog.skill"
                    ),
                ),
            ],
            options={
                "db_table": "skill_names",
            },
        ),
    ]
