"""Bodies and answers of several shapes, of which a word says which it is."""

from typing import Any

from django.db.models import TextChoices
from rest_framework import serializers


class DiscriminatorField(serializers.ChoiceField):
    """The word of the one shape that has this field."""

    def __init__(self, kind: TextChoices, **kwargs: Any) -> None:
        super().__init__(choices=[(kind.value, kind.label)], **kwargs)
