"""Lets keys have the scope of results."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_log_ins_listed"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="servicekey",
            name="service_keys_scopes_known",
        ),
        migrations.AlterField(
            model_name="servicekey",
            name="scopes",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("webhooks:read", "Webhooks Read"),
                        ("webhooks:write", "Webhooks Write"),
                        ("tasks:read", "Tasks Read"),
                        ("tasks:write", "Tasks Write"),
                        ("results:read", "Results Read"),
                    ],
                    max_length=32,
                ),
                size=None,
            ),
        ),
        migrations.AddConstraint(
            model_name="servicekey",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "scopes__contained_by",
                        ["webhooks:read", "webhooks:write", "tasks:read", "tasks:write", "results:read"],
                    ),
                    ("scopes__len__gt", 0),
                ),
                name="service_keys_scopes_known",
            ),
        ),
    ]
