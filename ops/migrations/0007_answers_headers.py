from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ops", "0006_bells_of_the_database"),
    ]

    operations = [
        migrations.AddField(
            model_name="idempotencyrecord",
            name="response_headers",
            field=models.JSONField(
                db_default=models.Value({}, models.JSONField()),
                help_text="Those that clients go on from.",
            ),
        ),
    ]
