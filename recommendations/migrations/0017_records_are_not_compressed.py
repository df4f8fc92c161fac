"""Keeps the bodies of new decision records as they are written.

Compressing one took the database four times as long as everything else about inserting it: more than half of it are
hashes and ids, of which little can be saved. Records that are there stay as they are, and both are read alike.
"""

from django.db import migrations

AS_WRITTEN = "ALTER TABLE decision_records ALTER COLUMN body SET STORAGE EXTERNAL"
COMPRESSED = "ALTER TABLE decision_records ALTER COLUMN body SET STORAGE EXTENDED"


class Migration(migrations.Migration):
    dependencies = [("recommendations", "0016_marks_of_finished_assessments")]

    operations = [migrations.RunSQL(AS_WRITTEN, COMPRESSED)]
