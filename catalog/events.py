"""What the catalog announces."""

from django.dispatch import Signal

#: Credentials or their documents were added, changed or retired. Sent in the transaction; no arguments.
catalog_published = Signal()
