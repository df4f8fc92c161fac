"""Makes each reply the first message of the thread of its question, and back again."""

from django.db import migrations

FORWARD = """
INSERT INTO thread_messages (id, turn_id, number, side, author_id, text, sent_at)
SELECT gen_random_uuid(), id, 1, 'advisor', replied_by_id, reply, replied_at
  FROM conversation_turns WHERE escalation = 'replied';
UPDATE conversation_turns SET written_at = replied_at, student_read = 1, advisor_read = 1
 WHERE escalation = 'replied';
UPDATE conversation_turns SET waits_since = escalated_at WHERE escalation = 'waiting';
"""
# What could not be said before is lost: all but the latest reply, and that a thread was closed or opened again.
BACKWARD = """
UPDATE conversation_turns SET escalation = CASE WHEN replied_at IS NULL THEN 'waiting' ELSE 'replied' END,
       closed_at = NULL
 WHERE escalation <> 'none';
DELETE FROM thread_messages;
"""


class Migration(migrations.Migration):
    dependencies = [("conversations", "0002_threads")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
