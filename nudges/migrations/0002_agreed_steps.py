from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("nudges", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="nudge",
            name="nudges_kind_known",
        ),
        migrations.AlterField(
            model_name="nudge",
            name="kind",
            field=models.CharField(
                choices=[
                    ("unfinished_assessment", "Unfinished Assessment"),
                    ("goal_reached", "Goal Reached"),
                    ("agreed_step", "Agreed Step"),
                    ("inactive", "Inactive"),
                    ("related_skill", "Related Skill"),
                ],
                max_length=32,
            ),
        ),
        migrations.AddConstraint(
            model_name="nudge",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        ["unfinished_assessment", "goal_reached", "agreed_step", "inactive", "related_skill"],
                    )
                ),
                name="nudges_kind_known",
            ),
        ),
    ]
