"""Keeping count of how many passages have a word."""

from typing import Final

from django.db import connection, transaction

from recommendations.models import DocumentChunk, WordCount

# Two countings at a time would both write every word; searches go on reading.
_LOCKED: Final = "LOCK TABLE word_counts IN SHARE ROW EXCLUSIVE MODE"
_COUNTED: Final = """
INSERT INTO word_counts (word, passages)
SELECT word, ndoc FROM ts_stat('SELECT words FROM document_chunks')
 UNION ALL SELECT '', count(*) FROM document_chunks
"""


@transaction.atomic
def refresh_word_counts(*, changed: bool) -> bool:
    """Count anew where passages have ``changed``, or were never counted; return whether that was so.

    Passages of a document that was removed with its credential are counted until the next change; they make a word
    seem a little more common, and nothing else.
    """
    if not changed and (WordCount.objects.exists() or not DocumentChunk.objects.exists()):
        return False
    with connection.cursor() as cursor:
        cursor.execute(_LOCKED)
        WordCount.objects.all().delete()
        cursor.execute(_COUNTED)
    return True
