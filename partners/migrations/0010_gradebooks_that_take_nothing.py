from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("partners", "0009_times_of_scores")]

    operations = [
        migrations.AddField(
            model_name="ltigrade",
            name="failing_since",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="ltigrade",
            name="retry_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name="ltigrade",
            index=models.Index(
                condition=models.Q(("last_error", ""), _negated=True),
                fields=["retry_at"],
                name="lti_grades_failed",
            ),
        ),
    ]
