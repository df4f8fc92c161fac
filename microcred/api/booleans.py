"""Yes and no in the bodies of requests."""

from typing import Any

from rest_framework import serializers


class TrueOrFalse(serializers.BooleanField):
    """True or false as JSON has them.

    REST framework's own takes words and numbers for them too, as forms send them: a "no" of somebody who meant a text
    would be taken for a word that has an effect. Query parameters are texts, and go on using that.
    """

    def to_internal_value(self, data: Any) -> bool:
        """Return it as it is."""
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data
