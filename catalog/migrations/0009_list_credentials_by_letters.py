"""Pages of credentials are read in the order of their letters, be they capitals or not."""

from django.db import migrations, models
from django.db.models.functions import Lower


class Migration(migrations.Migration):
    dependencies = [("catalog", "0008_say_what_a_rule_asks")]

    operations = [
        migrations.AddIndex(
            model_name="credential",
            index=models.Index(
                Lower("title"),
                models.F("id"),
                condition=models.Q(active=True),
                name="credential_catalog_by_title",
            ),
        )
    ]
