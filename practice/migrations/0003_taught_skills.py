import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import microcred.ids


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0008_say_what_a_rule_asks"),
        ("practice", "0002_overrides"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="TaughtSkill",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=microcred.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("reference", models.CharField(max_length=64)),
                ("held_at", models.DateTimeField()),
            ],
            options={
                "db_table": "practice_taught_skills",
                "ordering": ["-held_at", "-id"],
            },
        ),
        migrations.AddField(
            model_name="practiceassignment",
            name="reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("chosen", "the student asked for it"),
                    ("session", "it was worked on with a tutor lately"),
                    ("goal", "it has an open goal"),
                    ("gap", "the newest result leaves it to learn"),
                    ("rotation", "it was practised longest ago"),
                ],
                db_default="",
                max_length=16,
            ),
        ),
        migrations.AddConstraint(
            model_name="practiceassignment",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason__in", ["", "chosen", "session", "goal", "gap", "rotation"])),
                name="practice_assignments_reason_known",
            ),
        ),
        migrations.AddField(
            model_name="taughtskill",
            name="skill",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="taught", to="catalog.skill"
            ),
        ),
        migrations.AddField(
            model_name="taughtskill",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="taught_skills",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="taughtskill",
            index=models.Index(fields=["user", "skill", "-held_at"], name="idx_practice_taught"),
        ),
        migrations.AddConstraint(
            model_name="taughtskill",
            constraint=models.UniqueConstraint(
                fields=("reference", "skill"), name="practice_taught_skills_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="taughtskill",
            constraint=models.CheckConstraint(
                condition=models.Q(("reference", ""), _negated=True), name="practice_taught_skills_referred"
            ),
        ),
    ]
