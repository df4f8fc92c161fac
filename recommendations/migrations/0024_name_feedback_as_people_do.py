"""Call several words of feedback what one is called."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("recommendations", "0023_changes_of_what_is_held")]

    operations = [
        migrations.AlterModelOptions(
            name="recommendationfeedback",
            options={"ordering": ["-submitted_at", "-id"], "verbose_name_plural": "recommendation feedback"},
        ),
    ]
