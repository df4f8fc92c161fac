"""Goals in several skills: those beside the first have rows of their own, so that goals that are there stay as they are."""

import django.db.models.deletion
from django.db import migrations, models

import microcred.ids


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0008_say_what_a_rule_asks"),
        ("practice", "0005_completed_steps"),
    ]

    operations = [
        migrations.CreateModel(
            name="PracticeGoalSkill",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=microcred.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("start", models.FloatField()),
                (
                    "goal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="further",
                        to="practice.practicegoal",
                    ),
                ),
                (
                    "skill",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="further_goals",
                        to="catalog.skill",
                    ),
                ),
            ],
            options={
                "db_table": "practice_goal_skills",
                "ordering": ["goal", "id"],
                "constraints": [
                    models.UniqueConstraint(fields=("goal", "skill"), name="practice_goal_skills_once"),
                    models.CheckConstraint(
                        condition=models.Q(("start__gte", 400), ("start__lte", 2000)),
                        name="practice_goal_skills_start_on_scale",
                    ),
                ],
            },
        ),
    ]
