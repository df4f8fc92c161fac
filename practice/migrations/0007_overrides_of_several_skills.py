"""All skills of a goal that a person changed. Goals in several skills came with the migration before, so that what was
changed until then is about one."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("practice", "0006_goals_in_several_skills"),
    ]

    operations = [
        migrations.AddField(
            model_name="practiceoverride",
            name="further_skills",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=64),
                blank=True,
                db_default=[],
                default=list,
                size=None,
            ),
        ),
        migrations.AddConstraint(
            model_name="practiceoverride",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind", "goal"), ("further_skills", []), _connector="OR"),
                name="practice_overrides_levels_of_one_skill",
            ),
        ),
    ]
