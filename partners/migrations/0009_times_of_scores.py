from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("partners", "0008_grades_in_courses")]

    operations = [
        migrations.AddField(
            model_name="ltigrade",
            name="scored_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name="ltigrade",
            name="sent_at",
            field=models.DateTimeField(null=True, verbose_name="taken at"),
        ),
        migrations.AlterField(
            model_name="ltigrade",
            name="sent_score",
            field=models.DecimalField(decimal_places=2, max_digits=5, null=True, verbose_name="score"),
        ),
        migrations.RemoveConstraint(model_name="ltigrade", name="lti_grades_sent_has_time"),
        migrations.AddConstraint(
            model_name="ltigrade",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("sent_at__isnull", True), ("sent_score__isnull", True)),
                    ("sent_score__range", (0, 100)),
                    _connector="OR",
                ),
                name="lti_grades_taken_is_sent",
            ),
        ),
    ]
