"""Checks of lists and items that were there before people changed any, and the index by which an override's are found."""

from django.contrib.postgres.operations import AddIndexConcurrently, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):
    # Results are read and written meanwhile.
    atomic = False
    dependencies = [
        ("recommendations", "0020_overrides_fit"),
    ]

    operations = [
        ValidateConstraint(model_name="recommendation", name="recommendations_origin_known"),
        ValidateConstraint(model_name="recommendationitem", name="recommendation_items_unranked_is_added"),
        AddIndexConcurrently(
            model_name="recommendationitem",
            index=models.Index(
                fields=["override"],
                condition=models.Q(override__isnull=False),
                name="idx_recommendation_items_over",
            ),
        ),
    ]
